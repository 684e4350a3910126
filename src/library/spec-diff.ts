// Two versions of an API compared, with what a change touches of suites, statements and handlers.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type SpecDiff, specDiff } from '../contracts/spec-diff/result.ts'
import { providerOf } from '../contracts/spec-diff/touches.ts'
import { unknownName } from '../server/nearest.ts'
import { knownSimulators } from '../simulators/index.ts'
import { readSource, refsNowhere, type Source, SourceError } from '../workflows/sources.ts'
import { suiteFiles } from './contracts.ts'
import { CannotRunWorkflows, planWorkflows } from './workflows.ts'

export interface SpecDiffOptions {
  /** Whose API it is; found by its operations unless given. */
  readonly provider?: string | undefined
  /** Files of workflows, by name or pattern, besides the provider's own suites. */
  readonly suites?: readonly string[]
}

/**
 * Compares two versions of an API, for a client that was written against the old one.
 * @param old a file, a URL, or `esimulator:slug/v2.4`
 * @throws CannotRunWorkflows where one cannot be read, MistakesError for a suite
 */
export async function diffSpecs(
  old: string,
  now: string,
  { provider, suites = [] }: SpecDiffOptions = {},
): Promise<SpecDiff> {
  const slugs = knownSimulators().map(({ slug }) => slug)
  if (provider !== undefined && !slugs.includes(provider))
    throw new CannotRunWorkflows(unknownName('no provider', provider, slugs))
  const sources = { old: await read(old), new: await read(now) }
  const slug = provider ?? ownSlug(sources.old) ?? ownSlug(sources.new) ?? providerOf(sources.old)
  const isOurs = slug !== undefined && slugs.includes(slug)
  const files = [...(isOurs ? suiteFiles(slug) : []), ...suites]
  const cases = files.length === 0 ? [] : await planWorkflows(files)
  return specDiff({ provider: isOurs ? slug : undefined, sources, cases })
}

const ownSlug = ({ simulator }: Source) => simulator?.slug

/** @throws CannotRunWorkflows */
async function read(url: string): Promise<Source> {
  const isFile = !/^(?:https?|file|esimulator):/.test(url)
  if (isFile && !(existsSync(url) && statSync(url).isFile()))
    throw new CannotRunWorkflows(
      `there is no file ${url}: give a file, a URL, or esimulator:<provider>`,
    )
  try {
    const here = join(process.cwd(), 'here')
    const source = await readSource({ name: url, url, type: 'openapi' }, here, () => {})
    const [missing] = refsNowhere(source.document)
    if (missing === undefined) return source
    throw new SourceError(`${url} cannot be compared: ${missing}`)
  } catch (error) {
    throw error instanceof SourceError ? new CannotRunWorkflows(error.message) : error
  }
}
