// SIMs of every provider: listed, found and shown.
import { reply } from '../simulators/call.ts'
import { prefixed, SEPARATOR } from '../state/collection.ts'
import { Refusal } from '../state/refusal.ts'
import { type Sim, sims } from '../state/sims.ts'
import { type CallOf, type ControlCall, type ControlHandlers, providerFilter } from './call.ts'
import { simRow, simShown } from './wire.ts'

/** What names a SIM in a call. */
type SimCall = ControlCall<CallOf<'getSim'>['path'], CallOf<'getSim'>['query']>

/**
 * The SIM a call names.
 * @throws Refusal `not-found`; `wrong-state` where several providers know it and none is named
 */
export function simOf(call: SimCall): Sim {
  const { world } = call.hosted
  const slug = providerFilter(call)
  const { iccid } = call.path
  const found = world
    .in(sims)
    .matching('iccid', iccid + SEPARATOR)
    .filter(({ provider }) => slug === undefined || provider === slug)

  const [sim] = found
  if (!sim) {
    const missing = `there is no SIM ${iccid}${slug ? ` at ${slug}` : ''}`
    throw new Refusal(
      'not-found',
      `${missing}: GET /_sim/sims and \`esimulator sim list\` list them`,
    )
  }
  if (found.length > 1) {
    const slugs = found.map(({ provider }) => provider).join(', ')
    const how = `add ?provider= with one of ${slugs}`
    throw new Refusal('wrong-state', `several providers know ${iccid}: ${how}`)
  }
  return sim
}

export const simHandlers = {
  listSims(call) {
    const all = call.hosted.world.in(sims)
    const slug = providerFilter(call)
    const { limit = 100, offset = 0 } = call.query
    const index = slug === undefined ? 'serial' : 'provider'
    const range = slug === undefined ? {} : prefixed(slug + SEPARATOR)
    const page = all.page(index, range, offset, limit)
    return reply(200, { total: all.count(index, range), sims: page.map(simRow) })
  },
  getSim(call) {
    const sim = simOf(call)
    return reply(200, simShown(call.hosted.world, sim, call.server.redactor))
  },
} satisfies Partial<ControlHandlers>
