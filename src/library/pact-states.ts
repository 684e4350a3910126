// The states that contracts of Pact may name.
import { type ListedState, listedStates, listedTitle } from '../contracts/pact/provider-states.ts'
import { knownSimulators } from '../simulators/index.ts'
import { providerNamed } from './provider-named.ts'

/** A state that contracts may name. */
export type PactState = ListedState & {
  /** Its name with those of its values. */
  readonly title: string
}

/**
 * The states that contracts may name and worlds begin from (`given`), of one provider or of all: what
 * each holds, and what to do next in it.
 *
 * @example
 * for (const { title, says } of pactStates('esim-go')) console.log(title, says)
 *
 * @throws CannotRunWorkflows for a provider there is not
 */
export function pactStates(provider?: string): PactState[] {
  const wanted = provider === undefined ? knownSimulators() : [providerNamed(provider)]
  return wanted.flatMap(listedStates).map((state) => ({ ...state, title: listedTitle(state) }))
}
