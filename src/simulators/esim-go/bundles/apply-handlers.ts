// Bundles of the inventory onto eSIMs: POST /esims/apply and POST /esims/{iccid}/bundles.
import { defined } from '../../../state/defined.ts'
import { instantOf, iso, LAST_INSTANT } from '../../../state/instant.ts'
import { Refusal } from '../../../state/refusal.ts'
import { reply } from '../../call.ts'
import { sourceIpOf } from '../orders/ordering.ts'
import type { EsimGoHandlers } from '../settings.ts'
import type { components } from '../spec.d.ts'
import { type Application, apply } from './apply.ts'

type Body = components['schemas']['ApplyRequest']

function refuse(reason: string): never {
  throw new Refusal('invalid-request', reason)
}

/** What is to be applied; each combination the document excludes is refused. */
function applicationsOf(body: Body): Application[] {
  const { iccid, bundle, name, bundles, repeat, allowReassign = false } = body
  if (bundle !== undefined && name !== undefined && bundle !== name)
    refuse('bundle and name say different things: give one of them')

  const single = bundle ?? name
  if (single !== undefined && bundles !== undefined)
    refuse('give either bundle or bundles, not both')
  if (iccid !== undefined && repeat !== undefined)
    refuse('an iccid cannot be given together with repeat')
  if (single !== undefined)
    return [defined({ bundle: single, repeat: repeat ?? 1, allowReassign, iccid })]

  if (bundles === undefined) return refuse('give either bundle or bundles')
  if (iccid !== undefined)
    refuse('an iccid goes with one bundle, not with bundles: each of those gets a new eSIM')
  if (repeat !== undefined)
    refuse('repeat goes with one bundle, not with bundles: give it to the entries of the list')
  return bundles.map((entry) => applicationOf(entry, allowReassign))
}

/** An entry of the list `bundles`: a name, or a name and how to apply it. */
function applicationOf(
  entry: NonNullable<Body['bundles']>[number],
  allowReassign: boolean,
): Application {
  if (typeof entry === 'string') return { bundle: entry, repeat: 1, allowReassign }
  return {
    bundle: entry.name,
    repeat: entry.repeat ?? 1,
    allowReassign: entry.allowReassign ?? allowReassign,
  }
}

function startOf(startTime: string | undefined, now: number): number | undefined {
  if (startTime === undefined) return undefined
  const at = instantOf(startTime)
  if (at === undefined) return refuse(`startTime: "${startTime}" is not a time`)
  if (at < now) refuse('startTime lies in the past')
  if (at > LAST_INSTANT)
    refuse(`startTime lies beyond the end of every clock, which is ${iso(LAST_INSTANT)}`)
  return at
}

export const applyHandlers: EsimGoHandlers = {
  applyBundle(call, world) {
    const { body, now } = call
    const applications = applicationsOf(body)
    const startsAt = startOf(body.startTime, now)
    const options = { startsAt, sourceIp: sourceIpOf(call) }
    const { reference, outcomes } = apply(world, applications, options)
    return reply(200, { esims: outcomes, applyReference: reference })
  },

  /**
   * The bundle goes onto the eSIM `repeat` times (inferred); the status tells where it does not
   * fit.
   */
  applyBundleToEsim(call, world) {
    const { path, body, now } = call
    const { name, startTime, repeat = 1 } = body
    const application = { bundle: name, iccid: path.iccid, repeat, allowReassign: false }
    const options = { startsAt: startOf(startTime, now), sourceIp: sourceIpOf(call) }
    const { outcomes } = apply(world, [application], options)
    const [first] = outcomes
    if (!first) throw new Error('an application without an outcome')
    return reply(200, { status: first.status })
  },
}
