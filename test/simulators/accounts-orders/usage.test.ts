// Usage items of accounts-orders: what SIMs used, the filters of the list, what is charged.
import { expect, test } from 'vitest'
import {
  ACCOUNT,
  type Enterprise,
  expectRefused,
  MSISDN,
  type Schemas,
  SUBSCRIBER,
  SUBSCRIPTION,
  startEnterprise,
} from '../../support/accounts-orders.ts'

type Item = Schemas['UsageItem']

/** The items of the newest use of the subscription of the samples, oldest first. */
async function used(sim: Enterprise, count: number): Promise<Item[]> {
  const { body } = await sim.get<{ _embedded: { items: Item[] } }>(
    `/usage/items?limit=${count}&subscription-id=${SUBSCRIPTION}`,
  )
  return body._embedded.items.toReversed()
}

async function deviceOf(sim: Enterprise, subscription = SUBSCRIPTION) {
  return sim.device(await sim.iccidOf(subscription))
}

const subscriptionOf = ({ _links }: Item) => _links.subscription.href.split('/').at(-1)
const subscriberOf = ({ _links }: Item) => _links.subscriber.href.split('/').at(-1)
const accountOf = ({ _links }: Item) => _links.account.href.split('/').at(-1)

test('ACO-037 ACO-047 ACO-060 ACO-067 data on the air is an item at once, in bytes and 4G, with links to all it belongs to', async () => {
  await using sim = await startEnterprise()
  await (await deviceOf(sim)).use(52_191)
  const [item] = await used(sim, 1)
  const at = (path: string) => ({ href: `${sim.root}/enterprise${path}` })
  expect(item).toEqual({
    id: expect.stringMatching(/^uitem_[0-9A-Z]{26}$/),
    type: 'data',
    direction: 'outbound',
    technology: '4G',
    from_msisdn: Number(MSISDN),
    location_country: 'GB',
    roaming: false,
    is_recorded: false,
    started_at: '2026-01-01T00:00:00.000Z',
    ended_at: '2026-01-01T00:00:00.000Z',
    processed_at: '2026-01-01T00:00:00.001Z',
    quantity: 52_191,
    unit: 'bytes',
    charged_quantity: 52_191,
    cost_type: 'in_bundle',
    _links: {
      account: at(`/accounts/${ACCOUNT}`),
      subscription: at(`/subscriptions/${SUBSCRIPTION}`),
      subscriber: at(`/subscribers/${SUBSCRIBER}`),
      product: { href: expect.stringContaining('/enterprise/products/prod_') },
    },
  })
  expect(await sim.read(item?._links.product?.href ?? '')).toMatchObject({ status: 'active' })
})

test('ACO-047 ACO-048 ACO-049 a call that came in: numbers as JSON numbers, 45 seconds charged as 60, free and recorded', async () => {
  await using sim = await startEnterprise()
  await (await deviceOf(sim)).use({ minutes: 0.75, direction: 'inbound', peer: '+44000000000001' })
  const [item] = await used(sim, 1)
  expect(item).toMatchObject({
    type: 'voice',
    direction: 'inbound',
    technology: 'cs',
    from_msisdn: 44_000_000_000_001,
    to_msisdn: Number(MSISDN),
    is_recorded: true,
    roaming: false,
    location_country: 'GB',
    started_at: '2025-12-31T23:59:15.000Z',
    ended_at: '2026-01-01T00:00:00.000Z',
    quantity: 45,
    unit: 'seconds',
    charged_quantity: 60,
    cost_type: 'free',
  })
})

test.each([
  [{ minutes: 1 }, 60, 60],
  [{ minutes: 61 / 60 }, 61, 120],
  [1, 1, 1],
  [1001, 1001, 1001],
  [{ sms: 1 }, 1, 1],
] as const)(
  'ACO-048 ACO-067 a use of %j is %d, charged as %d',
  async (use, quantity, charged_quantity) => {
    await using sim = await startEnterprise()
    await (await deviceOf(sim)).use(use)
    expect(await used(sim, 1)).toMatchObject([{ quantity, charged_quantity }])
  },
)

test('ACO-049 ACO-069 by a setting the numbers of an item are texts, as they were dialled', async () => {
  await using sim = await startEnterprise({
    settings: { 'accounts-orders': { msisdnType: 'text' } },
  })
  const device = await deviceOf(sim)
  await device.use({ sms: 1, peer: '07700900123' })
  await device.use({ minutes: 1, direction: 'inbound', peer: '+44000000000001' })
  await device.use(7)
  // The call began a minute before the rest.
  expect(await used(sim, 3)).toMatchObject([
    { type: 'voice', from_msisdn: '44000000000001', to_msisdn: MSISDN },
    { type: 'sms', from_msisdn: MSISDN, to_msisdn: '07700900123' },
    { type: 'data', from_msisdn: MSISDN },
  ])
  expect(await sim.items('msisdn=7700900123')).toHaveLength(1)
})

