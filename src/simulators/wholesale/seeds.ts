// What exists at the start: a client, SIMs in stock, reserved numbers; the vendor's own line in named states; and a user's own stock.
import { luhnDigit, mintImsi } from '../../state/identifiers.ts'
import { CAPITALS_AND_DIGITS } from '../../state/random.ts'
import { Refusal } from '../../state/refusal.ts'
import type { World } from '../../state/world.ts'
import { seedClient } from '../client-credentials.ts'
import { holdLine, reservationOf } from './activation.ts'
import { begin, carryOut } from './provisioning.ts'
import { type Action, type Line, reservations, type StockSim, stockSims } from './records.ts'
import { settings } from './settings.ts'

/** SIM, number and reservation of the vendor's own example. */
const EXAMPLE = {
  iccid: '11986621644523024501',
  gpsi: '19459986891',
  gpsiReservationId: 'GRID368599719',
}
const STOCK = 50

function addSim(world: World, iccid: string, kind: StockSim['kind']): void {
  const matchingId =
    kind === 'esim'
      ? Array.from({ length: 4 }, () => world.random.text(5, CAPITALS_AND_DIGITS)).join('-')
      : ''
  const sim = {
    iccid,
    imsi: mintImsi(world.random, '313340'),
    kind,
    smdpAddress: 'rsp.esimulator.example',
  }
  world.in(stockSims).put({ ...sim, matchingId, serial: world.next('wholesale.sim') })
}

/** The ICCIDs of the stock are the same in every world, so that tests can name them: 8901 3133 4000 00 and a number. */
function stockIccid(number: number): string {
  const body = `89013133400000${String(number).padStart(4, '0')}`
  return body + luhnDigit(body)
}

function start(world: World, stock: number): void {
  seedClient(world, 'wholesale')
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
  const location = { address: { zip: '80120' } }
  const plan = {
    subscriberId: 'Sub001',
    wholesalePlanId: 'Plan001',
    bucketRefId: ['1000001'],
    location,
    billCycleStartDay: 1,
  }
  return holdLine(
    world,
    { partnerTransactionId: 'Txn000000000', ...plan, ...EXAMPLE, billCycleFrequency: 'MONTHLY' },
    undefined,
  )
}

const after =
  (...actions: readonly Action[]) =>
  (world: World): void => {
    actions.reduce((line, action) => carryOut(world, line, action), exampleLine(world))
  }

/** States by name; each begins from an empty world. */
export const seeds: Readonly<Record<string, (world: World) => void>> = {
  default: (world) => start(world, STOCK),
  'an empty SIM stock': (world) => start(world, 0),
  'a pending activation': (world) => {
    const asked = {
      id: 'Txn000000000',
      action: 'Activate',
      fingerprint: '',
      requestedAt: world.now,
    } as const
    begin(world, exampleLine(world), asked, world.settings(settings).settlingDelay)
  },
  'an active line': after('Activate'),
  'a suspended line': after('Activate', 'Suspend'),
  'a ceased line': after('Activate', 'Cease'),
}

/**
 * Lays a user's own over the default state: `cards` and `esims` are lists of ICCIDs, `reservations` are lines `id=number`.
 * @throws Refusal `invalid-request`, naming what is wrong
 */
export function stock(world: World, own: unknown): void {
  const {
    cards = [],
    esims = [],
    reservations: reserved = [],
    ...rest
  } = (own ?? {}) as Readonly<Record<string, unknown>>
  const lists = [cards, esims, reserved]
  if (Object.keys(rest).length > 0 || !lists.every(Array.isArray))
    throw new Refusal(
      'invalid-request',
      'wholesale knows lists of cards, esims and reservations, and nothing else',
    )
  for (const [kind, list] of [
    ['card', cards],
    ['esim', esims],
  ] as const)
    for (const iccid of list as readonly unknown[]) {
      if (
        typeof iccid !== 'string' ||
        !/^[0-9]{19,20}$/.test(iccid) ||
        world.in(stockSims).has(iccid)
      )
        throw new Refusal(
          'invalid-request',
          `wholesale: ${iccid} is no text of 19 or 20 digits, or is there already`,
        )
      addSim(world, iccid, kind)
    }
  for (const line of reserved as readonly unknown[]) {
    const [, id, gpsi] = /^(.{1,36})=([0-9]{11,15})$/.exec(String(line)) ?? []
    if (id === undefined || gpsi === undefined)
      throw new Refusal('invalid-request', `wholesale: reservation ${line} is not id=number`)
    if (world.in(reservations).has(JSON.stringify(id)) || reservationOf(world, gpsi))
      throw new Refusal(
        'invalid-request',
        `wholesale: reservation ${line}: its id or its number is reserved already`,
      )
    world.in(reservations).put({ id, gpsi })
  }
}
