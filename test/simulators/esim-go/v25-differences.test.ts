// v2.5: where it answers otherwise than v2.4, as its public reference has it.
import { expect, test } from 'vitest'
import { lots } from '../../../src/simulators/esim-go/records.ts'
import { type Schemas, startEsimGo, type TestSim } from '../../support/esim-go.ts'
import { NOTHING_BACK, revokeOne, TO_BALANCE, TO_INVENTORY } from '../../support/esim-go-revoke.ts'
import {
  assignmentsOn,
  buy,
  esimWith,
  FR_1,
  GB_1,
  money,
  onAir,
} from '../../support/esim-go-shop.ts'
import { esimOf, v25 } from '../../support/esim-go-v25.ts'
import { expectRefused } from '../../support/refused.ts'

type Groups = { groups: Schemas['BundleGroup'][] }
type Bundles = { bundles: { assignments: Schemas['BundleAssignment'][] }[] }

const UUID = '0f616f71-1c51-4b7e-9d5c-0e5b2a4d7c11'

const states = async (sim: TestSim, iccid: string) =>
  (await assignmentsOn(sim, iccid)).map(({ bundleState }) => bundleState)

/** Orders one bundle onto a new eSIM by v2.5. */
const order = (sim: TestSim, fields: object = {}) =>
  v25(sim).post<Schemas['Order']>('/orders', {
    type: 'transaction',
    assign: true,
    order: [{ type: 'bundle', item: GB_1, quantity: 1 }],
    ...fields,
  })

test('ESG-240 the groups come as an object by v2.5, as an array by v2.4', async () => {
  await using sim = await startEsimGo()
  const { groups } = (await v25(sim).get<Groups>('/organisation/groups')).body
  const names = (await sim.get<Schemas['BundleGroup'][]>('/organisation/groups')).body
  expect(groups.map(({ name }) => ({ name }))).toEqual(names)
  const url = expect.stringMatching(/^https:\/\//)
  for (const group of groups)
    expect(group).toEqual({
      name: group.name,
      priceListUrl: url,
      desc: expect.stringMatching(/./),
      icon: url,
    })
})

test.each(['array', 'object'])(
  'the setting groups makes it an %s in both versions',
  async (groups) => {
    await using sim = await startEsimGo()
    await sim.set({ groups })
    for (const { body } of [
      await sim.get('/organisation/groups'),
      await v25(sim).get('/organisation/groups'),
    ])
      expect(Array.isArray(body)).toBe(groups === 'array')
  },
)

test('ESG-241 ESG-254 what is done is told as a status alone; v2.4 has a message beside it', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await esimWith(sim, GB_1)
  const { bundles } = (await sim.get<{ bundles: Schemas['InventoryBundle'][] }>('/inventory')).body
  const refund = { usageId: bundles[0]?.available[0]?.id, quantity: 1 }
  const both = async (base: string) => [
    (await sim.put(`${base}/esims`, { iccid, customerRef: 'a' })).body,
    (await sim.get(`${base}/esims/${iccid}/refresh`)).body,
    (await sim.post(`${base}/esims/${iccid}/sms`, { message: 'a' })).body,
    (await sim.post(`${base}/inventory/refund`, refund)).body,
  ]
  const texts = [
    'success',
    'Successfully refreshed SIM',
    'sent',
    'Successfully refunded bundles to balance',
  ]
  expect(await both(v25(sim).base)).toEqual(texts.map((status) => ({ status })))
  expect(await both(sim.base)).toEqual(texts.map((status) => ({ status, message: status })))
})

test('ESG-242 compatible stands alone; v2.4 has a message beside it', async () => {
  await using sim = await startEsimGo()
  const path = `/esims/${await esimWith(sim, GB_1)}/compatible/${GB_1}`
  expect((await v25(sim).get(path)).body).toEqual({ compatible: true })
  expect((await sim.get(path)).body).toEqual({ compatible: true, message: expect.any(String) })
})

test('ESG-243 by its name the oldest unused bundle is revoked; by v2.4 the latest', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1, GB_1, GB_1, GB_1)
  await sim.device(iccid).use(1)
  expect((await v25(sim).delete(`/esims/${iccid}/bundles/${GB_1}`)).body).toEqual(TO_INVENTORY)
  expect(await states(sim, iccid)).toEqual(['active', 'revoked', 'queued', 'queued'])
  await sim.call('DELETE', `/esims/${iccid}/bundles/${GB_1}`)
  expect(await states(sim, iccid)).toEqual(['active', 'revoked', 'queued', 'revoked'])
})

