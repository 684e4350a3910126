// v2.5: an eSIM is suspended and served again, or deleted for good.
import { expect, test } from 'vitest'
import { type Schemas, startEsimGo } from '../../support/esim-go.ts'
import {
  assignmentsOn,
  bundleOn,
  buy,
  esimWith,
  GB_1,
  GIGABYTE,
  inInventory,
  money,
  onAir,
  ownIccids,
} from '../../support/esim-go-shop.ts'
import { deactivated, esimOf, suspend, v25 } from '../../support/esim-go-v25.ts'

const NOT_OURS = '8943108170000000013'

test('ESG-203 ESG-205 ESG-207 a suspended eSIM is told so, and no network serves it', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  expect((await v25(sim).get(`/esims/${iccid}/suspend`)).body).toEqual({ suspended: false })
  expect(await suspend(sim, iccid)).toMatchObject({
    status: 201,
    body: { status: 'eSIM suspended successfully' },
  })
  expect((await v25(sim).get(`/esims/${iccid}/suspend`)).body).toEqual({ suspended: true })
  await expect(sim.device(iccid).detach()).rejects.toThrow(/on no network/)
  await expect(sim.device(iccid).use(1)).rejects.toThrow(/suspended/)
})

test('ESG-204 ESG-206 once the suspension is lifted the eSIM uses the bundle it had', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).use(1000)
  await suspend(sim, iccid)
  expect(await suspend(sim, iccid, false)).toMatchObject({
    status: 201,
    body: { status: expect.any(String) },
  })
  expect((await v25(sim).get(`/esims/${iccid}/suspend`)).body).toEqual({ suspended: false })
  await sim.device(iccid).attach('GB')
  await sim.device(iccid).use(2000)
  expect(await bundleOn(sim, iccid, GB_1)).toMatchObject([
    { bundleState: 'active', remainingQuantity: GIGABYTE - 3000 },
  ])
})

test('the time of a bundle goes on while its eSIM is suspended', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).use(1000)
  await suspend(sim, iccid)
  await sim.advance('P7D')
  expect(await bundleOn(sim, iccid, GB_1)).toMatchObject([{ bundleState: 'expired' }])
})

test('a suspended eSIM that is refreshed does not register again', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.get(`/esims/${iccid}/refresh`)
  await suspend(sim, iccid)
  await sim.advance('PT1H')
  await suspend(sim, iccid, false)
  await expect(sim.device(iccid).detach()).rejects.toThrow(/on no network/)
})

test('suspending what is suspended, and lifting where nothing is, are refused and change nothing', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const untouched = sim.state()
  expect((await suspend(sim, iccid, false)).status).toBe(400)
  expect(sim.state()).toBe(untouched)
  await suspend(sim, iccid)
  const suspended = sim.state()
  expect((await suspend(sim, iccid)).status).toBe(400)
  expect(sim.state()).toBe(suspended)
})

test('a bundle can be put on a suspended eSIM', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  await suspend(sim, iccid)
  await buy(sim, { item: GB_1, iccids: [iccid] }, true)
  expect(await assignmentsOn(sim, iccid)).toHaveLength(2)
})

test.each([{}, { suspend: 'yes' }, { suspend: null }, undefined])(
  'ESG-208 the body %j suspends nothing',
  async (json) => {
    await using sim = await startEsimGo()
    const iccid = await esimWith(sim, GB_1)
    const { status, body } = await v25(sim).post(`/esims/${iccid}/suspend`, json)
    expect([status, body]).toEqual([400, { message: expect.stringMatching(/suspend|body/) }])
    expect((await v25(sim).get(`/esims/${iccid}/suspend`)).body).toEqual({ suspended: false })
  },
)

test.each([
  ['POST', `/esims/${NOT_OURS}/suspend`, { suspend: true }],
  ['GET', `/esims/${NOT_OURS}/suspend`, undefined],
  ['DELETE', `/esims/${NOT_OURS}`, undefined],
])(
  'ESG-209 %s %s is answered 403 with the same words for a bad key and for an eSIM of others',
  async (method, path, json) => {
    await using sim = await startEsimGo()
    const url = v25(sim).base + path
    const options = json ? { json } : {}
    const [other, badKey] = [
      await sim.call(method, url, options),
      await sim.call(method, url, { ...options, key: 'wrong' }),
    ]
    expect([other.status, badKey.status]).toEqual([403, 403])
    expect(other.body).toEqual(badKey.body)
  },
)

test('ESG-210 ESG-211 ESG-212 a deleted eSIM is gone with its bundles, and nothing is paid back', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await esimWith(sim, GB_1)
  const [before, stock] = [money(sim), await inInventory(sim, GB_1)]
  expect(await v25(sim).delete(`/esims/${iccid}`)).toMatchObject({
    status: 200,
    body: { status: expect.any(String) },
  })
  expect([money(sim), await inInventory(sim, GB_1)]).toEqual([before, stock])
  expect(await ownIccids(sim)).toEqual([])
  for (const path of [
    `/esims/${iccid}`,
    `/esims/${iccid}/bundles`,
    `/esims/${iccid}/suspend`,
    `/esims/${iccid}/history`,
  ])
    expect((await v25(sim).get(path)).status, path).toBe(403)
  expect((await sim.get(`/esims/${iccid}`)).status).toBe(403)
  expect((await v25(sim).delete(`/esims/${iccid}`)).status).toBe(403)
})

