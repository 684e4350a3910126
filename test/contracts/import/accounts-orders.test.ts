// An organisation of accounts-orders is imported: a simulator that begins with the seed file answers as the account did.
import { expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../../src/index.ts'
import { fetchToken } from '../../support/accounts-orders.ts'
import { send } from '../../support/http.ts'
import { begunWith, importedFrom } from '../../support/imported.ts'
import { playAtRandom } from '../../support/random-play.ts'

const LISTS = ['accounts', 'order-templates', 'subscribers', 'subscriptions', 'products']
const EMBEDDED = 'transclude="account;subscriber;sim_profile;phone_numbers;services"'

interface Page {
  readonly _embedded: Readonly<Record<string, readonly unknown[]>>
  readonly _links: { readonly next?: { readonly href: string } }
}

/** What the lists answer, without where they are. */
async function readsOf(sim: RunningSimulator) {
  const { access_token } = await fetchToken(`${sim.url}/accounts-orders`)
  const headers = { Authorization: `Bearer ${access_token}`, Prefer: EMBEDDED }
  const found: Record<string, unknown[]> = {}
  for (const list of LISTS) {
    const items: unknown[] = []
    let next: string | undefined = `${sim.url}/accounts-orders/enterprise/${list}?limit=100`
    while (next) {
      const { body }: { body: Page } = await send<Page>('GET', next, { headers })
      items.push(...(body._embedded[list] ?? []))
      next = body._links.next?.href
    }
    found[list] = JSON.parse(JSON.stringify(items).replaceAll(sim.url, ''))
  }
  return found
}

test.each([1, 2, 3])(
  'what the reads answer is the same in a world that was played with at random: %i',
  async (seed) => {
    await using sim = await startSimulator({ report: () => {} })
    await playAtRandom(sim, 'accounts-orders', { seed, count: 150 })
    await sim.faults.clear()
    const { stock, result } = await importedFrom(sim, 'accounts-orders')
    await using again = await begunWith(stock, sim)
    const there = await readsOf(sim)
    expect(await readsOf(again)).toEqual(there)
    expect(result.taken).toMatchObject({ subscriptions: there.subscriptions?.length })
  },
  120_000,
)

test('people, companies and numbers are stand-ins unless they are to be kept', async () => {
  await using sim = await startSimulator()
  const { text, stock } = await importedFrom(sim, 'accounts-orders', { keepNames: false })
  expect(text).not.toMatch(/NORTHGATE|northgate|"Ada"|4477009|E100\d|1234567|test-secret/)
  expect(text).toMatch(/person-[0-9a-f]{12}@names\.example/)
  await using again = await begunWith(stock, sim)
  const [ours, theirs] = [await readsOf(again), await readsOf(sim)]
  expect(ours.products).toEqual(theirs.products)
})
