// eSIM Go on a real port for tests: one server a file, a frozen world of its own for each test, all of it through the front door.
import { afterAll } from 'vitest'
import type { CallbackShown } from '../../src/control/callbacks.ts'
import { controlClient } from '../../src/control/client.ts'
import type { AdvanceShown } from '../../src/control/clock.ts'
import type { UsedShown } from '../../src/control/sims.ts'
import type { WorldShown } from '../../src/control/worlds.ts'
import { openSimulator } from '../../src/library/open-simulator.ts'
import { listen } from '../../src/server/listen.ts'
import type { SimulatorServer } from '../../src/server/server.ts'
import type { HostedWorld } from '../../src/server/worlds.ts'
import { esimGo } from '../../src/simulators/esim-go/index.ts'
import type { components } from '../../src/simulators/esim-go/spec.d.ts'
import type { SettingValue } from '../../src/state/settings.ts'
import type { World } from '../../src/state/world.ts'

export type Schemas = components['schemas']

const SLUG = 'esim-go'

/** A reply as it came, and its body as the spec types it. */
export interface Answer<T> {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly bytes: Uint8Array
  /** The parsed body; `undefined` where it is not JSON. */
  readonly body: T
}

interface CallOptions {
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly raw?: string
  readonly headers?: Readonly<Record<string, string>>
  /** The key to call with instead of the world's own; `null` for none. */
  readonly key?: string | null
}

/** One eSIM in a handset; each throws where that is refused. */
export interface Device {
  download(): Promise<unknown>
  install(): Promise<unknown>
  enable(): Promise<unknown>
  disable(): Promise<unknown>
  delete(): Promise<unknown>
  attach(country: string): Promise<unknown>
  detach(): Promise<unknown>
  use(bytes: number): Promise<UsedShown>
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
interface Server {
  readonly kernel: SimulatorServer
  readonly origin: string
  /** What the server complained of. */
  readonly reports: string[]
  readonly close: () => Promise<void>
}

let server: Promise<Server> | undefined
let last = 0

afterAll(async () => (await server)?.close())

async function openServer(): Promise<Server> {
  const reports: string[] = []
  const listening = await listen('127.0.0.1', [{ port: 0 }])
  const kernel = await openSimulator({
    simulators: [esimGo],
    report: (sentence) => reports.push(sentence),
  })
  listening.serve(kernel)
  const close = async () => {
    await listening.close(0)
    await kernel.close()
  }
  return { kernel, origin: listening.endpoints[0]?.url ?? '', reports, close }
}

async function send<T>(
  url: string,
  key: string,
  method: string,
  options: CallOptions,
): Promise<Answer<T>> {
  const {
    json,
    raw = json === undefined ? undefined : JSON.stringify(json),
    headers = {},
    key: given = key,
  } = options
  const reply = await fetch(url, {
    method,
    headers: {
      ...(given === null ? {} : { 'X-API-Key': given }),
      ...(raw === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(raw === undefined ? {} : { body: raw }),
  })
  const bytes = new Uint8Array(await reply.arrayBuffer())
  const text = new TextDecoder().decode(bytes)
  const isJson =
    text !== '' && reply.headers.get('content-type')?.startsWith('application/json') === true
  return {
    status: reply.status,
    headers: reply.headers,
    text,
    bytes,
    body: (isJson ? JSON.parse(text) : undefined) as T,
  }
}

function deviceOf(control: ReturnType<typeof controlClient>, iccid: string): Device {
  const act = <T>(what: string, body?: object) =>
    control.send<T>('POST', `/sims/${iccid}/${what}`, body)
  return {
    download: () => act('download'),
    install: () => act('install'),
    enable: () => act('enable'),
    disable: () => act('disable'),
    delete: () => act('delete'),
    attach: (country) => act('attach', { country }),
    detach: () => act('detach'),
    use: (bytes) => act('use', { bytes }),
  }
}

function stateOf({ random, records }: World): string {
  const kept = [...records].filter(([, each]) => each.size > 0).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify({
    random: random.state(),
    records: kept.map(([name, each]) => [name, [...each]]),
  })
}

/** @param given the name of a seed state */
export async function startEsimGo(given?: string): Promise<TestSim> {
  server ??= openServer()
  const { kernel, origin, reports } = await server
  last += 1
  const name = `world-${last}`
  const made = { name, ...(given === undefined ? {} : { given }) }
  const { baseUrls, credentials } = await controlClient({ url: origin }).send<WorldShown>(
    'POST',
    '/worlds',
    made,
  )
  const base = baseUrls[SLUG] ?? ''
  const key = credentials[SLUG]?.apiKey ?? ''
  const place = kernel.worlds.get(name)
  if (!place) throw new Error(`the world ${name} was not made`)
  const { world, runner, journal } = place
  const control = controlClient({ url: origin, world: name })
  const call = <T>(method: string, path: string, options: CallOptions = {}) =>
    send<T>(path.startsWith('http') ? path : base + path, key, method, options)

  return {
    ...{ origin, base, key, world, journal, call },
    get: (path, headers = {}) => call('GET', path, { headers }),
    post: (path, json) => call('POST', path, { json }),
    put: (path, json) => call('PUT', path, { json }),
    device: (iccid) => deviceOf(control, iccid),
    set: (values) => control.send('PATCH', `/settings/${SLUG}`, values),
    sendCallbacksTo: (url, version) =>
      control.send('PUT', `/callbacks/target/${SLUG}`, {
        url,
        ...(version === undefined ? {} : { version }),
      }),
    advance: (by = 'PT0S') => control.send('POST', '/clock/advance', { by }),
    callbacks: async () =>
      (
        await control.get<{ callbacks: CallbackShown[] }>('/callbacks', { limit: 1000 })
      ).callbacks.reverse(),
    redeliver: (id) => control.send('POST', `/callbacks/${id}/redeliver`),
    state: () => stateOf(world),
    async [Symbol.asyncDispose]() {
      await runner.idle()
      await control.send('DELETE', `/worlds/${name}`)
      if (reports.length > 0)
        throw new Error(`the server reported: ${reports.splice(0).join('; ')}`)
    },
  }
}
