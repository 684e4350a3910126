// Orders at eSIM Go: priced, paid, delivered, listed.
import { expect, test } from 'vitest'
import { type Schemas, startEsimGo, type TestSim } from '../../support/esim-go.ts'
import {
  assignmentsOn,
  bundleOn,
  buy,
  esimWith,
  FR_1,
  GB_1,
  GB_UNLIMITED,
  iccidsOf,
  inInventory,
  money,
  type OrderAnswer,
  ownIccids,
} from '../../support/esim-go-shop.ts'
import { expectRefused } from '../../support/refused.ts'

type Validated = Schemas['ValidatedOrder']

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** The creation times of the listed orders. */
async function listed(sim: TestSim, query = ''): Promise<(string | undefined)[]> {
  return (await sim.get<OrderAnswer[]>(`/orders${query}`)).body.map(
    ({ createdDate }) => createdDate,
  )
}

/** One order each on the first days of January 2026, at midnight. */
async function orderDaily(sim: TestSim, days: number): Promise<OrderAnswer[]> {
  const made: OrderAnswer[] = []
  for (let day = 0; day < days; day += 1) {
    if (day > 0) await sim.advance('P1D')
    made.push(await buy(sim, { item: GB_1 }))
  }
  return made
}

const january = (day: number) => `2026-01-${String(day).padStart(2, '0')}T00:00:00.000Z`

test('ESG-125 an order that is validated is priced, and nothing changes', async () => {
  await using sim = await startEsimGo()
  const before = sim.state()
  const { status, body } = await sim.post<Validated>('/orders', {
    type: 'validate',
    assign: true,
    order: [{ item: GB_1, quantity: 3 }],
  })
  expect(status).toBe(200)
  const now = '2026-01-01T00:00:00.000Z'
  const dates = { createDate: now, createdDate: now }
  expect(body).toMatchObject({
    total: 6.84,
    currency: 'USD',
    valid: true,
    assigned: true,
    ...dates,
  })
  expect(body.order).toEqual([
    {
      type: 'bundle',
      item: GB_1,
      quantity: 3,
      subTotal: 6.84,
      pricePerUnit: 2.28,
      allowReassign: false,
    },
  ])
  expect(body).not.toHaveProperty('orderReference')
  expect(sim.state()).toBe(before)
})

test('ESG-125 an order that is a transaction is carried out', async () => {
  await using sim = await startEsimGo()
  const { status, body } = await sim.post<OrderAnswer>('/orders', {
    type: 'transaction',
    order: [{ type: 'bundle', item: GB_1, quantity: 3 }],
  })
  expect(status).toBe(200)
  expect(body).toMatchObject({
    total: 6.84,
    currency: 'USD',
    valid: true,
    status: 'completed',
    assigned: false,
  })
  expect(body.orderReference).toMatch(UUID)
  expect(await inInventory(sim, GB_1)).toBe(3)
})

test('ESG-126 the total is taken from the balance', async () => {
  await using sim = await startEsimGo()
  await buy(sim, { item: GB_1, quantity: 100 })
  expect(money(sim)).toEqual({ balance: 100_000 + 5_000 - 22_800, testCredit: 0 })
})

test('test credit is spent first', async () => {
  await using sim = await startEsimGo()
  await buy(sim, { item: GB_1, quantity: 21 })
  expect(money(sim)).toEqual({ balance: 100_000, testCredit: 5_000 - 4_788 })
  await buy(sim, { item: GB_1 })
  expect(money(sim)).toEqual({ balance: 100_000 - 16, testCredit: 0 })
})

test('test credit that has expired is not spent', async () => {
  await using sim = await startEsimGo()
  await sim.advance('P30D')
  const { body } = await sim.get<{ organisations: Schemas['Organisation'][] }>('/organisation')
  expect(body.organisations[0]?.testCredit).toBe(0)
  await buy(sim, { item: GB_1 })
  expect(money(sim).balance).toBe(100_000 - 228)
})

test('test credit can be spent until the last moment', async () => {
  await using sim = await startEsimGo()
  await sim.advance('P29DT23H59M59S')
  await buy(sim, { item: GB_1 })
  expect(money(sim)).toEqual({ balance: 100_000, testCredit: 5_000 - 228 })
})

