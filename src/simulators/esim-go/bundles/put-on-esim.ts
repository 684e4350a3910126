// Bundles onto eSIMs: one application is one assignment, or twelve for a one-year bundle.
import { assignBundle, type Bundle, bundles, type Term } from '../../../state/bundles.ts'
import { defined } from '../../../state/defined.ts'
import { addDuration } from '../../../state/duration.ts'
import { Refusal } from '../../../state/refusal.ts'
import type { World } from '../../../state/world.ts'
import { takenOff } from '../assignments.ts'
import { magicBundle } from '../catalogue/magic-bundles.ts'
import { noteAction } from '../esims/esims.ts'
import { noteHistory } from '../esims/history.ts'
import { type CatalogueBundle, SLUG } from '../records.ts'
import { settings } from '../settings.ts'
import { lapseBundle } from './lapse.ts'
import { type Purchase, readyAtOf, toExtra } from './purchase.ts'
import { MONTHS, monthOf, YEAR_DAYS } from './year.ts'

/** Bytes in a megabyte: 1 GB is 1,000,000,000 bytes (public). */
export const MEGABYTE = 1_000_000
/** Assignment ids look like 215009266 (public). */
const FIRST_ID = 215_000_000
/**
 * So many bundles are applied at once; more in one call are applied
 * asynchronously (public).
 */
const AT_ONCE = 5

/** How a bundle is cut into assignments. */
interface Parts {
  /** Bytes of each, in the order they are used. */
  readonly bytes: readonly number[]
  readonly duration: string
}

/**
 * A one-year bundle is cut into twelve calendar months, each with a twelfth of the data (inferred);
 * the bytes that do not divide are in the last.
 */
function partsOf({ unlimited, dataAmount, duration }: CatalogueBundle): Parts {
  const whole = unlimited ? 0 : dataAmount * MEGABYTE
  if (duration !== YEAR_DAYS) return { bytes: [whole], duration: `P${duration}D` }
  const twelfth = Math.floor(whole / MONTHS)
  const bytes = Array.from({ length: MONTHS }, () => twelfth)
  bytes[MONTHS - 1] = whole - twelfth * (MONTHS - 1)
  return { bytes, duration: 'P1M' }
}

/**
 * How long a bundle is processing that is put on its eSIM together with others:
 * ISO 8601.
 */
function processingOf(world: World, bundle: CatalogueBundle, together: number): string {
  const magic = magicBundle(bundle.name)?.processing
  if (magic !== undefined) return magic

  const { processingDelay, asyncApplyDelay } = world.settings(settings)
  if (together <= AT_ONCE) return processingDelay
  return addDuration(world.now, asyncApplyDelay) > addDuration(world.now, processingDelay)
    ? asyncApplyDelay
    : processingDelay
}

/** When a part of a bundle runs, as far as that is known when it is put on an eSIM. */
function termOf(startsAt: number | undefined, part: number, count: number): Partial<Term> {
  if (startsAt === undefined) return {}
  return count === 1 ? { startsAt } : monthOf(startsAt, part)
}

/** @throws Refusal `busy` where one of these bundles is processing */
export function refuseWhileProcessing(world: World, assigned: readonly Bundle[]): void {
  const processing = assigned.find(({ state }) => state === 'processing')
  if (!processing) return

  const { name, id, iccid } = processing
  const readyAt = readyAtOf(processing)
  const seconds =
    readyAt === undefined ? undefined : Math.max(1, Math.ceil((readyAt - world.now) / 1000))
  throw new Refusal(
    'busy',
    `bundle ${name} (assignment ${id}) on eSIM ${iccid} is processing: try again later`,
    defined({ retryAfter: seconds }),
  )
}

/** How a bundle is put on an eSIM. */
export interface AssignOptions {
  /**
   * Of the assignment, its own: a UUID, a dash and a number; the twelve of a
   * year share it.
   */
  readonly reference: string
  /**
   * Virtual ms: the bundle begins then instead of at first use; the months of a year follow one
   * another from there.
   */
  readonly startsAt?: number | undefined
  /** Absent: bought now, at the price of the catalogue. */
  readonly purchase?: Purchase
  /** How many bundles the same call puts on eSIMs. */
  readonly together?: number
}

/** An id that no assignment has: those of a seed file chose theirs. */
export function nextAssignmentId(world: World): string {
  for (;;) {
    const id = String(FIRST_ID + world.next('esim-go.assignment'))
    if (!world.in(bundles).has(`${SLUG}/${id}`) && !world.in(takenOff).has(id)) return id
  }
}

/** Puts a bundle on an eSIM. */
export function putOnEsim(
  world: World,
  iccid: string,
  bundle: CatalogueBundle,
  { reference, startsAt, purchase, together = 1 }: AssignOptions,
): void {
  const processing = processingOf(world, bundle, together)
  const readyAt = addDuration(world.now, processing)
  const paid = purchase ?? { price: bundle.price, boughtAt: world.now }
  const extra = toExtra(readyAt > world.now ? { ...paid, readyAt } : paid)

  const { bytes, duration } = partsOf(bundle)
  let state: Bundle['state'] = 'processing'
  for (const [part, initialBytes] of bytes.entries()) {
    const assigned = assignBundle(
      world,
      {
        id: nextAssignmentId(world),
        provider: SLUG,
        iccid,
        name: bundle.name,
        reference,
        unlimited: bundle.unlimited,
        initialBytes,
        duration,
        extra,
        ...termOf(startsAt, part, bytes.length),
      },
      processing,
    )
    if (part === 0) state = assigned.state
  }

  const lapsesAt = addDuration(world.now, world.settings(settings).lapseAfter)
  world.schedule(lapseBundle, lapsesAt, { reference })
  noteAction(world, iccid, 'Bundle Applied')
  noteHistory(world, iccid, 'Bundle Applied', { bundle: bundle.name, bundleState: state })
}
