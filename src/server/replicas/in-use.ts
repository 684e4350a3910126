// Which of the worlds held here are in use, and since when the others are not.
import type { ServerResponse } from 'node:http'
import type { HostedWorld } from '../hosted-world.ts'
import { wallNow } from '../ticker.ts'

interface Use {
  /** Responses that are open: a stream of events is one for as long as it goes. */
  open: number
  /** The wall time at which the last one was closed, or the world was opened. */
  since: number
  /** Called when none is open any more. */
  readonly rested: (() => void)[]
}

export interface InUse {
  /** Counts a response of a world until it is closed. */
  count(hosted: HostedWorld, response: ServerResponse): void
  /** Wall ms for which nothing was under way in a world; `undefined` while something is. */
  idleFor(hosted: HostedWorld): number | undefined
  /** Resolves when no response of a world is open. */
  rest(hosted: HostedWorld): Promise<void>
}

export function openInUse(): InUse {
  const uses = new WeakMap<HostedWorld, Use>()

  function useOf(hosted: HostedWorld): Use {
    const known = uses.get(hosted)
    if (known) return known
    const use: Use = { open: 0, since: wallNow(), rested: [] }
    uses.set(hosted, use)
    return use
  }

  return {
    count(hosted, response) {
      if (response.closed) return
      const use = useOf(hosted)
      use.open += 1
      response.once('close', () => {
        use.open -= 1
        use.since = wallNow()
        if (use.open === 0) for (const tell of use.rested.splice(0)) tell()
      })
    },
    idleFor(hosted) {
      const { open, since } = useOf(hosted)
      return open > 0 || hosted.runner.isBusy ? undefined : wallNow() - since
    },
    rest(hosted) {
      const use = useOf(hosted)
      if (use.open === 0) return Promise.resolve()
      return new Promise((done) => use.rested.push(done))
    },
  }
}
