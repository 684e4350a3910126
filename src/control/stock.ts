// A provider's stock, shown and changed in the middle of a world's life, in the words of a seed file.
import { reply } from '../simulators/call.ts'
import type { Simulator } from '../simulators/simulator.ts'
import { untold } from '../state/callbacks.ts'
import { defined } from '../state/defined.ts'
import { Refusal } from '../state/refusal.ts'
import type { World } from '../state/world.ts'
import { type ControlHandlers, providerOf } from './call.ts'
import type { Stock } from './wire.ts'

/** How many entries of each list are told. */
const MOST_TOLD = 1000

function stockOf({ slug, stockShown }: Simulator, world: World): Stock {
  const { stock = {}, more = {} } = stockShown?.(world, MOST_TOLD) ?? {}
  const left = Object.entries(more).filter(([, count]) => count > 0)
  return defined({
    provider: slug,
    stock,
    more: left.length > 0 ? Object.fromEntries(left) : undefined,
  })
}

/** What lays a seed file over a provider's stock. @throws Refusal where it takes none */
function applierOf({ title, applySeedFile }: Simulator) {
  if (applySeedFile) return applySeedFile
  throw new Refusal('invalid-request', `${title} takes no stock of your own`)
}

export const stockHandlers = {
  getStock({ server, hosted, path }) {
    const { simulator } = providerOf(server, path.slug)
    applierOf(simulator)
    return reply(200, stockOf(simulator, hosted.world))
  },
  changeStock({ server, hosted: { world }, path, body }) {
    const { simulator } = providerOf(server, path.slug)
    const apply = applierOf(simulator)
    // It stands for what was there before: nobody is told of it.
    world.transaction(() =>
      untold(world, () => world.withStream(simulator.slug, () => apply(world, body))),
    )
    return reply(200, stockOf(simulator, world))
  },
} satisfies Partial<ControlHandlers>
