// The JSON of bundles on eSIMs and in the inventory.
import { type Bundle, remainingBytes } from '../../../state/bundles.ts'
import { defined } from '../../../state/defined.ts'
import { iso, isoDay } from '../../../state/instant.ts'
import type { World } from '../../../state/world.ts'
import type { Assignment } from '../assignments.ts'
import { baseCodes } from '../catalogue/base-countries.ts'
import { lookUpBought } from '../catalogue/on-sale.ts'
import { dataAllowance } from '../catalogue/wire.ts'
import type { CatalogueBundle, Lot } from '../records.ts'
import { settings } from '../settings.ts'
import type { components } from '../spec.d.ts'
import { before23, since25 } from '../versions.ts'

type Schemas = components['schemas']

/** What v2.3 added to an assignment (public: release notes, and v2.2's reference). */
const ADDED_BY_23 = [
  'assignmentDateTime',
  'assignmentReference',
  'bundleState',
  'unlimited',
] as const

/** What the data of an allowance is counted in. */
type DataUnit = 'BYTES' | 'MB'
const BYTES_PER: Readonly<Record<DataUnit, number>> = { BYTES: 1, MB: 1_000_000 }

/** Bytes left; an unlimited bundle shows 0 of 0 (invented). */
export function remaining(bundle: Bundle): number {
  return bundle.unlimited ? 0 : remainingBytes(bundle)
}

/** The catalogue's description of a bundle, or its name where nothing is known of it any more. */
export function description(world: World, name: string): string {
  return lookUpBought(world, name)?.description ?? name
}

/**
 * @param unit of the data of allowances, where the version has them
 */
export function assignment(
  world: World,
  { bundle, state }: Assignment,
  basePath: string,
  unit: DataUnit = 'BYTES',
): Schemas['BundleAssignment'] {
  const { startedAt, endsAt } = bundle
  const json: Schemas['BundleAssignment'] = defined({
    id: bundle.id,
    callTypeGroup: 'data',
    initialQuantity: bundle.initialBytes,
    remainingQuantity: remaining(bundle),
    startTime: startedAt === undefined ? undefined : iso(startedAt),
    endTime: endsAt === undefined ? undefined : iso(endsAt),
    assignmentDateTime: iso(bundle.assignedAt),
    assignmentReference: bundle.reference,
    bundleState: state,
    unlimited: bundle.unlimited,
  })
  const shown = before23(basePath, json, ADDED_BY_23)
  return since25(basePath, shown, () => ({ allowances: [remainingAllowance(world, bundle, unit)] }))
}

/**
 * The one allowance of an assignment: what it was good for and what is left, megabytes rounded
 * down.
 */
function remainingAllowance(
  world: World,
  bundle: Bundle,
  unit: DataUnit,
): NonNullable<Schemas['BundleAssignment']['allowances']>[number] {
  return {
    type: 'DATA',
    service: 'ROAMING',
    description: description(world, bundle.name),
    initialAmount: Math.floor(bundle.initialBytes / BYTES_PER[unit]),
    remainingAmount: Math.floor(remaining(bundle) / BYTES_PER[unit]),
    unit,
    unlimited: bundle.unlimited,
  }
}

function lotBody({ id, total, remaining, expiresAt }: Lot) {
  return { id, total, remaining, expiry: iso(expiresAt) }
}

export function inventoryBundle(
  world: World,
  name: string,
  available: readonly Lot[],
  basePath: string,
): Schemas['InventoryBundle'] {
  const bundle = lookUpBought(world, name)
  const { regionalBundles } = world.settings(settings)
  const json: Schemas['InventoryBundle'] = {
    name,
    desc: bundle?.description ?? name,
    available: available.map(lotBody),
    countries: bundle ? [...baseCodes(bundle, regionalBundles)] : [],
    data: bundle?.dataAmount ?? 0,
    duration: bundle?.duration ?? 1,
    durationUnit: 'day',
    autostart: bundle?.autostart ?? true,
    unlimited: bundle?.unlimited ?? false,
    speed: [...(bundle?.speed ?? [])],
  }
  return since25(basePath, json, () => ({
    ...inventory25(available, bundle),
    ...defined({ allowances: bundle && [dataAllowance(bundle)] }),
  }))
}

/**
 * What v2.5 has otherwise (public): lots expire on a day, a speed nobody knows is null. That
 * bundles use no DMS is invented.
 */
function inventory25(
  available: readonly Lot[],
  bundle: CatalogueBundle | undefined,
): Partial<Schemas['InventoryBundle']> {
  return {
    available: available.map((lot) => ({ ...lotBody(lot), expiry: isoDay(lot.expiresAt) })),
    speed: bundle?.speed ? [...bundle.speed] : null,
    useDms: false,
  }
}
