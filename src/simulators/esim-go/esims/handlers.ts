// eSIMs: the list, one of them, its customer reference, the bundles on it.
import { grouped } from '../../../state/collection.ts'
import { iso } from '../../../state/instant.ts'
import { Refusal } from '../../../state/refusal.ts'
import type { World } from '../../../state/world.ts'
import { reply } from '../../simulator.ts'
import { type Assignment, assignmentsNamed, assignmentsOf, isCurrent } from '../assignments.ts'
import { lookUp } from '../catalogue/on-sale.ts'
import type { EsimGoHandlers } from '../handlers.ts'
import { type Esim, esims } from '../records.ts'
import { since25 } from '../versions.ts'
import { findEsim, noteAction } from './esims.ts'
import { noteHistory } from './history.ts'
import * as wire from './wire.ts'
import * as wire25 from './wire-v25.ts'

/** The text of a column, as `filter` is compared with it. */
const columns: Readonly<Record<string, (esim: Esim) => string>> = {
  iccid: (esim) => esim.iccid,
  customerRef: (esim) => esim.customerRef,
  lastAction: (esim) => esim.lastAction ?? '',
  actionDate: (esim) => (esim.actionAt === undefined ? '' : iso(esim.actionAt)),
  assignedDate: (esim) => iso(esim.assignedAt),
}

/** One page of the list; `filter` matches anywhere in the column, in either case (public: string filters search like a wildcard). */
function listed(
  world: World,
  query: { orderBy?: string; filterBy?: string; filter?: string },
  offset: number,
  limit: number,
  descending: boolean,
) {
  const all = world.in(esims)
  const { orderBy = 'assignedDate', filterBy, filter } = query
  if ((filterBy === undefined) !== (filter === undefined))
    throw new Refusal('invalid-request', 'filterBy and filter go together')
  if (filterBy === undefined || filter === undefined)
    return { rows: all.size, esims: all.page(orderBy, { descending }, offset, limit) }
  const column = columns[filterBy]
  const wanted = filter.toLowerCase()
  const found = all
    .page(orderBy, { descending }, 0, all.size)
    .filter((esim) => column?.(esim).toLowerCase().includes(wanted))
  return { rows: found.length, esims: found.slice(offset, offset + limit) }
}

function assignmentShown(world: World, each: Assignment, basePath: string) {
  return { ...wire.assignment(each), ...since25(basePath, () => wire25.assignment(world, each)) }
}

export const esimHandlers: EsimGoHandlers = {
  listEsims({ query, settings, basePath }, world) {
    const { page = 1, perPage = 50, direction = 'asc' } = query
    const found = listed(world, query, (page - 1) * perPage, perPage, direction === 'desc')
    const shown = (esim: Esim) => ({
      ...wire.listedEsim(esim),
      ...since25(basePath, () => wire25.listedEsim(world, esim)),
    })
    const list = { esims: found.esims.map(shown) }
    if (settings.wire === 'documented') return reply(200, list)
    return reply(200, {
      ...list,
      pageCount: Math.ceil(found.rows / perPage),
      rows: found.rows,
      pageSize: perPage,
    })
  },

  getEsim({ path, query: { additionalFields }, basePath }, world) {
    const found = findEsim(world, path.iccid)
    return reply(200, {
      ...wire.esimDetails(found, additionalFields !== undefined),
      ...wire25.installLink(found.sim, additionalFields),
      ...since25(basePath, () => wire25.esimDetails(found)),
    })
  },

  updateEsim({ body, query }, world) {
    const { iccid, customerRef } =
      [body, query].find(
        (place) => place?.iccid !== undefined && place.customerRef !== undefined,
      ) ?? {}
    if (iccid === undefined || customerRef === undefined)
      throw new Refusal(
        'invalid-request',
        'iccid and customerRef are needed, both in the body or both in the query',
      )
    const { esim } = findEsim(world, iccid)
    world.in(esims).put({ ...esim, customerRef })
    noteAction(world, iccid, 'eSIM Updated')
    noteHistory(world, iccid, 'eSIM Updated')
    return reply(200, { status: 'success', message: 'success' })
  },

  listEsimBundles({ path, query, basePath }, world) {
    findEsim(world, path.iccid)
    const { includeUsed = false, limit = 15 } = query
    const assigned = assignmentsOf(world, path.iccid).filter(
      (each) => includeUsed || isCurrent(each),
    )
    const byName = grouped(assigned.slice(0, limit), ({ bundle }) => bundle.name)
    return reply(200, {
      bundles: [...byName].map(([name, assignments]) => ({
        name,
        description: lookUp(world, name)?.description ?? name,
        assignments: assignments.map((each) => assignmentShown(world, each, basePath)),
      })),
    })
  },

  getBundleStatus({ path, basePath }, world) {
    findEsim(world, path.iccid)
    const applied = assignmentsNamed(world, path.iccid, path.name)
    const latest = applied.at(-1)?.bundle.reference
    const together = applied.filter(({ bundle }) => bundle.reference === latest)
    return reply(200, {
      assignments: together.map((each) => assignmentShown(world, each, basePath)),
    })
  },
}
