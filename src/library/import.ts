// A real account as a seed file: read over the provider's API, and written so that a simulator begins with it.
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { CannotRead, openAccount } from '../contracts/import/account.ts'
import { OtherImport, openPartFile } from '../contracts/import/part-file.ts'
import { type ReadProgress, readAccount } from '../contracts/import/read-account.ts'
import { seedProblems } from '../contracts/import/seed-problems.ts'
import { type LeftOut, leftText, writeSeed } from '../contracts/import/seed-writer.ts'
import { asItIs, standIns } from '../contracts/import/stand-ins.ts'
import type { TargetFile } from '../contracts/target-file.ts'
import { ControlError, NoAnswer } from '../control/client.ts'
import { controlClient } from '../control/node-client.ts'
import { clientsIn, keysIn } from '../control/world-shown.ts'
import { unknownName } from '../server/nearest.ts'
import { wallNow } from '../server/ticker.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import type { ImportPlan } from '../simulators/import-plan.ts'
import { knownSimulators } from '../simulators/index.ts'
import { basesOf, type Simulator } from '../simulators/simulator.ts'
import { defined } from '../state/defined.ts'
import { isoDay } from '../state/instant.ts'
import { readSource } from '../workflows/sources.ts'
import { targetFileOf } from './contracts.ts'
import { CannotImport } from './run-problems.ts'

export { CannotImport } from './run-problems.ts'

export interface ImportOptions {
  /** Slug of the provider; a target file may say it. */
  readonly provider?: string | undefined
  /** The file of a real endpoint, or the URL of a simulator. */
  readonly target: string
  /** The seed file that is written. */
  readonly out: string
  /** Names, e-mail addresses, phone numbers and codes stay as they are. */
  readonly keepNames?: boolean
  /** A seed file that is there is written anew. */
  readonly force?: boolean
  /** What the provider's plan asks for. */
  readonly inputs?: Readonly<Record<string, string>>
  /** Of a simulator: the world that is read, and the token of its control API. */
  readonly world?: string | undefined
  readonly token?: string | undefined
  readonly onProgress?: (progress: ReadProgress) => void
}

/** What an import came to. */
export interface Imported {
  readonly file: string
  readonly provider: string
  readonly target: string
  /** Entries of the seed file, by the names of its lists. */
  readonly taken: Readonly<Record<string, number>>
  /** What could not be taken over, by the reason. */
  readonly left: readonly LeftOut[]
  /** Requests that this run has sent. */
  readonly requests: number
}

/**
 * Imports an account. What was read is kept in `<out>.part` until all of it is there: a later call goes
 * on with it.
 * @throws CannotImport, MistakesError, CannotRunWorkflows
 */
export async function importAccount(options: ImportOptions): Promise<Imported> {
  const { out, force = false, keepNames = false, onProgress = () => {} } = options
  if (existsSync(out) && !force)
    throw new CannotImport(`${out} is there already: name another --out, or --force writes it anew`)
  const { simulator, file } = await endpointOf(options)
  const { slug } = simulator
  const plan = await simulator.importPlan?.()
  if (!plan || plan.reads.length === 0)
    throw new CannotImport(`nothing can be imported of ${slug}: ${whyNothing(plan)}`)
  const inputs = checkedInputs(plan, options.inputs ?? {})
  const source = await readSource({ name: slug, url: sourceOf(simulator, file) }, '', () => {})
  const from = `${out}.part`
  const names = keepNames ? 'kept' : 'stand-ins'
  const of = { provider: slug, target: file.baseUrl, names, inputs } as const
  const problemOf = seedProblems(slug, plan.parts)
  const nameOf = keepNames ? asItIs : standIns(JSON.stringify(file.credentials))
  await using account = await openAccount(file, source)
  try {
    await using part = await openPartFile(from, of)
    await readAccount({ account, plan, part, nameOf, inputs, problemOf, onProgress })
    const title = titleOf(of)
    const { taken, left } = await writeSeed({ provider: slug, plan, from, to: out, title })
    await rm(from)
    const requests = account.sent
    return { file: out, provider: slug, target: file.baseUrl, taken, left, requests }
  } catch (error) {
    throw reasonOf(error, from)
  }
}

function titleOf({ provider, target, names }: { provider: string; target: string; names: string }) {
  const how = names === 'kept' ? 'names as they are' : 'stand-ins for names, numbers and codes'
  return `The account of ${provider} at ${target} on ${isoDay(wallNow())}, with ${how}.`
}

