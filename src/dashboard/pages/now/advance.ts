// An advance of the clock, and what it brought in a sentence.

import type { AdvanceShown } from '../../../control/wire.ts'
import type { Distance } from '../../../control/world-client.ts'
import { world } from '../../client.ts'
import { takeClock } from '../../clock-state.ts'
import { instantShown, numberShown } from '../../shown.ts'

function outcomeOf({ to, fired, unlisted = 0, stopped }: AdvanceShown): string {
  const count = fired.length + unlisted
  const things = count === 1 ? '1 thing' : `${numberShown(count)} things`
  const end = stopped ? `; it stopped, since ${stopped.reason}` : ''
  return `It is ${instantShown(to)} UTC now; ${count === 0 ? 'nothing' : things} happened${end}`
}

/** Advances the clock, and says what came of it. */
export async function advance(distance: Distance): Promise<string> {
  const advanced = await world().clock.advance(distance)
  takeClock(await world().clock.show())
  return outcomeOf(advanced)
}
