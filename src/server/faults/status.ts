// Another status: a documented one in the provider's words, or whatever is given; and limits of rate.
import type { Reply } from '../../simulators/call.ts'
import { STANDS_STILL } from '../../state/clock.ts'
import { addDuration } from '../../state/duration.ts'
import type { NewFault } from '../../state/faults.ts'
import { instantOf } from '../../state/instant.ts'
import { duration, text } from '../../state/shape.ts'
import { isObject } from '../../stores/json-shape.ts'
import { documentedReply, whyUndocumented } from '../documented-reply.ts'
import { httpDate } from '../http-date.ts'
import { JSON_LIKE } from '../media-type.ts'
import type { CallAt, CallKind, FaultField, OwnFields } from './kind.ts'
import { field, lengthIn, number, numberIn, textIn } from './own-fields.ts'
import type { MountedOperation, ProviderNames } from './provider-names.ts'

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** What stands in a header (RFC 9110 5.5); node:http sends nothing beyond Latin-1. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
/** Those the connection has need of: another value would be another kind of fault. */
const OWN_HEADERS = new Set([
  'connection',
  'content-length',
  'date',
  'transfer-encoding',
  'trailer',
  'upgrade',
  'keep-alive',
  'content-type',
])

function headersProblem(value: unknown): string | undefined {
  if (!isObject(value)) return 'must be an object of texts'
  for (const [name, each] of Object.entries(value)) {
    if (!HEADER_NAME.test(name)) return `must have names of headers: "${name}" is none`
    if (typeof each !== 'string' || !HEADER_VALUE.test(each))
      return `must have texts of one line: ${name} is none`
    if (name.toLowerCase() === 'content-type') return 'must not have Content-Type: give contentType'
    if (OWN_HEADERS.has(name.toLowerCase())) return `must not have ${name}: the server sets it`
  }
  return undefined
}

const MEDIA_TYPE =
  /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;\s*[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[^"\r\n]*"))*$/

export function typeProblem(value: unknown): string | undefined {
  return typeof value === 'string' && MEDIA_TYPE.test(value)
    ? undefined
    : 'must be a media type, as in text/html'
}

const RETRY = 'must be seconds, or for a date an instant or a duration from now'

/** Seconds, or what becomes a date: an instant, or a duration from now. */
function retryProblem(value: unknown): string | undefined {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && value >= 0 ? undefined : RETRY
  if (typeof value === 'string' && (instantOf(value) !== undefined || !duration(value)))
    return undefined
  return RETRY
}

const anyJson = (value: unknown) => (value === undefined ? 'must be there' : undefined)

const replyFields: Readonly<Record<string, FaultField>> = {
  body: field(
    anyJson,
    'JSON, or a text',
    "what is sent; the provider's own words for the status unless told",
  ),
  headers: field(headersProblem, 'an object', 'headers besides'),
  contentType: field(typeProblem, 'a media type', 'of the body'),
}

/** What is answered: what the fault says, over a documented reply where it gives no body. */
function replyOf(
  fault: NewFault & { readonly id: string },
  status: number,
  call: CallAt,
): Reply | undefined {
  const { own } = fault
  const { operation, simulator, basePath, world } = call
  const reason = `${fault.id} was set to answer ${status}`
  const documented =
    own.body === undefined
      ? documentedReply(simulator, operation, { status, reason, basePath })
      : given(own, status, call)
  if (!documented) return undefined
  const headers = { ...documented.headers, ...(own.headers as Record<string, string> | undefined) }
  const { retryAfter } = own
  if (retryAfter !== undefined) headers['Retry-After'] = retryText(retryAfter, world.now)
  return { ...documented, headers }
}

function retryText(retryAfter: unknown, now: number): string {
  if (typeof retryAfter === 'number') return String(retryAfter)
  const written = String(retryAfter)
  return httpDate(instantOf(written) ?? addDuration(now, written))
}

/** A text is sent as it is, unless it is to be JSON. */
function given(own: OwnFields, status: number, { operation }: CallAt): Reply {
  const { body } = own
  const isText = typeof body === 'string'
  const type =
    textIn(own, 'contentType') ??
    (isText ? 'text/plain; charset=utf-8' : operation.jsonType(status))
  const sent = isText && !JSON_LIKE.test(type.split(';')[0] ?? '') ? body : JSON.stringify(body)
  return { status, content: { type, render: () => sent } }
}

function undocumented(
  { own }: NewFault,
  status: number,
  { operation, basePath }: MountedOperation,
  { simulator }: ProviderNames,
): string | undefined {
  if (own.body !== undefined) return undefined
  if (documentedReply(simulator, operation, { status, reason: 'checked', basePath }))
    return undefined
  return `${whyUndocumented(simulator, operation, status)}: give another status, or a body`
}

function bodyProblem({ body, contentType, status }: OwnFields): string | undefined {
  if (body === undefined && contentType !== undefined) return 'contentType needs a body'
  if (body !== undefined && (status === 204 || status === 304)) return `${status} has no body`
  return undefined
}

export const status: CallKind = {
  name: 'status',
  of: 'operation',
  says: 'another status: a documented one in the words of the provider, or any with a body given',
  when: ['before', 'after'],
  fields: {
    status: number(200, 599, 'which', 'required'),
    ...replyFields,
    retryAfter: field(
      retryProblem,
      'seconds, an instant or a duration',
      'the header Retry-After; a date where it is no number',
    ),
  },
  together: bodyProblem,
  problem: (fault, at, names) => undocumented(fault, Number(fault.own.status), at, names),
  happen(fault, call) {
    const reply = replyOf(fault, Number(fault.own.status), call)
    if (!reply) return { missed: `this version of the API documents no ${fault.own.status}` }
    return { effect: { kind: 'reply', reply, saw: `${reply.status} in place of the answer` } }
  },
}

const TOO_MANY = 429

export const rateLimit: CallKind = {
  name: 'rate-limit',
  of: 'operation',
  says: "so many calls in a window of the world's time; those beyond are refused with 429 and Retry-After",
  when: ['before'],
  fields: {
    limit: number(0, 1e9, 'how many calls go through', 'required'),
    window: field(
      windowProblem,
      'a duration',
      "of the world's time, from the first call on",
      'required',
    ),
    ...replyFields,
  },
  together: bodyProblem,
  problem: (fault, at, names) => undocumented(fault, TOO_MANY, at, names),
  happen(fault, call) {
    const { own, counted } = fault
    const { now } = call.world
    const isNew = now >= (counted.endsAt ?? 0)
    const endsAt = isNew ? now + lengthIn(own, 'window', 'PT1M') : (counted.endsAt ?? now)
    const calls = isNew ? 1 : (counted.calls ?? 0) + 1
    const limit = numberIn(own, 'limit') ?? 0
    if (calls <= limit) return { counted: { endsAt, calls } }

    const retryAfter = Math.max(1, Math.ceil((endsAt - now) / 1000))
    const reply = replyOf({ ...fault, own: { ...own, retryAfter } }, TOO_MANY, call)
    if (!reply)
      return { missed: 'this version of the API documents no 429', counted: { endsAt, calls } }
    const still = call.world.clock.mode === 'frozen' ? `; the clock ${STANDS_STILL}` : ''
    const saw = `429: ${limit} calls had gone through in this window${still}`
    return { effect: { kind: 'reply', reply, saw }, counted: { endsAt, calls } }
  },
}

function windowProblem(value: unknown): string | undefined {
  return (
    text(value) ??
    duration(value) ??
    (addDuration(0, String(value)) > 0 ? undefined : 'must not be empty')
  )
}
