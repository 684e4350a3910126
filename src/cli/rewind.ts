// `esimulator rewind`: the latest steps of a world, and the way back.
import type { StepShown } from '../control/wire.ts'
import { CannotRun } from './cannot-run.ts'
import { isInstant } from './clock.ts'
import type { Run } from './command.ts'
import { connect, print } from './connection.ts'
import { wentBackText } from './snapshot.ts'
import { table } from './table.ts'

/** How many steps are listed. */
const LISTED = 20

function stepsText(steps: readonly StepShown[]): string {
  if (steps.length === 0) return 'nothing was done yet that could be undone'
  const rows = steps.map(({ at, cause, records }, index) => [
    index + 1,
    at,
    cause.what,
    cause.operation,
    records,
  ])
  return table(['steps', 'at', 'what', 'operation', 'records'], rows)
}

/** @throws CannotRun */
function backOf(text: string): number | { readonly to: string } {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  if (isInstant(text)) return { to: text }
  throw new CannotRun(`"${text}": give a number of steps, or an instant as in 2026-01-01T00:00:00Z`)
}

export const rewind: Run = async (config, [back]) => {
  const world = connect(config)
  if (back === undefined) print(config, await world.history(LISTED), stepsText)
  else print(config, await world.rewind(backOf(back)), wentBackText)
  return 0
}