test('an order may cost the last cent, and no more', async () => {
  await using sim = await startEsimGo()
  const { bundles } = (await sim.get<Schemas['CataloguePage']>('/catalogue?perPage=1000')).body
  const cents = (bundle: { price: number }) => Math.round(bundle.price * 100)
  const found = bundles.find((bundle) => 105_000 % cents(bundle) === 0) ?? {
    name: 'none',
    price: Number.NaN,
  }
  const all = { type: 'validate', order: [{ item: found.name, quantity: 105_000 / cents(found) }] }
  expect((await sim.post<Validated>('/orders', all)).body).toMatchObject({
    total: 1050,
    valid: true,
  })
  expect((await sim.post('/orders', { ...all, type: 'transaction' })).status).toBe(200)
  expect(money(sim)).toEqual({ balance: 0, testCredit: 0 })
  expect(
    (await sim.post<Validated>('/orders', { type: 'validate', order: [{ item: found.name }] })).body
      .valid,
  ).toBe(false)
})

test('validating with too little balance is answered 200 with valid false', async () => {
  await using sim = await startEsimGo('an empty account')
  const { status, body } = await sim.post<Validated>('/orders', {
    type: 'validate',
    order: [{ item: GB_1 }],
  })
  expect(status).toBe(200)
  expect(body).toMatchObject({ valid: false, total: 2.28 })
})

test('buying with too little balance is refused', async () => {
  await using sim = await startEsimGo('an empty account')
  const order = () =>
    sim.post('/orders', { type: 'transaction', assign: true, order: [{ item: GB_1 }] })
  await expectRefused(sim, order, {
    status: 400,
    code: 'insufficient-balance',
    reason: /228 cents are due, 0 are there/,
  })
})

test('ESG-127 with ICCIDs and assign the bundle goes onto those eSIMs', async () => {
  await using sim = await startEsimGo()
  const iccids = [await esimWith(sim, GB_1), await esimWith(sim, GB_1)]
  const order = await buy(sim, { item: FR_1, quantity: 2, iccids }, true)
  expect(iccidsOf(order)).toEqual(iccids)
  for (const iccid of iccids)
    expect((await assignmentsOn(sim, iccid)).map(({ name }) => name)).toEqual([GB_1, FR_1])
  expect(await ownIccids(sim)).toHaveLength(2)
})

test('one eSIM named twice in an order gets two bundles', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, FR_1)
  await buy(sim, { item: GB_1, quantity: 2, iccids: [iccid, iccid] }, true)
  expect((await assignmentsOn(sim, iccid)).map(({ name }) => name)).toEqual([FR_1, GB_1, GB_1])
})

test('ESG-128 an ICCID of somebody else is refused, and nothing of the order happens', async () => {
  await using sim = await startEsimGo()
  await using other = await startEsimGo('an assigned bundle')
  const [foreign = ''] = await ownIccids(other)
  const mine = await esimWith(sim, GB_1)
  for (const type of ['validate', 'transaction']) {
    const order = () =>
      sim.post('/orders', {
        type,
        assign: true,
        order: [{ item: GB_1, quantity: 2, iccids: [mine, foreign] }],
      })
    await expectRefused(sim, order, {
      status: 400,
      code: 'foreign-esim',
      reason: new RegExp(foreign),
    })
  }
})

test.each([{ assign: false }, {}])('ESG-129 ICCIDs with %j are refused', async (assign) => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const order = () =>
    sim.post('/orders', {
      type: 'transaction',
      ...assign,
      order: [{ item: GB_1, quantity: 1, iccids: [iccid] }],
    })
  await expectRefused(sim, order, {
    status: 400,
    code: 'invalid-request',
    reason: /assign is true/,
  })
})

test('ESG-130 with assign and no ICCIDs the bundles go onto new eSIMs, one each', async () => {
  await using sim = await startEsimGo()
  const order = await buy(sim, { item: GB_1, quantity: 3 }, true)
  expect(order).toMatchObject({
    assigned: true,
    statusMessage: 'Order completed: 3 eSIMs assigned',
  })
  const iccids = iccidsOf(order)
  expect(new Set(iccids).size).toBe(3)
  expect(new Set(await ownIccids(sim))).toEqual(new Set(iccids))
  for (const iccid of iccids)
    expect(await bundleOn(sim, iccid, GB_1)).toMatchObject([{ bundleState: 'queued' }])
})

