// A receiver of callbacks: it checks eSIM Go's signature and answers 401 where that is wrong.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const { KEY = 'test-esim-go-key', PORT = '4100', ADDRESS = '127.0.0.1' } = process.env

createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  const signature = request.headers['x-signature-sha256']
  const verdict = signature === undefined ? 'unsigned by eSIM Go' : judged(signature, body)
  console.log(verdict, body)
  response.writeHead(verdict === 'forged' ? 401 : 200).end()
}).listen(Number(PORT), ADDRESS)

/** @param {string | string[]} signature @param {string} body */
function judged(signature, body) {
  const expected = createHmac('sha256', KEY).update(body).digest()
  const given = Buffer.from(String(signature), 'base64')
  const isGenuine = given.length === expected.length && timingSafeEqual(given, expected)
  return isGenuine ? 'genuine' : 'forged'
}
