// Pages of accounts-orders' lists: limit, links, cursors.
import { expect, test } from 'vitest'
import {
  type Enterprise,
  expectRefused,
  type Schemas,
  startEnterprise,
} from '../../support/accounts-orders.ts'

interface Page {
  readonly _embedded: Readonly<Record<string, readonly { readonly id: string }[]>>
  readonly _links: {
    readonly self: { readonly href: string }
    readonly prev?: { readonly href: string }
    readonly next?: { readonly href: string }
  }
}

const LISTS = [
  '/accounts',
  '/order-templates',
  '/products',
  '/subscribers',
  '/subscriptions',
  '/usage/items',
]
const idsOf = ({ _embedded }: Page) =>
  Object.values(_embedded).flatMap((list) => list.map(({ id }) => id))
const cursorOf = ({ _links }: Page) =>
  new URL(_links.next?.href ?? '').searchParams.get('cursor') ?? ''
const refused = (sim: Enterprise, path: string, messages: (string | RegExp)[]) =>
  expectRefused(sim, () => sim.get(path), { status: 400, type: 'INVALID_REQUEST_PARAMS', messages })
const NOT_OURS = [/^cursor is none of this list with these filters/]

test('ACO-002 a page holds ten unless told, and up to a hundred', async () => {
  await using sim = await startEnterprise()
  for (const path of LISTS.slice(2)) {
    expect([path, idsOf(await sim.read<Page>(path)).length]).toEqual([path, 10])
    expect([path, idsOf(await sim.read<Page>(`${path}?limit=1`)).length]).toEqual([path, 1])
  }
  expect(idsOf(await sim.read<Page>('/usage/items?limit=100'))).toHaveLength(100)
})

test.each(['0', '101', '-1', 'ten', '1.5', ''])(
  'ACO-002 a limit of "%s" is refused',
  async (limit) => {
    await using sim = await startEnterprise()
    for (const path of LISTS) await refused(sim, `${path}?limit=${limit}`, [/^limit must be/])
  },
)

test.each([1, 7, 59, 60, 61, 100])(
  'ACO-003 ACO-059 by the links of pages of %d every record comes once, in order',
  async (limit) => {
    await using sim = await startEnterprise()
    for (const [path, name] of [
      ['/subscriptions', 'subscriptions'],
      ['/subscribers', 'subscribers'],
    ] as const) {
      const ids = (await sim.all<{ id: string }>(`${path}?limit=${limit}`, name)).map(
        ({ id }) => id,
      )
      expect(ids).toEqual(ids.toSorted())
      expect(new Set(ids).size).toBe(60)
    }
  },
)

test('ACO-003 ACO-059 the link to the next page has the filters, the limit and an opaque cursor of up to 128 characters', async () => {
  await using sim = await startEnterprise()
  for (const query of [
    '/subscriptions?status=active',
    '/usage/items?type=voice&type=data&from-date=2025-11-01',
    '/products',
    '/order-templates?limit=1',
  ]) {
    const page = await sim.read<Page>(query)
    const asked = new URL(`${sim.root}/enterprise${query}`).searchParams
    const next = new URL(page._links.next?.href ?? '').searchParams
    const cursor = next.get('cursor') ?? ''
    next.delete('cursor')
    expect([next.get('limit'), cursor.length <= 128]).toEqual([asked.get('limit') ?? '10', true])
    for (const name of asked.keys())
      expect(next.getAll(name).toSorted()).toEqual(asked.getAll(name).toSorted())
    expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/)
    expect(Object.values(page._embedded).flat()).not.toEqual([])
  }
})

test('ACO-003 ACO-059 the last page has no next link; self leads to the same page again', async () => {
  await using sim = await startEnterprise()
  const first = await sim.read<Page>('/accounts?limit=2')
  const last = await sim.read<Page>(first._links.next?.href ?? '')
  expect([idsOf(first).length, idsOf(last).length, last._links.next]).toEqual([2, 1, undefined])
  expect(await sim.read(last._links.self.href)).toEqual(last)
  expect((await sim.read<Page>('/accounts?limit=3'))._links.next).toBeUndefined()
})

test.each([
  ['/subscriptions?status=active&limit=7', 56],
  ['/products?limit=50', 120],
  ['/usage/items?type=voice&type=sms&direction=inbound&limit=100', undefined],
  ['/order-templates?limit=1', 4],
  ['/accounts?limit=2', 3],
  ['/subscribers?limit=60', 60],
] as const)(
  'ACO-064 by the prev links of %s every page comes again, back to the first, which has none',
  async (path, count) => {
    await using sim = await startEnterprise()
    const forward: string[][] = []
    let page = await sim.read<Page>(path)
    expect(page._links.prev).toBeUndefined()
    for (;;) {
      forward.push(idsOf(page))
      if (!page._links.next) break
      page = await sim.read<Page>(page._links.next.href)
      expect(page._links.prev).toBeDefined()
    }
    if (count !== undefined) expect(forward.flat()).toHaveLength(count)
    const back = [idsOf(page)]
    while (page._links.prev) {
      page = await sim.read<Page>(page._links.prev.href)
      back.unshift(idsOf(page))
    }
    expect(back).toEqual(forward)
    expect(page._links.next === undefined).toBe(forward.length === 1)
  },
)

