// The yardstick: node:http that parses a body, decides nothing and sends fixed bytes.
// node bare-server.js PORT FILE, where FILE holds {"GET": "<bytes>", "POST": "<bytes>"}.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const [port, file] = process.argv.slice(2)
const replies = JSON.parse(readFileSync(`${file}`, 'utf8'))

createServer((request, response) => {
  const send = () => {
    const body = replies[`${request.method}`]
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    })
    response.end(body)
  }
  if (request.method !== 'POST') return send()
  /** @type {Buffer[]} */
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    JSON.parse(Buffer.concat(chunks).toString())
    send()
  })
}).listen(Number(port), '127.0.0.1')
