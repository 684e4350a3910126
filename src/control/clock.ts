// Virtual time: shown, advanced, stopped, let go.

import { wallNow } from '../server/ticker.ts'
import { reply } from '../simulators/call.ts'
import { freeze, resume } from '../state/clock.ts'
import { defined } from '../state/defined.ts'
import { addDuration, durationProblem } from '../state/duration.ts'
import { iso } from '../state/instant.ts'
import { Refusal } from '../state/refusal.ts'
import type { CallOf, ControlHandlers } from './call.ts'
import { instant } from './instant.ts'
import type { Schemas } from './operations.ts'
import { upcomingIn } from './upcoming.ts'
import { advanceShown, clockOf, clockShown } from './wire.ts'

/**
 * Where an advance leads, in virtual ms.
 * @throws Refusal `invalid-request`; `wrong-state` where it is to go to the next thing, and nothing is due
 */
function destination(
  call: Pick<CallOf<'advanceClock'>, 'server' | 'hosted'>,
  { by, to, next }: Schemas['Advance'],
): number {
  const { world } = call.hosted
  if ([by, to, next].filter((each) => each !== undefined).length !== 1)
    throw new Refusal(
      'invalid-request',
      'give exactly one of "by" (a duration, as in P3D), "to" (an instant) and "next" (true)',
    )
  if (by !== undefined) return addDuration(world.now, by)
  if (to !== undefined) return instant('to', to)
  const [first] = upcomingIn(call, { after: world.now, limit: 1 })
  if (first) return first.at
  throw new Refusal(
    'wrong-state',
    'nothing is due in this world: advance by a duration, as in {"by": "P1D"}, or to an instant',
  )
}

/** Wall ms; a text is a duration. @throws Refusal `invalid-request` */
function wallMs(limit: number | string | undefined): number | undefined {
  if (typeof limit !== 'string') return limit
  const problem = durationProblem(limit)
  if (problem !== undefined) throw new Refusal('invalid-request', `maxWall: ${problem}`)
  return addDuration(0, limit)
}

export const clockHandlers = {
  getClock: ({ hosted }) => reply(200, clockOf(hosted)),
  async advanceClock({ server, hosted, body, step }) {
    const { maxEvents, maxWall } = body
    hosted.runner.checkIdle()
    const limits = defined({ maxEvents, maxWall: wallMs(maxWall) })
    // An attempt under way decides when the next one is due.
    if (body.next) await hosted.runner.idle()
    const to = destination({ server, hosted }, body)
    const advance = await step(() => hosted.runner.advance(to, limits))
    return reply(200, await advanceShown(advance, server.redactor))
  },
  async freezeClock({ hosted, body }) {
    hosted.runner.checkIdle()
    const { world, runner } = hosted
    const stop = body?.at === undefined ? undefined : instant('at', body.at)
    if (stop !== undefined && stop < world.now) {
      const now = `the clock shows ${iso(world.now)} already, and time only moves forward`
      throw new Refusal('invalid-request', `${now}: give a later "at", or none`)
    }
    world.transaction(() => world.setClock(freeze(world.clock, wallNow())))
    if (stop !== undefined) await runner.advance(stop)
    return reply(200, clockShown(world))
  },
  resumeClock({ hosted, body }) {
    hosted.runner.checkIdle()
    const { world, runner } = hosted
    world.transaction(() => world.setClock(resume(world.clock, wallNow(), body?.rate)))
    runner.nudge()
    return reply(200, clockShown(world))
  },
} satisfies Partial<ControlHandlers>
