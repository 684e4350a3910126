// The provider that a caller names.
import { unknownName } from '../server/nearest.ts'
import { simulators } from '../simulators/index.ts'
import type { Simulator } from '../simulators/simulator.ts'
import { CannotRunWorkflows } from './run-problems.ts'

/** @throws CannotRunWorkflows for a provider there is not */
export function providerNamed(provider: string): Simulator {
  const found = simulators.find(({ slug }) => slug === provider)
  if (found) return found
  const slugs = simulators.map(({ slug }) => slug)
  throw new CannotRunWorkflows(unknownName('no provider', provider, slugs))
}
