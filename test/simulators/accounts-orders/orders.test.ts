// Orders at accounts-orders: subscriptions and changes to them, pending, completed or canceled.
import { expect, test } from 'vitest'
import {
  ACCOUNT,
  ACTIVATION,
  ADA,
  BY_API,
  BY_MAIL,
  type Enterprise,
  expectRefused,
  MSISDN,
  type Schemas,
  SUBSCRIBER,
  SUBSCRIPTION,
  startEnterprise,
  TEMPLATE,
} from '../../support/accounts-orders.ts'

type Order = Schemas['Order']
const SUSPEND = { type: 'suspend_subscription', subscription_id: SUBSCRIPTION }
const RESUME = { type: 'resume_subscription', subscription_id: SUBSCRIPTION }
const SWAP = {
  type: 'change_sim_profile',
  subscription_id: SUBSCRIPTION,
  sim_profile: BY_API,
  reason: 'lost_or_stolen',
}

const refused = (sim: Enterprise, body: object, expected: Parameters<typeof expectRefused>[2]) =>
  expectRefused(sim, () => sim.call('POST', '/orders', body), expected)

/** What is enabled on a subscription. */
async function servicesOf(sim: Enterprise, subscription = SUBSCRIPTION): Promise<string[]> {
  const { _embedded } = await sim.read<Schemas['Services']>(
    `/subscriptions/${subscription}/services`,
  )
  return _embedded.services.filter(({ enabled }) => enabled).map(({ type }) => type)
}

async function templateOf(sim: Enterprise, beginning: string): Promise<string> {
  const all = await sim.all<Schemas['OrderTemplate']>('/order-templates', 'order-templates')
  return all.find(({ description }) => description.startsWith(beginning))?.id ?? ''
}

/** How many records of each collection of this provider there are. */
async function counts(sim: Enterprise): Promise<Record<string, number>> {
  const { collections } = await sim.state()
  const own = Object.entries(collections).filter(
    ([name]) => name.startsWith('accounts-orders.') || name === 'sims' || name === 'messages',
  )
  return Object.fromEntries(own.map(([name, records]) => [name, Object.keys(records).length]))
}

test('ACO-016 the reply to an order is pending, and tells at once all that it reserves', async () => {
  await using sim = await startEnterprise()
  const order = await sim.order()
  const at = (path: string) => ({ href: `${sim.root}/enterprise${path}` })
  expect(order).toEqual({
    id: expect.stringMatching(/^order_[0-9A-Z]{26}$/),
    status: 'pending',
    type: 'activate_subscription',
    account_id: ACCOUNT,
    subscription_id: expect.stringMatching(/^sub_[0-9A-Z]{26}$/),
    sim_profile: {
      iccid: expect.stringMatching(/^89\d{17}$/),
      ...BY_MAIL,
      _links: { self: at(`/subscriptions/${order.subscription_id}/sim-profile`) },
    },
    phone_numbers: [
      { msisdn: expect.stringMatching(/^4477009\d{5}$/), is_primary: true, country: 'GB' },
    ],
    subscriber: { id: expect.stringMatching(/^sbr_[0-9A-Z]{26}$/), ...ADA },
    _links: {
      self: at(`/orders/${order.id}`),
      account: at(`/accounts/${ACCOUNT}`),
      subscription: at(`/subscriptions/${order.subscription_id}`),
      subscriber: at(`/subscribers/${order.subscriber?.id}`),
    },
  })
})

test('ACO-017 ACO-054 ACO-055 an order is polled: pending for two minutes, then completed', async () => {
  await using sim = await startEnterprise()
  const order = await sim.order()
  await sim.clock.advance('PT1M59.999S')
  expect(await sim.read(`/orders/${order.id}`)).toEqual(order)
  await sim.clock.advance('PT0.001S')
  expect(await sim.read(`/orders/${order.id}`)).toEqual({ ...order, status: 'completed' })
  expect(await sim.callbacks.list()).toEqual([])
  expect(await sim.callbacks.unsent()).toEqual([])
})

