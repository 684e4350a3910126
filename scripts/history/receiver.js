// The receiver of callbacks: keeps what comes, to the byte, and answers as the path says.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { headersOf } from './send.js'

const close = (response) => response.end()
const status =
  (code, headers = {}) =>
  (response) =>
    response.writeHead(code, headers).end()

/** How each first segment of a path is answered; `turn` counts the calls of that path from 0. */
const answers = {
  ok: close,
  created: status(201),
  empty: status(204),
  wrapped: (response) => response.end('{"received":true}'),
  large: (response) => response.end('x'.repeat(70_000)),
  deaf: status(500),
  gone: status(410),
  busy: status(503, { 'Retry-After': '1' }),
  moved: status(302, { Location: '/ok/elsewhere' }),
  cut: (response) => response.socket.destroy(),
  flaky: (response, turn) => status([500, 200, 503, 200, 200, 400][turn % 6])(response),
  late: (response, turn) => status(turn % 3 === 2 ? 200 : 500)(response),
}

/**
 * Where a history lets callbacks go, and how often. None goes unanswered: builds up to 3144bf7 wait
 * for ever at times then, since Node 20 loses the timeout in `AbortSignal.any` with the garbage.
 */
export const receiverPaths = [
  [6, '/ok'],
  [3, '/flaky'],
  [2, '/late'],
  [2, '/deaf'],
  [1, '/created'],
  [1, '/empty'],
  [1, '/wrapped?from=sim'],
  [1, '/large'],
  [1, '/gone'],
  [1, '/busy/here'],
  [1, '/moved'],
  [1, '/cut'],
]

export async function openReceiver(port) {
  const arrivals = []
  const turns = new Map()
  const server = createServer((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url, rawHeaders } = request
      arrivals.push({ method, url, headers: headersOf(rawHeaders), body: Buffer.concat(chunks) })
      const turn = turns.get(url) ?? 0
      turns.set(url, turn + 1)
      const answer = answers[/^\/(\w+)/.exec(url)?.[1] ?? 'ok'] ?? close
      answer(response, turn)
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    /** What has come since the last time this was asked. */
    taken: () => arrivals.splice(0),
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}
