// Resources of accounts-orders: lists, single ones, their links, and what Prefer embeds.
import { expect, test } from 'vitest'
import {
  ACCOUNT,
  ACTIVATION,
  type Enterprise,
  expectRefused,
  MSISDN,
  type Schemas,
  SUBSCRIBER,
  SUBSCRIPTION,
  startEnterprise,
  TEMPLATE,
} from '../../support/accounts-orders.ts'

const ALL = 'transclude="subscriber;account;sim_profile;phone_numbers;services"'
const LISTS = [
  ['/accounts', 'accounts', 3],
  ['/order-templates', 'order-templates', 4],
  ['/products', 'products', 120],
  ['/subscribers', 'subscribers', 60],
  ['/subscriptions', 'subscriptions', 60],
  ['/usage/items', 'items', 400],
] as const

/** Every href in a reply, wherever it stands. */
function hrefsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, below]) =>
    name === 'href' ? [String(below)] : hrefsIn(below),
  )
}

/** Reads all that can be reached from `start`, each href once, and the bodies by href. */
async function crawl(sim: Enterprise, start: readonly string[]): Promise<Map<string, unknown>> {
  const seen = new Map<string, unknown>()
  const queue = [...start]
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (seen.has(next)) continue
    const { status, headers, body } = await sim.get(next, { Prefer: ALL })
    const type = headers.get('content-type')
    expect([next, status, type]).toEqual([next, 200, 'application/hal+json'])
    seen.set(next, body)
    queue.push(...hrefsIn(body))
  }
  return seen
}

test('ACO-001 ACO-019 ACO-021 ACO-026 ACO-029 what exists at the start is listed, each list under its own name', async () => {
  await using sim = await startEnterprise()
  const counts = await Promise.all(
    LISTS.map(async ([path, name]) => (await sim.all(`${path}?limit=100`, name)).length),
  )
  expect(counts).toEqual([3, 4, expect.any(Number), 60, 60, 400])
  const kinds = await sim.all<Schemas['OrderTemplate']>('/order-templates', 'order-templates')
  const offered = kinds.flatMap(({ products }) =>
    products.map((each) => each._embedded['product-offering']),
  )
  expect(new Set(offered.map(({ type }) => type))).toEqual(new Set(['plan', 'addon']))
  expect(offered).toContainEqual({
    id: expect.stringMatching(/^prodoff_[0-9A-Z]{26}$/),
    type: 'plan',
    name: '10GB Plan',
  })
})

test('ACO-052 replies are HAL, and every href of every reply can be followed', async () => {
  await using sim = await startEnterprise()
  const placed = await sim.call<Schemas['Order']>('POST', '/orders', ACTIVATION)
  const sent = await sim.call('POST', '/sms', { from: MSISDN, to: ['1'], text: 'Hello' })
  for (const { headers } of [placed, sent])
    expect(headers.get('content-type')).toBe('application/hal+json')
  const order = await sim.settled(placed.body)
  const lists = LISTS.map(([path]) => `${sim.root}/enterprise${path}?limit=100`)
  const reached = await crawl(sim, [...lists, `${sim.root}/enterprise/orders/${order.id}`])
  expect(reached.size).toBeGreaterThan(400)
  expect([...reached.keys()].filter((href) => !href.startsWith(`${sim.root}/enterprise/`))).toEqual(
    [],
  )
})

test('hrefs lead to the world they were made in', async () => {
  await using sim = await startEnterprise()
  await fetch(`${sim.url}/_sim/worlds`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'w', clock: { mode: 'frozen' } }),
  })
  const world = (await (await fetch(`${sim.url}/_sim/worlds/w`)).json()) as {
    credentials: Record<string, { clientId: string; clientSecret: string }>
  }
  const { clientId = '', clientSecret = '' } = world.credentials['accounts-orders'] ?? {}
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  })
  const token = await fetch(
    `${sim.root}/auth/realms/enterprise-apis/protocol/openid-connect/token`,
    { method: 'POST', body: form },
  )
  const { access_token } = (await token.json()) as { access_token: string }
  const headers = { Authorization: `Bearer ${access_token}`, 'X-Sim-World': 'w' }
  const page = (await (await fetch(`${sim.root}/enterprise/subscribers`, { headers })).json()) as {
    _links: { next: { href: string } }
  }
  expect(page._links.next.href).toContain('/w/w/accounts-orders/enterprise/subscribers?')
  const next = await fetch(page._links.next.href, {
    headers: { Authorization: `Bearer ${access_token}` },
  })
  expect(next.status).toBe(200)
})

