// The bundles on an eSIM: all of them, and the latest application of one.
import { grouped } from '../../../state/collection.ts'
import { reply } from '../../call.ts'
import { assignmentsNamed, assignmentsOf, isCurrent } from '../assignments.ts'
import { findEsim } from '../esims/esims.ts'
import type { EsimGoHandlers } from '../settings.ts'
import { isSince, V23 } from '../versions.ts'
import * as wire from './wire.ts'

export const bundleHandlers: EsimGoHandlers = {
  listEsimBundles({ path, query, basePath, settings }, world) {
    findEsim(world, path.iccid)
    // v2.2 knows no limit (public), so that it has none (inferred).
    const { includeUsed = false, limit = isSince(V23, basePath) ? 15 : Number.POSITIVE_INFINITY } =
      query
    // v2.5's description has megabytes in this list alone.
    const unit = settings.wire === 'documented' ? 'MB' : 'BYTES'
    const listed = assignmentsOf(world, path.iccid).filter((each) => includeUsed || isCurrent(each))
    // The most recent ones are kept (public), in the order they were assigned.
    const byName = grouped(listed.slice(-limit), ({ bundle }) => bundle.name)
    return reply(200, {
      bundles: [...byName].map(([name, assignments]) => ({
        name,
        description: wire.description(world, name),
        assignments: assignments.map((each) => wire.assignment(world, each, basePath, unit)),
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
