// Listening: ports are taken first, served when the server is open, and drained before it closes.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { connectionLimits, limitConnections, MOST_CONNECTIONS } from './connections.ts'
import type { Listener } from './http.ts'
import type { SimulatorServer } from './server.ts'
import { alarm } from './ticker.ts'
import type { Identity } from './tls-port.ts'

/** A port to listen on; with a slug, that provider is mounted at `/` there. */
export interface Port {
  readonly port: number
  readonly slug?: string
}

/** A port that is listened on. */
export interface Endpoint extends Port {
  /** How clients on this machine reach it, without a trailing slash. */
  readonly url: string
}

export interface Listening {
  readonly endpoints: readonly Endpoint[]
  /** Answers what has come since, and whatever comes. */
  serve(server: SimulatorServer): void
  /**
   * Takes nothing new, waits up to `grace` wall ms for what is being answered,
   * and lets go.
   */
  close(grace?: number): Promise<void>
}

const GRACE = 5_000

const NO_TUNNEL = 'HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'

/** A port cannot be listened on; the message is one sentence that says what to do. */
export class ListenError extends Error {
  /** As Node has it: `EADDRINUSE` where something listens there already. */
  readonly code: string
  readonly host: string
  readonly port: number

  constructor(message: string, code: string, { host, port }: { host: string; port: number }) {
    super(message)
    this.name = 'ListenError'
    this.code = code
    this.host = host
    this.port = port
  }
}

/**
 * Takes the ports. What comes before `serve` waits.
 * @param identity speaks TLS on each of them, too
 * @throws ListenError where a port cannot be had; then none is held
 */
export async function listen(
  host: string,
  ports: readonly Port[],
  identity?: Identity,
): Promise<Listening> {
  const listeners: PortListener[] = []
  try {
    for (const port of ports) listeners.push(await openListener(host, port, identity))
  } catch (error) {
    await Promise.all(listeners.map((each) => each.close(0)))
    throw error
  }
  return {
    endpoints: listeners.map(({ endpoint }) => endpoint),
    serve(server) {
      for (const each of listeners) each.serve(server)
    },
    async close(grace = GRACE) {
      await Promise.all(listeners.map((each) => each.close(grace)))
    },
  }
}

interface PortListener {
  readonly endpoint: Endpoint
  serve(server: SimulatorServer): void
  close(grace: number): Promise<void>
}

/** What answers requests, whatever they come by. */
export interface Answering {
  /** Not listening yet: it takes connections that are given to it, too. */
  readonly server: Server
  /** What came before waits until then. @param onFull told when there are too many connections */
  serve(listener: Listener, onFull: () => void): void
  /** From now on every answer is the last of its connection. */
  closing(): void
}

/** Makes what answers requests. */
export function openAnswering(): Answering {
  const waiting: [IncomingMessage, ServerResponse][] = []
  const answering = new Set<ServerResponse>()
  let serveOne = (request: IncomingMessage, response: ServerResponse): void =>
    void waiting.push([request, response])
  let isClosing = false
  let tellFull = () => {}
  const server = createServer(connectionLimits)
  limitConnections(server, answering, () => tellFull())
  // One function for all: each answer closes once.
  function left(this: ServerResponse) {
    answering.delete(this)
    if (isClosing) server.closeIdleConnections()
  }
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    answering.add(response)
    if (isClosing) response.shouldKeepAlive = false
    response.on('close', left)
    serveOne(request, response)
  }
  server.on('request', answer)
  // Without this node:http answers other expectations than 100-continue itself, with no body.
  server.on('checkExpectation', answer)
  // This is no proxy: without this node:http cuts the line of who asks for a tunnel.
  server.on('connect', (_request, socket) => socket.end(NO_TUNNEL))
  return {
    server,
    serve(listener, onFull) {
      serveOne = listener
      tellFull = once(onFull)
      for (const [request, response] of waiting.splice(0)) serveOne(request, response)
    },
    closing() {
      isClosing = true
      for (const response of answering) response.shouldKeepAlive = false
    },
  }
}

async function openListener(
  host: string,
  asked: Port,
  identity: Identity | undefined,
): Promise<PortListener> {
  const { server, serve, closing } = openAnswering()
  let tellUntrusted = () => {}
  const cutUndecided =
    identity && (await import('./tls-port.ts')).alsoTls(server, identity, () => tellUntrusted())
  await bind(server, host, asked.port)
  const { port } = server.address() as AddressInfo
  return {
    endpoint: {
      ...asked,
      port,
      url: `${identity ? 'https' : 'http'}://${clientHost(host)}:${port}`,
    },
    serve(simulator) {
      tellUntrusted = once(() => simulator.report(UNTRUSTED))
      serve(simulator.listener(asked.slug), () => simulator.report(fullSentence(port)))
    },
    close(grace) {
      closing()
      cutUndecided?.()
      return drained(server, grace)
    },
  }
}

const UNTRUSTED =
  'a client broke off, as it does not trust the certificate: let it trust the CA, as said at the start'

function fullSentence(port: number): string {
  const how = 'clients that keep theirs should use fewer'
  return `port ${port} has ${MOST_CONNECTIONS} connections, and others are closed: ${how}`
}

/** Calls `act` the first time only. */
function once(act: () => void): () => void {
  let isDone = false
  return () => {
    if (!isDone) act()
    isDone = true
  }
}

/** Has a server listen. @throws ListenError where the port cannot be had */
export function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      fail(new ListenError(describe(error, host, port), error.code ?? '', { host, port })),
    )
    server.listen({ host, port }, () => {
      server.removeAllListeners('error')
      done()
    })
  })
}

function describe(error: NodeJS.ErrnoException, host: string, port: number): string {
  const choose = 'choose another with'
  if (error.code === 'EADDRINUSE')
    return `port ${port} of ${host} is in use: stop what listens there, or ${choose} --port`
  if (error.code === 'EACCES')
    return `port ${port} may not be listened on: choose one above 1023 with --port`
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return `${host} is no address of this machine: ${choose} --host`
  return `cannot listen on ${host} port ${port}: ${error.message}`
}

/** Where clients on this machine find a server bound to `host`. */
function clientHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

/**
 * Where other machines of its network find a server bound to `host`: where it listens at every
 * address, at the first that is not this machine's alone.
 */
export function reachableUrl(host: string, port: number): string {
  const isAny = host === '0.0.0.0' || host === '::'
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
  const outer = addresses.find(({ internal, family }) => !internal && family === 'IPv4')
  return `http://${clientHost((isAny && outer?.address) || host)}:${port}`
}

function drained(server: Server, grace: number): Promise<void> {
  return new Promise((done) => {
    const impatience = alarm(() => server.closeAllConnections())
    server.close(() => {
      impatience.set(undefined)
      done()
    })
    server.closeIdleConnections()
    impatience.set(grace)
  })
}
