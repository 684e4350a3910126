// The providers there are, in the order they are shown.
import { accountsOrders } from './accounts-orders/index.ts'
import { esimGo } from './esim-go/index.ts'
import { highland } from './highland/index.ts'
import { knownPlugins } from './plugins.ts'
import type { Simulator } from './simulator.ts'
import { wholesale } from './wholesale/index.ts'

export const simulators: readonly Simulator[] = [esimGo, highland, wholesale, accountsOrders]

/** Every provider that this process knows: the built-in ones, and those of packages of their own. */
export function knownSimulators(): readonly Simulator[] {
  return [...simulators, ...knownPlugins()]
}
