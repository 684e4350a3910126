// Where every operation of a provider comes from, and what is not simulated.

import type { OperationObject } from '../server/operation-object.ts'
import type { Provider } from '../server/provider.ts'
import { reply } from '../simulators/call.ts'
import { defined } from '../state/defined.ts'
import { type ControlHandlers, providerOf } from './call.ts'
import type { OperationProvenance, ProvenanceRow, ProvenanceShown } from './wire.ts'

/** The statuses that are documented by their number. */
function statusesOf({ responses }: OperationObject): number[] {
  return Object.keys(responses).map(Number).filter(Number.isInteger)
}

function operationsOf({ simulator, mounts }: Provider): OperationProvenance[] {
  const listed = mounts.filter(({ mount }) => !mount.isUnlisted)
  return listed.flatMap(({ mount, spec }) =>
    [...spec.operations.values()].map(({ id, method, path, object }) =>
      defined({
        id,
        method,
        path: mount.basePath + path,
        summary: object.summary,
        statuses: statusesOf(object),
        provenance: object['x-provenance'],
        effect: object['x-effect'],
        gap: simulator.gaps?.[id],
      }),
    ),
  )
}

function provenanceOf(provider: Provider): ProvenanceShown {
  const { slug, title, gaps = {}, callbacks } = provider.simulator
  const operations = operationsOf(provider)
  const counts: Record<string, number> = {}
  for (const { provenance = 'unmarked' } of operations)
    counts[provenance] = (counts[provenance] ?? 0) + 1
  const types = [...(callbacks?.types ?? [])]
  return { provider: slug, title, counts, gaps, operations, callbacks: types }
}

function provenanceRow(provider: Provider): ProvenanceRow {
  const { provider: slug, title, counts, gaps, operations } = provenanceOf(provider)
  return {
    provider: slug,
    title,
    counts,
    operations: operations.length,
    gaps: Object.keys(gaps).length,
  }
}

export const provenanceHandlers = {
  async listProvenance({ server }) {
    const known = [...server.providers.values()]
    const compiled = await Promise.all(known.map((provider) => provider.compile()))
    return reply(200, { providers: compiled.map(provenanceRow) })
  },
  getProvenance: async ({ server, path }) =>
    reply(200, provenanceOf(await providerOf(server, path.slug).compile())),
} satisfies Partial<ControlHandlers>
