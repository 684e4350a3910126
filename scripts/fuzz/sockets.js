// Bytes on raw sockets: requests, mutated; what comes back must be HTTP, and the server must live on.
import { connect } from 'node:net'

/** Wall ms a socket may stay open with nothing said. */
const QUIET = 300

const LINES = [
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Content-Length: 5',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999',
  'Connection: upgrade',
  'Upgrade: websocket',
  'Upgrade: h2c',
  'Expect: 100-continue',
  'Expect: something-else',
  'Host: a b',
  'Host:',
  'Host: localhost',
  'Content-Encoding: gzip',
  'Content-Encoding: br, deflate',
  'Accept: */*;q=0',
  'Accept-Encoding: *;q=0',
  'Range: bytes=0-1',
  'If-None-Match: *',
  'X-Sim-World: __proto__',
  'X-HTTP-Method-Override: DELETE',
  `Cookie: ${'a'.repeat(4000)}`,
]

/** The bytes of a request, changed in some places. */
export function mutatedRequest({ method, url, headers, body = '' }, dice) {
  const lines = [
    `${dice.chance(0.9) ? method : dice.pick(['TRACE', 'CONNECT', 'get', 'PRI', 'X'.repeat(50)])} ${url} HTTP/1.${dice.chance(0.9) ? 1 : 0}`,
    'Host: 127.0.0.1',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
  ]
  for (let count = dice.whole(0, 3); count > 0; count -= 1)
    lines.splice(dice.whole(1, lines.length), 0, dice.pick(LINES))
  const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
  for (let count = dice.whole(0, 3); count > 0; count -= 1)
    bytes[dice.whole(0, bytes.length - 1)] = dice.whole(0, 255)
  const cut = dice.chance(0.15) ? dice.whole(0, bytes.length) : bytes.length
  const twice = dice.chance(0.1) ? 2 : 1
  return Buffer.concat(Array.from({ length: twice }, () => bytes.subarray(0, cut)))
}

/** Sends bytes. @returns what came back, as text, when the other side has closed or gone quiet */
export function spoken(port, bytes) {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1')
    const chunks = []
    const finish = () => {
      socket.destroy()
      done(Buffer.concat(chunks).toString('latin1'))
    }
    socket.setTimeout(QUIET, finish)
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', finish)
    socket.on('end', finish)
    socket.end(bytes)
  })
}

/** What is wrong with an answer to raw bytes, or `undefined`; none at all is an answer, too. */
export function answerProblem(text) {
  if (text === '') return undefined
  const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(text) ?? []
  if (status === undefined) return `this is no HTTP: ${JSON.stringify(text.slice(0, 100))}`
  return status === '500' ? 'answered 500' : undefined
}
