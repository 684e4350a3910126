// Stale reads: what a call would have been answered some steps ago.
import type { CallKind } from './kind.ts'
import { number, numberIn } from './own-fields.ts'

export const stale: CallKind = {
  name: 'stale',
  of: 'operation',
  says: 'a reading call is answered from the world as it was some steps ago',
  when: ['before'],
  fields: {
    steps: number(
      1,
      1000,
      'how many changes ago: a step is a command with all that it set off',
      'required',
    ),
  },
  concerns: ({ object }) => object['x-effect'] === 'reads',
  happen({ own }, { history }) {
    const steps = numberIn(own, 'steps') ?? 1
    const kept = history.steps.length
    if (steps > kept) return { missed: `the history goes back ${kept} steps` }
    const step = history.last - steps
    return { effect: { kind: 'past', step, saw: `the world as it was ${steps} steps ago` } }
  },
}
