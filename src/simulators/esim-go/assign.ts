// Bundles onto eSIMs: one application is one assignment, or twelve for a one-year bundle.
import { assignBundle, type Bundle } from '../../state/bundles.ts'
import type { World } from '../../state/world.ts'
import type { CatalogueBundle } from './catalogue.ts'
import { noteAction } from './esims.ts'
import { noteHistory } from './history.ts'
import { oddity } from './magic-values.ts'
import { SLUG } from './records.ts'
import { settingsOf } from './settings.ts'

/** Bytes in a megabyte: 1 GB is 1,000,000,000 bytes (public). */
const MEGABYTE = 1_000_000
/** Days of a bundle that comes as twelve assignments of a month (documented). */
const ONE_YEAR = 365
/** Assignment ids look like 215009266 (public). */
const FIRST_ID = 215_000_000

/** How a bundle is cut into assignments: a one-year one into twelve calendar months, each with a twelfth of the data (inferred). */
function parts(bundle: CatalogueBundle): { count: number; bytes: number; duration: string } {
  const bytes = bundle.unlimited ? 0 : bundle.dataAmount * MEGABYTE
  if (bundle.duration !== ONE_YEAR) return { count: 1, bytes, duration: `P${bundle.duration}D` }
  return { count: 12, bytes: Math.floor(bytes / 12), duration: 'P1M' }
}

/**
 * Puts a bundle on an eSIM.
 * @param reference of the assignment: a UUID, a dash and a number; the twelve of a year share it
 * @param startsAt virtual ms; the bundle begins then instead of at first use
 */
export function putOnEsim(world: World, iccid: string, bundle: CatalogueBundle, reference: string, startsAt?: number): void {
  const { count, bytes, duration } = parts(bundle)
  const processing = oddity(bundle.name)?.processing ?? settingsOf(world).processingDelay
  let state: Bundle['state'] = 'processing'
  for (let part = 0; part < count; part += 1) {
    const assigned = assignBundle(
      world,
      {
        id: String(FIRST_ID + world.next('esim-go.assignment')),
        provider: SLUG,
        iccid,
        name: bundle.name,
        reference,
        unlimited: bundle.unlimited,
        initialBytes: bytes,
        duration,
        ...(startsAt === undefined || part > 0 ? {} : { startsAt }),
      },
      processing,
    )
    if (part === 0) state = assigned.state
  }
  noteAction(world, iccid, 'Bundle Applied')
  noteHistory(world, iccid, 'Bundle Applied', { bundle: bundle.name, bundleState: state })
}
