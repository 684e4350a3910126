// A run as an HTTP archive: every exchange, in the order of the cases.
import { type Archived, archiveOf } from '../../control/har.ts'
import type { CaseResult, ExchangeResult, RunResult, StepResult } from '../result.ts'
import { caseTitle } from './text.ts'

export function har({ version, startedAt, cases }: RunResult): string {
  const exchanges = cases.flatMap((result) =>
    result.steps.flatMap((step) => {
      const { exchange } = step
      return exchange ? [archived(result, { step, exchange }, startedAt)] : []
    }),
  )
  return `${JSON.stringify(archiveOf(version, exchanges), null, 2)}\n`
}

interface Made {
  readonly step: StepResult
  readonly exchange: ExchangeResult
}

/** It is dated by the clock of the world, where that is known. */
function archived(result: CaseResult, { step, exchange }: Made, startedAt: string): Archived {
  const { operation, method, url, requestHeaders, requestBody, status, replyBody } = exchange
  const { replyHeaders = {}, replySize = 0, error } = exchange
  const { attempt, outcome, place } = step
  return {
    at: step.clock ?? startedAt,
    time: step.duration,
    method,
    url,
    requestHeaders,
    requestBody,
    requestSize: requestBody === undefined ? 0 : Buffer.byteLength(requestBody),
    status,
    replyHeaders,
    replyType: replyHeaders['content-type'] ?? '',
    replyBody,
    replySize,
    more: {
      comment: `${caseTitle(result)}: ${step.step}${attempt > 1 ? `, attempt ${attempt}` : ''}`,
      _error: error,
      _operation: operation,
      _outcome: outcome,
      _place: `${place.file}:${place.line}:${place.column}`,
      _world: result.world,
    },
  }
}
