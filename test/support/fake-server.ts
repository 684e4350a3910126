// The fake provider behind the real listener, on a free port.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Document } from 'openapi-backend'
import { openAccess } from '../../src/server/access.ts'
import { type HttpOptions, listener } from '../../src/server/http.ts'
import type { Journal } from '../../src/server/journal.ts'
import type { Provider } from '../../src/server/provider.ts'
import type { Runner } from '../../src/server/runner.ts'
import { compileSpec } from '../../src/server/spec.ts'
import { callbackCheck, compileWebhooks } from '../../src/server/webhooks.ts'
import { openWorlds, type Worlds, type WorldsOptions } from '../../src/server/worlds.ts'
import type { Simulator } from '../../src/simulators/simulator.ts'
import { defined } from '../../src/state/defined.ts'
import type { World } from '../../src/state/world.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { fake, fakeSpec, keyOf, SLUG } from './fake-provider.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The parsed body; `undefined` where it is no JSON. */
  readonly body: unknown
}

export interface CallOptions {
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly raw?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  /** Another key than that of `default`; `null` for none. */
  readonly key?: string | null
}

export interface FakeServer extends AsyncDisposable {
  readonly origin: string
  readonly worlds: Worlds
  /** Of the world `default`. */
  readonly world: World
  readonly runner: Runner
  readonly journal: Journal
  readonly reports: string[]
  /** Calls a path below the origin. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>
  /** Everything in the world, to compare. */
  state(): string
}

export interface FakeOptions {
  readonly checked?: boolean
  readonly store?: WorldsOptions['store']
  /** Listens before worlds other than `default` are open. */
  readonly early?: boolean
  readonly publicUrl?: string
  readonly callbackUrl?: string
  /** Mounts the provider at `/`. */
  readonly ownPort?: boolean
  /** Told when a reply has left. */
  readonly left?: () => void
  readonly simulator?: Simulator
  /** The spec of that simulator. */
  readonly document?: Document
}

/** Compiled once for all servers of a test file. */
const spec = compileSpec(structuredClone(fakeSpec))
const webhooks = compileWebhooks(fakeSpec)

/** The fake provider on a free port of 127.0.0.1, its worlds frozen. */
export async function startFake(options: FakeOptions = {}): Promise<FakeServer> {
  const {
    checked = true,
    store = memoryStore(),
    publicUrl,
    callbackUrl,
    simulator = fake,
  } = options
  const reports: string[] = []
  const report = (sentence: string) => void reports.push(sentence)
  const provider: Provider = {
    simulator,
    mounts: [
      {
        mount: { spec: 'fake.yaml', basePath: '/v1' },
        spec: await (options.document ? compileSpec(options.document) : spec),
      },
    ],
  }
  const worlds = await openWorlds({
    simulators: [simulator],
    store,
    clock: 'frozen',
    seed: 'tests',
    policy: { allow: [], timeout: 2000 },
    report,
    ...defined({
      callbackUrl,
      callbackCheck: checked ? callbackCheck([simulator], () => webhooks) : undefined,
    }),
  })
  if (!options.early) await worlds.openAll()
  await worlds.start()
  const hosted = worlds.get('default')
  if (!hosted) throw new Error('there is no default world')
  const http: HttpOptions = {
    providers: new Map([
      [SLUG, { simulator, ready: () => provider, compile: async () => provider }],
    ]),
    worlds,
    publicUrl,
    access: openAccess({ token: undefined, hosts: [], cors: [] }, publicUrl),
    checked,
    report,
    rest: (_request, response, { world, path }) =>
      response.writeHead(404).end(JSON.stringify({ world, path })),
  }
  const listen = listener(http, options.ownPort ? SLUG : undefined)
  const server = createServer((request, response) => {
    response.once('finish', () => options.left?.())
    listen(request, response)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    origin,
    worlds,
    world: hosted.world,
    runner: hosted.runner,
    journal: hosted.journal,
    reports,
    async call(
      method,
      path,
      {
        json,
        raw = json === undefined ? undefined : JSON.stringify(json),
        headers = {},
        key = keyOf('default'),
      } = {},
    ) {
      const answer = await fetch(origin + path, {
        method,
        headers: {
          ...(key === null ? {} : { 'X-Key': key }),
          ...(raw === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(raw === undefined ? {} : { body: raw }),
      })
      const text = await answer.text()
      const isJson = text !== '' && answer.headers.get('content-type') === 'application/json'
      return {
        status: answer.status,
        headers: answer.headers,
        text,
        body: isJson ? (JSON.parse(text) as unknown) : undefined,
      }
    },
    state: () =>
      JSON.stringify([
        hosted.world.random.state(),
        [...hosted.world.records]
          .filter(([, kept]) => kept.size > 0)
          .map(([name, kept]) => [name, [...kept]]),
      ]),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
      await worlds.close()
    },
  }
}