test('ACO-064 a prev link has the filters, the limit and a cursor of its own; it goes with another limit, too', async () => {
  await using sim = await startEnterprise()
  const whole = await sim.read<Page>('/usage/items?type=voice&direction=inbound&limit=30')
  const first = await sim.read<Page>('/usage/items?type=voice&direction=inbound&limit=20')
  const second = await sim.read<Page>(first._links.next?.href ?? '')
  const prev = new URL(second._links.prev?.href ?? '')
  const cursor = prev.searchParams.get('cursor') ?? ''
  expect([...prev.searchParams.keys()].toSorted()).toEqual(['cursor', 'direction', 'limit', 'type'])
  expect([prev.searchParams.get('limit'), cursor.length <= 128]).toEqual(['20', true])
  expect(cursor).not.toBe(cursorOf(first))
  const nearest = await sim.read<Page>(
    `/usage/items?type=voice&direction=inbound&limit=5&cursor=${cursor}`,
  )
  expect(idsOf(nearest)).toEqual(idsOf(whole).slice(15, 20))
  expect(idsOf(await sim.read<Page>(nearest._links.prev?.href ?? ''))).toEqual(
    idsOf(whole).slice(10, 15),
  )
  expect(idsOf(await sim.read<Page>(nearest._links.next?.href ?? ''))).toEqual(
    idsOf(whole).slice(20, 25),
  )
  await refused(sim, `/usage/items?type=voice&cursor=${cursor}`, NOT_OURS)
})

test('ACO-064 what has come meanwhile is found on the way back; a page that has become empty leads back', async () => {
  await using sim = await startEnterprise()
  const first = await sim.read<Page>('/usage/items?limit=10')
  const second = await sim.read<Page>(first._links.next?.href ?? '')
  await sim.device(await sim.iccidOf()).use(7)
  const back = await sim.read<Page>(second._links.prev?.href ?? '')
  expect(idsOf(back)).toEqual(idsOf(first))
  const newest = await sim.read<Page>(back._links.prev?.href ?? '')
  expect([idsOf(newest).length, newest._links.prev]).toEqual([1, undefined])
  expect(idsOf(await sim.read<Page>(newest._links.next?.href ?? ''))).toEqual(idsOf(first))

  const full = await sim.read<Page>('/subscriptions?limit=59')
  const state = await sim.state()
  const subscriptions = (state.collections as Record<string, Record<string, object>>)[
    'accounts-orders.subscriptions'
  ]
  const last = idsOf(await sim.read<Page>(full._links.next?.href ?? '')).at(-1) ?? ''
  delete subscriptions?.[last]
  await sim.restore(state)
  const empty = await sim.read<Page>(full._links.next?.href ?? '')
  expect([idsOf(empty), empty._links.next]).toEqual([[], undefined])
  expect(idsOf(await sim.read<Page>(empty._links.prev?.href ?? ''))).toEqual(idsOf(full))
})

test('a cursor goes with another limit, and with the filters in another order', async () => {
  await using sim = await startEnterprise()
  const first = await sim.read<Page>('/usage/items?type=voice&type=sms&direction=inbound')
  const cursor = cursorOf(first)
  const whole = await sim.read<Page>('/usage/items?type=voice&type=sms&direction=inbound&limit=30')
  const rest = await sim.read<Page>(
    `/usage/items?direction=inbound&type=sms&cursor=${cursor}&type=voice&limit=20`,
  )
  expect([...idsOf(first), ...idsOf(rest)]).toEqual(idsOf(whole))
})

test('ACO-003 a cursor that was tampered with is refused', async () => {
  await using sim = await startEnterprise()
  const cursor = cursorOf(await sim.read<Page>('/subscriptions'))
  const other = cursor.at(-1) === 'A' ? 'B' : 'A'
  for (const bad of [
    `${cursor}A`,
    cursor.slice(1),
    cursor.slice(0, -1) + other,
    `${cursor}=`,
    other + cursor.slice(1),
    'x',
    'sub_1|Next',
  ])
    await refused(sim, `/subscriptions?cursor=${encodeURIComponent(bad)}`, NOT_OURS)
  await refused(sim, '/subscriptions?cursor=', [/^cursor must NOT have fewer than 1/])
  await refused(sim, `/subscriptions?cursor=${'x'.repeat(129)}`, [
    /^cursor must NOT have more than 128/,
  ])
})

test('ACO-003 a cursor of another list, of other filters or of another world is refused', async () => {
  await using sim = await startEnterprise()
  await using other = await startEnterprise({ seed: 'other' })
  const cursor = cursorOf(await sim.read<Page>('/subscriptions?status=active'))
  for (const path of [
    '/subscriptions',
    '/subscriptions?status=terminated',
    '/subscribers',
    '/products?status=active',
  ])
    await refused(sim, `${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}`, NOT_OURS)
  await refused(other, `/subscriptions?status=active&cursor=${cursor}`, NOT_OURS)
})

test('a cursor goes on where it was when the record it ended with is gone', async () => {
  await using sim = await startEnterprise()
  const first = await sim.read<Page>('/subscriptions?status=active&limit=5')
  const [next] = idsOf(await sim.read<Page>(first._links.next?.href ?? ''))
  const state = await sim.state()
  const subscriptions =
    (state.collections as Record<string, Record<string, Schemas['Subscription']>>)[
      'accounts-orders.subscriptions'
    ] ?? {}
  delete subscriptions[idsOf(first).at(-1) ?? '']
  await sim.restore(state)
  expect(idsOf(await sim.read<Page>(first._links.next?.href ?? ''))[0]).toBe(next)
})

test('while uses come in, the pages of the list neither repeat nor leave out what was there', async () => {
  await using sim = await startEnterprise()
  const device = sim.device(await sim.iccidOf())
  const before = (await sim.items('type=data')).map(({ id }) => id)
  const seen: string[] = []
  for (let next: string | undefined = '/usage/items?type=data&limit=100'; next !== undefined; ) {
    const page: Page = await sim.read<Page>(next)
    seen.push(...idsOf(page))
    await sim.clock.advance('PT1S')
    await device.use(1000)
    next = page._links.next?.href
  }
  expect(seen).toEqual(before)
})
