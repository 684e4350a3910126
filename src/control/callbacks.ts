// Callbacks: what was, is and will be sent, what was not and why, where to, and once more.

import { wallNow } from '../server/ticker.ts'
import { reply } from '../simulators/call.ts'
import {
  type Callback,
  callbacks,
  redeliver,
  sendUnsent,
  targets,
  unsentCallbacks,
} from '../state/callbacks.ts'
import { defined } from '../state/defined.ts'
import { Refusal } from '../state/refusal.ts'
import type { World } from '../state/world.ts'
import { type ControlHandlers, providerFilter, providerOf } from './call.ts'
import { newest } from './filter.ts'
import { callbackShown, unsentShown } from './wire.ts'

/** A callback that was queued. @throws Refusal `not-found` */
function callbackOf(world: World, id: string): Callback {
  const callback = world.in(callbacks).get(id)
  if (!callback)
    throw new Refusal('not-found', `there is no callback ${id}: GET /_sim/callbacks lists them`)
  return callback
}

/** Queues a callback once more, or one that was not sent. */
function sendAgain(world: World, id: string): Callback {
  const unsent = world.in(unsentCallbacks).get(id)
  return unsent ? sendUnsent(world, unsent) : redeliver(world, callbackOf(world, id))
}

export const callbackHandlers = {
  listCallbacks(call) {
    const provider = providerFilter(call)
    const { state, type, iccid, limit } = call.query
    const { world } = call.hosted
    if (state !== 'unsent') {
      const asked = { provider, state, type, iccid }
      const found = newest(world.in(callbacks), { index: 'queued', asked, limit })
      return reply(200, { callbacks: found.map(callbackShown) })
    }
    const asked = { provider, type, iccid }
    const found = newest(world.in(unsentCallbacks), { index: 'noted', asked, limit })
    return reply(200, { callbacks: found.map(unsentShown) })
  },
  getCallback({ server, hosted: { world }, path: { id } }) {
    const unsent = world.in(unsentCallbacks).get(id)
    if (unsent) return reply(200, unsentShown(unsent))

    const callback = callbackOf(world, id)
    const { simulator } = providerOf(server, callback.provider)
    const headers = simulator.callbacks?.sign(callback, world, wallNow()) ?? {}
    return reply(200, { ...callbackShown(callback), headers })
  },
  redeliverCallback({ hosted: { world }, path: { id } }) {
    const { result } = world.transaction(() => sendAgain(world, id))
    return reply(200, callbackShown(result))
  },
  async setCallbackTarget({ server, hosted: { world }, path: { slug }, body, step }) {
    const { simulator } = providerOf(server, slug)
    const { url, version } = body
    // Loaded when asked for: it reads addresses, and most runs set no target.
    const { targetProblem, whyForbidden } = await import('../server/deliver.ts')
    const problem = targetProblem(url)
    if (problem) throw new Refusal('invalid-request', problem)

    const versions = simulator.callbacks?.versions
    if (!versions) throw new Refusal('invalid-request', `${simulator.title} sends no callbacks`)
    if (version !== undefined && !versions.includes(version)) {
      const sends = `${simulator.title} sends callbacks of version ${versions.join(' or ')}`
      throw new Refusal('invalid-request', `${sends}: give one of these, or none`)
    }

    const target = defined({ provider: simulator.slug, url, version })
    step(() => world.transaction(() => world.in(targets).put(target)))
    const why = await whyForbidden(url, server.policy)
    return reply(200, defined({ ...target, allowed: why === undefined, why }))
  },
  removeCallbackTarget({ server, hosted: { world }, path: { slug } }) {
    const { simulator } = providerOf(server, slug)
    world.transaction(() => world.in(targets).delete(simulator.slug))
    return { status: 204 }
  },
} satisfies Partial<ControlHandlers>