test('the handset of a deleted eSIM is off the air, and its code installs nothing any more', async () => {
  await using sim = await startEsimGo()
  const [used, fresh] = [await onAir(sim, GB_1), await esimWith(sim, GB_1)]
  await v25(sim).delete(`/esims/${used}`)
  await v25(sim).delete(`/esims/${fresh}`)
  await expect(sim.device(used).detach()).rejects.toThrow(/on no network/)
  await sim.device(used).attach('GB')
  await expect(sim.device(used).use(1)).rejects.toThrow(/ceased/)
  await expect(sim.device(fresh).install()).rejects.toThrow(/no longer good/)
})

test('a suspended eSIM can be deleted, and so can a deactivated one', async () => {
  await using sim = await startEsimGo()
  const [idle, iccid] = [await deactivated(sim), await esimWith(sim, GB_1)]
  await suspend(sim, iccid)
  for (const each of [idle, iccid])
    expect((await v25(sim).delete(`/esims/${each}`)).status).toBe(200)
  expect(await ownIccids(sim)).toEqual([])
})

test('v2.4 knows none of these operations', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  expect((await sim.post(`/esims/${iccid}/suspend`, { suspend: true })).status).toBe(404)
  expect((await sim.get(`/esims/${iccid}/suspend`)).status).toBe(404)
  expect((await sim.call('DELETE', `/esims/${iccid}`)).status).toBe(405)
  expect((await sim.get('/catalogue/prices')).status).toBe(404)
})

test('ESG-216 ESG-217 of a deactivated eSIM the status is told and no install details', async () => {
  await using sim = await startEsimGo()
  const iccid = await deactivated(sim)
  expect(await esimOf(sim, iccid)).toMatchObject({
    profileStatus: 'Deactivated',
    state: 'deactivated',
  })
  const [{ orderReference }] = (await sim.get<[Schemas['Order']]>('/orders')).body
  for (const path of [
    `/esims/assignments?reference=${orderReference}`,
    `/esims/qr/${orderReference}`,
    `/esims/csv/${orderReference}`,
  ]) {
    for (const accept of ['text/csv', 'application/json', 'application/zip']) {
      const { status, body } = await v25(sim).get(path, { Accept: accept })
      expect([path, status, body]).toEqual([path, 410, { message: expect.stringContaining(iccid) }])
    }
  }
})

test('a deleted eSIM has no install details either', async () => {
  await using sim = await startEsimGo()
  const { orderReference, order } = await buy(sim, { item: GB_1, quantity: 2 }, true)
  await v25(sim).delete(`/esims/${order[0]?.iccids?.[0]}`)
  expect((await v25(sim).get(`/esims/assignments?reference=${orderReference}`)).status).toBe(410)
})

test('v2.4 has no word for a deactivated eSIM: it shows it as unavailable', async () => {
  await using sim = await startEsimGo()
  const iccid = await deactivated(sim)
  expect((await sim.get(`/esims/${iccid}`)).body).toMatchObject({ profileStatus: 'Unavailable' })
  const [{ orderReference }] = (await sim.get<[Schemas['Order']]>('/orders')).body
  expect((await sim.get(`/esims/assignments?reference=${orderReference}`)).status).toBe(200)
})

test('ESG-218 ESG-219 ESG-220 nothing is applied to a deactivated eSIM, and neither refreshing nor an SMS reaches it', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await deactivated(sim)
  const before = sim.state()
  for (const version of [v25(sim), { ...v25(sim), ...sim }]) {
    const order = {
      type: 'transaction',
      assign: true,
      order: [{ type: 'bundle', item: GB_1, quantity: 1, iccids: [iccid] }],
    }
    expect((await version.post('/esims/apply', { iccid, bundle: GB_1 })).status).toBe(400)
    expect((await version.post(`/esims/${iccid}/bundles`, { name: GB_1 })).status).toBe(400)
    expect((await version.post('/orders', order)).status).toBe(400)
    expect((await version.get(`/esims/${iccid}/refresh`)).status).toBe(400)
    expect((await version.get(`/esims/${iccid}/compatible/${GB_1}`)).status).toBe(400)
    expect((await version.post(`/esims/${iccid}/sms`, { message: 'hello' })).status).toBe(400)
  }
  expect((await suspend(sim, iccid)).status).toBe(400)
  expect((await v25(sim).get(`/esims/${iccid}/suspend`)).body).toEqual({ suspended: false })
  expect(sim.state()).toBe(before)
})
