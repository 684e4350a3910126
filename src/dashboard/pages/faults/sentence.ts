// What a fault does, as a sentence: which calls, what they see, and whether anything is changed.
import type { NewFault } from '../../../control/wire.ts'
import { instantShown, numberShown } from '../../shown.ts'

/** A value of a fault's own field, in words. */
function text(value: unknown, fallback: string): string {
  if (value === undefined) return fallback
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function delayText({ delay }: NewFault): string {
  if (delay === undefined) return 'some time'
  if (typeof delay === 'string') return delay
  if ('uniform' in delay) return `${delay.uniform.join(' to ')} (drawn)`
  const { median, sigma } = delay.logNormal
  return `about ${median} (drawn, sigma ${sigma})`
}

type Says = (fault: NewFault) => string

/** What a call sees, behind "will". */
const CALLS: Readonly<Record<string, Says>> = {
  status: ({ status, body }) =>
    `be answered ${text(status, 'with another status')}${body === undefined ? ' in the provider’s words' : ' with the body given'}`,
  delay: (fault) =>
    `be answered ${delayText(fault)} late${fault.clock === 'world' ? ' by the world’s clock' : ''}`,
  hang: (fault) => `get no answer, and stay connected for ${text(fault.for, 'PT5M')}`,
  reset: ({ at }) =>
    at === 'body' ? 'be cut by a reset in the middle of the body' : 'see the connection reset',
  empty: () => 'see the connection closed without an answer',
  truncated: ({ bytes }) =>
    `get only ${bytes === undefined ? 'half' : `${numberShown(bytes)} bytes`} of the body`,
  dribble: ({ bytes, every }) =>
    `get the body slowly, ${text(bytes, '16')} bytes each ${text(every, 'PT0.1S')}`,
  malformed: () => 'get JSON that does not parse',
  'content-type': ({ contentType }) =>
    `get another Content-Type, ${text(contentType, 'text/html, with a page of HTML')}`,
  schema: ({ change, pointer }) =>
    `get a reply that breaks its schema (${text(change, 'somehow')}${pointer === undefined ? '' : ` at ${pointer}`})`,
  'rate-limit': ({ limit, window }) =>
    `be refused with 429 beyond ${text(limit, 'so many')} calls in ${text(window, 'a window')} of the world’s time`,
  revoked: () => 'find its credential refused',
  stale: ({ steps }) =>
    `be answered from the world as it was ${text(steps, 'some')} steps ago, where it only reads`,
}

/** What becomes of a callback, behind "will". */
const CALLBACKS: Readonly<Record<string, Says>> = {
  duplicate: () => 'be sent twice with the same id',
  reorder: ({ within }) =>
    `leave after the next one, or after ${text(within, 'PT1M')} where none comes`,
  late: ({ by }) => `leave ${text(by, 'PT10M')} later`,
  drop: () => 'never leave, and count as delivered',
  'bad-signature': () => 'have a signature that is not of its body',
  'other-secret': () => 'be signed with the secret of another world',
  'expired-timestamp': ({ by }) => `have a timestamp that lies ${text(by, 'PT10M')} back`,
  truncated: ({ bytes }) =>
    `have its body cut ${bytes === undefined ? 'in half' : `to ${numberShown(bytes)} bytes`}`,
  'content-type': ({ contentType }) => `say that it is ${text(contentType, 'text/plain')}`,
}

const ordinals = new Intl.PluralRules('en', { type: 'ordinal' })
const ENDINGS: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd' }

const ordinal = (value: number) => `${numberShown(value)}${ENDINGS[ordinals.select(value)] ?? 'th'}`

/** Which calls or callbacks; those of a fault that is set are counted from then. */
function which(fault: NewFault, one: string): string {
  const { nth, times } = fault
  const many = `${one}s`
  if (nth !== undefined && (times ?? 1) > 1)
    return `${numberShown(times ?? 1)} ${many} from the ${ordinal(nth)} on`
  if (nth !== undefined) return `The ${ordinal(nth)} ${one}`
  if (times === undefined) return `Every ${one}`
  const first = 'setAt' in fault ? 'first' : 'next'
  return times === 1 ? `The ${first} ${one}` : `The ${first} ${numberShown(times)} ${many}`
}

function matchText({ match }: NewFault): string {
  const parts = Object.entries(match ?? {}).flatMap(([part, values]) =>
    Object.entries(values ?? {}).map(([name, value]) => `${part}.${name}=${text(value, '')}`),
  )
  return parts.length === 0 ? '' : ` that has ${parts.join(' and ')}`
}

function untilText({ until }: NewFault): string {
  if (until === undefined) return ''
  return /^\d{4}-/.test(until)
    ? `, until ${instantShown(until)} UTC`
    : `, for ${until} of the world’s clock`
}

const SIDES: Readonly<Record<string, string>> = {
  before: '; nothing is carried out',
  after: '; it is carried out all the same',
}

/** Kinds that change nothing of what is carried out, whichever side they stand on. */
const HARMLESS = new Set(['delay', 'stale'])

/** What one of them is called, as in `createOrder call`. */
function oneOf(name: string, isOfCallbacks: boolean): string {
  const one = isOfCallbacks ? 'callback' : 'call'
  return name === '*' ? one : `${name} ${one}`
}

/**
 * What a fault does.
 * @param says what the kind makes seen, for a kind that has no words of its own here
 */
export function sentenceOf(fault: NewFault, says = fault.kind): string {
  const { provider, callback, operation = '*', kind, when = '' } = fault
  const isOfCallbacks = callback !== undefined
  const name = callback ?? operation
  const what = `${which(fault, oneOf(name, isOfCallbacks))} of ${provider}`
  const effect = (isOfCallbacks ? CALLBACKS : CALLS)[kind]?.(fault) ?? `meet this: ${says}`
  const side = isOfCallbacks || HARMLESS.has(kind) ? '' : (SIDES[when] ?? '')
  return `${what}${matchText(fault)} will ${effect}${untilText(fault)}${side}.`
}
