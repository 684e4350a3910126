// A run as annotations of GitHub Actions: each failure at the line of its file.
import type { RunResult } from '../result.ts'
import { caseTitle, failedStep, whyOf } from './text.ts'

/** One line a failure; empty where nothing failed. */
export function annotations({ cases }: RunResult): string {
  const lines = cases
    .filter(({ outcome }) => outcome === 'failed')
    .map((result) => {
      const failure = failedStep(result)?.failures[0]
      const { file, line, column } = failure?.place ?? result.place
      const where = `file=${property(file)},line=${line},col=${column}`
      const message = failure?.message ?? whyOf(result)
      return `::error ${where},title=${property(caseTitle(result))}::${data(message)}\n`
    })
  return lines.join('')
}

/** What a workflow command may not hold as it is. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