function whyNothing(plan: ImportPlan | undefined): string {
  const [[what, why] = ['', 'nothing says how its account is read']] = Object.entries(
    plan?.left ?? {},
  )
  return what === '' ? why : `${what}: ${why}`
}

/** The same error, or a sentence that says what was kept. */
function reasonOf(error: unknown, part: string): unknown {
  if (error instanceof OtherImport)
    return new CannotImport(
      `${part} is left of another import: go on with that, or remove the file to begin anew`,
    )
  if (error instanceof CannotRead)
    return new CannotImport(
      `${error.message}; what was read until then is in ${part}: the same command goes on from there`,
    )
  const { code, syscall } = error as NodeJS.ErrnoException
  if (syscall === undefined) return error
  const why = code === 'ENOENT' ? 'there is no such folder' : code
  return new CannotImport(`${part} and the file it becomes cannot be written: ${why}`)
}

/** Whose account it is, and where. @throws CannotImport, MistakesError, CannotRunWorkflows */
async function endpointOf(
  options: ImportOptions,
): Promise<{ simulator: Simulator; file: TargetFile }> {
  const { target, provider } = options
  if (target === 'sim')
    throw new CannotImport(
      'name whose account is read: --target FILE of a real endpoint, or the URL of a simulator',
    )
  if (/^https?:\/\//.test(target)) {
    const simulator = simulatorOf(provider)
    return { simulator, file: await worldAsTarget(options, simulator) }
  }
  const file = await targetFileOf(target)
  if (!file) throw new CannotImport(`${target} is no target file`)
  if (provider !== undefined && file.provider !== undefined && file.provider !== provider)
    throw new CannotImport(`${target} is of ${file.provider}, and --provider says ${provider}`)
  return { simulator: simulatorOf(provider ?? file.provider), file }
}

/** @throws CannotImport */
function simulatorOf(slug: string | undefined): Simulator {
  const slugs = knownSimulators().map((each) => each.slug)
  if (slug === undefined)
    throw new CannotImport(`name whose API it is, as in --provider esim-go: ${slugs.join(', ')}`)
  const found = knownSimulators().find((each) => each.slug === slug)
  if (!found) throw new CannotImport(unknownName('no provider', slug, slugs))
  return found
}

/** A world of a simulator, with its own credentials and as fast as it answers. @throws CannotImport */
async function worldAsTarget(
  { target, token, world = DEFAULT_WORLD }: ImportOptions,
  simulator: Simulator,
): Promise<TargetFile> {
  const url = target.replace(/\/+$/, '')
  const { slug } = simulator
  const shown = await controlClient({ url, token })
    .call('getWorld', { path: { name: world } })
    .catch((error: unknown) => {
      if (error instanceof NoAnswer)
        throw new CannotImport(
          `no simulator answers at ${url}; a real endpoint is named by its file: --target FILE`,
        )
      throw error instanceof ControlError ? new CannotImport(`${url}: ${error.message}`) : error
    })
  const credentials = shown.credentials[slug] ?? {}
  const [client] = clientsIn(credentials)
  const { tokenUrl } = credentials
  const [first = ''] = basesOf(simulator)
  const base = shown.baseUrls[slug] ?? `${url}/${slug}${first}`
  // The newest version tells most. What the document's paths begin with is none of the base.
  const newest = simulator.mounts.findLast(({ isUnlisted }) => !isUnlisted)
  return {
    file: url,
    provider: slug,
    baseUrl: base.slice(0, base.length - first.length) + (newest?.basePath ?? ''),
    credentials: defined({
      apiKey: keysIn(credentials)[0],
      clientId: client?.client,
      clientSecret: client?.secret,
      tokenUrl,
    }),
    rate: Number.POSITIVE_INFINITY,
    volatile: [],
    known: [],
  }
}

/** The document of the version that an endpoint is of. */
function sourceOf({ slug, mounts }: Simulator, { baseUrl }: TargetFile): string {
  const mount = mounts.find(({ basePath }) => basePath !== '' && baseUrl.endsWith(basePath))
  return `esimulator:${slug}${mount?.basePath ?? ''}`
}

/** @throws CannotImport for what is missing, or not asked for */
function checkedInputs(
  { inputs: asked = {} }: ImportPlan,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(asked, name))
  if (unknown !== undefined)
    throw new CannotImport(
      `--input ${unknown}: ${unknownName('no input', unknown, Object.keys(asked))}`,
    )
  for (const [name, { says, isNeeded }] of Object.entries(asked))
    if (isNeeded && given[name] === undefined)
      throw new CannotImport(`give ${says}, as in --input ${name}=...`)
  return given
}

export { leftText }
