// Bundles on the eSIMs of a seed file, in the state that they are in at the real account.
import { type Bundle, putKnownBundle } from '../../state/bundles.ts'
import { grouped } from '../../state/collection.ts'
import { defined } from '../../state/defined.ts'
import { addDuration } from '../../state/duration.ts'
import type { World } from '../../state/world.ts'
import { fields, optional, text, textMatching, time, whole, word, wrong } from '../seed-reading.ts'
import { type TakenOff, takenOff } from './assignments.ts'
import { lapseBundle } from './bundles/lapse.ts'
import { toExtra } from './bundles/purchase.ts'
import { MEGABYTE, nextAssignmentId } from './bundles/put-on-esim.ts'
import { monthOf, YEAR_DAYS } from './bundles/year.ts'
import { lookUpBought } from './catalogue/on-sale.ts'
import { type CatalogueBundle, esims, SLUG } from './records.ts'
import { settings } from './settings.ts'

/** An assignment without its place among all. */
type Known = Omit<Bundle, 'serial' | 'state'> & {
  readonly state: Bundle['state'] | TakenOff['state']
}

const STATES = [
  'processing',
  'queued',
  'active',
  'depleted',
  'expired',
  'revoked',
  'lapsed',
] as const
const FIELDS = [
  'name',
  'state',
  'id',
  'reference',
  'initialBytes',
  'remainingBytes',
  'assignedAt',
  'startedAt',
  'endsAt',
]
const idText = textMatching(/^[!-~]{1,100}$/)

/** Puts those on an eSIM that are told with their state; names alone are passed over. */
export function putKnownAssignments(
  world: World,
  iccid: string,
  where: string,
  assigned: readonly unknown[],
): void {
  const known = assigned.flatMap((each, at) =>
    typeof each === 'string' ? [] : [knownAssignment(world, iccid, `${where}[${at}]`, each)],
  )
  if (known.length === 0) return
  for (const [reference, parts] of grouped(known, (each) => each.reference)) {
    for (const part of withTerms(world, parts)) put(world, part)
    if (parts.some(({ state }) => state === 'queued')) watch(world, reference, parts)
  }
  const esim = world.in(esims).get(iccid)
  const appliedAt = Math.max(...known.map(({ assignedAt }) => assignedAt))
  if (esim) world.in(esims).put({ ...esim, appliedAt })
}

function knownAssignment(world: World, iccid: string, where: string, value: unknown): Known {
  const entry = fields(where, value, FIELDS)
  const name = text(`${where}.name`, entry.name)
  const bundle = lookUpBought(world, name)
  if (!bundle)
    throw wrong(`${where}.name`, `"${name}" is not in the catalogue; with onSale: false it was`)
  const at = <T>(field: string, read: (where: string, value: unknown) => T) =>
    optional(`${where}.${field}`, entry[field], read)
  const initialBytes = bundle.unlimited ? 0 : (at('initialBytes', bytes) ?? sizeOf(bundle))
  const left = bundle.unlimited ? 0 : (at('remainingBytes', bytes) ?? initialBytes)
  if (left > initialBytes)
    throw wrong(`${where}.remainingBytes`, 'must not be more than initialBytes')
  const assignedAt = at('assignedAt', time) ?? world.now
  return {
    id: at('id', idText) ?? nextAssignmentId(world),
    provider: SLUG,
    iccid,
    name,
    reference: at('reference', text) ?? `${world.random.uuid()}-0`,
    state: word(`${where}.state`, entry.state, STATES),
    unlimited: bundle.unlimited,
    initialBytes,
    usedBytes: initialBytes - left,
    duration: bundle.duration === YEAR_DAYS ? 'P1M' : `P${bundle.duration}D`,
    assignedAt,
    extra: toExtra({ price: bundle.price, boughtAt: assignedAt }),
    ...defined({ startedAt: at('startedAt', time), endsAt: at('endsAt', time) }),
  }
}

function bytes(where: string, value: unknown): number {
  return whole(where, value, 0, Number.MAX_SAFE_INTEGER)
}

function sizeOf({ dataAmount }: CatalogueBundle): number {
  return dataAmount * MEGABYTE
}

/** The months of a year that has begun follow its first one: nobody tells when they begin. */
function withTerms(world: World, parts: readonly Known[]): readonly Known[] {
  const [first] = parts
  const { yearMonths } = world.settings(settings)
  const beganAt = first?.startedAt
  if (beganAt === undefined || first?.duration !== 'P1M' || yearMonths === 'from-use') return parts
  return parts.map((part, month) =>
    part.state === 'queued' ? { ...part, ...monthOf(beganAt, month) } : part,
  )
}

function put(world: World, known: Known): void {
  const { state } = known
  if (state !== 'revoked' && state !== 'lapsed')
    return void putKnownBundle(world, { ...known, state })
  const bundle = { ...known, state: 'queued' as const, serial: world.next('bundle') }
  // When it went and where its value went to, the API does not tell.
  world.in(takenOff).put({ bundle, state, at: known.assignedAt, refundTo: 'none' })
}

/** What is queued lapses in time; what would have lapsed already the provider has left there. */
function watch(world: World, reference: string, parts: readonly Known[]): void {
  const { lapseAfter } = world.settings(settings)
  const idleSince = Math.max(
    ...parts.map(({ assignedAt, startsAt = 0, endsAt = 0 }) =>
      Math.max(assignedAt, startsAt, endsAt),
    ),
  )
  const lapsesAt = addDuration(idleSince, lapseAfter)
  if (lapsesAt > world.now) world.schedule(lapseBundle, lapsesAt, { reference })
}
