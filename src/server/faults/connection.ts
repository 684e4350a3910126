// Faults of the connection: nothing is answered, or a part; it hangs, is reset, or is closed.
import { hasBody, partOf } from './body.ts'
import type { CallKind } from './kind.ts'
import { field, lengthIn, number, numberIn, wallDuration, words } from './own-fields.ts'

const hang: CallKind = {
  name: 'hang',
  of: 'operation',
  says: 'nothing is answered, and the connection stays open',
  when: ['before', 'after'],
  fields: {
    for: field(wallDuration, 'a duration', 'wall time after which it is closed (PT5M)'),
  },
  happen({ own }) {
    const ms = lengthIn(own, 'for', 'PT5M')
    const saw = 'nothing: the connection hung'
    return {
      effect: { kind: 'answer', leave: (lost) => ({ saw, answer: { kind: 'hang', lost, ms } }) },
    }
  },
}

const reset: CallKind = {
  name: 'reset',
  of: 'operation',
  says: 'the connection is reset (TCP RST)',
  when: ['before', 'after'],
  fields: {
    at: words(
      'start: nothing was answered (so unless told); body: in the middle of it',
      'start',
      'body',
    ),
  },
  whenWith: ({ at }) => (at === 'body' ? ['after'] : undefined),
  happen({ own }, call) {
    if (own.at === 'body') {
      const missed = hasBody(call)
      return missed === undefined ? { effect: partOf(undefined, 'reset') } : { missed }
    }
    const saw = 'nothing: the connection was reset'
    return {
      effect: { kind: 'answer', leave: (lost) => ({ saw, answer: { kind: 'reset', lost } }) },
    }
  },
}

const empty: CallKind = {
  name: 'empty',
  of: 'operation',
  says: 'the connection is closed, and nothing is answered',
  when: ['before', 'after'],
  fields: {},
  happen() {
    const saw = 'nothing: the connection was closed'
    return {
      effect: { kind: 'answer', leave: (lost) => ({ saw, answer: { kind: 'hang-up', lost } }) },
    }
  },
}

const truncated: CallKind = {
  name: 'truncated',
  of: 'operation',
  says: 'a part of the body under its full Content-Length, then the connection is closed',
  when: ['after'],
  fields: { bytes: number(1, 1e9, 'how many bytes of the body are sent (half of them)') },
  happen({ own }, call) {
    const missed = hasBody(call)
    return missed === undefined ? { effect: partOf(numberIn(own, 'bytes'), 'hang-up') } : { missed }
  },
}

const dribble: CallKind = {
  name: 'dribble',
  of: 'operation',
  says: 'the body comes slowly, a few bytes at a time',
  when: ['after'],
  fields: {
    bytes: number(1, 1e9, 'how many come at a time (16)'),
    every: field(wallDuration, 'a duration', 'wall time between two pieces (PT0.1S)'),
  },
  happen({ own }, call) {
    const missed = hasBody(call)
    if (missed !== undefined) return { missed }
    const piece = numberIn(own, 'bytes') ?? 16
    const pause = lengthIn(own, 'every', 'PT0.1S')
    const saw = `the reply, ${piece} bytes at a time, one every ${pause} ms`
    return {
      effect: {
        kind: 'answer',
        leave: (reply) => ({
          saw,
          answer: reply ? { kind: 'dribble', reply, piece, pause } : { kind: 'hang-up' },
        }),
      },
    }
  },
}

export const connectionKinds: readonly CallKind[] = [hang, reset, empty, truncated, dribble]