test('with the setting revokePick both versions take the same one', async () => {
  await using sim = await startEsimGo()
  await sim.set({ revokePick: 'latest' })
  const iccid = await onAir(sim, GB_1, GB_1)
  await v25(sim).delete(`/esims/${iccid}/bundles/${GB_1}`)
  expect(await states(sim, iccid)).toEqual(['queued', 'revoked'])
})

test.each(['v2.4', 'v2.5'])(
  'ESG-244 by %s refundToBalance pays back the assignment of the path, without an offer',
  async (version) => {
    await using sim = await startEsimGo()
    const iccid = await onAir(sim, GB_1, FR_1)
    const [id] = (await assignmentsOn(sim, iccid)).map((each) => each.id)
    const before = money(sim)
    const path = `${sim.base.replace('v2.4', version)}/esims/${iccid}/bundles/${GB_1}/assignments/${id}`
    const { status, body } = await sim.call('DELETE', `${path}?refundToBalance=true`)
    expect([status, body]).toEqual([200, TO_BALANCE])
    expect(money(sim).balance).toBe(before.balance + 228)
  },
)

test('an offerId beside the id of an assignment is no parameter: it is passed over, and strict refuses it', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1, FR_1)
  const [id] = (await assignmentsOn(sim, iccid)).map((each) => each.id)
  await sim.set({ strict: true })
  const call = () => revokeOne(sim, iccid, GB_1, id, 'refundToBalance=true&offerId=1')
  await expectRefused(sim, call, { status: 400, code: 'invalid-request', reason: /offerId/ })
  await sim.set({ strict: false })
  expect((await call()).body).toEqual(TO_BALANCE)
  expect(sim.journal.list()[0]?.undocumented).toEqual(['?offerId'])
})

test('what has started is not paid back for its id, either', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).use(1)
  const [id] = (await assignmentsOn(sim, iccid)).map((each) => each.id)
  const path = `/esims/${iccid}/bundles/${GB_1}/assignments/${id}`
  expect((await v25(sim).delete(`${path}?refundToBalance=true`)).status).toBe(400)
  expect((await v25(sim).delete(path)).body).toEqual(NOTHING_BACK)
})

test.each([
  ['no-uuid', 'invalid UUID length: 7'],
  ['é', 'invalid UUID length: 2'],
  [UUID.replaceAll('-', 'x'), 'invalid UUID format'],
  [UUID.replace('0', 'g'), 'invalid UUID format'],
  [`<${UUID}>`, 'invalid UUID format'],
  [`uri:uuid:${UUID}`, 'invalid urn prefix: "uri:uuid:"'],
])('ESG-245 the profileID %s is refused', async (profileID, why) => {
  await using sim = await startEsimGo()
  for (const type of ['validate', 'transaction'])
    await expectRefused(sim, () => order(sim, { type, profileID }), {
      status: 400,
      code: 'invalid-request',
      message: `failed to parse profile id: ${profileID}: ${why}`,
    })
})

test.each([
  UUID,
  UUID.toUpperCase(),
  UUID.replaceAll('-', ''),
  `{${UUID}}`,
  `urn:uuid:${UUID}`,
  `URN:UUID:${UUID}`,
])('ESG-245 the profileID %s is read', async (profileID) => {
  await using sim = await startEsimGo()
  const { status, body } = await order(sim, { profileID })
  expect(status).toBe(200)
  const iccid = body.order[0]?.iccids?.[0] ?? ''
  expect((await esimOf(sim, iccid)).brandingId).toBe(UUID)
})

test('ESG-245 a profileID is refused that is not of the setting brandingProfiles; empty, it is none', async () => {
  await using sim = await startEsimGo()
  await sim.set({ brandingProfiles: [UUID] })
  const other = UUID.replace('0', '1')
  await expectRefused(sim, () => order(sim, { profileID: other }), {
    status: 400,
    code: 'invalid-request',
    message: 'unable to find esim profile',
  })
  expect((await order(sim, { profileID: UUID.toUpperCase() })).status).toBe(200)
  const { body } = await order(sim, { profileID: '' })
  expect((await esimOf(sim, body.order[0]?.iccids?.[0] ?? '')).brandingId).toBe('(default)')
  await expect(sim.set({ brandingProfiles: ['mine'] })).rejects.toThrow(/must be a UUID/)
})

