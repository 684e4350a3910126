// Faults of the connection: nothing is answered, or it is reset or closed.
import type { CallKind } from './kind.ts'
import { field, lengthIn, wallDuration, words } from './own-fields.ts'

const hang: CallKind = {
  name: 'hang',
  of: 'operation',
  says: 'nothing is answered; the connection stays open until `for` is over or the client goes',
  when: ['before', 'after'],
  fields: {
    for: field(wallDuration, 'a duration', 'after which the server closes (PT5M, wall time)'),
  },
  happen(own) {
    const ms = lengthIn(own, 'for', 'PT5M')
    return {
      effect: {
        kind: 'answer',
        saw: 'nothing: the connection hangs',
        answer: (reply) => ({ kind: 'hang', lost: reply, ms }),
      },
    }
  },
}

const reset: CallKind = {
  name: 'reset',
  of: 'operation',
  says: 'the connection is reset (TCP RST), before anything is answered or in the middle of the body',
  when: ['before', 'after'],
  fields: { at: words('where (start); body only `when: after`', 'start', 'body') },
  whenWith: ({ at }) => (at === 'body' ? ['after'] : undefined),
  happen({ at }) {
    if (at !== 'body')
      return {
        effect: {
          kind: 'answer',
          saw: 'nothing: the connection was reset',
          answer: (reply) => ({ kind: 'reset', lost: reply }),
        },
      }
    return { missed: 'not yet' }
  },
}

const empty: CallKind = {
  name: 'empty',
  of: 'operation',
  says: 'the connection is closed, and nothing is answered',
  when: ['before', 'after'],
  fields: {},
  happen: () => ({
    effect: {
      kind: 'answer',
      saw: 'nothing: the connection was closed',
      answer: (reply) => ({ kind: 'hang-up', lost: reply }),
    },
  }),
}

export const connectionKinds: readonly CallKind[] = [hang, reset, empty]
