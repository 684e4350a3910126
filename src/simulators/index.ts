// The providers there are, in the order they are shown, with what the compiler knows of each.
import type { SettingsDef, SettingsOf, SettingValue } from '../state/settings.ts'
import { accountsOrders } from './accounts-orders/index.ts'
import type { seeds as accountsOrdersSeeds } from './accounts-orders/seeds.ts'
import type { settings as accountsOrdersSettings } from './accounts-orders/settings.ts'
import type * as AccountsOrders from './accounts-orders/spec.d.ts'
import type { states as accountsOrdersStates } from './accounts-orders/states.ts'
import { esimGo } from './esim-go/index.ts'
import type { seeds as esimGoSeeds } from './esim-go/seeds.ts'
import type { settings as esimGoSettings } from './esim-go/settings.ts'
import type * as EsimGo from './esim-go/spec.d.ts'
import type { states as esimGoStates } from './esim-go/states.ts'
import { highland } from './highland/index.ts'
import type { seeds as highlandSeeds } from './highland/seeds.ts'
import type { settings as highlandSettings } from './highland/settings.ts'
import type * as Highland from './highland/spec.d.ts'
import type { states as highlandStates } from './highland/states.ts'
import { knownPlugins } from './plugins.ts'
import type { Simulator } from './simulator.ts'
import { wholesale } from './wholesale/index.ts'
import type { seeds as wholesaleSeeds } from './wholesale/seeds.ts'
import type { settings as wholesaleSettings } from './wholesale/settings.ts'
import type * as Wholesale from './wholesale/spec.d.ts'
import type { states as wholesaleStates } from './wholesale/states.ts'

export const simulators: readonly Simulator[] = [esimGo, highland, wholesale, accountsOrders]

/** Every provider that this process knows: the built-in ones, and those of packages of their own. */
export function knownSimulators(): readonly Simulator[] {
  return [...simulators, ...knownPlugins()]
}

/** What is known of a provider: its seeds and states by name, its settings, its spec. */
interface Known<Seeds, States, Settings extends SettingsDef, Spec> {
  readonly seed: keyof Seeds & string
  readonly state: keyof States & string
  readonly settings: SettingsOf<Settings['table']>
  readonly spec: Spec
}

interface Specified<Operations, Components> {
  readonly operations: Operations
  readonly components: Components
}

/** The built-in providers by slug. */
export interface BuiltIn {
  readonly 'esim-go': Known<
    typeof esimGoSeeds,
    typeof esimGoStates,
    typeof esimGoSettings,
    Specified<EsimGo.operations, EsimGo.components>
  >
  readonly highland: Known<
    typeof highlandSeeds,
    typeof highlandStates,
    typeof highlandSettings,
    Specified<Highland.operations, Highland.components>
  >
  readonly wholesale: Known<
    typeof wholesaleSeeds,
    typeof wholesaleStates,
    typeof wholesaleSettings,
    Specified<Wholesale.operations, Wholesale.components>
  >
  readonly 'accounts-orders': Known<
    typeof accountsOrdersSeeds,
    typeof accountsOrdersStates,
    typeof accountsOrdersSettings,
    Specified<AccountsOrders.operations, AccountsOrders.components>
  >
}

/** The slugs of the built-in providers. */
export type ProviderSlug = keyof BuiltIn

/** The settings of a provider with their values; of one that is not built in, any. */
export type SettingValuesOf<Slug extends string> = Slug extends ProviderSlug
  ? BuiltIn[Slug]['settings']
  : Readonly<Record<string, SettingValue>>
