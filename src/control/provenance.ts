// Where every operation of a provider comes from, and what is not simulated.
import type { Provider } from '../server/provider.ts'
import { reply } from '../simulators/call.ts'
import { type ControlHandlers, providerOf } from './call.ts'

export interface OperationProvenance {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly summary?: string
  /** documented, public, inferred or invented. */
  readonly provenance?: string
  /** What it does to the outside: reads, changes, spends; by variant where a parameter decides. */
  readonly effect?: unknown
  /** Why it answers 501, where it does. */
  readonly gap?: string
}

export interface ProvenanceShown {
  readonly provider: string
  readonly title: string
  /** Operations by mark. */
  readonly counts: Readonly<Record<string, number>>
  readonly gaps: Readonly<Record<string, string>>
  readonly operations: readonly OperationProvenance[]
}

export interface ProvenanceRow extends Omit<ProvenanceShown, 'gaps' | 'operations'> {
  readonly operations: number
  readonly gaps: number
}

function operationsOf({ simulator, mounts }: Provider): OperationProvenance[] {
  return mounts.flatMap(({ mount, spec }) =>
    [...spec.operations.values()].map(({ id, method, path, object }) => {
      const { summary, 'x-provenance': provenance, 'x-effect': effect } = object
      const gap = simulator.gaps?.[id]
      return {
        id,
        method,
        path: mount.basePath + path,
        ...(summary === undefined ? {} : { summary }),
        ...(provenance === undefined ? {} : { provenance }),
        ...(effect === undefined ? {} : { effect }),
        ...(gap === undefined ? {} : { gap }),
      }
    }),
  )
}

function provenanceOf(provider: Provider): ProvenanceShown {
  const { slug, title, gaps = {} } = provider.simulator
  const operations = operationsOf(provider)
  const counts: Record<string, number> = {}
  for (const { provenance = 'unmarked' } of operations)
    counts[provenance] = (counts[provenance] ?? 0) + 1
  return { provider: slug, title, counts, gaps, operations }
}

export const provenanceHandlers: ControlHandlers = {
  async listProvenance({ server }) {
    const compiled = await Promise.all(
      [...server.providers.values()].map((provider) => provider.compile()),
    )
    const providers = compiled.map((provider): ProvenanceRow => {
      const { operations, gaps, ...rest } = provenanceOf(provider)
      return { ...rest, operations: operations.length, gaps: Object.keys(gaps).length }
    })
    return reply(200, { providers })
  },
  getProvenance: async ({ server, path }) =>
    reply(200, provenanceOf(await providerOf(server, String(path.slug)).compile())),
}