test('an empty list is an empty array', async () => {
  await using sim = await startEnterprise({ given: 'no subscriptions' })
  for (const [path, name, count] of LISTS.slice(2)) {
    const body = await sim.read(path)
    expect([count > 0, body]).toEqual([
      true,
      { _embedded: { [name]: [] }, _links: { self: { href: `${sim.root}/enterprise${path}` } } },
    ])
  }
})

test('ACO-004 ACO-005 an account has these fields, in the list and alone', async () => {
  await using sim = await startEnterprise()
  const account = await sim.read(`/accounts/${ACCOUNT}`)
  expect(account).toEqual({
    id: ACCOUNT,
    reference_code: '1234567',
    name: 'NORTHGATE BANK - LONDON BRANCH',
    country: 'GB',
    status: 'active',
    _links: { self: { href: `${sim.root}/enterprise/accounts/${ACCOUNT}` } },
  })
  const [first] = await sim.all('/accounts', 'accounts')
  expect(first).toEqual(account)
})

test('ACO-020 one template is got by its id, also as the sample of the document spells it', async () => {
  await using sim = await startEnterprise()
  expect(await sim.read(`/order-templates/${TEMPLATE.replace('otpl', 'otlp')}`)).toEqual(
    await sim.read(`/order-templates/${TEMPLATE}`),
  )
})

test('ACO-024 ACO-025 ACO-068 a product has these fields, in the list and alone', async () => {
  await using sim = await startEnterprise()
  const [first] = await sim.all<Schemas['Product']>('/products', 'products')
  expect(first).toEqual({
    id: expect.stringMatching(/^prod_[0-9A-Z]{26}$/),
    status: 'active',
    activated_at: '2024-11-27T00:00:00.000Z',
    terminates_at: null,
    _embedded: {
      product_offering: {
        id: expect.stringMatching(/^prodoff_[0-9A-Z]{26}$/),
        name: '10GB Plan',
        type: 'plan',
      },
    },
    _links: {
      self: { href: `${sim.root}/enterprise/products/${first?.id}` },
      account: { href: `${sim.root}/enterprise/accounts/${ACCOUNT}` },
      subscription: { href: `${sim.root}/enterprise/subscriptions/${SUBSCRIPTION}` },
    },
  })
  expect(await sim.read(`/products/${first?.id}`)).toEqual(first)
})

test('ACO-021 ACO-068 the offering of a product is that of its template, and tells a plan from an add-on', async () => {
  await using sim = await startEnterprise()
  const { subscription_id } = await sim.settled(await sim.order())
  const all = await sim.all<Schemas['Product']>('/products?limit=100', 'products')
  const own = all.filter(({ _links }) => _links.subscription.href.endsWith(subscription_id))
  const { products } = await sim.read<Schemas['OrderTemplate']>(`/order-templates/${TEMPLATE}`)
  expect(own.map(({ _embedded }) => _embedded.product_offering)).toEqual(
    products.map(({ _embedded }) => _embedded['product-offering']),
  )
  const types = new Set(own.map(({ _embedded }) => _embedded.product_offering.type))
  expect(types).toEqual(new Set(['plan', 'addon']))
})

test('ACO-022 ACO-023 products are asked for by account and by status, also by both', async () => {
  await using sim = await startEnterprise()
  type Product = Schemas['Product']
  const ids = async (query: string) =>
    (await sim.all<Product>(`/products?limit=7&${query}`, 'products')).map(({ id }) => id)
  const everything = await sim.all<Product>('/products?limit=100', 'products')
  const accountOf = new Map<string, string>()
  for (const each of await sim.all<Schemas['Subscription']>(
    '/subscriptions?limit=100',
    'subscriptions',
  ))
    accountOf.set(each._links.self.href, each._links.account.href.split('/').at(-1) ?? '')
  const accounts = [...new Set(accountOf.values())]
  expect(accounts).toHaveLength(3)
  for (const account of [...accounts, 'acc_0', undefined]) {
    for (const status of ['active', 'terminated', undefined]) {
      const wanted = everything.filter(
        (each) =>
          (account === undefined || accountOf.get(each._links.subscription.href) === account) &&
          (status === undefined || each.status === status),
      )
      const query = new URLSearchParams({
        ...(account ? { account_id: account } : {}),
        ...(status ? { status } : {}),
      })
      expect([account, status, await ids(String(query))]).toEqual([
        account,
        status,
        wanted.map(({ id }) => id),
      ])
    }
  }
})

test('ACO-027 ACO-028 a subscriber has these fields, in the list and alone', async () => {
  await using sim = await startEnterprise()
  const subscriber = await sim.read(`/subscribers/${SUBSCRIBER}`)
  expect(subscriber).toEqual({
    id: SUBSCRIBER,
    first_name: 'Ada',
    last_name: 'Abbott',
    email: 'ada.abbott@northgate.example',
    employee_id: 'E1000',
    group: 'Equities',
    _links: { self: { href: `${sim.root}/enterprise/subscribers/${SUBSCRIBER}` } },
  })
  expect(await sim.all('/subscribers', 'subscribers')).toContainEqual(subscriber)
})

