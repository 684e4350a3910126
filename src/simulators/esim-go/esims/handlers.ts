// eSIMs: the list, one of them, its customer reference.
import { Refusal } from '../../../state/refusal.ts'
import type { World } from '../../../state/world.ts'
import { reply } from '../../call.ts'
import { type Esim, esims } from '../records.ts'
import type { EsimGoHandlers } from '../settings.ts'
import type { operations } from '../spec.d.ts'
import { acknowledgement } from '../versions.ts'
import { findEsim, noteAction } from './esims.ts'
import { esimFilter } from './filter.ts'
import { noteHistory } from './history.ts'
import { installLinksOf } from './install-links.ts'
import * as wire from './wire.ts'

type ListQuery = NonNullable<operations['listEsims']['parameters']['query']>

/** One page of the list, and how many there are in all. */
function pageOf(world: World, query: ListQuery): { rows: number; page: Esim[] } {
  const { page = 1, perPage = 50, direction, orderBy = 'assignedDate', filterBy, filter } = query
  const descending = direction === 'desc'
  const offset = (page - 1) * perPage
  const all = world.in(esims)
  if ((filterBy === undefined) !== (filter === undefined))
    throw new Refusal('invalid-request', 'filterBy and filter go together')
  if (!filterBy || !filter)
    return { rows: all.size, page: all.page(orderBy, { descending }, offset, perPage) }

  const found = all.where({ name: `${filterBy} ${filter}`, fits: esimFilter(filterBy, filter) })
  return {
    rows: found.count(orderBy),
    page: found.page(orderBy, { descending }, offset, perPage),
  }
}

export const esimHandlers: EsimGoHandlers = {
  listEsims({ query, settings, basePath }, world) {
    const { perPage = 50 } = query
    const { rows, page } = pageOf(world, query)
    const list = { esims: page.map((esim) => wire.listedEsim(world, esim, basePath)) }
    if (settings.wire === 'documented') return reply(200, list)
    return reply(200, {
      ...list,
      pageCount: Math.ceil(rows / perPage),
      rows,
      pageSize: perPage,
    })
  },

  getEsim(call, world) {
    const { path, query, basePath } = call
    const links = installLinksOf(query.additionalFields, call)
    return reply(200, wire.esimDetails(findEsim(world, path.iccid), links, basePath))
  },

  updateEsim({ body, query, basePath }, world) {
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
    return reply(200, acknowledgement(basePath, 'success'))
  },
}
