// A run as SARIF 2.1.0: each failure and each finding a result, at the line of the workflow file.
import type { Place } from '../document.ts'
import type { RunResult } from '../result.ts'
import { caseTitle, failedStep } from './text.ts'

/** What a result of SARIF is made of. */
export interface SarifResult {
  readonly rule: string
  readonly level: 'error' | 'warning' | 'note'
  readonly message: string
  readonly place: Place
}

/** The rule of what a step itself asks for. */
const STEP = 'step'

export function sarif(result: RunResult): string {
  return sarifOf(
    result.version,
    result.cases.flatMap((each) => toldOf(each)),
  )
}

/** @param version of esimulator */
export function sarifOf(version: string, told: readonly SarifResult[]): string {
  const rules = [...new Set(told.map(({ rule }) => rule))].toSorted()
  const report = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'esimulator',
            version,
            rules: rules.map((id) => ({ id })),
          },
        },
        results: told.map((each) => ({
          ruleId: each.rule,
          ruleIndex: rules.indexOf(each.rule),
          level: each.level,
          message: { text: each.message },
          locations: [{ physicalLocation: physical(each.place) }],
        })),
      },
    ],
  }
  return `${JSON.stringify(report, null, 2)}\n`
}

function toldOf(result: RunResult['cases'][number]): SarifResult[] {
  const { findings = [], steps, place, outcome, reason } = result
  const title = caseTitle(result)
  const failed = outcome === 'failed' ? failedStep(result) : undefined
  const told: SarifResult[] = (failed?.failures ?? []).map((failure) => ({
    rule: STEP,
    level: 'error',
    message: `${title}: ${failure.message}`,
    place: failure.place,
  }))
  if (outcome === 'failed' && told.length === 0 && reason !== undefined)
    told.push({ rule: STEP, level: 'error', message: `${title}: ${reason}`, place })
  for (const { check, severity, message, operation, attempt } of findings)
    told.push({
      rule: check,
      level: severity === 'failure' ? 'error' : 'note',
      message: `${title}: ${operation === undefined ? '' : `${operation}: `}${message}`,
      place: steps[attempt ?? -1]?.place ?? place,
    })
  return told
}

function physical({ file, line, column }: Place) {
  const uri = file.split('/').map(encodeURIComponent).join('/')
  return { artifactLocation: { uri }, region: { startLine: line, startColumn: column } }
}