test('several SMS are several items', async () => {
  await using sim = await startEnterprise()
  const before = (await sim.items(`subscription-id=${SUBSCRIPTION}`)).length
  await (await deviceOf(sim)).use({ sms: 3, peer: '447700900123' })
  const items = await sim.items(`subscription-id=${SUBSCRIPTION}`)
  expect(items).toHaveLength(before + 3)
  for (const item of items.slice(0, 3))
    expect(item).toMatchObject({
      type: 'sms',
      quantity: 1,
      unit: 'messages',
      from_msisdn: Number(MSISDN),
      to_msisdn: 447_700_900_123,
    })
})

test('without a number at the other end an item has only its own', async () => {
  await using sim = await startEnterprise()
  await (await deviceOf(sim)).use({ sms: 1 })
  const [item] = await used(sim, 1)
  expect(item?.from_msisdn).toBe(Number(MSISDN))
  expect(item).not.toHaveProperty('to_msisdn')
})

test.each([
  ['GB', { minutes: 1, direction: 'outbound' }, 'in_bundle'],
  ['GB', { minutes: 1, direction: 'inbound' }, 'free'],
  ['GB', { sms: 1, direction: 'outbound' }, 'in_bundle'],
  ['GB', { sms: 1, direction: 'inbound' }, 'free'],
  ['FR', { minutes: 1, direction: 'outbound' }, 'out_of_bundle'],
  ['FR', { minutes: 1, direction: 'inbound' }, 'out_of_bundle'],
  ['FR', { sms: 1, direction: 'outbound' }, 'out_of_bundle'],
  ['FR', { sms: 1, direction: 'inbound' }, 'free'],
  ['FR', 7, 'in_bundle'],
  ['JP', 7, 'out_of_bundle'],
] as const)('in %s a use of %j is %s', async (country, use, cost_type) => {
  await using sim = await startEnterprise()
  const device = await deviceOf(sim)
  await device.attach(country)
  await device.use(use)
  const [item] = await used(sim, 1)
  expect(item).toMatchObject({ cost_type, location_country: country, roaming: country !== 'GB' })
  expect(item?._links.product !== undefined).toBe(cost_type === 'in_bundle')
})

test('data that several products carry, and that none does, are items of their own', async () => {
  await using sim = await startEnterprise()
  const traveller = (
    await sim.all<Schemas['OrderTemplate']>('/order-templates', 'order-templates')
  ).find(({ description }) => description.startsWith('Traveller'))
  const { subscription_id } = await sim.settled(
    await sim.order({
      type: 'activate_subscription',
      account_id: ACCOUNT,
      template_id: traveller?.id,
      subscriber: { first_name: 'Ada', last_name: 'Byron', employee_id: 'E1815' },
      sim_profile: { sim_type: 'esim', delivery: { type: 'api' } },
    }),
  )
  const device = await deviceOf(sim, subscription_id)
  await device.install()
  await device.use('8GB')
  const items = await sim.items(`subscription-id=${subscription_id}`)
  const told = items.map(({ quantity, cost_type, _links }) => [
    quantity,
    cost_type,
    _links.product !== undefined,
  ])
  expect(told.toSorted()).toEqual([
    [1e9, 'out_of_bundle', false],
    [2e9, 'in_bundle', true],
    [5e9, 'in_bundle', true],
  ])
  expect(new Set(items.map(({ _links }) => _links.product?.href)).size).toBe(3)
})

test('the data of a plan is there again a month after its first use', async () => {
  await using sim = await startEnterprise()
  const device = await deviceOf(sim)
  await device.use('11GB')
  expect((await device.show()).bundles).toMatchObject([{ state: 'depleted' }])
  await sim.clock.advance('P30D')
  expect((await device.show()).bundles).toMatchObject([
    { state: 'expired' },
    { state: 'active', usedBytes: 0 },
  ])
  await device.use('1GB')
  expect(await used(sim, 1)).toMatchObject([{ quantity: 1e9, cost_type: 'in_bundle' }])
})

test('the months of a plan follow one another from its first use, used or not', async () => {
  await using sim = await startEnterprise()
  const device = await deviceOf(sim)
  await device.use('1GB')
  await sim.clock.advance('P75D')
  const { bundles } = await device.show()
  expect(bundles).toMatchObject([
    { state: 'expired', usedBytes: 1e9 },
    { state: 'expired', usedBytes: 0 },
    { state: 'active', usedBytes: 0 },
  ])
  const endsAt = bundles.map((bundle) => bundle.endsAt)
  expect(endsAt).toEqual(
    ['2026-01-31', '2026-03-02', '2026-04-01'].map((day) => `${day}T00:00:00.000Z`),
  )
})

