// What a connection may take of the simulator: how many there are, how large and how slow they may be.
import { type Server, type ServerOptions, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/** How many connections a port has at once; one more is closed at once. */
export const MOST_CONNECTIONS = 2000
/** How many bytes the request line and the headers of a request have together. */
export const MOST_HEAD = 16_384
/** Wall ms that these may take, the whole of a request, and the next request of a connection. */
export const HEAD_TIMEOUT = 60_000
export const REQUEST_TIMEOUT = 300_000
export const IDLE_TIMEOUT = 5000
/** Wall ms in which a client must have taken something of its answer. */
export const ANSWER_TIMEOUT = 60_000

export const connectionLimits: ServerOptions = {
  maxHeaderSize: MOST_HEAD,
  headersTimeout: HEAD_TIMEOUT,
  requestTimeout: REQUEST_TIMEOUT,
  keepAliveTimeout: IDLE_TIMEOUT,
}

/** What is said to requests that node:http gives up on, by its codes. */
const SAID: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [
    431,
    `the request line and the headers are longer than ${MOST_HEAD} bytes together: send less`,
  ],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'the chunks of the body have extensions: send none'],
  ERR_HTTP_REQUEST_TIMEOUT: [
    408,
    `the headers did not come within ${HEAD_TIMEOUT / 1000} s, ` +
      `or the whole request not within ${REQUEST_TIMEOUT / 1000} s`,
  ],
}

/** The answer to what could not be read as a request, whole with its head. */
function answerTo(error: NodeJS.ErrnoException): string {
  const wrong = [400, `this is no request of HTTP/1.1 that can be read: ${error.message}`] as const
  const [status, detail] = SAID[error.code ?? ''] ?? wrong
  const title = STATUS_CODES[status] ?? ''
  const body = JSON.stringify({ title, status, detail })
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}

/**
 * Holds a server to its limits, and tells who meets one.
 * @param answering what is being answered: into an answer that has begun nothing is written
 * @param onFull told when a connection was closed, as there were too many
 */
export function limitConnections(
  server: Server,
  answering: ReadonlySet<ServerResponse>,
  onFull: () => void,
): void {
  server.maxConnections = MOST_CONNECTIONS
  // Their size is bounded; beyond a number of them node:http would leave headers out, and say nothing.
  server.maxHeadersCount = 0
  server.on('drop', onFull)
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const hasBegun = [...answering].some((each) => each.socket === socket && each.headersSent)
    if (socket.writable && !hasBegun && error.code !== 'ECONNRESET') socket.end(answerTo(error))
    else socket.destroy()
  })
}

/** Cuts a client off that takes nothing of what has been written for a while. */
export function limitReading(response: ServerResponse): void {
  // Until it has left: then node:http waits for the next request, for as long as it does.
  if (response.writableLength > 0) response.socket?.setTimeout(ANSWER_TIMEOUT)
}

/** Ends an answer, whose client has to take it. */
export function endAnswer(response: ServerResponse, body: string | Uint8Array | undefined): void {
  response.end(body)
  limitReading(response)
}
