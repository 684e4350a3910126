// `esimulator states`: the named states that worlds begin from, and what each holds.
import { listedTitle, seedsAndStates } from '../contracts/pact/provider-states.ts'
import { unknownName } from '../server/nearest.ts'
import { knownSimulators } from '../simulators/index.ts'
import { CannotRun } from './cannot-run.ts'
import type { Run } from './command.ts'
import { print } from './connection.ts'
import { table } from './table.ts'

/** Of one provider or of all; no simulator needs to run. */
export const states: Run = async (config, [slug]) => {
  const wanted = knownSimulators().filter((each) => slug === undefined || each.slug === slug)
  if (slug !== undefined && wanted.length === 0) {
    const slugs = knownSimulators().map((each) => each.slug)
    throw new CannotRun(unknownName('no provider', slug, slugs))
  }
  const found = wanted.flatMap(seedsAndStates)
  const how =
    'begin with one: start --given "NAME", or reset --given "NAME"; several with ; between'
  print(config, { states: found }, () => {
    const rows = found.map((state) => [state.provider, listedTitle(state), state.says])
    return `${table(['provider', 'state', 'what it holds'], rows)}\n${how}`
  })
  return 0
}
