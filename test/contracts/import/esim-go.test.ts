// An account of eSIM Go is imported: a simulator that begins with the seed file answers as the account did.
import { expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../../src/index.ts'
import { send } from '../../support/http.ts'
import { begunWith, importedFrom } from '../../support/imported.ts'
import { playAtRandom } from '../../support/random-play.ts'
import { startRich } from '../../support/rich-state.ts'

const V25 = '/esim-go/v2.5'

/** Fields that no seed file has: the name and key of the organisation, cents, when a lot expires to the second. */
const ORGANISATION = ['balance', 'testCredit', 'currency', 'groups'] as const

/** What the API's reads answer. */
async function readsOf(sim: RunningSimulator) {
  const headers = { 'X-API-Key': sim.credentials['esim-go']?.apiKey ?? '' }
  const get = async (path: string) => {
    const { status, body } = await send<Record<string, unknown>>('GET', sim.url + path, { headers })
    expect(status, path).toBe(200)
    return body
  }
  const { organisations } = (await get(`${V25}/organisation`)) as {
    organisations: Record<string, unknown>[]
  }
  const { esims } = (await get(`${V25}/esims?perPage=5000`)) as { esims: { iccid: string }[] }
  const ofEsims = esims.map(async ({ iccid }) => [
    await get(`${V25}/esims/${iccid}`),
    await get(`${V25}/esims/${iccid}/bundles?includeUsed=true&limit=200`),
  ])
  return {
    organisation: ORGANISATION.map((name) => organisations[0]?.[name]),
    catalogue: await get(`${V25}/catalogue?perPage=5000`),
    inventory: await get(`${V25}/inventory`),
    esims,
    details: await Promise.all(ofEsims),
  }
}

async function expectEqualImport(sim: RunningSimulator) {
  const { stock, result } = await importedFrom(sim, 'esim-go')
  await using again = await begunWith(stock, sim)
  expect(await readsOf(again)).toEqual(await readsOf(sim))
  return result
}

test('what the reads answer is the same in a world that has something of everything', async () => {
  const { sim } = await startRich(() => {})
  await using _ = sim
  await sim.faults.clear()
  const { taken, left } = await expectEqualImport(sim)
  expect(taken.esims).toBeGreaterThan(1)
  expect(left.map(({ why }) => why)).toContain('the API tells whole units')
}, 60_000)

test.each([1, 2, 3])(
  'what the reads answer is the same in a world that was played with at random: %i',
  async (seed) => {
    await using sim = await startSimulator({ report: () => {} })
    await playAtRandom(sim, 'esim-go', { seed, count: 150 })
    await sim.faults.clear()
    await expectEqualImport(sim)
  },
  120_000,
)
