// Notifications: queued when a transaction settles, signed as Standard Webhooks has it.
import { createHash, createHmac } from 'node:crypto'
import { type Callback, queueCallback } from '../../state/callbacks.ts'
import type { World } from '../../state/world.ts'
import { type Line, SLUG, type Transaction } from './records.ts'
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

/**
 * The key of a world's signatures: fixed in `default`, elsewhere from its name
 * and seed.
 */
function signingKey({ identity: { name, seed } }: World): Buffer {
  if (name === 'default') return Buffer.from(DEFAULT_KEY)
  return createHash('sha256')
    .update(JSON.stringify([name, seed, SLUG]))
    .digest()
}

/** What a receiver verifies with. */
export function secret(world: World): string {
  return `whsec_${signingKey(world).toString('base64')}`
}

/**
 * Headers of a notification: HMAC-SHA256 over id, timestamp (seconds) and body.
 * @param wall the machine's clock in ms, used with `signingClock: wall`
 */
export function sign({ id, body }: Callback, world: World, wall: number): Record<string, string> {
  const { signing, signingClock } = world.settings(settings)
  if (signing === 'none') return {}
  const timestamp = Math.floor((signingClock === 'wall' ? wall : world.now) / 1000)
  const signature = createHmac('sha256', signingKey(world))
    .update(`${id}.${timestamp}.${body}`)
    .digest('base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  }
}
