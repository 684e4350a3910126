// `esimulator provenance`: what is documented, and what is invented.
import type { ProvenanceRow, ProvenanceShown } from '../control/provenance.ts'
import { connect, print } from './connection.ts'
import type { Run } from './program.ts'
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

function oneText({ operations }: ProvenanceShown): string {
  const effect = (value: unknown) =>
    typeof value === 'string' ? value : value === undefined ? undefined : JSON.stringify(value)
  const rows = operations.map((each) => [
    each.method,
    each.path,
    each.id,
    each.provenance,
    effect(each.effect),
    each.gap && `not simulated: ${each.gap}`,
  ])
  return table(['method', 'path', 'operation', 'provenance', 'effect', ''], rows)
}

export const provenance: Run = async (config, [slug]) => {
  const control = connect(config)
  if (slug === undefined)
    print(config, await control.get<{ providers: ProvenanceRow[] }>('/provenance'), listText)
  else
    print(
      config,
      await control.get<ProvenanceShown>(`/provenance/${encodeURIComponent(slug)}`),
      oneText,
    )
  return 0
}
