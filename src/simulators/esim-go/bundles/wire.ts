// The JSON of bundles on eSIMs and in the inventory.
import { type Bundle, remainingBytes } from '../../../state/bundles.ts'
import { defined } from '../../../state/defined.ts'
import { iso } from '../../../state/instant.ts'
import type { World } from '../../../state/world.ts'
import type { Assignment } from '../assignments.ts'
import { baseCodes } from '../catalogue/base-countries.ts'
import { lookUpBought } from '../catalogue/on-sale.ts'
import { dataAllowance } from '../catalogue/wire.ts'
import type { Lot } from '../records.ts'
import { settings } from '../settings.ts'
import type { components } from '../spec.d.ts'
import { since25 } from '../versions.ts'

type Schemas = components['schemas']

/** Bytes left; an unlimited bundle shows 0 of 0 (invented). */
export function remaining(bundle: Bundle): number {
  return bundle.unlimited ? 0 : remainingBytes(bundle)
}

/** The catalogue's description of a bundle, or its name where nothing is known of it any more. */
export function description(world: World, name: string): string {
  return lookUpBought(world, name)?.description ?? name
}

export function assignment(
  world: World,
  { bundle, state }: Assignment,
  basePath: string,
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
  return since25(basePath, json, () => ({ allowances: [remainingAllowance(world, bundle)] }))
}

/**
 * The one allowance of an assignment: what it was good for and what is left, in
 * bytes.
 */
function remainingAllowance(
  world: World,
  bundle: Bundle,
): NonNullable<Schemas['BundleAssignment']['allowances']>[number] {
  return {
    type: 'DATA',
    service: 'ROAMING',
    description: description(world, bundle.name),
    initialAmount: bundle.initialBytes,
    remainingAmount: remaining(bundle),
    unit: 'BYTES',
    unlimited: bundle.unlimited,
  }
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
    available: available.map((lot) => ({
      id: lot.id,
      total: lot.total,
      remaining: lot.remaining,
      expiry: iso(lot.expiresAt),
    })),
    countries: bundle ? [...baseCodes(bundle, regionalBundles)] : [],
    data: bundle?.dataAmount ?? 0,
    duration: bundle?.duration ?? 1,
    durationUnit: 'day',
    autostart: bundle?.autostart ?? true,
    unlimited: bundle?.unlimited ?? false,
    speed: [...(bundle?.speed ?? [])],
  }
  return since25(basePath, json, () => (bundle ? { allowances: [dataAllowance(bundle)] } : {}))
}
