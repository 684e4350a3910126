// TLS on a port that speaks HTTP: the first byte of a connection tells which of the two a client speaks.
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { createServer } from 'node:tls'
import { HEAD_TIMEOUT } from './connections.ts'

/** A certificate, perhaps with those that signed it behind, and its key: both PEM. */
export interface Identity {
  readonly cert: string
  readonly key: string
}

/** The type of the record that a TLS client begins with. */
const HANDSHAKE = 22

/**
 * Lets a server that does not listen yet speak TLS, too. What comes over TLS has an encrypted socket.
 * @param onUntrusted told when a client breaks off because it does not trust the certificate
 * @returns cuts the connections that have not said yet what they speak
 * @throws Error where the certificate and the key are none, or do not fit
 */
export function alsoTls(server: Server, identity: Identity, onUntrusted: () => void): () => void {
  const undecided = new Set<Socket>()
  const serveHttp = server.listeners('connection')
  const secure = createServer({ ...identity, ALPNProtocols: ['http/1.1'] })
  const serve = (socket: Socket) => {
    for (const each of serveHttp) Reflect.apply(each, server, [socket])
  }
  secure.on('secureConnection', serve)
  secure.on('tlsClientError', (error: NodeJS.ErrnoException) => {
    if (/UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN/.test(error.code ?? '')) onUntrusted()
  })

  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    undecided.add(socket)
    const giveUp = () => socket.destroy()
    socket.setTimeout(HEAD_TIMEOUT, giveUp)
    socket.on('error', giveUp)
    socket.once('close', () => undecided.delete(socket))
    socket.once('data', (first: Buffer) => {
      undecided.delete(socket)
      socket.setTimeout(0).off('timeout', giveUp).off('error', giveUp)
      socket.pause().unshift(first)
      // What was read already is taken from a socket that stands still.
      if (first[0] === HANDSHAKE) return void secure.emit('connection', socket)
      serve(socket)
      socket.resume()
    })
  })
  return () => {
    for (const socket of undecided) socket.destroy()
  }
}
