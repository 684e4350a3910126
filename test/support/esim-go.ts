// eSIM Go on a real port for tests: one server a file, a frozen world of its own for each test, called over HTTP.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'
import { type Kernel, openKernel } from '../../src/server/kernel.ts'
import type { Advance } from '../../src/server/runner.ts'
import type { Place } from '../../src/server/worlds.ts'
import { esimGo } from '../../src/simulators/esim-go/index.ts'
import type { components } from '../../src/simulators/esim-go/spec.d.ts'
import { credentials } from '../../src/state/credentials.ts'
import { type Delivery, deliveries, redeliver, targets } from '../../src/state/delivery.ts'
import { addDuration } from '../../src/state/duration.ts'
import type { SettingValue } from '../../src/state/settings.ts'
import { attach, detach, install, moveProfile, type Sim, simKey, sims } from '../../src/state/sims.ts'
import { memoryStore } from '../../src/state/stores/memory.ts'
import { type Usage, useData } from '../../src/state/usage.ts'
import { settings, type World } from '../../src/state/world.ts'

export type Schemas = components['schemas']

const SLUG = esimGo.slug

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

/** The server of this test file, opened for its first world. */
interface Server {
  readonly kernel: Kernel
  readonly origin: string
  readonly reports: string[]
  readonly close: () => Promise<void>
}

let server: Promise<Server> | undefined
let last = 0

afterAll(async () => (await server)?.close())

async function openServer(): Promise<Server> {
  const reports: string[] = []
  const kernel = await openKernel({
    simulators: [esimGo],
    store: memoryStore(),
    clock: 'frozen',
    seed: 'tests',
    policy: { allow: [], timeout: 2000 },
    control: { token: undefined, hosts: [] },
    checked: true,
    report: (sentence) => reports.push(sentence),
  })
  const http = createServer(kernel.listener())
  await new Promise<void>((ready) => http.listen(0, '127.0.0.1', ready))
  const { port } = http.address() as AddressInfo
  const close = async () => {
    http.closeAllConnections()
    await new Promise((closed) => http.close(closed))
    await kernel.close()
  }
  return { kernel, origin: `http://127.0.0.1:${port}`, reports, close }
}

/** One eSIM in a handset. */
export interface Device {
  download(): void
  install(): void
  enable(): void
  disable(): void
  delete(): void
  attach(country?: string): void
  detach(): void
  /** @param bytes whole */
  use(bytes: number): Usage
}

export interface TestSim extends AsyncDisposable {
  /** Of the server, without a path. */
  readonly origin: string
  /** The base URL of eSIM Go in this world. */
  readonly base: string
  readonly key: string
  readonly world: World
  readonly journal: Place['journal']
  call<T>(method: string, path: string, options?: CallOptions): Promise<Answer<T>>
  get<T>(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer<T>>
  post<T>(path: string, json: unknown): Promise<Answer<T>>
  put<T>(path: string, json?: unknown): Promise<Answer<T>>
  device(iccid: string): Device
  set(values: Readonly<Record<string, SettingValue>>): void
  sendCallbacksTo(url: string, version?: number): void
  /** Moves the clock by an ISO 8601 duration; without one, does what is due now. */
  advance(by?: string): Promise<Advance>
  callbacks(): Delivery[]
  redeliver(id: string): void
  /** All that is in the world, to compare. */
  state(): string
}

/** @param given the name of a seed state */
export async function startEsimGo(given?: string, worldName = `world-${++last}`): Promise<TestSim> {
  server ??= openServer()
  const { kernel, origin, reports } = await server
  const place = kernel.worlds.get(worldName) ?? kernel.worlds.create(worldName, given === undefined ? {} : { given })
  const { world, runner, journal } = place
  const key = [...world.in(credentials).values()].find(({ provider }) => provider === SLUG)?.secret ?? ''
  const base = `${origin}/w/${world.name}/${SLUG}/v2.4`

  const act = <R>(change: () => R): R => {
    runner.catchUp()
    const { result } = world.transaction(change)
    runner.wake()
    return result
  }

  function simOf(iccid: string): Sim {
    const sim = world.in(sims).get(simKey(SLUG, iccid))
    if (!sim) throw new Error(`no SIM ${iccid}`)
    return sim
  }

  function networkOf(country: string) {
    const network = esimGo.network(country)
    if (!network) throw new Error(`no network in ${country}`)
    return network
  }

  async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<Answer<T>> {
    const { json, raw = json === undefined ? undefined : JSON.stringify(json), headers = {}, key: given = key } = options
    const reply = await fetch(path.startsWith('http') ? path : base + path, {
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
    const isJson = reply.headers.get('content-type')?.startsWith('application/json') === true
    return { status: reply.status, headers: reply.headers, text, bytes, body: (isJson ? JSON.parse(text) : undefined) as T }
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
    device: (iccid) => ({
      download: () => void act(() => moveProfile(world, simOf(iccid), 'download')),
      install: () => void act(() => install(world, simOf(iccid))),
      enable: () => void act(() => moveProfile(world, simOf(iccid), 'enable')),
      disable: () => void act(() => moveProfile(world, simOf(iccid), 'disable')),
      delete: () => void act(() => moveProfile(world, simOf(iccid), 'delete')),
      attach: (country = 'GB') => void act(() => attach(world, simOf(iccid), networkOf(country))),
      detach: () => void act(() => detach(world, simOf(iccid))),
      use: (bytes) => act(() => useData(world, simOf(iccid), bytes, esimGo.usage)),
    }),
    set: (values) => void act(() => world.in(settings).put({ provider: SLUG, values })),
    sendCallbacksTo: (url, version) =>
      void act(() => world.in(targets).put({ provider: SLUG, url, ...(version === undefined ? {} : { version }) })),
    advance: (by = 'PT0S') => runner.advance(addDuration(world.now, by)),
    callbacks: () => world.in(deliveries).page('queued', {}, 0, 10_000),
    redeliver: (id) =>
      void act(() => {
        const delivery = world.in(deliveries).get(id)
        if (!delivery) throw new Error(`no callback ${id}`)
        redeliver(world, delivery)
      }),
    state() {
      const kept = [...world.records].filter(([, records]) => records.size > 0).sort(([a], [b]) => (a < b ? -1 : 1))
      return JSON.stringify({ random: world.random.state(), records: kept.map(([name, records]) => [name, [...records]]) })
    },
    async [Symbol.asyncDispose]() {
      await runner.idle()
      if (reports.length > 0) throw new Error(`the server reported: ${reports.splice(0).join('; ')}`)
    },
  }
}
