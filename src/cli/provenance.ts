// `esimulator provenance`: what is documented, and what is invented.
import type { ProvenanceRow, ProvenanceShown } from '../control/wire.ts'
import type { Run } from './command.ts'
import { connect, print } from './connection.ts'
import { table } from './table.ts'

const MARKS = ['documented', 'public', 'inferred', 'invented'] as const

function listText({ providers }: { providers: readonly ProvenanceRow[] }): string {
  const rows = providers.map(({ provider, operations, counts, gaps }) => [
    provider,
    operations,
    ...MARKS.map((mark) => counts[mark] ?? 0),
    gaps,
  ])
  return table(['provider', 'operations', ...MARKS, 'not simulated'], rows)
}

/** One word; where it depends on a parameter, one for each of its values: `type=validate reads`. */
function effectText(effect: unknown): string | undefined {
  if (typeof effect === 'string' || effect === undefined) return effect
  const byName = Object.entries(effect as Readonly<Record<string, object>>)
  return byName
    .flatMap(([name, byValue]) =>
      Object.entries(byValue).map(([value, does]) => `${name}=${value} ${String(does)}`),
    )
    .join(', ')
}

function oneText({ operations }: ProvenanceShown): string {
  const rows = operations.map(({ method, path, id, provenance, effect, gap }) => [
    method,
    path,
    id,
    provenance,
    effectText(effect),
    gap && `not simulated: ${gap}`,
  ])
  return table(['method', 'path', 'operation', 'provenance', 'effect', ''], rows)
}

export const provenance: Run = async (config, [slug]) => {
  const client = connect(config)
  if (slug === undefined) print(config, await client.control.call('listProvenance'), listText)
  else print(config, await client.control.call('getProvenance', { path: { slug } }), oneText)
  return 0
}
