// Callbacks: what was, is and will be sent, what was not and why, where to, and once more.

import {
  hasSignature,
  type SignedCallback,
  signatureHeader,
  signatureMark,
  signatureProblem,
} from '../server/callback-signatures.ts'
import { unknownName } from '../server/nearest.ts'
import type { SimulatorServer } from '../server/server.ts'
import { signatureOf } from '../server/signature.ts'
import { reply } from '../simulators/call.ts'
import type { CallbackRules, Simulator } from '../simulators/simulator.ts'
import {
  type Callback,
  callbacks,
  type NewCallback,
  queueOrNote,
  redeliver,
  sendUnsent,
  targets,
  unsentCallbacks,
} from '../state/callbacks.ts'
import { defined } from '../state/defined.ts'
import { deliveries } from '../state/deliveries.ts'
import { Refusal } from '../state/refusal.ts'
import type { World } from '../state/world.ts'
import { type ControlHandlers, providerFilter, providerOf } from './call.ts'
import { find } from './filter.ts'
import { merged } from './merge-patch.ts'
import type { BodyOf } from './operations.ts'
import { plainReasons } from './plain-words.ts'
import { callbackShown, deliveryShown, type SignatureCheckShown, unsentShown } from './wire.ts'

/** A callback that was queued. @throws Refusal `not-found` */
function callbackOf(world: World, id: string): Callback {
  const callback = world.in(callbacks).get(id)
  if (!callback)
    throw new Refusal(
      'not-found',
      `there is no callback ${id}: GET /_sim/callbacks and \`esimulator callbacks\` list them`,
    )
  return callback
}

/** Queues a callback once more, or one that was not sent. */
function sendAgain(world: World, id: string): Callback {
  const unsent = world.in(unsentCallbacks).get(id)
  return unsent ? sendUnsent(world, unsent) : redeliver(world, callbackOf(world, id))
}

/** How a provider's callbacks are written and sent. @throws Refusal where it sends none */
function rulesOf({ callbacks: rules, title }: Simulator): CallbackRules {
  if (rules) return rules
  throw new Refusal('invalid-request', `${title} sends no callbacks`)
}

/** @throws Refusal for a version there is not */
function checkVersion({ title }: Simulator, { versions }: CallbackRules, version?: number): void {
  if (version === undefined || versions.includes(version)) return
  const sends = `${title} sends callbacks of version ${versions.join(' or ')}`
  throw new Refusal('invalid-request', `${sends}: give one of these, or none`)
}

/**
 * The callback that is asked for: what the provider writes, with the fields laid over it.
 * @throws Refusal for a type or a version there is not, and for what does not fit the spec
 */
function composedCallback(
  server: SimulatorServer,
  world: World,
  { provider, type, iccid, version, fields }: BodyOf<'sendCallback'>,
): NewCallback {
  const { simulator } = providerOf(server, provider)
  const rules = rulesOf(simulator)
  const { types, versions } = rules
  if (!types.includes(type)) {
    throw new Refusal(
      'invalid-request',
      unknownName(`no callback of ${simulator.title}`, type, types),
    )
  }
  checkVersion(simulator, rules, version)
  const wanted = version ?? world.in(targets).get(provider)?.version ?? versions[0]

  const composed = rules.compose(world, { type, iccid, version: wanted })
  const body = merged(composed.body, fields ?? {}) as Readonly<Record<string, unknown>>
  const problems = [
    ...typeProblems(composed.body, body, type),
    ...server.callbackProblems({ provider, type, body: JSON.stringify(body) }),
  ]
  if (problems.length > 0) {
    const told = plainReasons(problems).join('; ')
    const what = `this is no callback ${type} of ${simulator.title}: ${told}`
    throw new Refusal('invalid-request', `${what}. Put right in "fields" what does not fit`)
  }
  const told = { provider, type, iccid: composed.iccid, body }
  return versions.length > 1 ? { ...told, version: wanted } : told
}

/** A field that says the type may not say another: the callback would be listed as what it is not. */
function typeProblems(composed: object, told: object, type: string): string[] {
  const values = new Map(Object.entries(told))
  return Object.entries(composed)
    .filter(([name, value]) => value === type && values.get(name) !== type)
    .map(([name]) => `${name} must be ${type}: another type is asked for by "type"`)
}

/** Where the callbacks of a provider go, and whether they may. @throws Refusal where it sends none */
async function targetNow(server: SimulatorServer, world: World, simulator: Simulator) {
  const { slug: provider } = simulator
  const { versions, types } = rulesOf(simulator)
  const kinds = { versions: [...versions], types: [...types] }
  const target = world.in(targets).get(provider)
  if (!target) return { provider, ...kinds }
  const { url, version } = target
  // Loaded when asked for: it reads addresses.
  const { whyForbidden } = await import('../server/deliver.ts')
  const why = await whyForbidden(url, server.policy)
  const shown = { provider, url: server.redactor.redacted(url, 'url'), version }
  return defined({ ...shown, ...kinds, allowed: why === undefined, why })
}

