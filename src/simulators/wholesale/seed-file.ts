// A user's own stock: the part of a seed file that is the wholesale API's.
import {
  type ActivationCode,
  activationCode,
  parseActivationCode,
} from '../../state/installation-code.ts'
import type { World } from '../../state/world.ts'
import { fields, list, wrong } from '../seed-reading.ts'
import type { StockShown } from '../simulator.ts'
import { reservationOf } from './activation.ts'
import { lines, reservations, SLUG, type StockSim, stockSims } from './records.ts'
import { addSim } from './stock.ts'

const ICCID = /^[0-9]{19,20}$/
const RESERVATION = /^(.{1,36})=([0-9]{11,15})$/

function textOf(where: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw wrong(where, 'must be a text: put it in quotes')
}

function addSims(world: World, kind: StockSim['kind'], where: string, value: unknown): void {
  for (const [at, line] of list(where, value).entries()) {
    const here = `${where}[${at}]`
    const [iccid = '', code] = textOf(here, line).split(',', 2)
    if (!ICCID.test(iccid)) throw wrong(here, `${line} is no text of 19 or 20 digits`)
    if (world.in(stockSims).has(iccid) || world.in(lines).has(iccid))
      throw wrong(here, `${iccid} is there already`)
    addSim(world, iccid, kind, code === undefined ? undefined : codeOf(kind, here, code))
  }
}

/** @throws Refusal `invalid-request` */
function codeOf(kind: StockSim['kind'], where: string, text: string): ActivationCode {
  const code = kind === 'esim' ? parseActivationCode(text) : undefined
  if (code) return code
  throw wrong(
    where,
    kind === 'card'
      ? 'has an activation code, and is a card'
      : 'must end in its activation code: 1$address$code',
  )
}

function reserve(world: World, where: string, value: unknown): void {
  const line = textOf(where, value)
  const [, id, gpsi] = RESERVATION.exec(line) ?? []
  if (id === undefined || gpsi === undefined) throw wrong(where, `${line} is not id=number`)
  if (world.in(reservations).has(JSON.stringify(id)) || reservationOf(world, gpsi))
    throw wrong(where, `${line}: its id or its number is reserved already`)
  world.in(reservations).put({ id, gpsi })
}

const NAMES = ['cards', 'esims', 'reservations']

/**
 * Adds a user's own to what there is.
 * @param content `cards` and `esims` are lists of ICCIDs, that of an eSIM with its activation code
 *   after a comma or without, `reservations` are lines `id=number`
 * @throws Refusal `invalid-request`, naming what is wrong
 */
export function applySeedFile(world: World, content: unknown): void {
  const stock = fields(`${SLUG}.stock`, content ?? {}, NAMES)
  addSims(world, 'card', `${SLUG}.cards`, stock.cards)
  addSims(world, 'esim', `${SLUG}.esims`, stock.esims)
  const reserved = `${SLUG}.reservations`
  for (const [at, line] of list(reserved, stock.reservations).entries())
    reserve(world, `${reserved}[${at}]`, line)
}

/** The SIMs nobody has yet, and the numbers that are reserved. */
export function stockShown(world: World, limit: number): StockShown {
  const all = [...world.in(stockSims).values()]
  const cards = all.filter(({ kind }) => kind === 'card').map(({ iccid }) => iccid)
  const esims = all.filter(({ kind }) => kind === 'esim')
  const reserved = [...world.in(reservations).values()].map(({ id, gpsi }) => `${id}=${gpsi}`)
  const codes = esims.slice(0, limit).map((esim) => `${esim.iccid},${activationCode(esim)}`)
  return {
    stock: {
      cards: cards.slice(0, limit),
      esims: codes,
      reservations: reserved.slice(0, limit),
    },
    more: {
      cards: cards.length - limit,
      esims: esims.length - limit,
      reservations: reserved.length - limit,
    },
  }
}