test('ESG-247 a bad key is 403 at /networks, and 401 at POST /orders', async () => {
  await using sim = await startEsimGo()
  const { base } = v25(sim)
  await expectRefused(sim, () => sim.call('GET', `${base}/networks?isos=GB`, { key: 'wrong' }), {
    status: 403,
    code: 'unauthorized',
    message: 'access denied',
  })
  expect((await sim.call('POST', `${base}/orders`, { key: 'wrong', json: {} })).status).toBe(401)
})

test('ESG-248 an order tells AllowReassign and its sourceIP, now and later', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await esimWith(sim, FR_1)
  const { body } = await order(sim)
  const { applyReference } = (
    await sim.post<Schemas['ApplyResult']>('/esims/apply', { bundle: GB_1, iccid })
  ).body
  const listed = (await v25(sim).get<Schemas['Order'][]>('/orders')).body
  const again = (await v25(sim).get<Schemas['Order']>(`/orders/${body.orderReference}`)).body
  for (const each of [body, again, ...listed.slice(0, 2)]) {
    expect(each.sourceIP).toMatch(/127\.0\.0\.1$/)
    expect(each.order[0]).toMatchObject({ AllowReassign: false })
    expect(each.order[0]).not.toHaveProperty('allowReassign')
  }
  expect(listed[0]?.orderReference).toBe(applyReference)
  expect((await sim.get(`/orders/${body.orderReference}`)).body).not.toHaveProperty('sourceIP')
})

test.each([true, false])(
  'ESG-249 an order that is validated with assign %s says so, and when',
  async (assign) => {
    await using sim = await startEsimGo()
    const now = '2026-01-01T00:00:00.000Z'
    const { body } = await order(sim, { type: 'validate', assign })
    expect(body).toMatchObject({ assigned: assign, createdDate: now, createDate: now })
  },
)

test('ESG-250 a bundle has groups in the list, group by itself, and a profileName', async () => {
  await using sim = await startEsimGo()
  type Page = { bundles: Schemas['CatalogueBundle'][] }
  const search = '/catalogue?group=Standard%20Fixed&perPage=1'
  const [listed] = (await v25(sim).get<Page>(search)).body.bundles
  const { groups, ...rest } = listed ?? ({} as Schemas['CatalogueBundle'])
  expect([groups, rest.profileName]).toEqual([['Standard Fixed'], 'Profile 1'])
  const path = `/catalogue/bundle/${rest.name}`
  expect((await v25(sim).get(path)).body).toEqual({ ...rest, group: groups })
  const older = [(await sim.get<Page>(search)).body.bundles[0], (await sim.get(path)).body]
  for (const each of older) {
    expect(each).toMatchObject({ groups })
    expect(each).not.toHaveProperty('profileName')
  }
})

test('ESG-251 a lot of the inventory expires on a day, and a bundle tells useDms', async () => {
  await using sim = await startEsimGo()
  await sim.advance('PT15H')
  await buy(sim, { item: GB_1 })
  const first = async (base: string) =>
    (await sim.get<{ bundles: Schemas['InventoryBundle'][] }>(`${base}/inventory`)).body.bundles[0]
  expect(await first(v25(sim).base)).toMatchObject({
    available: [{ total: 1, remaining: 1, expiry: '2027-01-01' }],
    useDms: false,
  })
  expect((await first(sim.base))?.available[0]?.expiry).toBe('2027-01-01T15:00:00.000Z')
})

test('ESG-251 the speed of a bundle that is not on sale any more is null', async () => {
  await using sim = await startEsimGo()
  await buy(sim, { item: GB_1 })
  sim.world.transaction(() => {
    const [lot] = sim.world.in(lots).values()
    if (lot) sim.world.in(lots).put({ ...lot, bundle: 'gone' })
  })
  const { bundles } = (await v25(sim).get<{ bundles: Schemas['InventoryBundle'][] }>('/inventory'))
    .body
  expect(bundles).toMatchObject([{ name: 'gone', speed: null }])
  expect((await sim.get('/inventory')).body).toMatchObject({ bundles: [{ speed: [] }] })
})

