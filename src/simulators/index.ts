// The providers there are, in the order they are shown.
import { accountsOrders } from './accounts-orders/index.ts'
import { esimGo } from './esim-go/index.ts'
import { highland } from './highland/index.ts'
import type { Simulator } from './simulator.ts'
import { wholesale } from './wholesale/index.ts'

export const simulators: readonly Simulator[] = [esimGo, highland, wholesale, accountsOrders]
