// The history of a world: its latest steps, and the way back.
import type { WorldHistory } from '../server/steps.ts'
import { reply } from '../simulators/call.ts'
import { defined } from '../state/defined.ts'
import { iso } from '../state/instant.ts'
import { Refusal } from '../state/refusal.ts'
import type { ControlHandlers } from './call.ts'
import { instant } from './instant.ts'
import type { Schemas } from './operations.ts'
import { wentBack } from './snapshots.ts'

/** The step to go back to the end of. @throws Refusal `invalid-request`, `wrong-state` */
function destination(history: WorldHistory, { steps, to }: Schemas['Rewind']): number {
  const { last } = history
  const step = steps === undefined ? stepAt(history, to) : last - steps
  const oldest = last - history.steps.length
  if (step >= oldest && step <= last) return step
  if (step > last)
    throw new Refusal('invalid-request', `there is no step ${step} yet: the latest is ${last}`)
  const why = history.cut === undefined ? 'there are no more' : history.cut
  throw new Refusal(
    'wrong-state',
    `the history goes back ${history.steps.length} steps, to the end of step ${oldest}: ${why}`,
  )
}

function stepAt({ steps, last }: WorldHistory, to: number | string | undefined): number {
  if (typeof to !== 'string') return to ?? last
  const at = instant('to', to)
  const next = steps.find((step) => step.at > at)
  return next ? next.id - 1 : last
}

export const historyHandlers = {
  listHistory({ server, hosted: { history }, query: { limit = 100 } }) {
    const { steps, cut } = history
    const shown = steps.slice(-limit).map(({ id, at, cause, records }) => ({
      id,
      at: iso(at),
      cause: { ...cause, what: server.redactor.redacted(cause.what, 'url') },
      records,
    }))
    return reply(200, defined({ total: steps.length, cut, steps: shown.reverse() }))
  },
  rewindWorld({ server, hosted, body }) {
    const { history, runner } = hosted
    runner.checkIdle()
    const step = destination(history, body)
    const steps = history.last - step
    const past = history.before(step)
    return reply(200, { ...wentBack(server.worlds, hosted, { past }), steps })
  },
} satisfies Partial<ControlHandlers>
