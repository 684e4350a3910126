// eSIM Go on a real port for tests: one server a file, a frozen world of its own for each test, all of it through the front door.
import { controlClient, worldClient } from '../../src/control/node-client.ts'
import type { AdvanceShown, CallbackShown } from '../../src/control/wire.ts'
import type { Device } from '../../src/control/world-client.ts'
import { openSimulator } from '../../src/library/open-simulator.ts'
import { listen } from '../../src/server/listen.ts'
import type { SimulatorServer } from '../../src/server/server.ts'
import type { HostedWorld } from '../../src/server/worlds.ts'
import { esimGo } from '../../src/simulators/esim-go/index.ts'
import type { components } from '../../src/simulators/esim-go/spec.d.ts'
import { unsentCallbacks } from '../../src/state/callbacks.ts'
import { defined } from '../../src/state/defined.ts'
import type { SettingValue } from '../../src/state/settings.ts'
import type { World } from '../../src/state/world.ts'
import { atFileEnd } from './file-end.ts'
import { type HttpAnswer, type Sent, send } from './http.ts'

export type Schemas = components['schemas']

const SLUG = 'esim-go'

/** A reply as it came, and its body as the spec types it. */
export type Answer<T> = HttpAnswer<T>

interface CallOptions extends Sent {
  /** The key to call with instead of the world's own; `null` for none. */
  readonly key?: string | null
}

export interface TestSim extends AsyncDisposable {
  /** Of the server, without a path. */
  readonly origin: string
  /** The base URL of eSIM Go in this world. */
  readonly base: string
  readonly key: string
  /** To look at what the wire does not show. */
  readonly world: World
  readonly journal: HostedWorld['journal']
  /** @param path below the base URL, or a whole URL */
  call<T>(method: string, path: string, options?: CallOptions): Promise<Answer<T>>
  get<T>(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer<T>>
  post<T>(path: string, json: unknown): Promise<Answer<T>>
  put<T>(path: string, json?: unknown): Promise<Answer<T>>
  device(iccid: string): Device
  set(values: Readonly<Record<string, SettingValue>>): Promise<unknown>
  sendCallbacksTo(url: string, version?: number): Promise<unknown>
  /** Moves the clock by an ISO 8601 duration; without one, does what is due now. */
  advance(by?: string): Promise<AdvanceShown>
  /** Oldest first. */
  callbacks(): Promise<CallbackShown[]>
  redeliver(id: string | undefined): Promise<unknown>
  /** All that is in the world, as text to compare. */
  state(): string
}

/** The server of this test file, opened for its first world. */
interface Opened {
  readonly server: SimulatorServer
  readonly origin: string
  /** What the server complained of. */
  readonly reports: string[]
  readonly close: () => Promise<void>
}

let opened: Promise<Opened> | undefined
let last = 0

async function open(): Promise<Opened> {
  const reports: string[] = []
  const listening = await listen('127.0.0.1', [{ port: 0 }])
  const server = await openSimulator({
    providers: [esimGo],
    report: (sentence) => reports.push(sentence),
  })
  listening.serve(server)
  const close = async () => {
    opened = undefined
    await listening.close(0)
    await server.close()
  }
  atFileEnd(close)
  return { server, origin: listening.endpoints[0]?.url ?? '', reports, close }
}

/** All that is kept of a world but the notes of what was not told: a refusal may leave one. */
function stateOf({ random, records }: World): string {
  const kept = [...records]
    .filter(([name, each]) => each.size > 0 && name !== unsentCallbacks.name)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(
    { random: random.state(), records: kept.map(([name, each]) => [name, [...each]]) },
    (key, value) => (key === 'unsent-callback' ? undefined : value),
  )
}

/** Calls eSIM Go with a key; `null` for none. */
function callWith<T>(key: string | null, method: string, url: string, options: Sent) {
  const { raw, headers } = options
  return send<T>(method, url, {
    ...options,
    headers: {
      ...(key === null ? {} : { 'X-API-Key': key }),
      ...(raw === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
  })
}

/** @param given the name of a seed state */
export async function startEsimGo(given?: string): Promise<TestSim> {
  opened ??= open()
  const { server, origin, reports } = await opened
  last += 1
  const name = `world-${last}`
  const { baseUrls, credentials } = await controlClient({ url: origin }).call('createWorld', {
    body: defined({ name, given }),
  })
  const base = baseUrls[SLUG] ?? ''
  const key = credentials[SLUG]?.apiKey ?? ''
  const hosted = server.worlds.get(name)
  if (!hosted) throw new Error(`the world ${name} was not made`)
  const { world, runner, journal } = hosted
  const client = worldClient({ url: origin, world: name })
  const call = <T>(method: string, path: string, options: CallOptions = {}) => {
    const { key: ownKey = key, ...sent } = options
    return callWith<T>(ownKey, method, path.startsWith('http') ? path : base + path, sent)
  }

  return {
    origin,
    base,
    key,
    world,
    journal,
    call,
    get: (path, headers = {}) => call('GET', path, { headers }),
    post: (path, json) => call('POST', path, { json }),
    put: (path, json) => call('PUT', path, { json }),
    device: (iccid) => client.device(iccid),
    set: (values) => client.set(SLUG, values),
    sendCallbacksTo: (url, version) => client.callbacks.target(SLUG, url, version),
    advance: (by = 'PT0S') => client.clock.advance(by),
    callbacks: async () => [...(await client.callbacks.list({ limit: 1000 }))].reverse(),
    redeliver: (id = '') => client.callbacks.redeliver(id),
    state: () => stateOf(world),
    async [Symbol.asyncDispose]() {
      await runner.idle()
      await client.control.call('removeWorld', { path: { name } })
      if (reports.length > 0)
        throw new Error(`the server reported: ${reports.splice(0).join('; ')}`)
    },
  }
}