test('an empty list of ICCIDs asks for new eSIMs', async () => {
  await using sim = await startEsimGo()
  expect(iccidsOf(await buy(sim, { item: GB_1, quantity: 2, iccids: [] }, true))).toHaveLength(2)
})

test.each([1, 3])('ESG-131 a quantity of %i for two ICCIDs is refused', async (quantity) => {
  await using sim = await startEsimGo()
  const iccids = [await esimWith(sim, GB_1), await esimWith(sim, GB_1)]
  const order = () =>
    sim.post('/orders', {
      type: 'transaction',
      assign: true,
      order: [{ item: GB_1, quantity, iccids }],
    })
  await expectRefused(sim, order, { status: 400, code: 'invalid-request', reason: /must match/ })
})

test('ESG-131 a quantity that matches in one line does not save another', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const lines = [
    { item: GB_1, quantity: 1, iccids: [iccid] },
    { item: FR_1, quantity: 2, iccids: [iccid] },
  ]
  const order = () => sim.post('/orders', { type: 'transaction', assign: true, order: lines })
  await expectRefused(sim, order, {
    status: 400,
    code: 'invalid-request',
    reason: new RegExp(FR_1),
  })
})

test('a missing quantity is the number of ICCIDs, else 1', async () => {
  await using sim = await startEsimGo()
  const first = await buy(sim, { item: GB_1 }, true)
  expect(first.order[0]?.quantity).toBe(1)
  const iccids = [...iccidsOf(first), await esimWith(sim, GB_1)]
  expect((await buy(sim, { item: FR_1, iccids }, true)).order[0]?.quantity).toBe(2)
})

test('ESG-132 with assign false the quantity goes into the inventory', async () => {
  await using sim = await startEsimGo()
  const order = await buy(sim, { item: GB_1, quantity: 4 })
  expect(order.assigned).toBe(false)
  expect(iccidsOf(order)).toEqual([])
  expect(await inInventory(sim, GB_1)).toBe(4)
  expect(await ownIccids(sim)).toEqual([])
})

test('without assign the quantity goes into the inventory too', async () => {
  await using sim = await startEsimGo()
  await sim.post('/orders', { type: 'transaction', order: [{ item: GB_1, quantity: 4 }] })
  expect(await inInventory(sim, GB_1)).toBe(4)
})

test('ESG-133 a delivery may take up to 5 minutes: the money goes at once, the eSIMs come later', async () => {
  await using sim = await startEsimGo()
  await sim.set({ deliveryDelay: 'PT5M' })
  const order = await buy(sim, { item: GB_1, quantity: 2 }, true)
  expect(order).toMatchObject({
    status: 'processing',
    assigned: false,
    statusMessage: 'Order is being processed',
  })
  expect(money(sim).testCredit).toBe(5_000 - 456)
  await sim.advance('PT4M59S')
  expect((await sim.get<OrderAnswer>(`/orders/${order.orderReference}`)).body.status).toBe(
    'processing',
  )
  expect(await ownIccids(sim)).toEqual([])
  await sim.advance('PT1S')
  const delivered = (await sim.get<OrderAnswer>(`/orders/${order.orderReference}`)).body
  expect(delivered).toMatchObject({ status: 'completed', assigned: true, createdDate: january(1) })
  expect(iccidsOf(delivered)).toHaveLength(2)
})

test('a late delivery into the inventory is not there before it is delivered', async () => {
  await using sim = await startEsimGo()
  await sim.set({ deliveryDelay: 'PT5M' })
  await buy(sim, { item: GB_1, quantity: 2 })
  expect(await inInventory(sim, GB_1)).toBe(0)
  await sim.advance('PT5M')
  expect(await inInventory(sim, GB_1)).toBe(2)
})

test('without a delay an order is delivered at once', async () => {
  await using sim = await startEsimGo()
  expect((await buy(sim, { item: GB_1 }, true)).status).toBe('completed')
})

