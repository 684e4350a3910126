// The bundles on an eSIM: all of them, and the latest application of one.
import { grouped } from '../../../state/collection.ts'
import { reply } from '../../call.ts'
import { assignmentsNamed, assignmentsOf, isCurrent } from '../assignments.ts'
import { findEsim } from '../esims/esims.ts'
import type { EsimGoHandlers } from '../settings.ts'
import * as wire from './wire.ts'

export const bundleHandlers: EsimGoHandlers = {
  listEsimBundles({ path, query, basePath }, world) {
    findEsim(world, path.iccid)
    const { includeUsed = false, limit = 15 } = query
    const listed = assignmentsOf(world, path.iccid).filter((each) => includeUsed || isCurrent(each))
    // The most recent ones are kept (public), in the order they were assigned.
    const byName = grouped(listed.slice(-limit), ({ bundle }) => bundle.name)
    return reply(200, {
      bundles: [...byName].map(([name, assignments]) => ({
        name,
        description: wire.description(world, name),
        assignments: assignments.map((each) => wire.assignment(world, each, basePath)),
      })),
    })
  },

  getBundleStatus({ path, basePath }, world) {
    findEsim(world, path.iccid)
    const named = assignmentsNamed(world, path.iccid, path.name)
    const latest = named.at(-1)?.bundle.reference
    const together = named.filter(({ bundle }) => bundle.reference === latest)
    return reply(200, {
      assignments: together.map((each) => wire.assignment(world, each, basePath)),
    })
  },
}
