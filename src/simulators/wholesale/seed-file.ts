// A user's own stock: the part of a seed file that is the wholesale API's.
import { type ActivationCode, parseActivationCode } from '../../state/installation-code.ts'
import { Refusal } from '../../state/refusal.ts'
import type { World } from '../../state/world.ts'
import { reservationOf } from './activation.ts'
import { reservations, type StockSim, stockSims } from './records.ts'
import { addSim } from './stock.ts'

const ICCID = /^[0-9]{19,20}$/
const RESERVATION = /^(.{1,36})=([0-9]{11,15})$/

function addSims(world: World, kind: StockSim['kind'], lines: readonly unknown[]): void {
  for (const line of lines) {
    const [iccid = '', code] = typeof line === 'string' ? line.split(',', 2) : []
    if (!ICCID.test(iccid) || world.in(stockSims).has(iccid))
      throw new Refusal(
        'invalid-request',
        `wholesale: ${line} is no text of 19 or 20 digits, or is there already`,
      )
    addSim(world, iccid, kind, code === undefined ? undefined : codeOf(kind, code))
  }
}

/** @throws Refusal `invalid-request` */
function codeOf(kind: StockSim['kind'], text: string): ActivationCode {
  const code = kind === 'esim' ? parseActivationCode(text) : undefined
  if (code) return code
  const why = kind === 'card' ? 'a card has no activation code' : 'must look like 1$address$code'
  throw new Refusal('invalid-request', `wholesale: ${text}: ${why}`)
}

function reserve(world: World, line: unknown): void {
  const [, id, gpsi] = RESERVATION.exec(String(line)) ?? []
  if (id === undefined || gpsi === undefined)
    throw new Refusal('invalid-request', `wholesale: reservation ${line} is not id=number`)
  if (world.in(reservations).has(JSON.stringify(id)) || reservationOf(world, gpsi))
    throw new Refusal(
      'invalid-request',
      `wholesale: reservation ${line}: its id or its number is reserved already`,
    )
  world.in(reservations).put({ id, gpsi })
}

/**
 * Lays a user's own over the default state.
 * @param content `cards` and `esims` are lists of ICCIDs, that of an eSIM with its activation code
 *   after a comma or without, `reservations` are lines `id=number`
 * @throws Refusal `invalid-request`, naming what is wrong
 */
export function applySeedFile(world: World, content: unknown): void {
  const fields = (content ?? {}) as Readonly<Record<string, unknown>>
  const { cards = [], esims = [], reservations: lines = [], ...rest } = fields
  const hasOthers = Object.keys(rest).length > 0
  if (hasOthers || !Array.isArray(cards) || !Array.isArray(esims) || !Array.isArray(lines))
    throw new Refusal(
      'invalid-request',
      'wholesale knows lists of cards, esims and reservations, and nothing else',
    )

  addSims(world, 'card', cards)
  addSims(world, 'esim', esims)
  for (const line of lines) reserve(world, line)
}