test('a bundle that does not fit the eSIM is refused', async () => {
  await using sim = await startEsimGo('an eSIM with an older profile')
  const iccids = await ownIccids(sim)
  const order = () =>
    sim.post('/orders', {
      type: 'transaction',
      assign: true,
      order: [{ item: GB_UNLIMITED, iccids }],
    })
  await expectRefused(sim, order, { status: 400, code: 'incompatible', reason: /older profile/ })
})

test('with allowReassign a bundle that does not fit the eSIM goes onto a new one', async () => {
  await using sim = await startEsimGo('an eSIM with an older profile')
  const [older = ''] = await ownIccids(sim)
  const order = await buy(sim, { item: GB_UNLIMITED, iccids: [older], allowReassign: true }, true)
  expect(order.order[0]).toMatchObject({ allowReassign: true })
  const [taken = ''] = iccidsOf(order)
  expect(taken).not.toBe(older)
  expect((await assignmentsOn(sim, taken)).map(({ name }) => name)).toEqual([GB_UNLIMITED])
  expect(await assignmentsOn(sim, older)).toEqual([])
})

test('with allowReassign a bundle that fits stays with the eSIM', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  expect(
    iccidsOf(await buy(sim, { item: FR_1, iccids: [iccid], allowReassign: true }, true)),
  ).toEqual([iccid])
})

test.each([
  ['Order', 'type', 'item'],
  ['order', 'type', 'item'],
  ['ORDER', 'Type', 'ITEM'],
])('the body may be spelled %s, %s, %s', async (list, type, item) => {
  await using sim = await startEsimGo()
  const { status, body } = await sim.post<OrderAnswer>('/orders', {
    [type]: 'transaction',
    [list]: [{ [item]: GB_1, Quantity: 2 }],
  })
  expect(status).toBe(200)
  expect(body.total).toBe(4.56)
})

test('the flat form orders its one line', async () => {
  await using sim = await startEsimGo()
  const flat = await sim.post<OrderAnswer>('/orders', {
    type: 'transaction',
    assign: true,
    quantity: 2,
    item: GB_1,
  })
  expect(flat.status).toBe(200)
  expect(iccidsOf(flat.body)).toHaveLength(2)
})

test('the flat form puts its bundle on the eSIM it names', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const { body } = await sim.post<OrderAnswer>('/orders', {
    type: 'transaction',
    assign: true,
    item: FR_1,
    iccid,
  })
  expect(iccidsOf(body)).toEqual([iccid])
})

test('the flat form keeps the rule that ICCIDs need assign', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const order = () => sim.post('/orders', { type: 'transaction', item: GB_1, iccid })
  await expectRefused(sim, order, { status: 400, code: 'invalid-request' })
})

test('ESG-116 an order is answered with its total and its contents', async () => {
  await using sim = await startEsimGo()
  const made = await buy(sim, { item: GB_1, quantity: 2 }, true)
  const { status, body } = await sim.get<OrderAnswer>(`/orders/${made.orderReference}`)
  expect(status).toBe(200)
  expect(body).toEqual(made)
  expect(body.total).toBe(4.56)
  expect(body.order).toMatchObject([
    { type: 'bundle', item: GB_1, quantity: 2, subTotal: 4.56, pricePerUnit: 2.28 },
  ])
})

test('an order that does not exist is refused', async () => {
  await using sim = await startEsimGo()
  const asked = () => sim.get('/orders/3a6e2e40-c674-45e9-b289-b35027bf72a9')
  await expectRefused(sim, asked, { status: 400, code: 'unknown-order' })
})

test('the total of an order is the sum of its lines, to the cent', async () => {
  await using sim = await startEsimGo()
  const lines = [
    { item: GB_1, quantity: 3 },
    { item: FR_1, quantity: 7 },
  ]
  const { body } = await sim.post<OrderAnswer>('/orders', { type: 'transaction', order: lines })
  const cents = body.order.map(({ subTotal }) => Math.round(subTotal * 100))
  expect(cents[0]).toBe(684)
  expect(Math.round(body.total * 100)).toBe((cents[0] ?? 0) + (cents[1] ?? 0))
  expect(body.total).toBe(Number(body.total.toFixed(2)))
})

