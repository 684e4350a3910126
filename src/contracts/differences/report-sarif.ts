// A comparison as SARIF 2.1.0: each difference a result for each of its steps, at the line of the workflow file.
import { type SarifResult, sarifOf } from '../../workflows/reports/sarif.ts'
import { placeText } from './report-text.ts'
import type { Difference, DiffResult } from './result.ts'

export function diffSarif({ version, differences, known, cases }: DiffResult): string {
  const [first] = cases
  const late = known.flatMap(({ state, message }): SarifResult[] =>
    first && (state === 'over' || state === 'gone')
      ? [{ rule: 'known', level: 'error', message, place: first.place }]
      : [],
  )
  return sarifOf(version, [...differences.flatMap(resultsOf), ...late])
}

function resultsOf(difference: Difference): SarifResult[] {
  const { kind, state, reason, message, mend, places } = difference
  const where = placeText(difference)
  const text =
    state === 'pending'
      ? `${where}: ${message} (pending: ${reason})`
      : `${where}: ${message}. ${mend.says}`
  const level = state === 'pending' ? 'warning' : 'error'
  return places.map(({ case: title, place }) => {
    return { rule: kind, level, message: `${title}: ${text}`, place }
  })
}
