// How an eSIM Go account is read: money, catalogue, inventory, eSIMs with their bundles.
import { defined } from '../../state/defined.ts'
import { iso } from '../../state/instant.ts'
import { findCountry } from '../countries.ts'
import type { ImportContext, ImportPlan, Outcome, ReadItem } from '../import-plan.ts'
import { describedByName } from './catalogue/bundle-name.ts'
import { defaultBundle } from './catalogue/default-bundles.ts'
import type { components } from './spec.d.ts'

type Schemas = components['schemas']
type Details = Partial<Schemas['EsimDetails']>
type Sold = Schemas['CatalogueBundle']

const CATALOGUE = 'bundles on sale'
const MOST_ASSIGNMENTS = '200'

function organisation({ item }: ReadItem): readonly Outcome[] {
  const { balance, testCredit, testCreditExpiry } = item as Partial<Schemas['Organisation']>
  // Where no test credit is told, the one that every new world has would be spent first.
  const credit = testCredit ?? 0
  const expiry = testCreditExpiry?.includes('T') ? testCreditExpiry : undefined
  const day = testCreditExpiry && !expiry ? `${testCreditExpiry}T00:00:00Z` : undefined
  // What is shown has the test credit in it (the setting balanceShown).
  const own = balance === undefined ? undefined : Math.max(0, balance - credit)
  const values = defined({ balance: own, testCredit: credit, testCreditExpiresAt: expiry ?? day })
  return Object.entries(values).map(([part, value]) => ({ part, value }))
}

/** Codes of countries with networks; others cannot be used here. */
function codesOf(listed: readonly { readonly iso: string }[]): string[] {
  return [...new Set(listed.map(({ iso }) => iso))].filter((iso) => findCountry(iso))
}

/** Where a bundle works: an area is a single base country that is none, and roams in its countries. */
function places({ countries, roamingEnabled }: Sold) {
  const [base] = countries
  const roaming = codesOf(roamingEnabled ?? [])
  if (base && !findCountry(base.iso) && roaming.length > 0)
    return { countries: roaming, area: { name: base.name, region: base.region } }
  return { countries: [...new Set([...codesOf(countries), ...roaming])] }
}

function bundle({ item }: ReadItem): readonly Outcome[] {
  const sold = item as Sold
  const { name, description, dataAmount, duration, price, groups, speed, imageUrl } = sold
  const { autostart, unlimited } = sold
  const where = places(sold)
  if (where.countries.length === 0)
    return [{ left: `bundle ${name}`, why: 'it works in no country that is known here' }]
  const data = unlimited ? { unlimited } : { dataAmount }
  const value = { name, description: description || name, ...where, ...data, duration, price }
  const rest = { groups, speed, imageUrl, autostart: autostart === false ? false : undefined }
  return [{ part: 'catalogue', value: defined({ ...value, ...rest }) }]
}

/**
 * A bundle that is not in the catalogue any more, and that somebody has: known by what its name tells.
 */
function offSale(name: string, context: ImportContext, told: object = {}): readonly Outcome[] {
  if (context.isKnown(CATALOGUE, name)) return []
  // Bought before, a default one can be used without being on sale.
  const isDefault = defaultBundle(name) !== undefined
  const byName = describedByName(name)
  if (!isDefault && !byName)
    return [{ left: `bundle ${name}`, why: 'it is not on sale, and its name tells nothing' }]
  context.know(CATALOGUE, name)
  if (isDefault) return []
  const value = { ...byName, ...told, name, price: 0, onSale: false }
  return [{ part: 'catalogue', value }]
}

function lots({ item }: ReadItem, context: ImportContext): readonly Outcome[] {
  const { name, desc, available } = item as Schemas['InventoryBundle']
  const known = offSale(name, context, { description: desc || name })
  if (!context.isKnown(CATALOGUE, name)) return known
  return [
    ...known,
    ...available.map(({ id, total, remaining, expiry }) => ({
      part: 'inventory',
      value: {
        bundle: name,
        quantity: remaining,
        total,
        usageId: id,
        expiresAt: expiry.includes('T') ? expiry : `${expiry}T00:00:00Z`,
      },
    })),
  ]
}

/** What v2.4 calls a profile; an installed one is on, since nobody tells. */
const PROFILES: Readonly<Record<string, object>> = {
  Released: { profile: 'released' },
  Downloaded: { profile: 'downloaded' },
  Installed: { profile: 'enabled' },
  Unavailable: { service: 'ceased' },
  Deactivated: { service: 'ceased' },
}
const SERVICES: Readonly<Record<string, string>> = { suspended: 'suspended', deactivated: 'ceased' }

