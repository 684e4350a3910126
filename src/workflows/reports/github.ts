// A run as annotations of GitHub Actions: each failure at the line of its file.
import type { RunResult } from '../result.ts'
import { caseTitle } from './text.ts'

/** One line a failure; empty where nothing failed. */
export function annotations({ cases }: RunResult): string {
  const lines = cases
    .filter(({ outcome }) => outcome === 'failed')
    .map((result) => {
      const failure = result.steps.findLast(({ failures }) => failures.length > 0)?.failures[0]
      const { file, line, column } = failure?.place ?? result.place
      const message = failure?.message ?? result.reason ?? 'failed'
      const where = `file=${property(file)},line=${line},col=${column}`
      return `::error ${where},title=${property(caseTitle(result))}::${data(message)}`
    })
  return lines.join('\n')
}

/** What a workflow command may not hold as it is. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