test('ACO-054 how long an order is pending is a setting', async () => {
  await using sim = await startEnterprise({
    settings: { 'accounts-orders': { orderProcessing: 'PT10M' } },
  })
  const order = await sim.order()
  await sim.clock.advance('PT9M59S')
  expect((await sim.read<Order>(`/orders/${order.id}`)).status).toBe('pending')
  await sim.clock.advance('PT1S')
  expect((await sim.read<Order>(`/orders/${order.id}`)).status).toBe('completed')
})

test('ACO-016 ACO-054 what an order reserves is not there until it is completed, and then is what the order said', async () => {
  await using sim = await startEnterprise()
  const order = await sim.order()
  const hrefs = ['', '/phone-numbers', '/services', '/sim-profile'].map(
    (end) => `/subscriptions/${order.subscription_id}${end}`,
  )
  const reserved = [...hrefs, `/subscribers/${order.subscriber?.id}`]
  for (const path of reserved) expect([path, (await sim.get(path)).status]).toEqual([path, 404])
  expect(await sim.all('/subscriptions', 'subscriptions')).toHaveLength(60)
  await sim.settled(order)
  for (const path of reserved) expect([path, (await sim.get(path)).status]).toEqual([path, 200])
  expect(await sim.read(`/subscribers/${order.subscriber?.id}`)).toMatchObject(ADA)
  expect(await sim.iccidOf(order.subscription_id)).toBe(order.sim_profile?.iccid)
  const numbers = await sim.read<Schemas['PhoneNumbers']>(
    `/subscriptions/${order.subscription_id}/phone-numbers`,
  )
  expect(numbers._embedded.phone_numbers).toEqual(order.phone_numbers)
})

test('ACO-011 ACO-013 a template brings its plan, add-on, number and services', async () => {
  await using sim = await startEnterprise()
  const { subscription_id } = await sim.settled(await sim.order())
  const products = (await sim.all<Schemas['Product']>('/products?limit=100', 'products')).filter(
    ({ _links }) => _links.subscription.href.endsWith(subscription_id),
  )
  expect(products).toMatchObject([
    { status: 'active', activated_at: '2026-01-01T00:02:00.000Z', terminates_at: null },
    { status: 'active', terminates_at: null },
  ])
  expect(await servicesOf(sim, subscription_id)).toEqual(['voice', 'sms', 'data'])
  const visitor = await sim.order({ ...ACTIVATION, template_id: await templateOf(sim, 'Visitor') })
  expect(await servicesOf(sim, (await sim.settled(visitor)).subscription_id)).toEqual(['data'])
})

test('ACO-013 without a template a subscription has no product, and all its use is out of the bundle', async () => {
  await using sim = await startEnterprise()
  const { template_id: _, ...bare } = ACTIVATION
  const before = await sim.all('/products?limit=100', 'products')
  const { subscription_id } = await sim.settled(await sim.order(bare))
  expect(await sim.all('/products?limit=100', 'products')).toEqual(before)
  const device = sim.device(await sim.iccidOf(subscription_id))
  await device.install()
  await device.use('5MB')
  await device.use({ sms: 1 })
  expect(
    (await sim.items(`subscription-id=${subscription_id}`)).map(({ cost_type }) => cost_type),
  ).toEqual(['out_of_bundle', 'out_of_bundle'])
})

test('ACO-013 the number is of the country of the template, else of that of the account', async () => {
  await using sim = await startEnterprise()
  const [, newYork] = (await sim.all<Schemas['Account']>('/accounts', 'accounts'))
    .toSorted((a, b) => (a.country < b.country ? -1 : 1))
    .slice(1)
  expect(newYork?.country).toBe('US')
  const numberOf = async (template_id: string | undefined) => {
    const order = await sim.order({
      ...ACTIVATION,
      account_id: newYork?.id,
      ...(template_id ? { template_id } : { template_id: undefined }),
    })
    return order.phone_numbers?.[0]
  }
  expect(await numberOf(await templateOf(sim, 'London'))).toMatchObject({
    country: 'GB',
    msisdn: expect.stringMatching(/^447700/),
  })
  expect(await numberOf(await templateOf(sim, 'Traveller'))).toMatchObject({
    country: 'US',
    msisdn: expect.stringMatching(/^120255501\d\d$/),
  })
  expect(await numberOf(undefined)).toMatchObject({ country: 'US' })
})