test('the date of an order has both its names', async () => {
  await using sim = await startEsimGo()
  await sim.advance('P1DT1H')
  const order = await buy(sim, { item: GB_1 })
  expect(order.createDate).toBe('2026-01-02T01:00:00.000Z')
  expect(order.createdDate).toBe(order.createDate)
})

test('ESG-117 the list answers every earlier order with its total and its contents, newest first', async () => {
  await using sim = await startEsimGo()
  const made = await orderDaily(sim, 3)
  const { body } = await sim.get<OrderAnswer[]>('/orders')
  expect(body.map(({ orderReference }) => orderReference)).toEqual(
    made.map(({ orderReference }) => orderReference).reverse(),
  )
  for (const order of body)
    expect(order).toMatchObject({ total: 2.28, order: [{ item: GB_1, quantity: 1 }] })
})

test('ESG-118 the list of orders comes in pages: page picks one, limit is its length', async () => {
  await using sim = await startEsimGo()
  await orderDaily(sim, 5)
  expect(await listed(sim, '?limit=2')).toEqual([january(5), january(4)])
  expect(await listed(sim, '?limit=2&page=2')).toEqual([january(3), january(2)])
  expect(await listed(sim, '?limit=2&page=3')).toEqual([january(1)])
  expect(await listed(sim, '?limit=2&page=4')).toEqual([])
})

test('a page of orders is 10 long unless told', async () => {
  await using sim = await startEsimGo()
  for (let count = 0; count < 11; count += 1) await buy(sim, { item: GB_1 })
  expect(await listed(sim)).toHaveLength(10)
  expect(await listed(sim, '?page=2')).toHaveLength(1)
})

test('orders of the same instant are listed newest first', async () => {
  await using sim = await startEsimGo()
  const first = await buy(sim, { item: GB_1 })
  const second = await buy(sim, { item: FR_1 })
  const { body } = await sim.get<OrderAnswer[]>('/orders')
  expect(body.map(({ orderReference }) => orderReference)).toEqual([
    second.orderReference,
    first.orderReference,
  ])
})

test('ESG-119 includeIccids adds ICCID, matching id and SM-DP+ address of each eSIM', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const details = (await sim.get<Schemas['EsimDetails']>(`/esims/${iccid}`)).body
  const { body } = await sim.get<OrderAnswer[]>('/orders?includeIccids=true')
  expect(body[0]?.order[0]?.esims).toEqual([
    { iccid, matchingId: details.matchingId, smdpAddress: details.smdpAddress },
  ])
})

test('ESG-120 includeIccids adds a list of the ICCIDs', async () => {
  await using sim = await startEsimGo()
  const order = await buy(sim, { item: GB_1, quantity: 2 }, true)
  const { body } = await sim.get<OrderAnswer[]>('/orders?includeIccids=true')
  expect(body[0]?.order[0]?.iccids).toEqual(iccidsOf(order))
})

test('ESG-121 the eSIMs of an order are listed unless told otherwise', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const silent = (await sim.get<OrderAnswer[]>('/orders')).body[0]?.order[0]
  expect(silent?.iccids).toEqual([iccid])
  expect(silent?.esims).toHaveLength(1)
  const without = (await sim.get<OrderAnswer[]>('/orders?includeIccids=false')).body[0]?.order[0]
  expect(without?.item).toBe(GB_1)
  expect(without).not.toHaveProperty('iccids')
  expect(without).not.toHaveProperty('esims')
})

test('ESG-122 lte sets the end of the range, included', async () => {
  await using sim = await startEsimGo()
  await orderDaily(sim, 4)
  expect(await listed(sim, `?createdAt=lte:${january(2)}`)).toEqual([january(2), january(1)])
  expect(await listed(sim, '?createdAt=lte:2026-01-01T23:59:59.999Z')).toEqual([january(1)])
})