test('ACO-032 ACO-033 ACO-035 a subscription has these fields and links, in the list and alone', async () => {
  await using sim = await startEnterprise()
  const href = `${sim.root}/enterprise/subscriptions/${SUBSCRIPTION}`
  const subscription = await sim.read(`/subscriptions/${SUBSCRIPTION}`)
  expect(subscription).toEqual({
    id: SUBSCRIPTION,
    status: 'active',
    created_at: '2024-11-27T00:00:00.000Z',
    terminated_at: null,
    _links: {
      self: { href },
      account: { href: `${sim.root}/enterprise/accounts/${ACCOUNT}` },
      subscriber: { href: `${sim.root}/enterprise/subscribers/${SUBSCRIBER}` },
      sim_profile: { href: `${href}/sim-profile` },
      phone_numbers: { href: `${href}/phone-numbers` },
      services: { href: `${href}/services` },
    },
  })
  expect(await sim.all('/subscriptions', 'subscriptions')).toContainEqual(subscription)
})

test('ACO-030 subscriptions are asked for by status; a terminated one says when, and has nothing on', async () => {
  await using sim = await startEnterprise()
  const [active, terminated] = await Promise.all(
    ['active', 'terminated'].map((status) =>
      sim.all<Schemas['Subscription']>(`/subscriptions?status=${status}`, 'subscriptions'),
    ),
  )
  expect([active?.length, terminated?.length]).toEqual([56, 4])
  expect(
    active?.every(({ status, terminated_at }) => status === 'active' && terminated_at === null),
  ).toBe(true)
  const [gone] = terminated ?? []
  expect(gone).toMatchObject({ status: 'terminated', terminated_at: '2025-10-02T00:00:00.000Z' })
  const services = await sim.read<Schemas['Services']>(gone?._links.services.href ?? '')
  expect(services._embedded.services.map(({ enabled }) => enabled)).toEqual([false, false, false])
})

test('ACO-034 ACO-036 phone numbers, services and SIM profile are resources, and embedded they are the same', async () => {
  await using sim = await startEnterprise()
  const path = `/subscriptions/${SUBSCRIPTION}`
  const { _embedded } = await sim.read<Schemas['Subscription']>(path, { Prefer: ALL })
  const numbers = await sim.read(`${path}/phone-numbers`)
  expect(numbers).toEqual({
    _links: { self: { href: `${sim.root}/enterprise${path}/phone-numbers` } },
    _embedded: { phone_numbers: [{ msisdn: MSISDN, is_primary: true, country: 'GB' }] },
  })
  expect(_embedded?.phone_numbers).toEqual(numbers)
  const services = await sim.read(`${path}/services`)
  expect(services).toEqual({
    _links: { self: { href: `${sim.root}/enterprise${path}/services` } },
    _embedded: {
      services: ['voice', 'sms', 'data'].map((type) => ({ type, enabled: true })),
    },
  })
  expect(_embedded?.services).toEqual(services)
  expect(_embedded?.sim_profile).toEqual(await sim.read(`${path}/sim-profile`))
  expect(_embedded?.sim_profile).toMatchObject({
    iccid: expect.stringMatching(/^89\d{17}$/),
    sim_type: 'esim',
  })
})

test('ACO-031 embedded account and subscriber have no links and the account no status, as in the sample', async () => {
  await using sim = await startEnterprise()
  const { _embedded } = await sim.read<Schemas['Subscription']>(`/subscriptions/${SUBSCRIPTION}`, {
    Prefer: ALL,
  })
  expect(_embedded?.account).toEqual({
    id: ACCOUNT,
    reference_code: '1234567',
    name: 'NORTHGATE BANK - LONDON BRANCH',
    country: 'GB',
  })
  const { _links, ...subscriber } = await sim.read<Schemas['Subscriber']>(
    `/subscribers/${SUBSCRIBER}`,
  )
  expect(_embedded?.subscriber).toEqual(subscriber)
})