test.each(['v2.4', 'v2.5'])(
  'ESG-252 by %s assignments tell the first installation as a date and time, details in milliseconds',
  async (version) => {
    await using sim = await startEsimGo()
    const base = sim.base.replace('v2.4', version)
    const { orderReference, order: lines } = await buy(sim, { item: GB_1 }, true)
    const iccid = lines[0]?.iccids?.[0] ?? ''
    const json = { Accept: 'application/json' }
    const assignments = () => sim.get(`${base}/esims/assignments?reference=${orderReference}`, json)
    expect((await assignments()).body).not.toHaveProperty('firstInstalledDateTime')
    await sim.device(iccid).install()
    const name = 'firstInstalledDateTime'
    expect((await assignments()).body).toHaveProperty(name, '2026-01-01T00:00:00.000Z')
    expect((await sim.get(`${base}/esims/${iccid}`)).body).toHaveProperty(name, 1_767_225_600_000)
  },
)

test.each(['v2.4', 'v2.5'])('ESG-253 by %s additionalFields is an open text', async (version) => {
  await using sim = await startEsimGo()
  const base = sim.base.replace('v2.4', version)
  const { orderReference } = await buy(sim, { item: GB_1 }, true)
  const plain = (await sim.get(`${base}/esims/assignments?reference=${orderReference}`)).text
  for (const path of [`assignments?reference=${orderReference}&`, `csv/${orderReference}?`]) {
    const { status, text } = await sim.get(`${base}/esims/${path}additionalFields=qrCode`)
    expect([status, text]).toEqual([200, plain])
    expect(sim.journal.list()[0]?.undocumented).toEqual(['?additionalFields=qrCode'])
  }
})

test('ESG-258 with the documented wire the test credit expires on a day; v2.4 has a time', async () => {
  await using sim = await startEsimGo()
  const expiry = async (base: string) =>
    (await sim.get<{ organisations: Schemas['Organisation'][] }>(`${base}/organisation`)).body
      .organisations[0]?.testCreditExpiry
  const time = '2026-01-31T00:00:00.000Z'
  expect(await expiry(v25(sim).base)).toBe(time)
  await sim.set({ wire: 'documented' })
  expect(await expiry(v25(sim).base)).toBe('2026-01-31')
  expect(await expiry(sim.base)).toBe(time)
})

test.each(['orderBy=customerRef', 'perPage=1000'])(
  'ESG-259 /esims?%s is refused by v2.5 where strict is on; clients were seen to be served',
  async (query) => {
    await using sim = await startEsimGo()
    const asked = () => v25(sim).get(`/esims?${query}`)
    expect((await asked()).status).toBe(200)
    await sim.set({ strict: true })
    await expectRefused(sim, asked, {
      status: 400,
      code: 'invalid-request',
      reason: /strict is on/,
    })
    expect((await sim.get(`/esims?${query}`)).status).toBe(200)
    expect((await v25(sim).get('/esims?orderBy=iccid&perPage=25')).status).toBe(200)
  },
)

test('ESG-260 with the documented wire the list of bundles counts data in MB, the one bundle in bytes', async () => {
  await using sim = await startEsimGo()
  await sim.set({ wire: 'documented' })
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).use(250_000_001)
  const list = (await v25(sim).get<Bundles>(`/esims/${iccid}/bundles`)).body
  expect(list.bundles[0]?.assignments[0]?.allowances).toMatchObject([
    { initialAmount: 1000, remainingAmount: 749, unit: 'MB' },
  ])
  const one = await v25(sim).get<Bundles['bundles'][0]>(`/esims/${iccid}/bundles/${GB_1}`)
  expect(one.body.assignments[0]?.allowances).toMatchObject([
    { initialAmount: 1_000_000_000, remainingAmount: 749_999_999, unit: 'BYTES' },
  ])
})

test('with the setting ordersList orders come in an object that tells how many there are', async () => {
  await using sim = await startEsimGo()
  for (const day of [1, 2, 3]) {
    await buy(sim, { item: GB_1, quantity: day })
    await sim.advance('P1D')
  }
  const array = (await sim.get<Schemas['Order'][]>('/orders?limit=2')).body
  await sim.set({ ordersList: 'object' })
  expect((await sim.get('/orders?limit=2')).body).toEqual({
    orders: array,
    pageCount: 2,
    rows: 3,
    pageSize: 2,
  })
  expect((await sim.get('/orders?createdAt=gte:2026-01-02T00:00:00Z')).body).toMatchObject({
    rows: 2,
    pageCount: 1,
    pageSize: 10,
  })
})