test('countries whose numbers are of one range share them out', async () => {
  await using sim = await startEnterprise()
  const state = await sim.state()
  const { [TEMPLATE]: london, ...rest } = state.collections['accounts-orders.templates'] ?? {}
  const templates = { ...rest, [TEMPLATE]: { ...london, country: 'FR' } }
  await sim.restore({
    ...state,
    collections: { ...state.collections, 'accounts-orders.templates': templates },
  })
  const [french] = (await sim.order()).phone_numbers ?? []
  const [british] = (await sim.order({ ...ACTIVATION, template_id: undefined })).phone_numbers ?? []
  expect([french?.country, british?.country]).toEqual(['FR', 'GB'])
  expect(new Set([MSISDN, french?.msisdn, british?.msisdn]).size).toBe(3)
})

test('ACO-015 the SIM profile is mailed to all and in copy, with its QR code, when the order is completed', async () => {
  await using sim = await startEnterprise()
  const order = await sim.order()
  expect(await sim.messages()).toEqual([])
  await sim.settled(order)
  const { iccid = '' } = order.sim_profile ?? {}
  const { installationCode } = await sim.device(iccid).show()
  expect(await sim.messages()).toMatchObject([
    {
      channel: 'email',
      to: 'ada@bank.example',
      iccid,
      qr: installationCode,
      text: expect.stringContaining(iccid),
    },
    { channel: 'email', to: 'it@bank.example', iccid, qr: installationCode },
  ])
  expect(await sim.device(iccid).install()).toMatchObject({
    sim: { profile: 'enabled', service: 'active' },
  })
})

test('ACO-057 delivered by api, the completed order holds the activation code, and nobody is mailed', async () => {
  await using sim = await startEnterprise()
  const order = await sim.order({
    ...ACTIVATION,
    sim_profile: { ...BY_API, delivery: { type: 'api', to: ['x@bank.example'] } },
  })
  expect(order.sim_profile).not.toHaveProperty('activation_code')
  const { sim_profile } = await sim.settled(order)
  const { installationCode } = await sim.device(sim_profile?.iccid ?? '').show()
  expect(sim_profile).toMatchObject({
    delivery: { type: 'api' },
    activation_code: installationCode,
  })
  expect(await sim.messages()).toEqual([])
})

test('ACO-014 a subscriber with the same email or employee id is used again, as it is', async () => {
  await using sim = await startEnterprise()
  const named = { first_name: 'Someone', last_name: 'Else' }
  for (const subscriber of [
    { ...named, email: 'ADA.abbott@northgate.example' },
    { ...named, employee_id: 'e1000' },
  ]) {
    const order = await sim.settled(await sim.order({ ...ACTIVATION, subscriber }))
    expect(order.subscriber).toMatchObject({
      id: SUBSCRIBER,
      first_name: 'Ada',
      email: 'ada.abbott@northgate.example',
    })
  }
  expect(await sim.all('/subscribers', 'subscribers')).toHaveLength(60)
  await refused(
    sim,
    {
      ...ACTIVATION,
      subscriber: { ...named, email: 'ada.abbott@northgate.example', employee_id: 'E1001' },
    },
    {
      status: 409,
      type: 'SUBSCRIBER_AMBIGUOUS',
      code: 'two-subscribers',
      messages: [/is subscriber sbr_.*E1001 is sbr_/],
    },
  )
})

test('two pending orders for one new person are for one subscriber, whichever of them is completed', async () => {
  await using sim = await startEnterprise()
  const one = await sim.order()
  await sim.clock.advance('PT1M')
  const two = await sim.order()
  expect(two.subscriber).toEqual(one.subscriber)
  await sim.set('accounts-orders', { orderOutcome: 'canceled' })
  await sim.clock.advance('PT1M')
  await sim.set('accounts-orders', { orderOutcome: 'completed' })
  expect((await sim.get(`/subscribers/${one.subscriber?.id}`)).status).toBe(404)
  expect((await sim.settled(two)).status).toBe('completed')
  expect(await sim.read(`/subscribers/${one.subscriber?.id}`)).toMatchObject(ADA)
})

