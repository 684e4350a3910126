// The server put together: specs compiled, worlds opened, one listener for all of it.
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { makeKnownWhileServed } from '../simulators/plugins.ts'
import { defined } from '../state/defined.ts'
import { traceOf } from '../state/reason.ts'
import { packageFile } from '../state/shipped-files.ts'
import type { Store } from '../stores/store.ts'
import { type Access, type AccessPolicy, openAccess } from './access.ts'
import type { Counts } from './counts.ts'
import type { DeliveryPolicy } from './deliver.ts'
import { readFaults } from './faults/read-fault.ts'
import { type Listener, listener, type RestListener } from './http.ts'
import { type KnownProvider, knownProvider } from './provider.ts'
import { type HostMap, openProviderHosts } from './provider-hosts.ts'
import { type Redactor, reportWithout } from './redaction/redactor.ts'
import { openReplicas, type Replicas } from './replicas/replicas.ts'
import type { Upstream } from './upstream.ts'
import { type CallbackCheck, callbackCheck } from './webhooks.ts'
import { openWorlds, type Worlds, type WorldsOptions } from './worlds.ts'

export interface ServerOptions
  extends Omit<WorldsOptions, 'callbackCheck' | 'controlToken' | 'faults'> {
  /** Faults of new worlds, unchecked; `faults` of the stock are set, too. */
  readonly faults?: readonly unknown[]
  readonly access: AccessPolicy
  /** Hosts that stand for a provider besides those of the real APIs, with its slug. */
  readonly hostMap?: HostMap
  /**
   * Makes what serves `/_sim` and whatever is nobody's, when that is first
   * asked for.
   */
  readonly rest: (server: SimulatorServer) => Promise<RestListener>
  /** What hrefs begin with, instead of the request's Host. Without a trailing slash. */
  readonly publicUrl?: string
  /** False lets replies and callbacks through that break their spec. */
  readonly checked: boolean
  /** A name for this start, that its health tells. */
  readonly instance?: string
  /** Real endpoints that answer in the place of providers, by slug. */
  readonly upstreams?: Readonly<Record<string, Upstream>>
}

export interface SimulatorServer {
  readonly version: string
  /** A name for this start, where it was given one. */
  readonly instance: string | undefined
  readonly providers: ReadonlyMap<string, KnownProvider>
  readonly worlds: Worlds
  readonly store: Store
  readonly publicUrl: string | undefined
  readonly access: Access
  readonly policy: DeliveryPolicy
  /** Holds a callback to the specs. */
  readonly callbackProblems: CallbackCheck
  readonly report: (sentence: string) => void
  /** Strikes the secrets out of what is shown. */
  readonly redactor: Redactor
  /** Finds worlds that are elsewhere, where replicas share the store. */
  readonly replicas: Replicas | undefined
  /** What it has counted since its start. */
  readonly counts: Counts
  /** True once it was told to leave or to stop. */
  readonly isEnding: () => boolean
  /** For one port; with a slug, that provider is mounted at `/` there. */
  readonly listener: (ownSlug?: string) => Listener
  /** Has something end when the simulator stops; what it still does is waited for before that closes. */
  readonly whenStopping: (end: () => Promise<void>) => void
  /**
   * Hands every world to the other replicas, where there are any, and passes on what still comes.
   * Resolves when this one is no longer needed.
   */
  readonly leave: () => Promise<void>
  /** Breaks off what runs by itself; answers are still given. Advances under way end and say so. */
  readonly stop: () => void
  /** Stops what runs, keeps everything, lets go of the store. */
  readonly close: () => Promise<void>
}

/** The version in package.json. */
export async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(packageFile('package.json'), 'utf8')) as {
    version: string
  }
  return version
}

/**
 * @throws StoreError where the kept world `default` cannot be used, and is not damaged
 * @throws Refusal `invalid-request` where the stock or a fault is wrong, or who may use it
 */
export async function openServer(options: ServerOptions): Promise<SimulatorServer> {
  const { simulators, store, publicUrl, policy, checked } = options
  const access = openAccess(
    options.access,
    publicUrl,
    openProviderHosts(simulators, options.hostMap ?? {}),
  )
  const known = await Promise.all(
    simulators.map((each) => knownProvider(each, options.upstreams?.[each.slug])),
  )
  const providers = new Map(known.map((provider) => [provider.simulator.slug, provider]))
  const problemsOf = callbackCheck(simulators)
  const worlds = await openWorlds({
    ...options,
    ...(await contentOf(options)),
    controlToken: access.token,
    ...defined({ callbackCheck: checked ? problemsOf : undefined }),
  })
  const { redactor, counts } = worlds
  const report = reportWithout(redactor, options.report)
  // What cannot be opened is told before anything is served.
  await worlds.openAll()
  await worlds.start()
  const noLongerServed = makeKnownWhileServed(simulators)

  let opened: Promise<RestListener> | undefined
  const rest: RestListener = (request, response, target) => {
    opened ??= options.rest(server)
    opened.then(
      (serve) => serve(request, response, target),
      (error: unknown) => fail(response, error, server),
    )
  }
  const ending = openEnding()
  const replicas = worlds.shared && openReplicas(worlds.shared, counts)
  const http = { providers, worlds, publicUrl, access, checked, report, rest, replicas, counts }
  const server: SimulatorServer = {
    version: await packageVersion(),
    instance: options.instance,
    providers,
    worlds,
    store,
    publicUrl,
    access,
    policy,
    callbackProblems: problemsOf,
    report,
    redactor,
    replicas,
    counts,
    listener: (ownSlug) => listener(http, ownSlug),
    whenStopping: ending.add,
    isEnding: () => ending.isTold,
    leave: async () => ending.tell(replicas)?.leave(),
    stop() {
      ending.begin()
      worlds.stop()
    },
    async close() {
      noLongerServed()
      await ending.begin()
      await worlds.close()
      replicas?.close()
    },
  }
  return server
}

/** What ends before the worlds are closed. */
function openEnding() {
  const ends = new Set<() => Promise<void>>()
  let ended: Promise<unknown> | undefined
  let isTold = false
  return {
    get isTold() {
      return isTold
    },
    /** From now on it is known to come to its end. @returns what it was given */
    tell<T>(whom: T): T {
      isTold = true
      return whom
    },
    add(end: () => Promise<void>): void {
      if (ended) ended = Promise.allSettled([ended, end()])
      else ends.add(end)
    },
    begin(): Promise<unknown> {
      isTold = true
      ended ??= Promise.allSettled([...ends].map((end) => end()))
      return ended
    },
  }
}

/** Stock and faults of new worlds: a seed file may have faults beside its providers. */
async function contentOf({ stock = {}, faults = [], simulators }: ServerOptions) {
  const { faults: inFile = [], ...ofProviders } = stock
  // Nobody who sets none waits for what checks them.
  const [own, others] = await Promise.all(
    [faults, inFile].map((list) =>
      Array.isArray(list) && list.length === 0 ? [] : readFaults(list, simulators),
    ),
  )
  return { stock: ofProviders, faults: [...(own ?? []), ...(others ?? [])] }
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
