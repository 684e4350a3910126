// Faults of when, and how often, a callback leaves: twice, after the next one, late, never.
import { duration } from '../../state/shape.ts'
import type { CallbackKind } from './kind.ts'
import { field, lengthIn } from './own-fields.ts'

/** How often an attempt is sent at most, however many faults repeat it. */
const MOST_COPIES = 10

const duplicate: CallbackKind = {
  name: 'duplicate',
  of: 'callback',
  says: 'it is sent twice, one right after the other, with the same id',
  fields: {},
  changes: (_own, { copies }) => ({ copies: Math.min(copies + 1, MOST_COPIES) }),
}

/** How long a callback waits for another that may never come. */
const PATIENCE = 'PT1M'

const reorder: CallbackKind = {
  name: 'reorder',
  of: 'callback',
  says: 'it leaves after the next callback of the provider; where none comes, after `within`',
  fields: {
    within: field(duration, 'a duration', `of the world's clock, that it waits (${PATIENCE})`),
  },
  holdsBack: (own) => ({ ms: lengthIn(own, 'within', PATIENCE), untilAnother: true }),
}

/** How late a callback is unless told. */
const LATE_BY = 'PT10M'

const late: CallbackKind = {
  name: 'late',
  of: 'callback',
  says: 'it leaves `by` later',
  fields: { by: field(duration, 'a duration', `of the world's clock (${LATE_BY})`) },
  holdsBack: (own) => ({ ms: lengthIn(own, 'by', LATE_BY), untilAnother: false }),
}

const drop: CallbackKind = {
  name: 'drop',
  of: 'callback',
  says: 'nothing leaves, and the provider takes it for delivered',
  fields: {},
  changes: () => ({ copies: 0 }),
}

export const timingKinds: readonly CallbackKind[] = [duplicate, reorder, late, drop]
