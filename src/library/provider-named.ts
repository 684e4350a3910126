// The provider that a caller names.
import { unknownName } from '../server/nearest.ts'
import { knownSimulators } from '../simulators/index.ts'
import type { Simulator } from '../simulators/simulator.ts'
import { CannotRunWorkflows } from './run-problems.ts'

/** @throws CannotRunWorkflows for a provider there is not */
export function providerNamed(provider: string): Simulator {
  const found = knownSimulators().find(({ slug }) => slug === provider)
  if (found) return found
  const slugs = knownSimulators().map(({ slug }) => slug)
  throw new CannotRunWorkflows(unknownName('no provider', provider, slugs))
}