test('ESG-123 gte sets the beginning of the range, included, and both can be given', async () => {
  await using sim = await startEsimGo()
  await orderDaily(sim, 4)
  expect(await listed(sim, `?createdAt=gte:${january(3)}`)).toEqual([january(4), january(3)])
  expect(await listed(sim, `?createdAt=gte:${january(2)}&createdAt=lte:${january(3)}`)).toEqual([
    january(3),
    january(2),
  ])
  expect(await listed(sim, `?createdAt=lte:${january(3)}&createdAt=gte:${january(2)}`)).toEqual([
    january(3),
    january(2),
  ])
})

test.each([
  [`gt:${january(2)}`, [january(4), january(3)]],
  [`lt:${january(2)}`, [january(1)]],
  [`eq:${january(2)}`, [january(2)]],
  [january(2), [january(2)]],
  ['gte:2026-01-03T02:00:00%2B02:00', [january(4), january(3)]],
  ['gte:2027-01-01T00:00:00Z', []],
  ['lte:1970-01-01T00:00:00Z', []],
  ['gte:2026-01-03', [january(4), january(3)]],
  ['gt:2026-01-02', [january(4), january(3)]],
  ['lte:2026-01-02', [january(2), january(1)]],
  ['2026-01-02', [january(2)]],
])('createdAt=%s finds %j', async (bound, expected) => {
  await using sim = await startEsimGo()
  await orderDaily(sim, 4)
  expect(await listed(sim, `?createdAt=${bound}`)).toEqual(expected)
})

test('a range that ends before it begins finds nothing', async () => {
  await using sim = await startEsimGo()
  await orderDaily(sim, 3)
  expect(await listed(sim, `?createdAt=gte:${january(3)}&createdAt=lte:${january(1)}`)).toEqual([])
})

test('a page of a range counts within the range', async () => {
  await using sim = await startEsimGo()
  await orderDaily(sim, 5)
  expect(await listed(sim, `?createdAt=lte:${january(4)}&limit=2&page=2`)).toEqual([
    january(2),
    january(1),
  ])
})

test('ESG-124 each line of a listed order has an invoiceLink that leads somewhere', async () => {
  await using sim = await startEsimGo()
  const lines = [{ item: GB_1 }, { item: FR_1 }]
  const made = await sim.post<OrderAnswer>('/orders', { type: 'transaction', order: lines })
  const links =
    (await sim.get<OrderAnswer[]>('/orders')).body[0]?.order.map(
      ({ invoiceLink }) => invoiceLink,
    ) ?? []
  expect(links).toHaveLength(2)
  for (const link of links) {
    const { status, body } = await sim.get<OrderAnswer>(link ?? '')
    expect(status).toBe(200)
    expect(body.orderReference).toBe(made.body.orderReference)
  }
})

test('ESG-145 the names in the catalogue are the ones to order by', async () => {
  await using sim = await startEsimGo()
  const { bundles } = (await sim.get<Schemas['CataloguePage']>('/catalogue?perPage=5000')).body
  const lines = bundles
    .filter((_, at) => at % 100 === 0)
    .map(({ name, price }) => ({ item: name, price }))
  expect(lines.length).toBeGreaterThan(20)
  const { status, body } = await sim.post<Validated>('/orders', {
    type: 'validate',
    order: lines.map(({ item }) => ({ item })),
  })
  expect(status).toBe(200)
  expect(body.order.map(({ item, pricePerUnit }) => ({ item, price: pricePerUnit }))).toEqual(lines)
})

test('an order can bring 1000 eSIMs, and 1001 are refused', async () => {
  await using sim = await startEsimGo()
  const quantity = (count: number) => ({
    type: 'validate',
    assign: true,
    order: [{ item: GB_1, quantity: count }],
  })
  expect((await sim.post('/orders', quantity(1000))).status).toBe(200)
  await expectRefused(sim, () => sim.post('/orders', quantity(1001)), {
    status: 400,
    code: 'invalid-request',
    reason: /at most 1000/,
  })
})

test('the eSIMs of another world have other ICCIDs, of the same form', async () => {
  await using sim = await startEsimGo()
  await using other = await startEsimGo()
  const first = await esimWith(sim, GB_1)
  expect(first).toMatch(/^8943108\d{12}$/)
  const second = await esimWith(other, GB_1)
  expect(second).toMatch(/^8943108\d{12}$/)
  expect(second).not.toBe(first)
})
