// SIMs of every provider: listed, found and shown.
import { reply } from '../simulators/call.ts'
import { prefixed, SEPARATOR, sortable } from '../state/collection.ts'
import { defined } from '../state/defined.ts'
import { type Machine, sharedMachines } from '../state/machine.ts'
import { Refusal } from '../state/refusal.ts'
import { type Sim, sims } from '../state/sims.ts'
import { openTurns } from '../stores/turns.ts'
import { type CallOf, type ControlCall, type ControlHandlers, providerFilter } from './call.ts'
import { matches } from './filter.ts'
import { type LifecycleShown, simRow } from './wire.ts'

type SimListCall = Pick<CallOf<'listSims'>, 'server' | 'hosted'>

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

/** SIMs in the order they are listed. */
interface Listed {
  count(): number
  pageAt(offset: number, limit: number): Sim[]
  /** Up to `limit` of those that come after one; the first of them where none is given. @throws NotBuilt */
  pageAfter(last: Sim | undefined, limit: number): Sim[]
}

/** The SIMs that are asked for, but for the text that is searched. @throws NotBuilt */
function listedSims({ hosted, query }: CallOf<'listSims'>, provider: string | undefined): Listed {
  const { profile, service, order } = query
  const asked = defined({ profile, service })
  const all = hosted.world.in(sims)
  const isAll = Object.keys(asked).length === 0
  const fits = (sim: Sim) => matches(sim, asked)
  const found = isAll ? all : all.where({ name: JSON.stringify(asked), fits })
  const [index, prefix] =
    provider === undefined ? ['serial', ''] : ['provider', provider + SEPARATOR]
  const descending = order === 'newest'
  const range = { ...prefixed(prefix), descending }
  return {
    count: () => found.count(index, range),
    pageAt: (offset, limit) => found.page(index, range, offset, limit),
    pageAfter(last, limit) {
      const at = last && prefix + sortable(last.serial)
      const bound = descending ? { to: at } : { from: at && `${at}\u0001` }
      return found.page(index, { ...range, ...defined(bound) }, 0, limit)
    },
  }
}

/** Whether a SIM has a text in what it or its provider keeps, in any case. */
function textIn({ server, hosted: { world } }: SimListCall, search: string): (sim: Sim) => boolean {
  const wanted = search.toLowerCase()
  const has = (text: string | undefined) => text?.toLowerCase().includes(wanted) === true
  return (sim) => {
    const { iccid, imsi, msisdn, eid, matchingId, provider } = sim
    if ([iccid, imsi, msisdn, eid, matchingId].some(has)) return true
    const kept = server.providers.get(provider)?.simulator.searchedBy?.(world, sim)
    return kept?.some(has) === true
  }
}

/** SIMs that are looked at between two looks at the time. */
const A_FEW = 200

/** One page of the SIMs that fit, and how many fit in all: each is looked at, in turns. */
async function foundIn(
  listed: Listed,
  fits: (sim: Sim) => boolean,
  { offset, limit }: { readonly offset: number; readonly limit: number },
) {
  const turns = openTurns()
  const records: Sim[] = []
  let total = 0
  let last: Sim | undefined
  for (;;) {
    const page = listed.pageAfter(last, A_FEW)
    for (const sim of page.filter(fits)) {
      total += 1
      if (total > offset && records.length < limit) records.push(sim)
    }
    last = page.at(-1)
    if (page.length < A_FEW) return { total, records }
    const rest = turns.over()
    if (rest) await rest
  }
}

/** A table of states as it goes out: lists of its own. */
function machineShown({ states, moves, ...machine }: Machine): LifecycleShown {
  return { ...machine, states: [...states], moves: [...moves] }
}

export const simHandlers = {
  async listSims(call) {
    const provider = providerFilter(call)
    const { search, limit = 100, offset = 0 } = call.query
    const listed = listedSims(call, provider)
    if (search === undefined) {
      const page = listed.pageAt(offset, limit)
      return reply(200, { total: listed.count(), sims: page.map(simRow) })
    }
    const hasText = textIn(call, search)
    const { total, records } = await foundIn(listed, hasText, { offset, limit })
    return reply(200, { total, sims: records.map(simRow) })
  },
  listLifecycles({ server }) {
    const own = [...server.providers.values()].flatMap(({ simulator }) => simulator.machines ?? [])
    return reply(200, { lifecycles: [...sharedMachines, ...own].map(machineShown) })
  },
} satisfies Partial<ControlHandlers>
