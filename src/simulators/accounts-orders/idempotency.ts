// Idempotency-Key: a request that comes again under its key does nothing, and is answered alike.
import { sortable } from '../../state/collection.ts'
import { addDuration } from '../../state/duration.ts'
import { keepLatest } from '../../state/keep-latest.ts'
import { Refusal } from '../../state/refusal.ts'
import type { World } from '../../state/world.ts'
import type { Call, Reply } from '../call.ts'
import { fingerprintOf } from '../fingerprint.ts'
import type { AccountsOrdersRefusal } from './errors.ts'
import { type KeptReply, keptReplies, SLUG } from './records.ts'

/** How many replies a world keeps, though its clock stand still; those that end first go first. */
export const REPLIES_KEPT = 10_000

type KeyedCall = Pick<Call, 'operation' | 'header' | 'body' | 'now'> & {
  readonly settings: { readonly idempotencyLifetime: string }
}

/**
 * Performs a request, or answers it as before where it came under the same key. What is thrown
 * leaves nothing behind, so that a refused request can be mended and sent under its key again.
 * @throws Refusal `key-reused` where the key was another request's
 */
export function once<Body>(call: KeyedCall, world: World, perform: () => Reply<Body>): Reply<Body> {
  const key = call.header('idempotency-key')
  if (!key) return perform()

  dropEnded(world)
  const id = `${call.operation} ${key}`
  const fingerprint = fingerprintOf(call.body)
  const before = world.in(keptReplies).get(id)
  if (before) return repeated<Body>(before, fingerprint, key)

  const reply = perform()
  const { status, body } = reply
  const keptUntil = addDuration(call.now, call.settings.idempotencyLifetime)
  const serial = world.next(`${SLUG}.kept-reply`)
  world.in(keptReplies).put({ id, fingerprint, keptUntil, serial, status, body })
  keepLatest(world, keptReplies, { index: 'end', prefix: '' }, REPLIES_KEPT)
  return reply
}

/** @throws Refusal `key-reused` */
function repeated<Body>(before: KeptReply, fingerprint: string, key: string): Reply<Body> {
  if (before.fingerprint !== fingerprint)
    throw new Refusal<AccountsOrdersRefusal>(
      'key-reused',
      `Idempotency-Key ${key} came with another body before: ` +
        'send each request under a key of its own',
    )
  // Kept under the operation's name, so it is a reply of that operation.
  return { status: before.status, body: before.body as Body }
}

/** Forgets what has been kept for its time. */
function dropEnded(world: World): void {
  const all = world.in(keptReplies)
  const ended = { to: sortable(world.now + 1) }
  for (const reply of all.page('end', ended, 0, all.size)) all.delete(reply.id)
}
