// Contracts of Pact verified from a program: against a simulator, or a real endpoint.
import { readFile } from 'node:fs/promises'
import { type BrokerOptions, brokerPacts } from '../contracts/pact/broker.ts'
import type { Verified } from '../contracts/pact/interaction-run.ts'
import { findPact, PactMissing } from '../contracts/pact/load-pact.ts'
import { type Interaction, NoPact, type PactSource, readPact } from '../contracts/pact/pact-file.ts'
import { verifyInteractions } from '../contracts/pact/verify.ts'
import { realTarget } from '../contracts/real-target.ts'
import { packageVersion } from '../server/server.ts'
import { wallNow } from '../server/ticker.ts'
import type { Simulator } from '../simulators/simulator.ts'
import { defined } from '../state/defined.ts'
import { iso } from '../state/instant.ts'
import { reasonOf } from '../state/reason.ts'
import type { Effect } from '../workflows/effect.ts'
import type { RunResult } from '../workflows/result.ts'
import { openSender } from '../workflows/send.ts'
import { readOwnSource, type Source } from '../workflows/sources.ts'
import { targetFileOf } from './contracts.ts'
import { providerNamed } from './provider-named.ts'
import { CannotRunWorkflows, filesOf, targetOf } from './workflows.ts'

/** What is verified, and against what. */
export interface PactOptions {
  /** The slug of the provider that the contracts are with. */
  readonly provider: string
  /** `sim`, the URL of a running simulator, or the file of a real endpoint; `sim` unless given. */
  readonly target?: string | undefined
  /** The token of the simulator at that URL, where it asks for one. */
  readonly token?: string | undefined
  /** Where contracts are had beside those of the files. */
  readonly broker?: Omit<BrokerOptions, 'provider'> & { readonly provider?: string | undefined }
  /** What is random in the worlds comes of it; `esimulator` unless given. */
  readonly seed?: string
  /** How many interactions are verified at a time; 2 unless given. */
  readonly jobs?: number
  /** Draws the order in which they are verified. */
  readonly shuffle?: string | undefined
  /** The most that an interaction may do to a real endpoint: only reading unless given. */
  readonly allow?: Effect
  /** Leaves the worlds where they are. */
  readonly keep?: boolean
  readonly signal?: AbortSignal
}

/** Wall ms that an answer may take. */
const LONGEST_ANSWER = 30_000

/** What addresses are told as that are others at each run. */
const SIMULATOR_TOLD = '127.0.0.1:4010'

/**
 * Verifies consumer contracts with the package's own verifier: each interaction in a world of its
 * own that is as its provider states say.
 *
 * @example
 * const { outcome } = await verifyPacts('pacts/*.json', { provider: 'esim-go' })
 *
 * @param files names or patterns
 * @throws CannotRunWorkflows where the package is not installed, a file is no contract, or there is
 *   nothing to verify
 */
export async function verifyPacts(
  files: string | readonly string[],
  options: PactOptions,
): Promise<RunResult> {
  const { seed = 'esimulator', jobs = 2, shuffle, signal, provider: slug } = options
  const startedAt = wallNow()
  const provider = providerNamed(slug)
  const core = withoutPact(() => findPact())
  const interactions = await interactionsOf([files].flat(), options)
  if (interactions.length === 0)
    throw new CannotRunWorkflows('name the contracts, as in: pacts/*.json, or a broker')
  const sender = openSender(LONGEST_ANSWER, { stop: signal })
  const where = await whereOf(options, provider, seed)
  try {
    const cases = await verifyInteractions(interactions, {
      ...where.verified,
      sender,
      timeout: LONGEST_ANSWER,
      core,
      jobs,
      shuffle,
      signal,
      addresses: where.host === undefined ? {} : { [where.host]: SIMULATOR_TOLD },
    })
    const isBad = cases.some(({ outcome }) => outcome === 'failed')
    return defined({
      format: 1 as const,
      version: await packageVersion(),
      outcome: isBad ? ('failed' as const) : ('passed' as const),
      target: where.verified.target.name,
      seed,
      shuffle,
      startedAt: iso(startedAt),
      duration: Math.round(wallNow() - startedAt),
      cases,
    })
  } finally {
    sender.close()
    await where.verified.target.close()
  }
}

/** @throws CannotRunWorkflows */
async function interactionsOf(
  patterns: readonly string[],
  { broker, provider }: PactOptions,
): Promise<Interaction[]> {
  const files = filesOf(patterns).toSorted()
  const read = files.map(async (file): Promise<PactSource> => ({ file, text: await textOf(file) }))
  const sources = await Promise.all(read)
  try {
    const own = broker && { ...broker, provider: broker.provider ?? provider }
    return [...sources, ...(own ? await brokerPacts(own) : [])].flatMap(readPact)
  } catch (error) {
    if (error instanceof NoPact) throw new CannotRunWorkflows(error.message)
    throw error
  }
}

/** @throws CannotRunWorkflows */
async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const reason = reasonOf(error)
    throw new CannotRunWorkflows(`${file} cannot be read: ${reason}`)
  }
}

/** @throws CannotRunWorkflows where the package is not there */
function withoutPact<T>(find: () => T): T {
  try {
    return find()
  } catch (error) {
    if (error instanceof PactMissing) throw new CannotRunWorkflows(error.message)
    throw error
  }
}

/** The documents of a provider, one for each version of its API. */
export async function ownSources({ slug, mounts }: Simulator): Promise<Source[]> {
  const urls = mounts.map(({ basePath }) => `esimulator:${slug}${basePath}`)
  return Promise.all(urls.map((url) => readOwnSource(slug, url)))
}

interface Where {
  readonly verified: Omit<Verified, 'sender' | 'timeout'>
  /** Of a simulator that was started for it. */
  readonly host?: string | undefined
}

/** @throws CannotRunWorkflows, MistakesError where the target is none */
async function whereOf(options: PactOptions, provider: Simulator, seed: string): Promise<Where> {
  const { target: named = 'sim', token, keep, allow = 'reads' } = options
  const sources = await ownSources(provider)
  const file = await targetFileOf(named)
  if (file) {
    if (file.provider !== undefined && file.provider !== provider.slug)
      throw new CannotRunWorkflows(`${named} is of ${file.provider}, and not of ${provider.slug}`)
    const target = realTarget({ file, allow, maxWait: 0 })
    const session = await target.open('pact', {}, sources)
    const forbids = session.forbids?.bind(session)
    return { verified: defined({ target, provider, sources, forbids }) }
  }
  const opened = await targetOf(defined({ target: named, token, keep }), seed)
  const url = opened.url ?? named.replace(/\/+$/, '')
  return {
    verified: { target: opened.target, provider, sources, simulator: { url, token } },
    host: opened.host,
  }
}