test.each([
  ['by the setting', { settings: { 'accounts-orders': { orderOutcome: 'canceled' } } }, ADA],
  ['for the email cancel@', {}, { ...ADA, email: 'cancel@bank.example' }],
  ['for the email cancel+...@', {}, { ...ADA, email: 'Cancel+7@bank.example' }],
  ['for the employee id CANCEL', {}, { ...ADA, employee_id: 'CANCEL' }],
] as const)(
  'ACO-054 an order is canceled %s, and leaves nothing',
  async (_why, options, subscriber) => {
    await using sim = await startEnterprise(options)
    const before = await counts(sim)
    const order = await sim.order({ ...ACTIVATION, subscriber })
    const canceled = await sim.settled(order)
    const { self, account } = order._links
    expect(canceled).toEqual({
      ...order,
      status: 'canceled',
      sim_profile: { ...order.sim_profile, _links: {} },
      _links: { self, account },
    })
    expect(await counts(sim)).toEqual({ ...before, 'accounts-orders.orders': 1 })
    expect((await sim.get(`/subscriptions/${order.subscription_id}`)).status).toBe(404)
  },
)

test('ACO-011 a subscription is suspended and resumed: it stays active, and its services go off and on', async () => {
  await using sim = await startEnterprise()
  const device = sim.device(await sim.iccidOf())
  const order = await sim.order({ ...SUSPEND, account_id: ACCOUNT })
  expect(order).toEqual({
    id: expect.any(String),
    status: 'pending',
    type: 'suspend_subscription',
    account_id: ACCOUNT,
    subscription_id: SUBSCRIPTION,
    _links: expect.objectContaining({
      subscription: { href: `${sim.root}/enterprise/subscriptions/${SUBSCRIPTION}` },
    }),
  })
  expect(await servicesOf(sim)).toEqual(['voice', 'sms', 'data'])
  await sim.settled(order)
  expect(await sim.read(`/subscriptions/${SUBSCRIPTION}`)).toMatchObject({
    status: 'active',
    terminated_at: null,
  })
  expect(await servicesOf(sim)).toEqual([])
  await expect(device.use('1MB')).rejects.toThrow(/suspended/)
  await sim.settled(await sim.order(RESUME))
  expect(await servicesOf(sim)).toEqual(['voice', 'sms', 'data'])
  expect(await device.use('1MB')).toMatchObject({ used: 1e6 })
})

test('ACO-011 ACO-018 ACO-056 a SIM profile is changed: number and data go over, the old SIM ceases', async () => {
  await using sim = await startEnterprise()
  const old = await sim.iccidOf()
  await sim.device(old).use('4GB')
  const order = await sim.order(SWAP)
  expect(order).toMatchObject({
    reason: 'lost_or_stolen',
    sim_profile: { iccid: expect.stringMatching(/^89/) },
  })
  expect(await sim.iccidOf()).toBe(old)
  const completed = await sim.settled(order)
  expect(completed.reason).toBe('lost_or_stolen')
  const iccid = await sim.iccidOf()
  expect([iccid, iccid === old]).toEqual([completed.sim_profile?.iccid, false])
  expect(await sim.device(old).show()).toMatchObject({ service: 'ceased', bundles: [] })
  await expect(sim.device(old).use('1MB')).rejects.toThrow(/ceased/)
  const device = sim.device(iccid)
  expect(await device.show()).toMatchObject({
    profile: 'released',
    msisdn: MSISDN,
    bundles: [{ name: '10GB Plan', usedBytes: 4e9 }],
  })
  await device.install()
  await device.use('7GB')
  expect(
    (await sim.items(`subscription-id=${SUBSCRIPTION}&type=data`))
      .slice(0, 3)
      .map(({ quantity }) => quantity)
      .toSorted(),
  ).toEqual([1e9, 4e9, 6e9])
})

test('ACO-056 a change as it is published has no reason, and its order tells none', async () => {
  await using sim = await startEnterprise()
  const { reason: _, ...published } = SWAP
  const body = { ...published, account_id: ACCOUNT, sim_profile: BY_MAIL }
  const order = await sim.order(body)
  expect(order).toMatchObject({
    status: 'pending',
    type: 'change_sim_profile',
    account_id: ACCOUNT,
    subscription_id: SUBSCRIPTION,
    sim_profile: BY_MAIL,
  })
  const completed = await sim.settled(order)
  expect(completed).toEqual({ ...order, status: 'completed' })
  expect(completed).not.toHaveProperty('reason')
  expect(await sim.iccidOf()).toBe(completed.sim_profile?.iccid)
})