test('a service that a subscription has not is not carried', async () => {
  await using sim = await startEnterprise()
  const visitor = (
    await sim.all<Schemas['OrderTemplate']>('/order-templates', 'order-templates')
  ).find(({ description }) => description.startsWith('Visitor'))
  const order = await sim.order({
    type: 'activate_subscription',
    account_id: ACCOUNT,
    template_id: visitor?.id,
    subscriber: { first_name: 'Ada', last_name: 'Byron', employee_id: 'E1815' },
    sim_profile: { sim_type: 'esim', delivery: { type: 'api' } },
  })
  await sim.settled(order)
  const device = await deviceOf(sim, order.subscription_id)
  await device.install()
  await expect(device.use({ minutes: 1 })).rejects.toThrow(/has no voice/)
  await expect((await deviceOf(sim)).use({ sms: 1, peer: 'my friend' })).rejects.toThrow(
    /peer must be a number/,
  )
})

test('ACO-037 processing can be made to take its time: then a use is listed, and processed, later', async () => {
  await using sim = await startEnterprise({
    settings: { 'accounts-orders': { usageDelay: 'PT1M' } },
  })
  const before = await used(sim, 1)
  await (await deviceOf(sim)).use(5)
  await sim.clock.advance('PT59.999S')
  expect(await used(sim, 1)).toEqual(before)
  await sim.clock.advance('PT0.001S')
  expect(await used(sim, 1)).toMatchObject([
    { quantity: 5, processed_at: '2026-01-01T00:01:00.001Z' },
  ])
})

test('ACO-037 ACO-038 the history of 90 days has every type, direction and cost, newest first', async () => {
  await using sim = await startEnterprise()
  const items = await sim.items()
  expect(items).toHaveLength(400)
  const starts = items.map(({ started_at }) => started_at)
  expect(starts).toEqual(starts.toSorted().toReversed())
  expect([(starts.at(-1) ?? '') >= '2025-10-03', (starts[0] ?? '') < '2026-01-01']).toEqual([
    true,
    true,
  ])
  expect(
    items.every(
      ({ ended_at, processed_at, started_at }) => processed_at > ended_at && ended_at >= started_at,
    ),
  ).toBe(true)
  const kinds = new Set(
    items.map(({ type, direction, cost_type, roaming }) =>
      [type, direction, cost_type, roaming].join(),
    ),
  )
  for (const kind of [
    'voice,inbound,free,false',
    'voice,outbound,in_bundle,false',
    'voice,outbound,out_of_bundle,true',
    'sms,inbound,free,true',
  ])
    expect(kinds).toContain(kind)
  for (const kind of [
    'data,outbound,in_bundle,false',
    'data,outbound,in_bundle,true',
    'data,outbound,out_of_bundle,true',
  ])
    expect(kinds).toContain(kind)
  expect(new Set(items.map(({ is_recorded }) => is_recorded))).toEqual(new Set([true, false]))
})

test('ACO-039 both dates are inclusive, in UTC, by when the use began', async () => {
  await using sim = await startEnterprise()
  const everything = await sim.items()
  for (const [from, to] of [
    ['2025-12-01', '2025-12-01'],
    ['2025-12-01', '2025-12-03'],
    ['2025-12-30', undefined],
    [undefined, '2025-10-05'],
    ['2020-01-01', '2020-01-02'],
    ['0001-01-01', '9999-12-31'],
  ]) {
    const query = new URLSearchParams({
      ...(from ? { 'from-date': from } : {}),
      ...(to ? { 'to-date': to } : {}),
    })
    const wanted = everything.filter(
      ({ started_at }) =>
        started_at.slice(0, 10) >= (from ?? '') && started_at.slice(0, 10) <= (to ?? 'z'),
    )
    expect([from, to, (await sim.items(String(query))).length]).toEqual([from, to, wanted.length])
  }
})

test('ACO-039 the last and the first millisecond of a day belong to it', async () => {
  await using sim = await startEnterprise({ clock: { at: '2025-12-31T23:59:59.999Z' } })
  const device = await deviceOf(sim)
  await device.use(1)
  await sim.clock.advance('PT0.001S')
  await device.use(2)
  const quantities = async (day: string) =>
    (await sim.items(`subscription-id=${SUBSCRIPTION}&from-date=${day}&to-date=${day}`)).map(
      ({ quantity }) => quantity,
    )
  expect(await quantities('2026-01-01')).toEqual([2])
  expect((await quantities('2025-12-31'))[0]).toBe(1)
})

