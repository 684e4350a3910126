// Notifications: queued when a transaction settles, signed as Standard Webhooks has it.
import { createHash, createHmac } from 'node:crypto'
import { type Callback, queueCallback } from '../../state/callbacks.ts'
import { Refusal } from '../../state/refusal.ts'
import { newestSim } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import type { ComposedCallback, Signing, WantedCallback } from '../simulator.ts'
import { type Action, type Line, lines, SLUG, type Transaction, transactions } from './records.ts'
import { settings } from './settings.ts'
import { notification } from './wire.ts'

/** 32 bytes: the key of the world `default`. */
const DEFAULT_KEY = 'esimulator-wholesale-test-secret'

/** Tells the partner that a transaction has settled. */
export function notify(world: World, transaction: Transaction, line: Line): void {
  queueCallback(world, {
    provider: SLUG,
    type: transaction.action,
    iccid: line.iccid,
    body: notification(world, transaction, line),
  })
}

/** Writes the notification of a line as it is now: of its latest request of that kind, or of none. */
export function compose(world: World, { type, iccid: wanted }: WantedCallback): ComposedCallback {
  const iccid = wanted ?? newestSim(world, SLUG)?.iccid
  if (iccid === undefined)
    throw new Refusal('wrong-state', 'there is no subscription to tell of: activate one')
  const line = world.in(lines).get(iccid)
  if (!line)
    throw new Refusal('not-found', `there is no line on SIM ${iccid}: GET /_sim/sims lists them`)

  const action = type as Action
  const ofLine = [...world.in(transactions).values()].filter(
    (each) => each.iccid === iccid && each.action === action,
  )
  const latest = ofLine.sort((a, b) => a.serial - b.serial).at(-1)
  const none = { id: 'OnDemand', action, fingerprint: '', iccid, requestedAt: world.now, serial: 0 }
  const told: Transaction = { ...none, state: 'Success', ...latest }
  return { iccid, body: notification(world, told, line) }
}

/** The key of a world's signatures: fixed in `default`, elsewhere from its name and seed. */
function signingKey({ identity: { name, seed } }: World): Buffer {
  if (name === 'default') return Buffer.from(DEFAULT_KEY)
  return createHash('sha256')
    .update(JSON.stringify([name, seed, SLUG]))
    .digest()
}

const PREFIX = 'whsec_'

/** What a receiver verifies with. */
export function secret(world: World): string {
  return PREFIX + signingKey(world).toString('base64')
}

/** What the notifications of another world are verified with. */
export function otherSecret({ identity: { name, seed } }: World): string {
  const key = createHash('sha256').update(JSON.stringify([name, seed, SLUG, 'other']))
  return PREFIX + key.digest('base64')
}

/** Headers of a notification: HMAC-SHA256 over id, timestamp (seconds) and body. */
export function sign(
  { id, body }: Callback,
  world: World,
  { wall, age = 0, secret: key = secret(world) }: Signing,
): Record<string, string> {
  const { signing, signingClock } = world.settings(settings)
  if (signing === 'none') return {}
  const now = signingClock === 'wall' ? wall : world.now
  const timestamp = Math.floor(Math.max(0, now - age) / 1000)
  const signature = createHmac('sha256', Buffer.from(key.slice(PREFIX.length), 'base64'))
    .update(`${id}.${timestamp}.${body}`)
    .digest('base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  }
}