test('ACO-056 the new SIM profile of a suspended subscription is suspended', async () => {
  await using sim = await startEnterprise()
  await sim.settled(await sim.order(SUSPEND))
  await sim.settled(await sim.order({ ...SWAP, sim_profile: BY_MAIL }))
  expect(await sim.device(await sim.iccidOf()).show()).toMatchObject({ service: 'suspended' })
  expect(await sim.messages()).toHaveLength(2)
})

test('ACO-056 a canceled change leaves the SIM profile as it was', async () => {
  await using sim = await startEnterprise({
    settings: { 'accounts-orders': { orderOutcome: 'canceled' } },
  })
  const old = await sim.iccidOf()
  const order = await sim.settled(await sim.order(SWAP))
  expect(order).toMatchObject({
    status: 'canceled',
    sim_profile: { _links: {} },
    _links: { subscription: expect.anything() },
  })
  expect(await sim.iccidOf()).toBe(old)
  expect(
    (await sim.sims('accounts-orders')).filter(({ iccid }) => iccid === order.sim_profile?.iccid),
  ).toEqual([])
})

test('a second order for a subscription with a pending one is refused, until that has settled', async () => {
  await using sim = await startEnterprise({ given: 'a pending order' })
  for (const body of [SUSPEND, RESUME, SWAP])
    await refused(sim, body, {
      status: 409,
      type: 'ORDER_PENDING',
      code: 'order-pending',
      messages: [/^order order_\w+ .* is pending$/],
    })
  await sim.clock.advance('PT2M')
  expect(await servicesOf(sim)).toEqual([])
  await sim.order(RESUME)
})

test('a subscription is suspended once, and resumed only when it is suspended', async () => {
  await using sim = await startEnterprise()
  const wrong = { status: 409, type: 'INVALID_SUBSCRIPTION_STATE', code: 'wrong-state' }
  await refused(sim, RESUME, {
    ...wrong,
    messages: [`subscription ${SUBSCRIPTION} is active: it cannot resume`],
  })
  await sim.settled(await sim.order(SUSPEND))
  await refused(sim, SUSPEND, {
    ...wrong,
    messages: [`subscription ${SUBSCRIPTION} is suspended: it cannot suspend`],
  })
})

test('a plan with a term ends its subscription: products, SIM, services; a pending order for it is canceled', async () => {
  await using sim = await startEnterprise()
  const order = await sim.settled(
    await sim.order({ ...ACTIVATION, template_id: await templateOf(sim, 'Visitor') }),
  )
  const { subscription_id } = order
  const own = async () =>
    (await sim.all<Schemas['Product']>('/products?limit=100', 'products')).filter(({ _links }) =>
      _links.subscription.href.endsWith(subscription_id),
    )
  expect(await own()).toMatchObject([
    { status: 'active', terminates_at: '2026-01-31T00:02:00.000Z' },
  ])
  const device = sim.device(await sim.iccidOf(subscription_id))
  await device.install()
  await device.use('1MB')
  await sim.clock.advance({ to: '2026-01-31T00:01:00Z' })
  const late = await sim.order({ type: 'suspend_subscription', subscription_id })
  await sim.clock.advance({ to: '2026-01-31T00:02:00Z' })
  expect(await own()).toMatchObject([
    { status: 'terminated', terminates_at: '2026-01-31T00:02:00.000Z' },
  ])
  expect(await sim.read(`/subscriptions/${subscription_id}`)).toMatchObject({
    status: 'terminated',
    terminated_at: '2026-01-31T00:02:00.000Z',
  })
  expect(await servicesOf(sim, subscription_id)).toEqual([])
  expect(await device.show()).toMatchObject({ service: 'ceased', bundles: [] })
  expect(await sim.settled(late)).toMatchObject({ status: 'canceled' })
  await refused(
    sim,
    { ...SUSPEND, subscription_id },
    { status: 409, type: 'SUBSCRIPTION_TERMINATED', code: 'terminated-subscription' },
  )
})