test('ACO-040 ACO-041 ACO-042 ACO-043 ACO-044 ACO-045 ACO-046 filters pass what they name, alone and in every combination', async () => {
  await using sim = await startEnterprise()
  const everything = await sim.items()
  const other = everything.find((item) => subscriptionOf(item) !== SUBSCRIPTION)
  const peer = String(
    everything.find((item) => item.type === 'voice' && item.direction === 'inbound')?.from_msisdn,
  )
  const has = (item: Item, number: string) =>
    [String(item.from_msisdn), String(item.to_msisdn)].includes(number)
  type Filter = readonly [query: string, keep: (item: Item) => boolean]
  const choices: readonly (readonly Filter[])[] = [
    [
      ['', () => true],
      [`account-id=${ACCOUNT}`, (item) => accountOf(item) === ACCOUNT],
    ],
    [
      ['', () => true],
      [`subscription-id=${SUBSCRIPTION}`, (item) => subscriptionOf(item) === SUBSCRIPTION],
      [`subscriber-id=${SUBSCRIBER}`, (item) => subscriberOf(item) === SUBSCRIBER],
      [
        `subscriber-id=${SUBSCRIBER}&subscription-id=${other && subscriptionOf(other)}`,
        () => false,
      ],
    ],
    [
      ['', () => true],
      [`msisdn=${MSISDN}`, (item) => has(item, MSISDN)],
      [`msisdn=${peer}`, (item) => has(item, peer)],
    ],
    [
      ['', () => true],
      ['type=voice', ({ type }) => type === 'voice'],
      ['type=sms&type=data', ({ type }) => type !== 'voice'],
    ],
    [
      ['', () => true],
      ['direction=inbound', ({ direction }) => direction === 'inbound'],
    ],
    [
      ['', () => true],
      ['cost-type=free&cost-type=in_bundle', ({ cost_type }) => cost_type !== 'out_of_bundle'],
    ],
  ]
  const combinations = choices.reduce<Filter[][]>(
    (made, options) => made.flatMap((each) => options.map((option) => [...each, option])),
    [[]],
  )
  expect(combinations).toHaveLength(2 * 4 * 3 * 3 * 2 * 2)
  let told = 0
  for (const filters of combinations) {
    const query = filters.flatMap(([text]) => text || []).join('&')
    const wanted = everything.filter((item) => filters.every(([, keep]) => keep(item)))
    const { body } = await sim.get<{ _embedded: { items: Item[] } }>(
      `/usage/items?limit=100&${query}`,
    )
    const ids = (items: readonly Item[]) => items.map(({ id }) => id)
    expect([query, ids(body._embedded.items)]).toEqual([query, ids(wanted.slice(0, 100))])
    told += wanted.length
  }
  expect(told).toBeGreaterThan(2_000)
})

test('ACO-043 a number of fewer than 12 digits is found, too, unless strict', async () => {
  await using sim = await startEnterprise()
  const items = await sim.items('msisdn=12025550101')
  expect(items.length).toBeGreaterThan(3)
  await sim.set('accounts-orders', { strict: true })
  const messages = ['msisdn must match pattern "^\\d{12,15}$", and strict is on']
  const ask = () => sim.get('/usage/items?msisdn=12025550101')
  await expectRefused(sim, ask, { status: 400, type: 'INVALID_REQUEST_PARAMS', messages })
  expect((await sim.items(`msisdn=${MSISDN}`)).length).toBeGreaterThan(3)
})

test('ACO-043 ACO-049 a number is found as an item shows it and as it was dialled, however short', async () => {
  await using sim = await startEnterprise()
  const device = await deviceOf(sim)
  await device.use({ sms: 1, peer: '333' })
  await device.use({ sms: 1, peer: '07700900123' })
  for (const [msisdn, to_msisdn] of [
    ['333', 333],
    ['7700900123', 7_700_900_123],
    ['07700900123', 7_700_900_123],
  ])
    expect([msisdn, await sim.items(`msisdn=${msisdn}`)]).toMatchObject([msisdn, [{ to_msisdn }]])
})

test.each([
  ['type=fax', [/^type.0 must be equal to one of/]],
  ['direction=sideways', [/^direction must be equal/]],
  ['cost-type=cheap&type=voice', [/^cost-type.0 must be equal/]],
  ['from-date=yesterday&to-date=2026-1-1', [/^from-date must match/, /^to-date must match/]],
  [
    'from-date=2026-02-30&to-date=2026-13-01',
    ['from-date is no day there is', 'to-date is no day there is'],
  ],
  ['from-date=2026-01-02&to-date=2026-01-01', ['from-date must not be after to-date']],
  [
    'account-id=1&subscription-id=2&subscriber-id=3&msisdn=four',
    [/^account-id/, /^subscription-id/, /^subscriber-id/, /^msisdn/],
  ],
])('a filter that cannot be is refused, with all that is wrong: %s', async (query, messages) => {
  await using sim = await startEnterprise()
  const ask = () => sim.get(`/usage/items?${query}`)
  await expectRefused(sim, ask, { status: 400, type: 'INVALID_REQUEST_PARAMS', messages })
})
