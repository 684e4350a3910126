// Values that provoke what nobody can provoke at the real thing: refusals, a stuck processing, a late delivery. All invented.
import { Refusal } from '../../state/refusal.ts'
import { type CatalogueBundle, defaultBundle } from './catalogue/default-bundles.ts'
import type { EsimGoRefusal } from './errors.ts'

/** What a magic value can be refused for. */
type Provoked =
  | 'busy'
  | 'rate-limited'
  | 'internal'
  | 'invalid-request'
  | 'foreign-esim'
  | 'none-in-inventory'
  | 'card-declined'

/** A value that is refused wherever it is given, and what a caller sees of it. */
export interface MagicRefusal<Value> {
  readonly value: Value
  readonly code: Provoked
  readonly says: string
}

const SAYS = {
  'invalid-request': '400',
  'foreign-esim': '403, the unexplained one (400 at POST /orders)',
  'rate-limited': '429 with Retry-After',
  internal: '500',
  busy: '503 with Retry-After',
} as const

/** ICCIDs with a good check digit that belong to no eSIM, wherever an ICCID is given: the three digits before the last are the status. */
export const magicIccids: readonly MagicRefusal<string>[] = [
  { value: '8943108999999994004', code: 'invalid-request', says: SAYS['invalid-request'] },
  { value: '8943108999999994038', code: 'foreign-esim', says: SAYS['foreign-esim'] },
  { value: '8943108999999994293', code: 'rate-limited', says: SAYS['rate-limited'] },
  { value: '8943108999999995001', code: 'internal', says: SAYS.internal },
  { value: '8943108999999995035', code: 'busy', says: SAYS.busy },
]

/** Amounts of POST /organisation/balance, whatever its limits are. */
export const magicAmounts: readonly MagicRefusal<number>[] = [
  { value: 1400, code: 'invalid-request', says: SAYS['invalid-request'] },
  { value: 1402, code: 'card-declined', says: '400: the card is declined' },
  { value: 1429, code: 'rate-limited', says: SAYS['rate-limited'] },
  { value: 1599, code: 'internal', says: SAYS.internal },
  { value: 1503, code: 'busy', says: SAYS.busy },
]

/** Names of bundles that are refused wherever one is ordered, applied, looked up, compared or asked for on an eSIM. */
export const refusedBundles: readonly MagicRefusal<string>[] = [
  { value: 'esim_1GB_7D_BAD_V2', code: 'invalid-request', says: SAYS['invalid-request'] },
  { value: 'esim_1GB_7D_SOLDOUT_V2', code: 'none-in-inventory', says: SAYS['foreign-esim'] },
  { value: 'esim_1GB_7D_LIMITED_V2', code: 'rate-limited', says: SAYS['rate-limited'] },
  { value: 'esim_1GB_7D_BROKEN_V2', code: 'internal', says: SAYS.internal },
  { value: 'esim_1GB_7D_BUSY_V2', code: 'busy', says: SAYS.busy },
]

/** A bundle that can be bought as `esim_1GB_7D_GB_V2` can, and differs from it in this. */
export interface MagicBundle {
  readonly name: string
  readonly says: string
  /** US cents. */
  readonly price?: number
  /** How long it stays in processing, ISO 8601, instead of the setting `processingDelay`. */
  readonly processing?: string
  /** How long an order with it takes to be delivered, instead of the setting `deliveryDelay` where that is shorter. */
  readonly delivery?: string
  /** Fits no eSIM there is: only a new one takes it. */
  readonly misfits?: true
}

/** Longer than anybody waits. */
const FOR_EVER = 'P100Y'

/** Bundles that are not listed in the catalogue, and can be ordered all the same. */
export const magicBundles: readonly MagicBundle[] = [
  {
    name: 'esim_1GB_7D_COSTLY_V2',
    says: 'costs 1,000,000 USD: `valid: false`, or 400 for the balance',
    price: 100_000_000,
  },
  { name: 'esim_1GB_7D_MISFIT_V2', says: 'fits no eSIM you have', misfits: true },
  { name: 'esim_1GB_7D_SLOW_V2', says: 'is processing for 10 minutes', processing: 'PT10M' },
  { name: 'esim_1GB_7D_STUCK_V2', says: 'is processing for ever', processing: FOR_EVER },
  { name: 'esim_1GB_7D_LATE_V2', says: 'is delivered after 5 minutes', delivery: 'PT5M' },
  { name: 'esim_1GB_7D_LOST_V2', says: 'is never delivered', delivery: FOR_EVER },
]

const MODEL = 'esim_1GB_7D_GB_V2'
const odd = new Map(magicBundles.map((bundle) => [bundle.name, bundle]))
const made = new Map<string, CatalogueBundle>()

/** What is odd about a bundle, if anything. */
export function magicBundle(name: string): MagicBundle | undefined {
  return odd.get(name)
}

/** The odd bundle of a name, as it would stand in the catalogue. */
export function catalogueMagicBundle(name: string): CatalogueBundle | undefined {
  const different = odd.get(name)
  const model = different && defaultBundle(MODEL)
  if (!model) return undefined
  const bundle = made.get(name) ?? {
    ...model,
    name,
    description: `eSIM, 1GB, 7 Days, ${name}`,
    price: different.price ?? model.price,
  }
  made.set(name, bundle)
  return bundle
}

/** @throws Refusal where the value is one of these, saying so in its reason */
export function refuseIfMagic<Value extends string | number>(
  magic: readonly MagicRefusal<Value>[],
  value: Value,
): void {
  const found = magic.find((each) => each.value === value)
  if (found)
    throw new Refusal<EsimGoRefusal>(
      found.code,
      `${value} is a magic value: it is always answered so (${found.says})`,
    )
}
