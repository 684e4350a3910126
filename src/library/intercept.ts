// What this process would send to the public hosts of providers goes to a simulator, at its connections.
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import tls from 'node:tls'
import { hostNameOf } from '../server/access.ts'
import { defined } from '../state/defined.ts'

/** Where connections are led, and those of which hosts. */
export interface Interception {
  /** Host names, in small letters. */
  readonly hosts: Iterable<string>
  /** URL of the simulator, as in `http://127.0.0.1:4010`. */
  readonly url: string
}

/** Interception under way. */
export interface Intercepted {
  /** Connects as before, and cuts what was led to the simulator. */
  stop(): void
}

/** Options of a connection, as far as they are looked at. */
interface Wanted extends net.TcpNetConnectOpts {
  readonly servername?: string
  /** What the connection would go through, as a tunnel through a proxy. */
  readonly socket?: net.Socket
  readonly path?: string | null
}

type Connected = (() => void) | undefined

/** Tells our functions from those of Node, also where this module was loaded twice. */
const MARK = Symbol.for('esimulator.intercept')

/**
 * Leads the connections of this process to some hosts, on any port, to a simulator instead: those of
 * fetch, undici, node:http, node:https and all that is built on them. TLS ends here: what is sent and
 * answered, and how it breaks off, is what the simulator does on a socket of its own.
 * @throws Error where this process intercepts already
 */
export function intercept({ hosts, url }: Interception): Intercepted {
  if (MARK in tls.connect) {
    const how = 'close it first, or start this one without intercept'
    throw new Error(`another simulator intercepts the calls of this process already: ${how}`)
  }
  const names = new Set(hosts)
  const target = new URL(url)
  const own = { connectTls: tls.connect, connect: net.Socket.prototype.connect }
  const open = new Set<net.Socket>()
  let isStopped = false
  const isLed = (wanted: Wanted) => !isStopped && names.has(hostNameOf(wantedHost(wanted)) ?? '')
  const keep = <Socket extends net.Socket>(socket: Socket): Socket => {
    open.add(socket)
    return socket.once('close', () => open.delete(socket))
  }

  function connectTls(...args: Parameters<typeof own.connectTls>) {
    const [wanted, connected] = wantedIn(args)
    if (!isLed(wanted)) return own.connectTls(...args)
    // Nothing goes through the tunnel of a proxy.
    wanted.socket?.destroy()
    return keep(target.protocol === 'https:' ? overTls(wanted) : disguised(wanted)).once(
      'secureConnect',
      connected ?? (() => {}),
    )
  }
  /** A simulator behind TLS is spoken to under the name that was asked for. */
  const overTls = (wanted: Wanted) =>
    own.connectTls({ ...placeOf(target), ...kept(wanted), servername: wantedHost(wanted) })
  const disguised = (wanted: Wanted) =>
    asTls(net.connect({ ...placeOf(target), ...kept(wanted) }), wantedHost(wanted))

  function connect(this: net.Socket, ...args: unknown[]) {
    const [wanted, connected] = wantedIn(args)
    if (this instanceof tls.TLSSocket || !isLed(wanted))
      return Reflect.apply(own.connect, this, args)
    keep(this)
    const led: net.SocketConnectOpts = { ...kept(wanted), ...placeOf(target) }
    return Reflect.apply(own.connect, this, [led, connected])
  }

  Object.assign(tls, { connect: Object.assign(connectTls, { [MARK]: true }) })
  Object.assign(net.Socket.prototype, { connect })
  syncBuiltinESMExports()
  return {
    stop() {
      isStopped = true
      Reflect.deleteProperty(connectTls, MARK)
      // What a library has put over ours since stays, and ours below it pass everything on.
      if (tls.connect === connectTls) Object.assign(tls, { connect: own.connectTls })
      if (net.Socket.prototype.connect === connect)
        Object.assign(net.Socket.prototype, { connect: own.connect })
      syncBuiltinESMExports()
      for (const socket of open) socket.destroy()
    },
  }
}

/** The host a connection is wanted to; of one through a tunnel, that at its end. */
function wantedHost({ host, servername, socket }: Wanted): string {
  return (socket ? servername : host) ?? servername ?? ''
}

/** Where a URL leads, for a connection. */
function placeOf({ hostname, port, protocol }: URL): { host: string; port: number } {
  const usual = protocol === 'https:' ? 443 : 80
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) }
}

/** What holds for a connection wherever it leads. */
function kept(wanted: Wanted) {
  const { timeout, signal, highWaterMark, noDelay, keepAlive, keepAliveInitialDelay } =
    wanted as Wanted & { readonly highWaterMark?: number }
  return defined({ timeout, signal, highWaterMark, noDelay, keepAlive, keepAliveInitialDelay })
}

/**
 * The options and the listener of a call of `connect`: options, or a port and a host, or a path, and
 * options behind these; node:net hands them to itself as one list.
 */
function wantedIn(args: readonly unknown[]): [Wanted, Connected] {
  const [first] = args
  if (Array.isArray(first)) return wantedIn(first)
  const objects = args.filter((each) => typeof each === 'object' && each !== null)
  const connected = args.find((each): each is () => void => typeof each === 'function')
  const isPort = typeof first === 'number' || (typeof first === 'string' && /^\d+$/.test(first))
  const host = isPort && typeof args[1] === 'string' ? args[1] : undefined
  const path = !isPort && typeof first === 'string' ? first : undefined
  const wanted = Object.assign(defined({ host, path }), ...objects) as Wanted
  // Agents say null where there is none.
  return [typeof wanted.path === 'string' ? { port: 0, host: '' } : wanted, connected]
}

/** A connection in the clear that clients take for one over TLS. */
function asTls(socket: net.Socket, servername: string): net.Socket {
  const cipher = { name: 'TLS_AES_256_GCM_SHA384', standardName: 'TLS_AES_256_GCM_SHA384' }
  socket.once('connect', () => {
    Object.assign(socket, { secureConnecting: false, authorized: true })
    // After those who wait for the connection alone.
    process.nextTick(() => {
      if (!socket.destroyed) socket.emit('secureConnect')
    })
  })
  return Object.assign(socket, {
    encrypted: true,
    secureConnecting: true,
    authorized: false,
    authorizationError: null,
    alpnProtocol: false,
    servername,
    getPeerCertificate: () => ({}),
    getProtocol: () => 'TLSv1.3',
    getCipher: () => ({ ...cipher, version: 'TLSv1.3' }),
    getSession: () => undefined,
    isSessionReused: () => false,
    setServername: () => {},
    disableRenegotiation: () => {},
  })
}
