// Cursors: where another page of a list lies, sealed against forgery and use elsewhere.
import { createHmac } from 'node:crypto'
import { Refusal } from '../../state/refusal.ts'
import type { World } from '../../state/world.ts'
import { seedText } from '../../state/world-records.ts'
import type { PageStart, Side } from './pages.ts'

const SEAL = 16

function sealOf({ identity }: World, list: string, position: string): string {
  return createHmac('sha256', `${seedText(identity)}/cursors`)
    .update(`${list}\n${position}`)
    .digest('base64url')
    .slice(0, SEAL)
}

/**
 * An opaque cursor of at most 128 characters.
 * @param list names the list and the filters it was asked for with
 */
export function makeCursor(world: World, list: string, { side, position }: PageStart): string {
  const text = side + position
  return Buffer.from(sealOf(world, list, text) + text).toString('base64url')
}

/**
 * Where the page of a cursor lies.
 * @throws Refusal `invalid-request` for one that was not made for this list with these filters
 */
export function readCursor(world: World, list: string, cursor: string): PageStart {
  const text = Buffer.from(cursor, 'base64url').toString().slice(SEAL)
  const [, side, position = ''] = /^([<>]=?)(.*)$/s.exec(text) ?? []
  const start = { side: side as Side, position }
  if (side !== undefined && makeCursor(world, list, start) === cursor) return start
  throw new Refusal(
    'invalid-request',
    'cursor is none of this list with these filters: take it from _links.next or _links.prev',
  )
}
