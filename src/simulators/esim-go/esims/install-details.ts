// What is needed to install the eSIMs of orders and applications, as CSV, JSON or QR codes: GET /esims/assignments and its forerunners.
import { bundles } from '../../../state/bundles.ts'
import { SEPARATOR } from '../../../state/collection.ts'
import { androidInstallUrl, appleInstallUrl, lpaString } from '../../../state/installation-code.ts'
import { Refusal } from '../../../state/refusal.ts'
import { type Sim, simKey, sims } from '../../../state/sims.ts'
import type { World } from '../../../state/world.ts'
import { type Content, type Reply, reply } from '../../call.ts'
import { takenOff } from '../assignments.ts'
import type { EsimGoRefusal } from '../errors.ts'
import type { EsimGoHandlers } from '../handlers.ts'
import { type Esim, esims, type OrderLine, orders, SLUG } from '../records.ts'
import { V25 } from '../versions.ts'
import { findEsim } from './esims.ts'
import * as wire from './wire.ts'
import * as wire25 from './wire-v25.ts'

/** One eSIM of an order or application. */
export interface Row {
  readonly sim: Sim
  readonly esim: Esim
  readonly bundle: string
  readonly reference: string
}

const FORMATS = ['text/csv', 'application/json', 'application/zip'] as const

/** The bundle a line put on its eSIMs: an application's line names its assignment instead. */
function bundleOf(world: World, { type, item }: OrderLine): string {
  if (type === 'bundle') return item
  const [on] = world.in(bundles).matching('reference', SLUG + SEPARATOR + item + SEPARATOR)
  const [off] = on ? [] : world.in(takenOff).matching('reference', item + SEPARATOR)
  return on?.name ?? off?.bundle.name ?? item
}

/** @throws Refusal `gone` where an eSIM is deactivated, whether it is still in the account or was deleted */
function refuseGone(world: World, iccids: readonly string[]): void {
  const gone = iccids.find((iccid) => world.in(sims).get(simKey(SLUG, iccid))?.service === 'ceased')
  if (gone !== undefined)
    throw new Refusal<EsimGoRefusal>('gone', `eSIM ${gone} is deactivated`, { iccid: gone })
}

/** @throws Refusal `unknown-order`, `foreign-esim`, by v2.5 `gone` */
function rowsOf(world: World, reference: string, basePath: string): Row[] {
  const order = world.in(orders).get(reference)
  if (!order)
    throw new Refusal<EsimGoRefusal>(
      'unknown-order',
      `there is no order or application ${reference}`,
    )
  const all = order.lines.flatMap(({ iccids }) => iccids)
  if (basePath === V25) refuseGone(world, all)
  // An eSIM that has left the account is left out; where all have, nothing of this reference is the caller's.
  const reachable = all.filter((iccid) => world.in(esims).has(iccid))
  if (all.length > 0 && reachable.length === 0)
    throw new Refusal<EsimGoRefusal>(
      'foreign-esim',
      `every eSIM of ${reference} has left the account`,
    )
  return order.lines.flatMap((line) => {
    const bundle = bundleOf(world, line)
    const iccids = line.iccids.filter((iccid) => world.in(esims).has(iccid))
    return iccids.map((iccid) => ({ ...findEsim(world, iccid), bundle, reference }))
  })
}

/** Columns that are only there where `additionalFields` asks for them; the name of the second is invented. */
const columns: Readonly<
  Record<string, { fields: readonly string[]; url: typeof appleInstallUrl }>
> = {
  'Apple Install URL': { fields: ['appleInstallUrl', 'installUrl'], url: appleInstallUrl },
  'Android Install URL': { fields: ['installUrl'], url: androidInstallUrl },
}

/** A header line and one line an eSIM. */
async function csv(rows: readonly Row[], additionalFields: string | undefined): Promise<string> {
  const { stringify } = await import('csv-stringify/sync')
  const links = Object.entries(columns).filter(([, { fields }]) =>
    fields.includes(additionalFields ?? ''),
  )
  const header = [
    'ICCID',
    'Matching ID',
    'RSP URL',
    'Bundle',
    'Reference',
    ...links.map(([name]) => name),
  ]
  const lines = rows.map(({ sim, bundle, reference }) => {
    const urls = links.map(([, { url }]) => url(sim.smdpAddress, sim.matchingId))
    return [sim.iccid, sim.matchingId, sim.smdpAddress, bundle, reference, ...urls]
  })
  return stringify([header, ...lines])
}

/** A ZIP of one PNG an eSIM, named by ICCID; its times are the world's. */
async function qrCodes(rows: readonly Row[], now: number): Promise<Uint8Array> {
  const [{ zipSync }, { default: QRCode }] = await Promise.all([import('fflate'), import('qrcode')])
  const at = new Date(now)
  // A ZIP has local times without a zone: these show the world's UTC time wherever the simulator runs. Its years are 1980 to 2099.
  const year = Math.min(Math.max(at.getUTCFullYear(), 1980), 2099)
  const mtime = new Date(
    year,
    at.getUTCMonth(),
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds(),
  )
  const files: Record<string, Uint8Array> = {}
  for (const { sim } of rows)
    files[`${sim.iccid}.png`] = await QRCode.toBuffer(lpaString(sim.smdpAddress, sim.matchingId))
  // PNGs are compressed already.
  return zipSync(files, { mtime, level: 0 })
}

function content(type: string, render: Content['render']): Reply<never> {
  return { status: 200, content: { type, render } }
}

export const assignmentHandlers: EsimGoHandlers = {
  getQrCodes({ path, now, basePath }, world) {
    const rows = rowsOf(world, path.reference, basePath)
    return content('application/zip', () => qrCodes(rows, now))
  },

  getEsimsCsv({ path, query, basePath }, world) {
    const rows = rowsOf(world, path.reference, basePath)
    return content('text/csv', () => csv(rows, query.additionalFields))
  },

  getAssignments(
    { query: { reference: references, additionalFields }, accepts, settings, now, basePath },
    world,
  ) {
    const rows = references.flatMap((reference) => rowsOf(world, reference, basePath))
    const format = accepts(FORMATS) ?? 'text/csv'
    if (format === 'application/zip') return content(format, () => qrCodes(rows, now))
    if (format === 'text/csv') return content(format, () => csv(rows, additionalFields))
    const links = additionalFields !== undefined
    const details = rows.map((row) => ({
      ...wire.installDetails(row, links),
      ...wire25.installLink(row.sim, additionalFields),
    }))
    const [first] = details
    const single =
      settings.assignmentsJson === 'object' ||
      (settings.assignmentsJson === 'auto' && details.length === 1)
    return reply(200, single && first ? first : details)
  },
}
