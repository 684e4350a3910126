// Bundles of the inventory onto an eSIM, or onto new ones: POST /esims/apply, and the older POST /esims/{iccid}/bundles.
import { Refusal } from '../../../state/refusal.ts'
import { reply } from '../../call.ts'
import type { EsimGoHandlers } from '../handlers.ts'
import type { components } from '../spec.d.ts'
import { type Application, apply } from './apply.ts'

type Body = components['schemas']['ApplyRequest']

function refuse(reason: string): never {
  throw new Refusal('invalid-request', reason)
}

/** What is to be applied; each combination the document excludes is refused. */
function applicationsOf({
  iccid,
  bundle,
  name,
  bundles,
  repeat,
  allowReassign = false,
}: Body): Application[] {
  if (bundle !== undefined && name !== undefined && bundle !== name)
    refuse('bundle and name say different things: give one of them')
  const one = bundle ?? name
  if (one !== undefined && bundles !== undefined) refuse('give either bundle or bundles, not both')
  if (iccid !== undefined && repeat !== undefined)
    refuse('an iccid cannot be given together with repeat')
  if (one !== undefined)
    return [
      {
        bundle: one,
        repeat: repeat ?? 1,
        allowReassign,
        ...(iccid === undefined ? {} : { iccid }),
      },
    ]
  if (bundles === undefined) return refuse('give either bundle or bundles')
  if (iccid !== undefined)
    refuse('an iccid goes with one bundle, not with bundles: each of those gets a new eSIM')
  if (repeat !== undefined)
    refuse('repeat goes with one bundle, not with bundles: give it to the entries of the list')
  return bundles.map((each) =>
    typeof each === 'string'
      ? { bundle: each, repeat: 1, allowReassign }
      : {
          bundle: each.name,
          repeat: each.repeat ?? 1,
          allowReassign: each.allowReassign ?? allowReassign,
        },
  )
}

function startOf(startTime: string | undefined, now: number): number | undefined {
  if (startTime === undefined) return undefined
  const at = Date.parse(startTime)
  // The format lets through what no clock shows, such as a leap second.
  if (Number.isNaN(at)) refuse(`startTime: "${startTime}" is not a time`)
  if (at < now) refuse('startTime lies in the past')
  return at
}

export const applyHandlers: EsimGoHandlers = {
  applyBundle({ body, now }, world) {
    const { reference, applied } = apply(world, applicationsOf(body), startOf(body.startTime, now))
    return reply(200, { esims: applied, applyReference: reference })
  },

  /** The bundle goes onto the eSIM `repeat` times (inferred); one that does not fit says so in the status. */
  applyBundleToEsim({ path, body: { name, startTime, repeat = 1 }, now }, world) {
    const { applied } = apply(
      world,
      [{ bundle: name, iccid: path.iccid, repeat, allowReassign: false }],
      startOf(startTime, now),
    )
    return reply(200, { status: applied[0]?.status ?? '' })
  },
}
