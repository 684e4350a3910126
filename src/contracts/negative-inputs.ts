// Sends what the schemas of an operation do not allow: it has to be refused, and nothing may have changed by it.
import { defined } from '../state/defined.ts'
import type { DoneCase, Finding, SeenExchange } from '../workflows/seen-exchange.ts'
import type { Answer } from '../workflows/send.ts'
import { effectOfCall, firstGood, isGood, isLimited, operationName, readsOf } from './call.ts'
import { documentedReply } from './documented-reply.ts'
import { type GeneratedCall, generatedCalls } from './generated-calls.ts'

/** What was taken though it is not allowed, refused though it is, or has left a trace. */
export async function negativeFindings(done: DoneCase): Promise<readonly Finding[]> {
  const { exchanges, send } = done
  const found: Finding[] = []
  const reads = readsOf(exchanges)
  // A setting may refuse what the document allows.
  const isSetUp = exchanges.some(({ source, operation }) => {
    return source.simulator?.slug === 'control' && operation.id === 'changeSettings'
  })
  for (const exchange of firstGood(exchanges)) {
    const isRead = effectOfCall(exchange) === 'reads'
    // What it speaks of may have gone in the meantime.
    if (isRead && !(await isStillGood(exchange, send))) continue
    const before = await bodiesOf(reads, send)
    const calls = generatedCalls(exchange).filter(
      ({ isAllowed }) => !isAllowed || (isRead && !isSetUp),
    )
    let isAnySent = false
    for (const call of calls) {
      const answer = await send(call.request, exchange.operation)
      if (!answer) continue
      isAnySent = true
      const message = problemOf(exchange, call, answer)
      if (message !== undefined) found.push(findingOf(exchange, call, message))
    }
    if (!isAnySent) continue
    const after = await bodiesOf(reads, send)
    for (const [at, read] of reads.entries()) {
      if (before[at] === after[at]) continue
      const message = `calls that are not allowed have changed what ${operationName(read)} answers`
      found.push({
        ...about(exchange),
        check: 'refused-leaves-no-trace',
        message,
        request: read.request,
      })
    }
  }
  return found
}

function about(exchange: SeenExchange) {
  return {
    severity: 'failure' as const,
    attempt: exchange.attempt,
    operation: operationName(exchange),
  }
}

function findingOf(
  exchange: SeenExchange,
  { where, request, isAllowed }: GeneratedCall,
  message: string,
): Finding {
  const check = isAllowed ? 'allowed-is-taken' : 'not-allowed-is-refused'
  return defined({ ...about(exchange), check, message, pointer: where, request })
}

/** What is wrong with the answer to a generated call, if anything. */
function problemOf(
  { source, operation }: SeenExchange,
  { what, where, isAllowed }: GeneratedCall,
  answer: Answer,
): string | undefined {
  const which = `${where === '' ? 'the body' : where} ${what}`
  if ('error' in answer) return `${which}: no answer came: ${answer.error}`
  const { status } = answer
  if (status >= 500) return `${which}: it failed with ${status}`
  if (isLimited(answer)) return undefined
  if (isAllowed)
    return status >= 400 ? `${which}: it is allowed, and refused with ${status}` : undefined
  if (status < 400) return `${which}: it is not allowed, and answered ${status}`
  return documentedReply(source.document, operation, status)
    ? undefined
    : `${which}: it is refused with ${status}, which is not documented`
}

async function isStillGood(
  { request, operation }: SeenExchange,
  send: DoneCase['send'],
): Promise<boolean> {
  const answer = await send(request, operation)
  return answer !== undefined && isGood(answer)
}

/** What reads answer, in their order; an empty text for one that may not be sent. */
async function bodiesOf(reads: readonly SeenExchange[], send: DoneCase['send']): Promise<string[]> {
  const bodies: string[] = []
  for (const { request, operation } of reads) {
    const answer = await send(request, operation)
    if (!answer) {
      bodies.push('')
      continue
    }
    bodies.push(
      'error' in answer ? answer.error : `${answer.status} ${answer.body.toString('latin1')}`,
    )
  }
  return bodies
}
