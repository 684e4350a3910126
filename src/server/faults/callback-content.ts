// Faults of what a callback is: its signature, its body, its content type.
import type { Callback } from '../../state/callbacks.ts'
import { duration } from '../../state/shape.ts'
import { signatureOf, whyUnsigned } from '../signature.ts'
import type { CallbackKind, CallbacksOf, OwnFields } from './kind.ts'
import { field, lengthIn, number, numberIn, textIn } from './own-fields.ts'
import { typeProblem } from './status.ts'

const isSigned = (_own: OwnFields, callback: Callback, { world, simulator }: CallbacksOf) =>
  Object.keys(signatureOf(simulator, world, callback)).length > 0

const unsigned = ({ world, simulator }: CallbacksOf) => whyUnsigned(simulator, world)

const badSignature: CallbackKind = {
  name: 'bad-signature',
  of: 'callback',
  says: 'its signature has the right form and key, and is not of this body',
  fields: {},
  problem: unsigned,
  concerns: isSigned,
  changes: (_own, { signed }) => ({ signed: `${signed} `, isBroken: true }),
}

const otherSecret: CallbackKind = {
  name: 'other-secret',
  of: 'callback',
  says: 'it is signed with the secret of another world',
  fields: {},
  problem({ world, simulator }) {
    const { title, callbacks } = simulator
    if (callbacks?.otherSecret) return whyUnsigned(simulator, world)
    return `${title} has no secrets by world: bad-signature spoils its signature`
  },
  concerns: (own, callback, of) =>
    of.simulator.callbacks?.otherSecret !== undefined && isSigned(own, callback, of),
  changes(_own, { signing }, { world, simulator }) {
    const secret = simulator.callbacks?.otherSecret?.(world)
    return secret === undefined ? {} : { signing: { ...signing, secret }, isBroken: true }
  },
}

/** Twice what Standard Webhooks tolerates. */
const OLD = 'PT10M'

const expiredTimestamp: CallbackKind = {
  name: 'expired-timestamp',
  of: 'callback',
  says: 'its signature is right, and its timestamp lies `by` back',
  fields: { by: field(duration, 'a duration', `that the timestamp lies back (${OLD})`) },
  problem({ world, simulator }) {
    const { title, callbacks } = simulator
    if (callbacks?.signsTime) return whyUnsigned(simulator, world)
    return `${title} signs no timestamp: bad-signature and other-secret spoil its signature`
  },
  concerns: isSigned,
  changes: (own, { signing }) => ({ signing: { ...signing, age: lengthIn(own, 'by', OLD) } }),
}

const truncated: CallbackKind = {
  name: 'truncated',
  of: 'callback',
  says: 'its body is cut, with the length of what is left; the signature is of the whole',
  fields: { bytes: number(0, 1_048_576, 'of the body that are sent (half of it)') },
  concerns(own, { body }) {
    const bytes = numberIn(own, 'bytes')
    return bytes === undefined || bytes < Buffer.byteLength(body)
  },
  changes(own, { body }) {
    const whole = Buffer.from(body)
    let end = Math.min(numberIn(own, 'bytes') ?? whole.length >> 1, whole.length)
    // Not in the middle of a character: what is sent stays text.
    while (((whole[end] ?? 0) & 0xc0) === 0x80) end -= 1
    return { body: whole.toString('utf8', 0, end), isBroken: true }
  },
}

const contentType: CallbackKind = {
  name: 'content-type',
  of: 'callback',
  says: 'another Content-Type over the same body',
  fields: { contentType: field(typeProblem, 'a media type', 'what it says (text/plain)') },
  changes: (own) => ({ contentType: textIn(own, 'contentType') ?? 'text/plain' }),
}

export const contentKinds: readonly CallbackKind[] = [
  badSignature,
  otherSecret,
  expiredTimestamp,
  truncated,
  contentType,
]
