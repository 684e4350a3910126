// Callbacks: what was, is and will be sent, where to, and once more.
import { wallNow } from '../server/ticker.ts'
import { reply } from '../simulators/call.ts'
import { type Callback, callbacks, redeliver, type Target, targets } from '../state/callbacks.ts'
import { iso } from '../state/instant.ts'
import { Refusal } from '../state/refusal.ts'
import { type ControlCall, type ControlHandlers, fits, providerFilter, providerOf } from './call.ts'

export interface AttemptShown {
  readonly at: string
  readonly status?: number
  readonly error?: string
}

export interface CallbackShown {
  readonly id: string
  readonly provider: string
  readonly type: string
  readonly iccid?: string
  readonly state: Callback['state']
  readonly url: string
  /** The very bytes that are signed and sent. */
  readonly body: string
  /** What it would be sent with now; only where one callback is asked for. */
  readonly headers?: Readonly<Record<string, string>>
  readonly queuedAt: string
  readonly nextAt?: string
  readonly attempts: readonly AttemptShown[]
}

export function callbackShown(delivery: Callback): CallbackShown {
  const { id, provider, type, iccid, state, url, body, queuedAt, nextAt, attempts } = delivery
  return {
    ...{ id, provider, type, ...(iccid === undefined ? {} : { iccid }), state, url, body },
    queuedAt: iso(queuedAt),
    ...(nextAt === undefined ? {} : { nextAt: iso(nextAt) }),
    attempts: attempts.map(({ at, ...outcome }) => ({ at: iso(at), ...outcome })),
  }
}

function deliveryOf({ hosted, path }: ControlCall): Callback {
  const delivery = hosted.world.in(callbacks).get(String(path.id))
  if (!delivery)
    throw new Refusal(
      'not-found',
      `there is no callback ${path.id}: GET /_sim/callbacks lists them`,
    )
  return delivery
}

/** Newest first, those that `keeps` lets through. */
function newest(
  { hosted: { world } }: ControlCall,
  keeps: (delivery: Callback) => boolean,
  limit: number,
): Callback[] {
  const found: Callback[] = []
  const all = world.in(callbacks)
  for (let offset = 0; offset < all.size && found.length < limit; offset += 500)
    for (const delivery of all.page('queued', { descending: true }, offset, 500))
      if (keeps(delivery)) found.push(delivery)
  return found.slice(0, limit)
}

interface CallbackFilter {
  readonly state?: Callback['state']
  readonly type?: string
  readonly iccid?: string
  readonly limit?: number
}

export const callbackHandlers: ControlHandlers = {
  listCallbacks(call) {
    const provider = providerFilter(call)
    const { state, type, iccid, limit = 100 } = call.query as CallbackFilter
    const keeps = (each: Callback) => fits(each, { provider, state, type, iccid })
    return reply(200, { callbacks: newest(call, keeps, limit).map(callbackShown) })
  },
  getCallback(call) {
    const delivery = deliveryOf(call)
    const { simulator } = providerOf(call.server, delivery.provider)
    return reply(200, {
      ...callbackShown(delivery),
      headers: simulator.callbacks?.sign(delivery, call.hosted.world, wallNow()) ?? {},
    })
  },
  redeliverCallback(call) {
    const { world } = call.hosted
    const delivery = deliveryOf(call)
    return reply(200, callbackShown(world.transaction(() => redeliver(world, delivery)).result))
  },
  async setCallbackTarget({ server, hosted, path, body }) {
    const { simulator } = providerOf(server, String(path.slug))
    const { url, version } = body as { url: string; version?: number }
    // Loaded when asked for: the command line, too, reads this file.
    const { targetProblem, whyForbidden } = await import('../server/deliver.ts')
    const problem = targetProblem(url)
    if (problem) throw new Refusal('invalid-request', problem)
    const versions = simulator.callbacks?.versions
    if (!versions) throw new Refusal('invalid-request', `${simulator.title} sends no callbacks`)
    if (version !== undefined && !versions.includes(version))
      throw new Refusal(
        'invalid-request',
        `${simulator.title} sends callbacks of version ${versions.join(' or ')}: give one of these, or none`,
      )
    const target: Target = {
      provider: simulator.slug,
      url,
      ...(version === undefined ? {} : { version }),
    }
    hosted.world.transaction(() => hosted.world.in(targets).put(target))
    const why = await whyForbidden(url, server.policy.allow)
    return reply(200, {
      ...target,
      allowed: why === undefined,
      ...(why === undefined ? {} : { why }),
    })
  },
  removeCallbackTarget({ server, hosted, path }) {
    const { simulator } = providerOf(server, String(path.slug))
    hosted.world.transaction(() => hosted.world.in(targets).delete(simulator.slug))
    return { status: 204 }
  },
}