test.each([
  ['transclude="subscriber"', ['subscriber']],
  ['transclude="account;subscriber"', ['account', 'subscriber']],
  [ALL, ['subscriber', 'account', 'sim_profile', 'phone_numbers', 'services']],
  ['transclude="services; services ;phone_numbers"', ['services', 'phone_numbers']],
  ['respond-async, Transclude = "sim_profile", wait=10', ['sim_profile']],
  ['transclude=subscriber;account', ['subscriber', 'account']],
  ['transclude="subscriber;products;__proto__"', ['subscriber']],
  ['transclude="products"', []],
  ['transclude=""', []],
  ['return=minimal', []],
  ['nottransclude="subscriber"', []],
  ['transclude="account", transclude="subscriber"', ['account']],
  ['note="first, transclude=account", transclude="services"', ['services']],
  ['note="say \\"hi, transclude=account"', []],
])(
  'ACO-031 Prefer: %s embeds %j and says so, unknown names are passed over',
  async (header, embedded) => {
    await using sim = await startEnterprise()
    const answers = await Promise.all(
      [`/subscriptions/${SUBSCRIPTION}`, '/subscriptions?limit=1'].map((path) =>
        sim.get(path, { Prefer: header }),
      ),
    )
    for (const { body, headers } of answers) {
      const list = (body as { _embedded?: { subscriptions?: Schemas['Subscription'][] } })._embedded
        ?.subscriptions
      const [subscription = body as unknown as Schemas['Subscription']] = list ?? []
      expect(Object.keys(subscription._embedded ?? {})).toEqual(embedded)
      expect(headers.get('preference-applied')).toBe(
        embedded.length > 0 ? `transclude="${embedded.join(';')}"` : null,
      )
    }
  },
)

test('ACO-031 ACO-034 the header Prefer embeds nothing that was not asked for', async () => {
  await using sim = await startEnterprise()
  const { body, headers } = await sim.get<Schemas['Subscription']>(`/subscriptions/${SUBSCRIPTION}`)
  expect(body._embedded).toBeUndefined()
  expect(headers.has('preference-applied')).toBe(false)
})

test.each([
  '/accounts/acc_1',
  '/orders/order_1',
  '/order-templates/otpl_1',
  '/products/prod_1',
  '/subscribers/sbr_1',
  '/subscriptions/sub_1',
  '/subscriptions/sub_1/phone-numbers',
  '/subscriptions/sub_1/services',
  '/subscriptions/sub_1/sim-profile',
])('ACO-053 %s is not there', async (path) => {
  await using sim = await startEnterprise()
  await expectRefused(sim, () => sim.get(path), {
    status: 404,
    type: 'NOT_FOUND',
    code: 'not-found',
  })
})

test('what comes at one instant is listed in the order it came, uses the other way round', async () => {
  await using sim = await startEnterprise()
  const numbers = Array.from({ length: 8 }, (_, at) => `44770090080${at}`)
  const ordered: string[] = []
  for (const employee_id of numbers) {
    const { subscription_id } = await sim.order({
      ...ACTIVATION,
      subscriber: { first_name: 'Ada', last_name: 'Byron', employee_id },
    })
    ordered.push(subscription_id)
  }
  await sim.clock.advance('PT2M')
  const subscriptions = await sim.all<Schemas['Subscription']>('/subscriptions', 'subscriptions')
  expect(subscriptions.slice(-8).map(({ id }) => id)).toEqual(ordered)
  const subscribers = await sim.all<Schemas['Subscriber']>('/subscribers', 'subscribers')
  expect(subscribers.slice(-8).map(({ employee_id }) => employee_id)).toEqual(numbers)
  await sim.call('POST', '/sms', { from: MSISDN, to: numbers, text: 'Hello' })
  expect((await sim.items()).slice(0, 8).map(({ to_msisdn }) => String(to_msisdn))).toEqual(
    numbers.toReversed(),
  )
})

test('ACO-062 ids are a prefix and a ULID of the moment they were minted', async () => {
  await using sim = await startEnterprise()
  const subscribers = await sim.all<Schemas['Subscriber']>('/subscribers?limit=100', 'subscribers')
  expect(subscribers.map(({ id }) => id)).toEqual(subscribers.map(({ id }) => id).toSorted())
  for (const { id } of subscribers) expect(id).toMatch(/^sbr_0[0-9A-HJKMNP-TV-Z]{25}$/)
  for (const [path, name, prefix] of [
    ['/subscriptions', 'subscriptions', 'sub'],
    ['/products', 'products', 'prod'],
    ['/usage/items', 'items', 'uitem'],
  ] as const)
    for (const { id } of await sim.all<{ id: string }>(`${path}?limit=100`, name))
      expect(id).toMatch(new RegExp(`^${prefix}_0[0-9A-HJKMNP-TV-Z]{25}$`))
  const before = await sim.order()
  await sim.clock.advance('PT1S')
  const after = await sim.order({ type: 'suspend_subscription', subscription_id: SUBSCRIPTION })
  expect(before.id < after.id).toBe(true)
  expect(before.id.slice(6, 16)).toBe('01KDVDNA00')
})
