// Which SIMs of the world texts speak of: those whose numbers stand in a URL or in a body.
import { call } from '../client.ts'

/** SIMs that are looked up at most. */
const MOST = 20

/** ICCIDs of SIMs that there are, in the order in which they are named. */
export async function simsNamedIn(...texts: readonly (string | undefined)[]): Promise<string[]> {
  const numbers = texts.join('\n').match(/(?<!\d)89\d{16,20}(?!\d)/g) ?? []
  const named = [...new Set(numbers)].slice(0, MOST)
  const found = await Promise.all(
    named.map(async (iccid) => {
      const { sims } = await call('listSims', { query: { search: iccid, limit: 1 } })
      return sims.some((sim) => sim.iccid === iccid) ? iccid : undefined
    }),
  )
  return found.filter((iccid) => iccid !== undefined)
}
