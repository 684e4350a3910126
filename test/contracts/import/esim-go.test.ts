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
  expect(taken).toMatchObject({ esims: 1 })
  expect(left.map(({ why }) => why)).toContain('the API tells whole units')
}, 60_000)

const OLD = 'esim_2GB_10D_FR_V9'
const YEAR = 'esim_120GB_365D_GB_V2'
const OWN = { countries: ['FR'], dataAmount: 2000, duration: 10, price: 4.5, groups: ['Mine'] }

/** eSIMs by their customer references, with bundles in every state. */
async function startInEveryState() {
  const esim = (customerRef: string, ...bundles: string[]) => ({ customerRef, bundles })
  const stock = {
    'esim-go': {
      catalogue: [
        { name: OLD, ...OWN },
        { name: 'own', ...OWN },
      ],
      inventory: [{ bundle: OLD, quantity: 2 }],
      esims: [
        esim('new'),
        esim('active', OLD, OLD),
        esim('depleted', OLD),
        esim('expired', OLD, 'own'),
        esim('revoked', 'esim_1GB_7D_GB_V2'),
        esim('year', YEAR),
        esim('suspended'),
        esim('downloaded'),
        esim('disabled'),
      ],
    },
  }
  const sim = await startSimulator({ stock, report: () => {} })
  const headers = { 'X-API-Key': sim.credentials['esim-go']?.apiKey ?? '' }
  const all = await sim.sims('esim-go')
  const iccids = new Map(
    stock['esim-go'].esims.map(({ customerRef }, at) => [customerRef, all[at]?.iccid ?? '']),
  )
  const on = (name: string) => sim.device(iccids.get(name) ?? '', 'esim-go')
  const use = async (name: string, country: string, amount: string) => {
    await on(name).install()
    await on(name).attach(country)
    await on(name).use(amount)
  }
  await use('expired', 'FR', '1MB')
  await sim.clock.advance('P11D')
  await use('active', 'FR', '500MB')
  await use('depleted', 'FR', '2GB')
  await use('year', 'GB', '1MB')
  await sim.clock.advance('P1D')
  // One that was never installed would leave the account with its bundle.
  await on('revoked').install()
  const gone = `${V25}/esims/${iccids.get('revoked')}/bundles/esim_1GB_7D_GB_V2`
  expect((await send('DELETE', sim.url + gone, { headers })).status).toBe(200)
  const suspend = `${V25}/esims/${iccids.get('suspended')}/suspend`
  const { status } = await send('POST', sim.url + suspend, { headers, json: { suspend: true } })
  expect(status).toBe(201)
  await on('downloaded').download()
  await on('disabled').install()
  await sim.restock('esim-go', { catalogue: { replace: true, bundles: [{ name: 'new', ...OWN }] } })
  return sim
}

test('bundles in every state, of a catalogue that is no more, are taken over; what is unknown is told', async () => {
  await using sim = await startInEveryState()
  const { stock, result } = await importedFrom(sim, 'esim-go')
  const { esims } = stock['esim-go'] as { esims: { bundles?: { state: string }[] }[] }
  const states = new Set(esims.flatMap(({ bundles = [] }) => bundles.map(({ state }) => state)))
  expect([...states].sort()).toEqual(['active', 'depleted', 'expired', 'queued', 'revoked'])
  expect(result.left).toContainEqual({
    why: 'it is not on sale, and its name tells nothing',
    count: 1,
    examples: ['bundle own'],
  })
  await using again = await begunWith(stock, sim)
  const [told, there] = [await readsOf(again), await readsOf(sim)]
  const withoutOwn = JSON.parse(JSON.stringify(there.details), (_, value) =>
    Array.isArray(value) ? value.filter(({ name }) => name !== 'own') : value,
  )
  expect(told).toEqual({ ...there, details: withoutOwn })
})

test('what is due of imported bundles happens: a running one expires, the next month of a year begins', async () => {
  await using sim = await startInEveryState()
  const { stock } = await importedFrom(sim, 'esim-go')
  await using again = await begunWith(stock, sim)
  const states = async (each: RunningSimulator) => {
    await each.clock.advance('P40D')
    const { details } = await readsOf(each)
    return details.map(([, bundles]) => JSON.stringify(bundles).match(/"bundleState":"\w+"/g))
  }
  const [after, expected] = [await states(again), await states(sim)]
  expect(after[1]).toEqual(expected[1])
  expect(after[5]).toEqual(expected[5])
})

test('names, numbers and codes are stand-ins unless they are to be kept, the same ones each time', async () => {
  const esims = [
    { customerRef: 'alice', msisdn: '4915550100', activationCode: '1$sm-dp.example$SECRET-CODE' },
  ]
  await using sim = await startSimulator({ stock: { 'esim-go': { esims } } })
  const { text, stock } = await importedFrom(sim, 'esim-go', { keepNames: false })
  expect(text).not.toMatch(/alice|4915550100|SECRET-CODE|test-esim-go-key/)
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  expect(text).toContain(iccid)
  const { stock: second } = await importedFrom(sim, 'esim-go', { keepNames: false })
  expect(second).toEqual(stock)
  await using again = await begunWith(stock, sim)
  expect(await again.sims('esim-go')).toHaveLength(1)
})

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

test('lists that tell no count of pages are read to their end', async () => {
  const esims = Array.from({ length: 230 }, () => ({}))
  await using sim = await startSimulator({
    stock: { 'esim-go': { esims } },
    settings: { 'esim-go': { wire: 'documented' } },
  })
  const { result } = await importedFrom(sim, 'esim-go')
  expect(result.taken).toMatchObject({ esims: 230, catalogue: 5609 })
})