function esim({ item, details }: ReadItem, context: ImportContext): readonly Outcome[] {
  const listed = item as Schemas['ListedEsim']
  const { iccid, customerRef = '', lastAction, actionDate, physical, assignedDate } = listed
  const [told, assigned] = details as [Details | undefined, AssignedBundles | undefined]
  if (!told) return [{ left: `eSIM ${iccid}`, why: 'it was gone before its details were read' }]
  const { matchingId, smdpAddress, profileStatus = '', pin, puk, brandingId } = told
  const { firstInstalledDateTime, state = '', msisdn } = told
  const { nameOf } = context
  const { bundles, outcomes } = assignments(assigned, context)
  const value = defined({
    iccid,
    matchingId: matchingId && nameOf('activation code', matchingId),
    smdpAddress: smdpAddress || undefined,
    msisdn: msisdn && nameOf('phone number', msisdn),
    customerRef: customerRef === '' ? undefined : nameOf('reference', customerRef),
    pin: pin && nameOf('PIN', pin),
    puk: puk && nameOf('PUK', puk),
    physical,
    brandingId: brandingId === '(default)' ? undefined : brandingId,
    ...PROFILES[profileStatus],
    ...defined({ service: SERVICES[state] }),
    assignedAt: assignedDate,
    firstInstalledAt: timeOf(firstInstalledDateTime),
    lastAction,
    actionAt: actionDate,
    bundles: bundles.length > 0 ? bundles : undefined,
  })
  const own: Outcome = { part: 'esims', value }
  return told.state === undefined ? [...outcomes, own, notTold(iccid)] : [...outcomes, own]
}

function notTold(iccid: string): Outcome {
  const why = 'only v2.5 tells it: with a baseUrl of v2.5 it is taken over'
  return { left: `service state and phone number of ${iccid}`, why }
}

/** Ms since the epoch, as most versions have it, or a time. */
function timeOf(told: unknown): string | undefined {
  if (typeof told === 'number') return iso(told)
  return typeof told === 'string' && told !== '' ? told : undefined
}

interface AssignedBundles {
  readonly bundles?: readonly {
    readonly name: string
    readonly description?: string
    readonly assignments?: readonly Schemas['BundleAssignment'][]
  }[]
}

/** In the order they were assigned; the list has them by bundle. */
function assignments(told: AssignedBundles | undefined, context: ImportContext) {
  const outcomes: Outcome[] = []
  const all = (told?.bundles ?? []).flatMap(({ name, description, assignments = [] }) => {
    outcomes.push(...offSale(name, context, { description: description || name }))
    // What nothing is known of cannot be on an eSIM.
    if (!context.isKnown(CATALOGUE, name)) return []
    return assignments.map((each) => assignmentOf(name, each))
  })
  return { outcomes, bundles: all.toSorted(byAssignment) }
}

function assignmentOf(name: string, told: Schemas['BundleAssignment']) {
  const { id, bundleState, initialQuantity, remainingQuantity, assignmentReference } = told
  const { assignmentDateTime, startTime, endTime } = told
  return defined({
    name,
    state: bundleState ?? 'queued',
    id: id === undefined ? undefined : String(id),
    reference: assignmentReference,
    initialBytes: initialQuantity,
    remainingBytes: remainingQuantity,
    assignedAt: assignmentDateTime,
    startedAt: startTime,
    endsAt: endTime,
  })
}

function byAssignment(a: Assigned, b: Assigned): number {
  const [at = '', before = ''] = [a.assignedAt, b.assignedAt]
  if (at !== before) return at < before ? -1 : 1
  return Number(a.id ?? 0) - Number(b.id ?? 0)
}

type Assigned = { readonly assignedAt?: string; readonly id?: string }

const nameIn = (item: unknown) => (item as { readonly name: string }).name
const iccidIn = (item: unknown) => (item as { readonly iccid: string }).iccid

export const importPlan: ImportPlan = {
  reads: [
    {
      name: 'the balance',
      calls: () => [{ operation: 'getOrganisation' }],
      items: '/organisations',
      key: (item) => (item as { readonly name?: string }).name ?? '',
      outcomes: organisation,
    },
    {
      name: CATALOGUE,
      calls: () => [{ operation: 'getCatalogue' }],
      key: nameIn,
      outcomes: bundle,
    },
    {
      name: 'bundles in the inventory',
      calls: () => [{ operation: 'getInventory' }],
      key: nameIn,
      outcomes: lots,
    },
    {
      name: 'eSIMs',
      // By what never changes: an eSIM that comes meanwhile is on the last page.
      calls: () => [
        { operation: 'listEsims', query: { orderBy: 'assignedDate', direction: 'asc' } },
      ],
      key: iccidIn,
      details: (item) => [
        { operation: 'getEsim', path: { iccid: iccidIn(item) } },
        {
          operation: 'listEsimBundles',
          path: { iccid: iccidIn(item) },
          query: { includeUsed: 'true', limit: MOST_ASSIGNMENTS },
        },
      ],
      outcomes: esim,
    },
  ],
  parts: [
    { name: 'balance', form: 'value' },
    { name: 'testCredit', form: 'value' },
    { name: 'testCreditExpiresAt', form: 'value' },
    { name: 'catalogue', form: 'replacement', list: 'bundles' },
    { name: 'inventory', form: 'list' },
    { name: 'esims', form: 'list' },
  ],
  left: {
    'cents of the balance': 'the API tells whole units',
    'the organisation': 'its name, address and key are those of the simulator',
    'orders, histories, locations': 'a seed file holds what there is, not how it came about',
    'what bundles were bought for':
      'the API does not tell: they count as bought at the present price',
    'when bundles were revoked or lapsed':
      'the API does not tell: when they were assigned stands for it',
  },
}
