// Receivers of callbacks that do anything but answer as they should: what each says, and what an attempt at it comes to.
import { readFile } from 'node:fs/promises'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { expect, onTestFinished } from 'vitest'
import type { Outcome } from '../../src/state/callbacks.ts'

/** Listens with bytes of its own; answers its port. */
export async function listenRaw(speak: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => speak(socket))
  })
  return bound(server)
}

export async function listenTls(): Promise<number> {
  const pem = (file: string) => readFile(new URL(`../fixtures/tls/${file}.pem`, import.meta.url))
  const [key, cert] = await Promise.all([pem('key'), pem('certificate')])
  return bound(createTlsServer({ key, cert }, (_request, response) => response.end()))
}

async function bound(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((closed) => server.close(closed))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return (server.address() as AddressInfo).port
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

/** Says a piece every 20 ms, for ever. */
function drip(socket: Socket, head: string, piece: string): void {
  socket.write(head)
  const timer = setInterval(() => socket.write(piece), 20)
  socket.on('close', () => clearInterval(timer))
}

const HTTP = 'HTTP/1.1'
/** What an attempt that is given up comes to. */
export const TOO_LATE = /^no answer within \d+ ms: .* --callback-timeout$/

export interface OddReceiver {
  /** A receiver that ... */
  readonly what: string
  /** Called once a request has begun to come. */
  readonly speak: (socket: Socket) => void
  readonly outcome: Outcome
}

const ROWS: readonly (readonly [what: string, speak: OddReceiver['speak'], outcome: Outcome])[] = [
  ['says nothing', () => {}, { error: expect.stringMatching(TOO_LATE), isLate: true }],
  [
    'says its status line letter by letter',
    (socket) => drip(socket, 'HTTP', '/'),
    { error: expect.stringMatching(/is no HTTP/) },
  ],
  [
    'says one header after the other for ever',
    (socket) => drip(socket, `${HTTP} 200 OK\r\n`, 'X-More: 1\r\n'),
    { error: expect.stringMatching(TOO_LATE), isLate: true },
  ],
  [
    'says 100 Continue and then 200',
    (socket) =>
      socket.end(`${HTTP} 100 Continue\r\n\r\n${HTTP} 200 OK\r\nContent-Length: 0\r\n\r\n`),
    { status: 200 },
  ],
  [
    'says 102 and 103 and then 204',
    (socket) =>
      socket.end(
        `${HTTP} 102 Processing\r\n\r\n${HTTP} 103 Early Hints\r\n\r\n${HTTP} 204 X\r\n\r\n`,
      ),
    { status: 204 },
  ],
  [
    'says 102 for ever',
    (socket) => drip(socket, '', `${HTTP} 102 Processing\r\n\r\n`),
    { error: expect.stringMatching(TOO_LATE), isLate: true },
  ],
  [
    'switches protocols',
    (socket) => socket.write(`${HTTP} 101 X\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n`),
    { error: expect.stringMatching(/101.*answer 2xx/) },
  ],
  [
    'says 101 without a protocol',
    (socket) => socket.write(`${HTTP} 101 X\r\n\r\n`),
    { error: expect.stringMatching(/101.*answer 2xx/) },
  ],
  [
    'says 200 with a body that never ends',
    (socket) => drip(socket, `${HTTP} 200 OK\r\n\r\n`, 'more'),
    { status: 200 },
  ],
  [
    'says 200 with a length that never comes',
    (socket) => socket.write(`${HTTP} 200 OK\r\nContent-Length: 9\r\n\r\n`),
    { status: 200 },
  ],
  [
    'says 200 and cuts its body',
    (socket) => socket.end(`${HTTP} 200 OK\r\nContent-Length: 9\r\n\r\nshort`),
    { status: 200 },
  ],
  [
    'says 202 and resets the connection in its body',
    (socket) =>
      socket.write(`${HTTP} 202 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab`, () =>
        setTimeout(() => socket.resetAndDestroy(), 20),
      ),
    { status: 202 },
  ],
  [
    'says 200 with a body that is no chunk',
    (socket) => socket.end(`${HTTP} 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n\r\n`),
    { status: 200 },
  ],
  [
    'says 500 with a body that never ends',
    (socket) => drip(socket, `${HTTP} 500 No\r\n\r\n`, 'more'),
    { status: 500 },
  ],
  [
    'stops within its headers',
    (socket) => socket.end(`${HTTP} 200 OK\r\nContent-`),
    { error: expect.stringMatching(/closed the connection before it answered: see .*ECONNRESET/) },
  ],
  [
    'resets the connection',
    (socket) => socket.resetAndDestroy(),
    { error: expect.stringMatching(/closed the connection before it answered: see .*ECONNRESET/) },
  ],
  [
    'speaks another protocol',
    (socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n'),
    { error: expect.stringMatching(/is no HTTP: see what listens there.*HPE_/) },
  ],
  [
    'answers with headers without measure',
    (socket) =>
      socket.write(`${HTTP} 200 OK\r\n${`X-More: ${'x'.repeat(999)}\r\n`.repeat(99)}\r\n`),
    { error: expect.stringMatching(/headers .* too long: send fewer/) },
  ],
]

export const ODD_RECEIVERS: readonly OddReceiver[] = ROWS.map(([what, speak, outcome]) => ({
  what,
  speak,
  outcome,
}))
