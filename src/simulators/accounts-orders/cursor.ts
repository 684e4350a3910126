// Cursors: where the next page of a list begins, sealed against forgery and use elsewhere.
import { createHmac } from 'node:crypto'
import { Refusal } from '../../state/refusal.ts'
import type { World } from '../../state/world.ts'
import { seedText } from '../../state/world-records.ts'

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
 * @param position what the last record of the page sorts under; it may be gone when it is used
 */
export function makeCursor(world: World, list: string, position: string): string {
  return Buffer.from(sealOf(world, list, position) + position).toString('base64url')
}

/**
 * The position in a cursor.
 * @throws Refusal `invalid-request` for one that was not made for this list with these filters
 */
export function readCursor(world: World, list: string, cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString()
  const position = text.slice(SEAL)
  if (makeCursor(world, list, position) === cursor) return position
  throw new Refusal(
    'invalid-request',
    'cursor is none of this list with these filters: take it from _links.next',
  )
}
