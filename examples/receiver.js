// A receiver of eSIM Go's callbacks that checks their signatures: node examples/receiver.js, with ESIM_GO_KEY and PORT.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const { ESIM_GO_KEY: key, PORT: port = '0' } = process.env
if (!key) throw new Error('give your API key as ESIM_GO_KEY: callbacks are signed with it')

/** Whether the signature is that of these very bytes: of the body as it came, before it is parsed. */
function isGenuine(body, signature = '') {
  const wanted = createHmac('sha256', key).update(body).digest()
  const given = Buffer.from(signature, 'base64')
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

const server = createServer(async (request, response) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  if (!isGenuine(body, request.headers['x-signature-sha256'])) {
    // Not 200: where the provider was right and we were wrong, it sends it again.
    response.writeHead(401).end()
    return
  }
  const { alertType, iccid } = JSON.parse(body.toString('utf8'))
  console.log(`${alertType} of ${iccid}`)
  response.writeHead(200).end()
})
server.listen(Number(port), '127.0.0.1', () => {
  console.log(`receives at http://127.0.0.1:${server.address().port}/`)
})