test.each([
  [
    'an unknown account',
    { account_id: `acc_${'0'.repeat(26)}` },
    404,
    'ACCOUNT_NOT_FOUND',
    'unknown-account',
  ],
  [
    'an unknown template',
    { template_id: `otpl_${'0'.repeat(26)}` },
    404,
    'ORDER_TEMPLATE_NOT_FOUND',
    'unknown-template',
  ],
])('ACO-012 ACO-013 %s is refused by its name', async (_what, wrong, status, type, code) => {
  await using sim = await startEnterprise()
  await refused(
    sim,
    { ...ACTIVATION, ...wrong },
    { status, type, code, messages: [/^there is no .*0{26}$/] },
  )
})

test('an account that is closed takes no new subscription', async () => {
  await using sim = await startEnterprise()
  const closed = (await sim.all<Schemas['Account']>('/accounts', 'accounts')).find(
    ({ status }) => status === 'closed',
  )
  const expected = {
    status: 409,
    type: 'ACCOUNT_NOT_ACTIVE',
    code: 'inactive-account',
    messages: [`account ${closed?.id} is closed`],
  }
  await refused(sim, { ...ACTIVATION, account_id: closed?.id }, expected)
})

test.each(['suspend_subscription', 'resume_subscription', 'change_sim_profile'])(
  '%s needs a subscription that is there, of the account that is named, and not terminated',
  async (type) => {
    await using sim = await startEnterprise()
    const body = { ...SWAP, type }
    await refused(
      sim,
      { ...body, subscription_id: 'sub_1' },
      { status: 404, type: 'SUBSCRIPTION_NOT_FOUND', code: 'unknown-subscription' },
    )
    const other = `acc_${'0'.repeat(26)}`
    await refused(
      sim,
      { ...body, account_id: other },
      { status: 409, type: 'SUBSCRIPTION_NOT_IN_ACCOUNT', code: 'wrong-account' },
    )
    const [gone] = await sim.all<Schemas['Subscription']>(
      '/subscriptions?status=terminated',
      'subscriptions',
    )
    const terminated = {
      status: 409,
      type: 'SUBSCRIPTION_TERMINATED',
      code: 'terminated-subscription',
    }
    await refused(sim, { ...body, subscription_id: gone?.id }, terminated)
    const { subscription_id } = await sim.order()
    await refused(
      sim,
      { ...body, subscription_id },
      { status: 404, type: 'SUBSCRIPTION_NOT_FOUND', code: 'unknown-subscription' },
    )
  },
)

test.each([
  ['no type', { type: undefined }, [/'type'/]],
  ['another type', { type: 'terminate_subscription' }, [/^type must be equal to one of/]],
  [
    'nothing but the type',
    { account_id: undefined, subscriber: undefined, sim_profile: undefined },
    [/'account_id'/, /'subscriber'/, /'sim_profile'/],
  ],
  [
    'a malformed account and template',
    { account_id: 'acc_x', template_id: 'tpl_1' },
    [/^account_id must match/, /^template_id must match/],
  ],
  [
    'a subscriber without a name',
    { subscriber: { email: 'a@b.example' } },
    [/'first_name'/, /'last_name'/],
  ],
  [
    'a physical SIM',
    { sim_profile: { ...BY_API, sim_type: 'psim' } },
    [/^sim_profile.sim_type must be equal/],
  ],
  [
    'a mail to nobody',
    { sim_profile: { sim_type: 'esim', delivery: { type: 'email' } } },
    [/'to'/],
  ],
  [
    'a mail to no address',
    { sim_profile: { sim_type: 'esim', delivery: { type: 'email', to: ['ada'], cc: ['it'] } } },
    [/to.0 .*email/, /cc.0 .*email/],
  ],
  ['no delivery', { sim_profile: { sim_type: 'esim' } }, [/'delivery'/]],
  ['a reason of several words', { reason: 'Lost it' }, [/^reason must match/]],
])(
  'ACO-012 ACO-014 ACO-015 %s is refused, with all that is wrong',
  async (_what, wrong, messages) => {
    await using sim = await startEnterprise()
    await refused(
      sim,
      { ...ACTIVATION, ...wrong },
      { status: 400, type: 'INVALID_REQUEST_PARAMS', messages },
    )
  },
)

