// The JSON of eSIM Go: eSIMs, bundles, orders, inventory, catalogue, organisation.
import { type Bundle, remainingBytes } from '../../../state/bundles.ts'
import { targets } from '../../../state/callbacks.ts'
import { appleInstallUrl } from '../../../state/installation-code.ts'
import { iso } from '../../../state/instant.ts'
import type { ProfileState } from '../../../state/sim-lifecycle.ts'
import { type Sim, simKey, sims } from '../../../state/sims.ts'
import type { World } from '../../../state/world.ts'
import { findCountry } from '../../countries.ts'
import type { Assignment } from '../assignments.ts'
import { bundleGroups, type CatalogueBundle } from '../catalogue/default-bundles.ts'
import { lookUp, onSale } from '../catalogue/on-sale.ts'
import { account, apiKey, CURRENCY, usableCredit } from '../organisation/account.ts'
import { people } from '../organisation/profile.ts'
import { type Esim, esims, type Lot, type Order, type OrderLine, SLUG } from '../records.ts'
import type { components } from '../spec.d.ts'
import type { HistoryItem } from './history.ts'

type Schemas = components['schemas']

/** Cents as the API shows money: units with two decimals. */
export function money(cents: number): number {
  return cents / 100
}

/** Cents as the organisation's own balance is shown: whole units, rounded down (inferred). */
export function wholeUnits(cents: number): number {
  return Math.floor(money(cents))
}

/** Never Available, Enabled, Disabled or Deleted (public): what is on the card is Installed, what was deleted is Released again. */
const profileStatuses: Readonly<Record<ProfileState, Schemas['ProfileStatus']>> = {
  released: 'Released',
  downloaded: 'Downloaded',
  installed: 'Installed',
  enabled: 'Installed',
  disabled: 'Installed',
  deleted: 'Released',
}

export function profileStatus(state: ProfileState): Schemas['ProfileStatus'] {
  return profileStatuses[state]
}

export function esimDetails(
  { sim, esim }: { sim: Sim; esim: Esim },
  withAppleUrl: boolean,
): Schemas['EsimDetails'] {
  return {
    iccid: sim.iccid,
    matchingId: sim.matchingId,
    smdpAddress: sim.smdpAddress,
    // What cannot be installed any more; only v2.5 says why.
    profileStatus: sim.service === 'ceased' ? 'Unavailable' : profileStatus(sim.profile),
    pin: esim.pin,
    puk: esim.puk,
    ...(sim.firstInstalledAt === undefined ? {} : { firstInstalledDateTime: sim.firstInstalledAt }),
    customerRef: esim.customerRef,
    ...(withAppleUrl ? { appleInstallUrl: appleInstallUrl(sim.smdpAddress, sim.matchingId) } : {}),
  }
}

/** What `GET /esims/assignments` tells as JSON. */
export function installDetails(
  { sim, esim, bundle, reference }: { sim: Sim; esim: Esim; bundle: string; reference: string },
  withAppleUrl: boolean,
): Schemas['InstallDetails'] {
  const { customerRef: _, ...details } = esimDetails({ sim, esim }, withAppleUrl)
  return { ...details, bundle, reference }
}

export function listedEsim(esim: Esim): Schemas['ListedEsim'] {
  return {
    iccid: esim.iccid,
    customerRef: esim.customerRef,
    ...(esim.lastAction === undefined || esim.actionAt === undefined
      ? {}
      : { lastAction: esim.lastAction, actionDate: iso(esim.actionAt) }),
    physical: esim.physical,
    assignedDate: iso(esim.assignedAt),
  }
}

export function assignment({ bundle, state }: Assignment): Schemas['BundleAssignment'] {
  return {
    id: bundle.id,
    callTypeGroup: 'data',
    initialQuantity: bundle.initialBytes,
    remainingQuantity: remaining(bundle),
    ...(bundle.startedAt === undefined ? {} : { startTime: iso(bundle.startedAt) }),
    ...(bundle.endsAt === undefined ? {} : { endTime: iso(bundle.endsAt) }),
    assignmentDateTime: iso(bundle.assignedAt),
    assignmentReference: bundle.reference,
    bundleState: state,
    unlimited: bundle.unlimited,
  }
}

/** Bytes left; an unlimited bundle shows 0 of 0 (invented). */
export function remaining(bundle: Bundle): number {
  return bundle.unlimited ? 0 : remainingBytes(bundle)
}

export function historyEntry({
  name,
  bundle,
  at,
  bundleState,
  alertType,
}: HistoryItem): Schemas['HistoryEntry'] {
  return {
    name,
    ...(bundle === undefined ? {} : { bundle, bundleName: bundle }),
    date: iso(at),
    ...(bundleState === undefined ? {} : { bundleState }),
    ...(alertType === undefined ? {} : { alertType }),
  }
}

