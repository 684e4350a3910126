// The server put together: specs compiled, worlds opened, one listener for all of it.
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal } from '../state/refusal.ts'
import type { Store } from '../stores/store.ts'
import type { DeliveryPolicy } from './deliver.ts'
import { type HttpOptions, type Listener, listener } from './http.ts'
import { type KnownProvider, knownProvider } from './provider.ts'
import { openWorlds, type Worlds, type WorldsOptions } from './worlds.ts'

/** Who may use `/_sim`. */
export interface ControlPolicy {
  /** Demanded as `Authorization: Bearer <token>` where set. */
  readonly token: string | undefined
  /** Host names answered to besides loopback. */
  readonly hosts: readonly string[]
}

export interface ServerOptions extends WorldsOptions {
  readonly control: ControlPolicy
  /** What hrefs begin with, instead of the request's Host. Without a trailing slash. */
  readonly publicUrl?: string
  /** False lets replies through that break their spec. */
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
  /** For one port; with a slug, that provider is mounted at `/` there. */
  readonly listener: (ownSlug?: string) => Listener
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
 * @throws StoreError where the kept state cannot be used
 * @throws Refusal `invalid-request` where the stock is wrong
 */
export async function openServer(options: ServerOptions): Promise<SimulatorServer> {
  const { store, publicUrl, control, policy, report } = options
  const known = await Promise.all(options.simulators.map(knownProvider))
  const providers = new Map(known.map((provider) => [provider.simulator.slug, provider]))
  const worlds = await openWorlds(options)
  let rest: Promise<HttpOptions['rest']> | undefined

  const server: SimulatorServer = {
    version: await packageVersion(),
    providers,
    worlds,
    store,
    publicUrl,
    control,
    policy,
    report,
    listener: (ownSlug) =>
      listener(
        {
          providers,
          worlds,
          store,
          publicUrl,
          checked: options.checked,
          report,
          rest: (request, response, world, path) => {
            // Express is loaded when it is first asked for: a provider's first answer does not wait for it.
            rest ??= import('../control/app.ts').then(({ controlApp }) => controlApp(server))
            rest.then(
              (serve) => serve(request, response, world, path),
              (error: unknown) => fail(response, error, report),
            )
          },
        },
        ownSlug,
      ),
    close: () => worlds.close(),
  }
  return server
}

function fail(
  response: ServerResponse<IncomingMessage>,
  error: unknown,
  report: (sentence: string) => void,
): void {
  report(error instanceof Error ? (error.stack ?? error.message) : String(error))
  response.writeHead(500, { 'Content-Type': 'application/problem+json' })
  response.end(
    JSON.stringify({
      title: 'Internal error',
      status: 500,
      detail: new Refusal('internal', String(error)).message,
    }),
  )
}