test('ACO-012 ACO-014 ACO-015 account, subscriber and SIM profile are required, for changes the subscription and what they change', async () => {
  await using sim = await startEnterprise()
  const invalid = { status: 400, type: 'INVALID_REQUEST_PARAMS' }
  await refused(
    sim,
    { type: 'activate_subscription' },
    { ...invalid, messages: [/account_id/, /subscriber/, /sim_profile/] },
  )
  await refused(
    sim,
    { type: 'suspend_subscription' },
    { ...invalid, messages: [/subscription_id/] },
  )
  await refused(
    sim,
    { type: 'change_sim_profile' },
    { ...invalid, messages: [/subscription_id/, /sim_profile/] },
  )
})

test('ACO-071 a subscriber has a name; one without email and employee id is a new one each time, and refused by strict', async () => {
  await using sim = await startEnterprise()
  const body = { ...ACTIVATION, subscriber: { first_name: 'Ada', last_name: 'Byron' } }
  const ids = [await sim.order(body), await sim.order(body)].map(({ subscriber }) => subscriber?.id)
  await sim.clock.advance('PT2M')
  expect(new Set(ids).size).toBe(2)
  for (const id of ids)
    expect(await sim.read(`/subscribers/${id}`)).toMatchObject({ id, ...body.subscriber })

  await sim.set('accounts-orders', { strict: true })
  await refused(sim, body, {
    status: 400,
    type: 'INVALID_REQUEST_PARAMS',
    messages: ["subscriber must have required property 'email', and strict is on"],
  })
})

test.each([SUSPEND, { ...SWAP, reason: undefined }, SWAP])(
  'ACO-070 strict wants the account of the subscription: %j',
  async (body) => {
    await using sim = await startEnterprise({ settings: { 'accounts-orders': { strict: true } } })
    await refused(sim, body, {
      status: 400,
      type: 'INVALID_REQUEST_PARAMS',
      messages: ["must have required property 'account_id', and strict is on"],
    })
    await sim.settled(await sim.order({ ...body, account_id: ACCOUNT }))
    if (body !== SUSPEND) return

    await refused(sim, RESUME, { status: 400, type: 'INVALID_REQUEST_PARAMS' })
    await sim.order({ ...RESUME, account_id: ACCOUNT })
  },
)

test('ACO-070 ids as long as those of the published orders are read: there are none such', async () => {
  await using sim = await startEnterprise()
  const subscription_id = 'sub_01AAAA1AA1A11AA1AA1A11196X9'
  await refused(
    sim,
    { ...SWAP, account_id: 'acc_01AAAABBE00AAAA8AABAA4R37A', subscription_id },
    { status: 404, type: 'SUBSCRIPTION_NOT_FOUND', code: 'unknown-subscription' },
  )
  await expectRefused(sim, () => sim.get('/orders/order_01HZS5KETGM8XXF53WZJWD44444'), {
    status: 404,
    type: 'NOT_FOUND',
    code: 'not-found',
  })
})

test.each(['acc_045EAABBCCDD746VVV', `${ACCOUNT}0`])(
  'ACO-012 strict wants 26 capitals or digits in the id of an account: %s',
  async (account_id) => {
    await using sim = await startEnterprise()
    const unknown = { status: 404, type: 'ACCOUNT_NOT_FOUND', code: 'unknown-account' }
    await refused(sim, { ...ACTIVATION, account_id }, unknown)
    await sim.set('accounts-orders', { strict: true })
    await refused(
      sim,
      { ...ACTIVATION, account_id },
      {
        status: 400,
        type: 'INVALID_REQUEST_PARAMS',
        messages: ['account_id must match pattern "^acc_[0-9A-Z]{26}$", and strict is on'],
      },
    )
    expect((await sim.order()).account_id).toBe(ACCOUNT)
  },
)

test('ACO-018 an order for a new subscription has the reason it was given', async () => {
  await using sim = await startEnterprise()
  const order = await sim.order({ ...ACTIVATION, reason: 'lost_or_stolen' })
  expect(order.reason).toBe('lost_or_stolen')
  expect((await sim.read<Order>(`/orders/${order.id}`)).reason).toBe('lost_or_stolen')
})

test('ACO-017 an id that is no id of an order is refused', async () => {
  await using sim = await startEnterprise()
  await expectRefused(sim, () => sim.get('/orders/17'), {
    status: 400,
    type: 'INVALID_REQUEST_PARAMS',
    messages: [/^id must match/],
  })
})
