// What exists at the start: a client, a stock, reserved numbers; the vendor's own line by state.
import { luhnDigit } from '../../state/identifiers.ts'
import type { World } from '../../state/world.ts'
import { seedClient } from '../client-credentials.ts'
import { holdLine } from './activation.ts'
import { begin, carryOut } from './provisioning.ts'
import { type Action, type Line, reservations, SLUG } from './records.ts'
import { settings } from './settings.ts'
import { addSim } from './stock.ts'

/** SIM, number and reservation of the vendor's own example. */
const EXAMPLE = {
  iccid: '11986621644523024501',
  gpsi: '19459986891',
  gpsiReservationId: 'GRID368599719',
}
const EXAMPLE_TRANSACTION = 'Txn000000000'
/** Of cards, and of eSIMs. */
const STOCK = 50

/**
 * Alike in every world, so that tests can name them: 8901 3133 4000 00 and a
 * number.
 */
function stockIccid(number: number): string {
  const body = `89013133400000${String(number).padStart(4, '0')}`
  return body + luhnDigit(body)
}

function start(world: World, stock: number): void {
  seedClient(world, SLUG)
  world.in(reservations).put({ id: EXAMPLE.gpsiReservationId, gpsi: EXAMPLE.gpsi })
  for (let at = 1; at <= 5; at += 1)
    world.in(reservations).put({ id: `GRID${at}`, gpsi: String(19_455_550_100 + at) })
  if (stock > 0) addSim(world, EXAMPLE.iccid, 'card')
  for (let at = 1; at <= stock; at += 1) addSim(world, stockIccid(at), 'card')
  for (let at = 1; at <= stock; at += 1) addSim(world, stockIccid(at + stock), 'esim')
}

/** The line of the vendor's example, nothing done with it yet. */
function exampleLine(world: World): Line {
  start(world, STOCK)
  const activation = {
    partnerTransactionId: EXAMPLE_TRANSACTION,
    subscriberId: 'Sub001',
    wholesalePlanId: 'Plan001',
    bucketRefId: ['1000001'],
    location: { address: { zip: '80120' } },
    billCycleFrequency: 'MONTHLY' as const,
    billCycleStartDay: 1,
    ...EXAMPLE,
  }
  return holdLine(world, activation, undefined)
}

function pendingActivation(world: World): void {
  const line = exampleLine(world)
  const { settlingDelay } = world.settings(settings)
  const transaction = {
    id: EXAMPLE_TRANSACTION,
    action: 'Activate' as const,
    fingerprint: '',
    requestedAt: world.now,
  }
  begin(world, line, transaction, settlingDelay)
}

/** The example line once these were done with it. */
const lineAfter =
  (...actions: readonly Action[]) =>
  (world: World): void => {
    actions.reduce((line, action) => carryOut(world, line, action), exampleLine(world))
  }

/** States by name; each begins from an empty world. */
export const seeds = {
  default: (world) => start(world, STOCK),
  'an empty SIM stock': (world) => start(world, 0),
  'a pending activation': pendingActivation,
  'an active line': lineAfter('Activate'),
  'a suspended line': lineAfter('Activate', 'Suspend'),
  'a ceased line': lineAfter('Activate', 'Cease'),
} satisfies Readonly<Record<string, (world: World) => void>>

/** What each holds, and what to do next in it. */
export const seedTexts: Readonly<Record<keyof typeof seeds, string>> = {
  default: 'a client, SIMs and eSIMs in stock and a reserved number, and no line: activate one',
  'an empty SIM stock': 'a client and no SIM in stock: activating is refused',
  'a pending activation':
    'the activation of the example line is acknowledged and settles by the clock: advance it',
  'an active line': 'the example line is active: use data, suspend it or cease it',
  'a suspended line': 'the example line is suspended and carries nothing: resume it or cease it',
  'a ceased line': 'the example line is ceased and carries nothing',
}