/** Whether the signature of a delivery holds for what callbacks are signed with now. */
async function signatureCheck(
  world: World,
  simulator: Simulator,
  sent: SignedCallback,
): Promise<SignatureCheckShown> {
  const { title, callbacks: rules } = simulator
  const mark = signatureMark(simulator)
  if (!mark) return { signed: false, holds: false, says: `${title} signs no callbacks` }
  const { scheme, key } = mark
  const header = signatureHeader(mark)
  const about = { scheme, header, signed: hasSignature(sent, mark) }
  const secret = rules?.secret?.(world)
  if (secret === undefined)
    return { ...about, holds: false, says: `there is no ${key} in this world to check it with` }
  const problem = await signatureProblem(sent, mark, secret)
  const says = problem ?? `the signature in ${header} is that of the ${key} this world has now`
  return { ...about, holds: problem === undefined, says }
}

export const callbackHandlers = {
  listCallbacks(call) {
    const provider = providerFilter(call)
    const { state, type, iccid, order = 'newest', limit } = call.query
    const { redactor } = call.server
    const { world } = call.hosted
    if (state !== 'unsent') {
      const asked = { provider, state, type, iccid }
      const found = find(world.in(callbacks), { index: 'queued', asked, order, limit })
      const shown = found.records.map((each) => callbackShown(each, redactor))
      return reply(200, { total: found.total, callbacks: shown })
    }
    const asked = { provider, type, iccid }
    const found = find(world.in(unsentCallbacks), { index: 'noted', asked, order, limit })
    const shown = found.records.map((each) => unsentShown(each, redactor))
    return reply(200, { total: found.total, callbacks: shown })
  },
  sendCallback({ server, hosted: { world }, body }) {
    const { redactor } = server
    const composed = composedCallback(server, world, body)
    const { result } = world.transaction(() => queueOrNote(world, composed))
    const isUnsent = 'reason' in result
    return reply(201, isUnsent ? unsentShown(result, redactor) : callbackShown(result, redactor))
  },
  listDeliveries(call) {
    const provider = providerFilter(call)
    const { callback, state, type, iccid, after = 0, order = 'oldest', limit } = call.query
    const { redactor } = call.server
    const { world } = call.hosted
    const all = world.in(callbacks)
    const told = new Set<string>()
    const { total, records } = find(world.in(deliveries), {
      index: 'left',
      asked: { provider, callback, type, iccid },
      where: ({ id, callback: of }) =>
        id > after && (state === undefined || all.get(of)?.state === state),
      order,
      limit,
      onMatch: (delivery) => told.add(delivery.callback),
    })
    return reply(200, {
      total,
      distinct: told.size,
      types: records.map((delivery) => delivery.type).join(),
      deliveries: records.map((each) =>
        deliveryShown(each, all.get(each.callback)?.body ?? '', redactor),
      ),
    })
  },
  async getDelivery({ server, hosted: { world }, path: { id } }) {
    const delivery = world.in(deliveries).get(String(id))
    if (!delivery) {
      const how = 'GET /_sim/deliveries and `esimulator callbacks deliveries` list them'
      throw new Refusal('not-found', `there is no delivery ${id}: ${how}`)
    }
    const body = world.in(callbacks).get(delivery.callback)?.body ?? ''
    const { simulator } = providerOf(server, delivery.provider)
    const { at, headers } = delivery
    const sent = { at, headers, body: delivery.body ?? body }
    const check = await signatureCheck(world, simulator, sent)
    return reply(200, { ...deliveryShown(delivery, body, server.redactor), signatureCheck: check })
  },
  getCallback({ server, hosted: { world }, path: { id } }) {
    const unsent = world.in(unsentCallbacks).get(id)
    if (unsent) return reply(200, unsentShown(unsent, server.redactor))

    const callback = callbackOf(world, id)
    const { simulator } = providerOf(server, callback.provider)
    const headers = signatureOf(simulator, world, callback)
    return reply(200, { ...callbackShown(callback, server.redactor), headers })
  },
  redeliverCallback({ server, hosted: { world }, path: { id } }) {
    const { result } = world.transaction(() => sendAgain(world, id))
    return reply(200, callbackShown(result, server.redactor))
  },
  async listCallbackTargets({ server, hosted: { world } }) {
    const senders = [...server.providers.values()].filter(({ simulator }) => simulator.callbacks)
    const shown = senders.map(({ simulator }) => targetNow(server, world, simulator))
    return reply(200, { targets: await Promise.all(shown) })
  },
  async getCallbackTarget({ server, hosted: { world }, path: { slug } }) {
    const { simulator } = providerOf(server, slug)
    return reply(200, await targetNow(server, world, simulator))
  },
  async setCallbackTarget({ server, hosted: { world }, path: { slug }, body, step }) {
    const { simulator } = providerOf(server, slug)
    const { url, version } = body
    // Loaded when asked for: it reads addresses, and most runs set no target.
    const { targetProblem, whyForbidden } = await import('../server/deliver.ts')
    const problem = targetProblem(url)
    if (problem) throw new Refusal('invalid-request', problem)

    checkVersion(simulator, rulesOf(simulator), version)
    const target = defined({ provider: simulator.slug, url, version })
    step(() => world.transaction(() => world.in(targets).put(target)))
    const why = await whyForbidden(url, server.policy)
    const shown = { ...target, url: server.redactor.redacted(url, 'url') }
    return reply(200, defined({ ...shown, allowed: why === undefined, why }))
  },
  removeCallbackTarget({ server, hosted: { world }, path: { slug } }) {
    const { simulator } = providerOf(server, slug)
    world.transaction(() => world.in(targets).delete(simulator.slug))
    return { status: 204 }
  },
} satisfies Partial<ControlHandlers>
