// `esimulator proxy`: a client's own calls go on to a real endpoint, each held to the spec and written down.
import { realUpstream } from '../contracts/real-upstream.ts'
import { baseUrlsOf, ownBaseUrlsOf } from '../control/base-urls.ts'
import { targetFileOf } from '../library/contracts.ts'
import { listen } from '../server/listen.ts'
import { unknownName } from '../server/nearest.ts'
import { knownSimulators } from '../simulators/index.ts'
import type { Simulator } from '../simulators/simulator.ts'
import { defined } from '../state/defined.ts'
import { memoryStore } from '../stores/memory.ts'
import { CannotRun } from './cannot-run.ts'
import type { Run } from './command.ts'
import type { Config } from './config.ts'
import { openFromConfig, portsOf } from './open.ts'
import { checkExposure, stopOnSignal } from './until-stopped.ts'
import { withReason } from './with-reason.ts'

/** Serves until it is told to stop. @throws CannotRun, ListenError, Refusal */
export const proxy: Run = async (config) => {
  checkExposure(config)
  const { baseUrl, rate, simulator } = await endpointOf(config)
  const listening = await listen(config.host, portsOf(config))
  const { slug } = simulator
  const opened = realUpstream(defined({ baseUrl, rate }), simulator)
  const upstreams = { [slug]: opened.upstream }
  const clock = 'running' as const
  const server = await openFromConfig({ ...config, clock }, memoryStore(), undefined, { upstreams })
    // Nothing may hold the process where it has to say why it ends.
    .catch(async (error: unknown) => {
      opened[Symbol.dispose]()
      await listening.close(0)
      throw error
    })
  stopOnSignal(listening, server)
  listening.serve(server)

  const [main] = listening.endpoints
  const url = config.publicUrl ?? main?.url ?? ''
  const bases = baseUrlsOf(simulator, url)
  const own = listening.endpoints
    .filter((each) => each.slug === slug)
    .flatMap((each) => ownBaseUrlsOf(simulator, each.url))
  const baseUrls = [...bases, ...own]
  if (config.json) {
    const control = `${url}/_sim`
    console.log(JSON.stringify({ url, control, target: baseUrl, provider: slug, baseUrls }))
    return 0
  }
  console.log(`esimulator passes calls on to ${baseUrl}`)
  for (const base of baseUrls) console.log(`  base URL         ${base}`)
  console.log(`  control API      ${url}/_sim  (journal, faults; esimulator record, journal har)`)
  return 0
}

/** Where calls go, and of which provider that is. @throws CannotRun */
async function endpointOf({ target, provider }: Config) {
  if (target === undefined || target === 'sim')
    throw new CannotRun(
      'name the real endpoint: --target URL, or --target FILE as `run` takes it; with a URL also --provider',
    )
  if (/^https?:\/\//.test(target)) return { ...urlOf(target), simulator: simulatorOf(provider) }
  const file = await withReason(() => targetFileOf(target))
  if (!file) throw new CannotRun(`${target} is no target file`)
  if (file.provider !== undefined && provider !== undefined && file.provider !== provider)
    throw new CannotRun(`${target} is of ${file.provider}, and --provider says ${provider}`)
  const { baseUrl, rate } = file
  return { baseUrl, rate, simulator: simulatorOf(file.provider ?? provider) }
}

/** @throws CannotRun */
function urlOf(target: string): { readonly baseUrl: string; readonly rate: undefined } {
  if (!URL.canParse(target)) throw new CannotRun(`${target} is no URL`)
  const { username, password, search, hash } = new URL(target)
  if (username || password || search || hash)
    throw new CannotRun('the target is a URL without a credential, a query and a fragment')
  return { baseUrl: target.replace(/\/+$/, ''), rate: undefined }
}

/** @throws CannotRun */
function simulatorOf(slug: string | undefined): Simulator {
  const slugs = knownSimulators().map((each) => each.slug)
  if (slug === undefined)
    throw new CannotRun(
      `name the provider whose API it is, as in --provider esim-go: ${slugs.join(', ')}`,
    )
  const found = knownSimulators().find((each) => each.slug === slug)
  if (!found) throw new CannotRun(unknownName('no provider', slug, slugs))
  return found
}
