// What is needed to install the eSIMs of an order or an application, as rows, CSV and QR codes.
import { bundles } from '../../../state/bundles.ts'
import { SEPARATOR } from '../../../state/collection.ts'
import { lpaString } from '../../../state/installation-code.ts'
import { Refusal } from '../../../state/refusal.ts'
import { simKey, sims } from '../../../state/sims.ts'
import type { World } from '../../../state/world.ts'
import { takenOff } from '../assignments.ts'
import type { EsimGoRefusal } from '../errors.ts'
import { type EsimWithSim, esims, type OrderLine, orders, SLUG } from '../records.ts'
import { isSince, V25 } from '../versions.ts'
import { findEsim } from './esims.ts'
import { type InstallLinks, installUrls } from './install-links.ts'

/** One eSIM of an order or application, and the bundle that was put on it. */
export interface OrderedEsim extends EsimWithSim {
  readonly bundle: string
  readonly reference: string
}

/** The most eSIMs of which one call tells how they are installed (invented): those of one order. */
export const MOST_INSTALLED = 1000

/**
 * The bundle a line put on its eSIMs: an application's line names its
 * assignment instead.
 */
function bundleOf(world: World, { type, item }: OrderLine): string {
  if (type === 'bundle') return item
  const [assigned] = world.in(bundles).matching('reference', SLUG + SEPARATOR + item + SEPARATOR)
  if (assigned) return assigned.name
  const [off] = world.in(takenOff).matching('reference', item + SEPARATOR)
  return off?.bundle.name ?? item
}

/**
 * Refuses eSIMs that are deactivated, whether they are still in the account or were deleted.
 * @throws Refusal `gone`
 */
function refuseGone(world: World, iccids: readonly string[]): void {
  const gone = iccids.find((iccid) => world.in(sims).get(simKey(SLUG, iccid))?.service === 'ceased')
  if (gone !== undefined)
    throw new Refusal<EsimGoRefusal>('gone', `eSIM ${gone} is deactivated`, { iccid: gone })
}

/**
 * The eSIMs of an order or application. One that has left the account is left out; where all have,
 * nothing of the reference is the caller's.
 * @throws Refusal `unknown-order`, `foreign-esim`, since v2.5 `gone`
 */
function orderedEsims(world: World, reference: string, basePath: string): OrderedEsim[] {
  const order = world.in(orders).get(reference)
  if (!order)
    throw new Refusal<EsimGoRefusal>(
      'unknown-order',
      `there is no order or application ${reference}`,
    )

  const iccids = order.lines.flatMap((line) => line.iccids)
  if (isSince(V25, basePath)) refuseGone(world, iccids)
  const isInAccount = (iccid: string) => world.in(esims).has(iccid)
  if (iccids.length > 0 && !iccids.some(isInAccount))
    throw new Refusal<EsimGoRefusal>(
      'foreign-esim',
      `every eSIM of ${reference} has left the account`,
    )

  return order.lines.flatMap((line) => {
    const bundle = bundleOf(world, line)
    return line.iccids.filter(isInAccount).map((iccid) => {
      const { sim, esim } = findEsim(world, iccid)
      return { sim, esim, bundle, reference }
    })
  })
}

/**
 * The eSIMs of several orders or applications.
 * @throws Refusal `invalid-request` for too many eSIMs, and as `orderedEsims`
 */
export function esimsOfAll(
  world: World,
  references: readonly string[],
  basePath: string,
): OrderedEsim[] {
  const rows: OrderedEsim[] = []
  for (const reference of references) {
    rows.push(...orderedEsims(world, reference, basePath))
    if (rows.length > MOST_INSTALLED)
      throw new Refusal(
        'invalid-request',
        `these are more than ${MOST_INSTALLED} eSIMs: ask for fewer references at once`,
      )
  }
  return rows
}

/**
 * A header line and one line an eSIM. The columns of links are only there where they are asked for;
 * the name of the one for Android is invented.
 */
export async function csv(rows: readonly OrderedEsim[], links: InstallLinks): Promise<string> {
  const { stringify } = await import('csv-stringify/sync')
  const header = ['ICCID', 'Matching ID', 'RSP URL', 'Bundle', 'Reference']
  if (links.apple) header.push('Apple Install URL')
  if (links.android) header.push('Android Install URL')
  const lines = rows.map(({ sim, bundle, reference }) => {
    const urls = Object.values(installUrls(sim, links))
    return [sim.iccid, sim.matchingId, sim.smdpAddress, bundle, reference, ...urls]
  })
  return stringify([header, ...lines])
}

/**
 * A ZIP of one PNG an eSIM, named by ICCID, and a CSV that tells which is whose (public: a guide;
 * its name and its columns are invented).
 * @param now virtual ms, the time of its files
 */
export async function qrCodes(rows: readonly OrderedEsim[], now: number): Promise<Uint8Array> {
  const [{ strToU8, zipSync }, { default: QRCode }, { stringify }] = await Promise.all([
    import('fflate'),
    import('qrcode'),
    import('csv-stringify/sync'),
  ])
  const files: Record<string, Uint8Array> = {}
  for (const { sim } of rows) files[`${sim.iccid}.png`] = await QRCode.toBuffer(lpaString(sim))
  const lines = Object.keys(files).map((name) => [name.replace(/\.png$/, ''), name])
  files['esims.csv'] = strToU8(stringify([['ICCID', 'File'], ...lines]))
  // PNGs are compressed already.
  return zipSync(files, { mtime: zipTime(now), level: 0 })
}

/**
 * A time for a ZIP, which has local ones without a zone: it shows the world's UTC time wherever
 * the simulator runs. Its years are 1980 to 2099.
 */
function zipTime(now: number): Date {
  const at = new Date(now)
  return new Date(
    Math.min(Math.max(at.getUTCFullYear(), 1980), 2099),
    at.getUTCMonth(),
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds(),
  )
}
