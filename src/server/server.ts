// The server put together: specs compiled, worlds opened, one listener for all of it.
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { defined } from '../state/defined.ts'
import type { Store } from '../stores/store.ts'
import type { DeliveryPolicy } from './deliver.ts'
import { type Listener, listener, type RestListener } from './http.ts'
import { type KnownProvider, knownProvider } from './provider.ts'
import { traceOf } from './reason.ts'
import { type Redactor, reportWithout } from './redaction/redactor.ts'
import { callbackCheck } from './webhooks.ts'
import { openWorlds, type Worlds, type WorldsOptions } from './worlds.ts'

/** Who may use `/_sim`. */
export interface ControlPolicy {
  /** Demanded as `Authorization: Bearer <token>` where set. */
  readonly token: string | undefined
  /** Host names answered to besides loopback. */
  readonly hosts: readonly string[]
}

export interface ServerOptions extends Omit<WorldsOptions, 'callbackCheck' | 'controlToken'> {
  readonly control: ControlPolicy
  /**
   * Makes what serves `/_sim` and whatever is nobody's, when that is first
   * asked for.
   */
  readonly rest: (server: SimulatorServer) => Promise<RestListener>
  /** What hrefs begin with, instead of the request's Host. Without a trailing slash. */
  readonly publicUrl?: string
  /** False lets replies and callbacks through that break their spec. */
  readonly checked: boolean
}

export interface SimulatorServer {
  readonly version: string
  readonly providers: ReadonlyMap<string, KnownProvider>
  readonly worlds: Worlds
  readonly store: Store
  readonly publicUrl: string | undefined
  readonly control: ControlPolicy
  readonly policy: DeliveryPolicy
  readonly report: (sentence: string) => void
  /** Strikes the secrets out of what is shown. */
  readonly redactor: Redactor
  /** For one port; with a slug, that provider is mounted at `/` there. */
  readonly listener: (ownSlug?: string) => Listener
  /** Breaks off what runs by itself; answers are still given. Advances under way end and say so. */
  readonly stop: () => void
  /** Stops what runs, keeps everything, lets go of the store. */
  readonly close: () => Promise<void>
}

/** The version in package.json. */
export async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string }
  return version
}

/**
 * @throws StoreError where the kept world `default` cannot be used, and is not damaged
 * @throws Refusal `invalid-request` where the stock is wrong
 */
export async function openServer(options: ServerOptions): Promise<SimulatorServer> {
  const { simulators, store, publicUrl, control, policy, checked } = options
  const known = await Promise.all(simulators.map(knownProvider))
  const providers = new Map(known.map((provider) => [provider.simulator.slug, provider]))
  const worlds = await openWorlds({
    ...options,
    controlToken: control.token,
    ...defined({ callbackCheck: checked ? callbackCheck(simulators) : undefined }),
  })
  const { redactor } = worlds
  const report = reportWithout(redactor, options.report)
  // What cannot be opened is told before anything is served.
  await worlds.openAll()
  await worlds.start()

  let opened: Promise<RestListener> | undefined
  const rest: RestListener = (request, response, target) => {
    opened ??= options.rest(server)
    opened.then(
      (serve) => serve(request, response, target),
      (error: unknown) => fail(response, error, server),
    )
  }
  const http = { providers, worlds, store, publicUrl, checked, report, rest }
  const server: SimulatorServer = {
    version: await packageVersion(),
    providers,
    worlds,
    store,
    publicUrl,
    control,
    policy,
    report,
    redactor,
    listener: (ownSlug) => listener(http, ownSlug),
    stop: () => worlds.stop(),
    close: () => worlds.close(),
  }
  return server
}

function fail(
  response: ServerResponse,
  error: unknown,
  { report, redactor }: Pick<SimulatorServer, 'report' | 'redactor'>,
): void {
  report(traceOf(error))
  response.writeHead(500, { 'Content-Type': 'application/problem+json' })
  const detail = redactor.redacted(String(error), 'sentence')
  response.end(JSON.stringify({ title: 'Internal error', status: 500, detail }))
}
