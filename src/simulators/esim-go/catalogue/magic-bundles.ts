// Bundles that can be ordered and are not listed: each provokes something. All invented.
import type { MagicValue } from '../../simulator.ts'
import { magicAmounts, magicIccids, refusedBundles } from '../magic-values.ts'
import type { CatalogueBundle } from '../records.ts'
import { defaultBundle } from './default-bundles.ts'

/**
 * A bundle that can be bought as `esim_1GB_7D_GB_V2` can, and differs from it
 * in this.
 */
export interface MagicBundle {
  readonly name: string
  readonly description: string
  /** US cents. */
  readonly price?: number
  /**
   * How long it stays in processing, ISO 8601, instead of the setting
   * `processingDelay`.
   */
  readonly processing?: string
  /**
   * How long an order with it takes to be delivered, instead of the setting `deliveryDelay` where
   * that is shorter.
   */
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
    description: 'costs 1,000,000 USD: `valid: false`, or 400 for the balance',
    price: 100_000_000,
  },
  {
    name: 'esim_1GB_7D_MISFIT_V2',
    description: 'fits no eSIM you have',
    misfits: true,
  },
  {
    name: 'esim_1GB_7D_SLOW_V2',
    description: 'is processing for 10 minutes',
    processing: 'PT10M',
  },
  {
    name: 'esim_1GB_7D_STUCK_V2',
    description: 'is processing for ever',
    processing: FOR_EVER,
  },
  {
    name: 'esim_1GB_7D_LATE_V2',
    description: 'is delivered after 5 minutes',
    delivery: 'PT5M',
  },
  {
    name: 'esim_1GB_7D_LOST_V2',
    description: 'is never delivered',
    delivery: FOR_EVER,
  },
]

/** All that is magic: values that are refused, and bundles that are delivered in their own way. */
export const magicValues: readonly MagicValue[] = [
  ...magicIccids.map(({ value, description }) => shown('an ICCID', value, description)),
  ...refusedBundles.map(({ value, description }) => shown('a bundle', value, description)),
  ...magicBundles.map(({ name, description }) => shown('a bundle', name, description)),
  ...magicAmounts.map(({ value, description }) =>
    shown('the amount of a top-up', String(value), description),
  ),
]

function shown(where: string, value: string, says: string): MagicValue {
  return { where, value, says }
}

const PLAIN = 'esim_1GB_7D_GB_V2'
const byName = new Map(magicBundles.map((bundle) => [bundle.name, bundle]))
const inCatalogue = new Map<string, CatalogueBundle>()

/** What a bundle of that name provokes, if anything. */
export function magicBundle(name: string): MagicBundle | undefined {
  return byName.get(name)
}

/**
 * The magic bundle of a name as it would stand in the catalogue; the same one
 * at each call.
 */
export function catalogueMagicBundle(name: string): CatalogueBundle | undefined {
  const magic = byName.get(name)
  const plain = magic && defaultBundle(PLAIN)
  if (!plain) return undefined

  const bundle = inCatalogue.get(name) ?? {
    ...plain,
    name,
    description: `eSIM, 1GB, 7 Days, ${name}`,
    price: magic.price ?? plain.price,
  }
  inCatalogue.set(name, bundle)
  return bundle
}
