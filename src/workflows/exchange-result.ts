// An exchange as the result of a run has it, and the secrets that it shows by their names and places.
import { isUtf8 } from 'node:buffer'
import { secretsSent } from '../server/redaction/secrets-sent.ts'
import { defined } from '../state/defined.ts'
import type { KeptBodies } from './kept.ts'
import type { StepRequest } from './request.ts'
import type { ExchangeResult } from './result.ts'
import type { Answer, SentRequest } from './send.ts'
import type { Source, SourceOperation } from './sources.ts'

/** A request, and the operation it calls where one is known. */
export interface PlannedRequest {
  readonly request: StepRequest
  readonly operation: SourceOperation | undefined
  readonly source: Source | undefined
}

/** Its secrets are still in it. */
export function exchangeResult(
  { request, operation }: Pick<PlannedRequest, 'operation'> & { readonly request: SentRequest },
  answer: Answer,
  kept: KeptBodies,
): ExchangeResult {
  const asked = defined({
    operation: operation && (operation.id ?? `${operation.method} ${operation.path}`),
    method: request.method,
    url: request.url,
    requestHeaders: request.headers,
    requestBody: request.body === undefined ? undefined : kept.text(request.body),
  })
  if ('error' in answer) return { ...asked, error: answer.error }
  const { status, headers, body } = answer
  const isText = body.length > 0 && isUtf8(body)
  const replyBody = isText ? kept.text(body.toString('utf8')) : undefined
  return defined({ ...asked, status, replyHeaders: headers, replyBody, replySize: body.length })
}

/** How much of a body is looked at for what it names a secret: bytes. */
const READ = 1_048_576

/** What an exchange shows to be secrets, by their names and places. */
export function secretsShown(
  { request }: { readonly request: SentRequest },
  answer: Answer,
): string[] {
  const { url, headers, body = '' } = request
  const asked = { credential: undefined, headers, url, bodies: [body.slice(0, READ)] }
  if ('error' in answer) return secretsSent(asked)
  const read = answer.body.subarray(0, READ).toString('utf8')
  const answered = { credential: undefined, headers: answer.headers, url: '', bodies: [read] }
  return [...secretsSent(asked), ...secretsSent(answered)]
}
