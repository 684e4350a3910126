// How much of each provider is proven, counted from specs/evidence.json.
import type { Evidence } from '../../src/contracts/evidence.ts'
import { page, type ReferencePage, table } from './markdown.ts'

/** Evidence as the file has it, with what is counted in it. */
export interface EvidenceFile extends Evidence {
  readonly statements: Readonly<Record<string, { readonly all: number; readonly proven: number }>>
  readonly statementsWithoutCase: readonly string[]
}

const VERDICTS = ['proven', 'not proven', 'unknown'] as const

export function evidencePage(evidence: EvidenceFile): ReferencePage {
  const rows = Object.entries(evidence.providers).map(([slug, operations]) => {
    const named = Object.entries(operations)
      .filter(([id]) => id !== '*')
      .map(([, each]) => each)
    const counts = VERDICTS.map(
      (verdict) => named.filter(({ simulator }) => simulator === verdict).length,
    )
    const { all = 0, proven = 0 } = evidence.statements[slug] ?? {}
    const real = named.filter((each) => each.real === 'proven').length
    return [`[${slug}](${slug}.md)`, named.length, ...counts, `${proven} of ${all}`, real]
  })
  const isNowhereReal = rows.every((row) => row.at(-1) === 0)
  return page('evidence.md', [
    '# Evidence',
    isNowhereReal
      ? 'No suite has been run against a real endpoint yet, so nothing here is proven of a provider.'
      : 'The last column alone says something about the providers themselves.',
    table(
      [
        'provider',
        'operations',
        'proven at the simulator',
        'not proven',
        'unknown',
        'statements with a case',
        'proven at a real endpoint',
      ],
      rows,
    ),
    `Statements that no case proves: ${evidence.statementsWithoutCase.join(', ') || 'none'}.`,
    'An operation is *proven* where a case that cites a published statement about it passed. At the simulator this means that ' +
      'the simulator does what was published, at least in that point. It does not mean that the provider does. ' +
      '*Not proven*: something is published about it, and no case holds it to that. *Unknown*: the operation is inferred or ' +
      'invented, or no published statement names it, so there is nothing to prove.',
    'The cases of each operation, the target and the day since which they prove it stand in ' +
      '[specs/evidence.json](../../specs/evidence.json), and statements that other tests prove under `tests`. ' +
      '`npm run evidence` runs all suites against the simulator and writes that file. ' +
      '[A run against a real endpoint](../contract-suites.md#a-real-endpoint) adds to it.',
  ])
}