function orderLine(world: World, line: OrderLine, withEsims: boolean): Schemas['OrderLine'] {
  return {
    type: line.type,
    item: line.item,
    quantity: line.quantity,
    subTotal: money(line.quantity * line.pricePerUnit),
    pricePerUnit: money(line.pricePerUnit),
    allowReassign: line.allowReassign,
    ...(withEsims && line.iccids.length > 0
      ? {
          iccids: [...line.iccids],
          esims: line.iccids.flatMap((iccid) => installation(world, iccid)),
        }
      : {}),
  }
}

/** How an eSIM of the account is installed. */
function installation(world: World, iccid: string): NonNullable<Schemas['OrderLine']['esims']> {
  const sim = world.in(sims).get(simKey(SLUG, iccid))
  return sim && world.in(esims).has(iccid)
    ? [{ iccid, matchingId: sim.matchingId, smdpAddress: sim.smdpAddress }]
    : []
}

function statusMessage({ assign, status, lines }: Order): string {
  if (status === 'processing') return 'Order is being processed'
  if (!assign) return 'Order completed'
  return `Order completed: ${lines.reduce((sum, { iccids }) => sum + iccids.length, 0)} eSIMs assigned`
}

export function order(world: World, record: Order, withEsims = true): Schemas['Order'] {
  const createdDate = iso(record.createdAt)
  return {
    order: record.lines.map((line) => orderLine(world, line, withEsims)),
    total: money(record.total),
    currency: CURRENCY,
    valid: true,
    assigned: record.assign && record.status === 'completed',
    status: record.status,
    statusMessage: statusMessage(record),
    orderReference: record.reference,
    createdDate,
    createDate: createdDate,
  }
}

export function pricedOrder(
  world: World,
  lines: readonly OrderLine[],
  total: number,
  valid: boolean,
): Schemas['ValidatedOrder'] {
  return {
    order: lines.map((line) => orderLine(world, line, false)),
    total: money(total),
    currency: CURRENCY,
    valid,
    assigned: false,
    createdDate: iso(world.now),
  }
}

export function inventoryBundle(
  world: World,
  name: string,
  available: readonly Lot[],
): Schemas['InventoryBundle'] {
  const bundle = lookUp(world, name)
  return {
    name,
    desc: bundle?.description ?? name,
    available: available.map((lot) => ({
      id: lot.id,
      total: lot.total,
      remaining: lot.remaining,
      expiry: iso(lot.expiresAt),
    })),
    countries: [...(bundle?.countries ?? [])],
    data: bundle?.dataAmount ?? 0,
    duration: bundle?.duration ?? 1,
    durationUnit: 'day',
    autostart: bundle?.autostart ?? true,
    unlimited: bundle?.unlimited ?? false,
    speed: [...(bundle?.speed ?? [])],
  }
}

const catalogueBundles = new WeakMap<CatalogueBundle, Schemas['CatalogueBundle']>()

/** A bundle as the catalogue shows it; made once, since a page of global bundles names thousands of countries. */
export function catalogueBundle(bundle: CatalogueBundle): Schemas['CatalogueBundle'] {
  const made = catalogueBundles.get(bundle) ?? makeCatalogueBundle(bundle)
  catalogueBundles.set(bundle, made)
  return made
}

function makeCatalogueBundle(bundle: CatalogueBundle): Schemas['CatalogueBundle'] {
  return {
    name: bundle.name,
    description: bundle.description,
    groups: [...bundle.groups],
    countries: bundle.countries.map((code) => ({
      name: findCountry(code)?.name ?? code,
      region: findCountry(code)?.region ?? '',
      iso: code,
    })),
    dataAmount: bundle.dataAmount,
    duration: bundle.duration,
    speed: [...bundle.speed],
    autostart: bundle.autostart,
    unlimited: bundle.unlimited,
    roamingEnabled: [],
    price: money(bundle.price),
    billingType: bundle.billingType,
    allowances: [dataAllowance(bundle)],
  }
}

/** The one allowance of a bundle: data. */
export function dataAllowance({
  description,
  dataAmount,
  unlimited,
}: CatalogueBundle): Schemas['Allowances'][number] {
  return {
    type: 'DATA',
    service: 'ROAMING',
    description,
    amount: dataAmount,
    unit: 'MB',
    unlimited,
  }
}

export function organisation(world: World): Schemas['Organisation'] {
  const holder = account(world)
  return {
    ...people(world.identity),
    apiKey: apiKey(world) ?? '',
    taxLiable: 'No',
    callbackUrl: world.in(targets).get(SLUG)?.url ?? '',
    groups: bundleGroups(onSale(world)),
    currency: CURRENCY,
    balance: wholeUnits(holder.balance),
    testCredit: wholeUnits(usableCredit(world, holder)),
    testCreditExpiry: iso(holder.testCreditExpiresAt),
    businessType: 'Travel',
    productDescription: 'Data for travellers',
  }
}
