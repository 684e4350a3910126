// The numbered sentences of the providers' documents, as `specs/statements` has them.
import { existsSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { knownSimulators } from '../simulators/index.ts'
import { knownPlugins } from '../simulators/plugins.ts'
import { packageFile } from '../state/shipped-files.ts'
import type { OwnSource } from '../workflows/sources.ts'

/** A sentence that says how a provider behaves. */
export interface Statement {
  /** As in `ESG-126`; no other sentence of any provider has it. */
  readonly id: string
  /** Where it stands. */
  readonly place: string
  /** Of the operations it is about: operationIds, those of webhooks too; `*` for every one. */
  readonly operations: readonly string[]
  readonly says: string
  /** `inferred` where it only follows from something else; absent where somebody published it. */
  readonly provenance?: 'inferred'
  /** Why it is not simulated, where that is so. */
  readonly gap?: string
}

/** Names every operation of a provider. */
export const EVERY_OPERATION = '*'

const read = new Map<string, readonly Statement[]>()

/**
 * The sentences about a spec, in their order; none where there are none.
 * @param spec the name of its file, as in `highland.yaml`
 */
export function statementsOf(spec: string): readonly Statement[] {
  const known = read.get(spec)
  if (known) return known
  const file = placeOf(spec)
  const statements = existsSync(file) ? (parse(readFileSync(file, 'utf8')) as Statement[]) : []
  read.set(spec, statements)
  return statements
}

/** Where they stand: below `specs`, or where a package of its own says. */
function placeOf(spec: string): URL | string {
  const own = knownPlugins().flatMap(({ mounts }) => mounts)
  const mount = own.find((each) => each.spec === spec)
  if (mount) return mount.statements ?? ''
  return packageFile(`specs/statements/${spec}`)
}

/** The sentences about every version of a provider's API. */
export function statementsOfProvider(slug: string): readonly Statement[] {
  return specsOf(slug).flatMap(statementsOf)
}

/** The files of a provider's specs, each once. */
export function specsOf(slug: string): string[] {
  const mounts = knownSimulators().find((each) => each.slug === slug)?.mounts ?? []
  return [...new Set(mounts.map(({ spec }) => spec))]
}

/** The file of the spec that a source of ours is; `undefined` for the control API. */
export function specOf({ slug, basePath }: OwnSource): string | undefined {
  const mounts = knownSimulators().find((each) => each.slug === slug)?.mounts
  return mounts?.find((mount) => mount.basePath === basePath)?.spec
}
