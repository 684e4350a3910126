// The older operations of eSIM Go: QR codes and CSV by reference, and a bundle applied to one eSIM.
import { unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import { type Schemas, startEsimGo, type TestSim } from '../../support/esim-go.ts'
import {
  assignmentsOn,
  buy,
  esimWith,
  GB_1,
  GB_UNLIMITED,
  iccidsOf,
  inInventory,
  ownIccids,
} from '../../support/esim-go-shop.ts'
import { expectRefused } from '../../support/refused.ts'

const applied = async (sim: TestSim) =>
  (await sim.post<Schemas['ApplyResult']>('/esims/apply', { bundle: GB_1, repeat: 2 })).body
const iccidsIn = ({ esims }: Schemas['ApplyResult']) => esims.map(({ iccid }) => iccid)
/** The names of the files in a ZIP, and the first bytes of each. */
const filesIn = (zip: Uint8Array) =>
  Object.entries(unzipSync(zip)).map(([name, file]) => [
    name,
    Buffer.from(file.slice(1, 4)).toString(),
  ])

test('ESG-037 QR codes come as PNG files in a ZIP', async () => {
  await using sim = await startEsimGo()
  const order = await buy(sim, { item: GB_1, quantity: 2 }, true)
  const { status, headers, bytes } = await sim.get(`/esims/qr/${order.orderReference}`)
  expect([status, headers.get('content-type')]).toEqual([200, 'application/zip'])
  expect(filesIn(bytes).filter(([name]) => name !== 'esims.csv')).toEqual(
    iccidsOf(order).map((iccid) => [`${iccid}.png`, 'PNG']),
  )
})

test('ESG-038 QR codes are those of an order or of an application, as GET /esims/assignments has them', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const order = await buy(sim, { item: GB_1 }, true)
  const application = await applied(sim)
  expect(filesIn((await sim.get(`/esims/qr/${application.applyReference}`)).bytes)).toHaveLength(3)
  for (const reference of [order.orderReference, application.applyReference]) {
    const zip = await sim.get(`/esims/assignments?reference=${reference}`, {
      Accept: 'application/zip',
    })
    expect(
      Buffer.from((await sim.get(`/esims/qr/${reference}`)).bytes).equals(Buffer.from(zip.bytes)),
    ).toBe(true)
  }
})

test('ESG-039 the CSV is that of an order or of an application, whatever Accept says', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const order = await buy(sim, { item: GB_1 }, true)
  const application = await applied(sim)
  for (const [reference, iccids] of [
    [order.orderReference, iccidsOf(order)],
    [application.applyReference, iccidsIn(application)],
  ] as const) {
    const { headers, text } = await sim.get(`/esims/csv/${reference}`, {
      Accept: 'application/json',
    })
    expect(headers.get('content-type')).toBe('text/csv')
    const lines = text.trimEnd().split('\n').slice(1)
    expect(lines.map((line) => line.split(',')[0])).toEqual(iccids)
  }
})

test('ESG-040 the CSV has the ICCID, the matching id and the SM-DP+ address', async () => {
  await using sim = await startEsimGo()
  const order = await buy(sim, { item: GB_1 }, true)
  const [esim] = order.order[0]?.esims ?? []
  const { text } = await sim.get(`/esims/csv/${order.orderReference}`)
  expect(text).toBe(
    `ICCID,Matching ID,RSP URL,Bundle,Reference\n${esim?.iccid},${esim?.matchingId},${esim?.smdpAddress},${GB_1},${order.orderReference}\n`,
  )
})

test('ESG-041 with additionalFields=appleInstallUrl the CSV has the Apple link too', async () => {
  await using sim = await startEsimGo()
  const { orderReference } = await buy(sim, { item: GB_1 }, true)
  const { text } = await sim.get(`/esims/csv/${orderReference}?additionalFields=appleInstallUrl`)
  const [head, line] = text.split('\n')
  expect(head).toMatch(/,Apple Install URL$/)
  expect(line).toContain('https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=LPA:1$')
})

test.each(['qr', 'csv'])('/esims/%s of an unknown reference is refused', async (what) => {
  await using sim = await startEsimGo()
  await expectRefused(sim, () => sim.get(`/esims/${what}/unknown`), {
    status: 400,
    code: 'unknown-order',
  })
})

test('ESG-095 a named bundle of the inventory is applied to the eSIM, and a status answered', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await esimWith(sim, GB_1)
  const { status, body } = await sim.post(`/esims/${iccid}/bundles`, { name: GB_1 })
  expect([status, body]).toEqual([200, { status: 'Successfully Applied Bundle' }])
  expect(await assignmentsOn(sim, iccid)).toHaveLength(2)
  expect(await inInventory(sim, GB_1)).toBe(4)
})

test('ESG-095 it is applied as often as repeat says, to that one eSIM', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await esimWith(sim, GB_1)
  await sim.post(`/esims/${iccid}/bundles`, { name: GB_1, repeat: 3 })
  expect(await assignmentsOn(sim, iccid)).toHaveLength(4)
  expect(await ownIccids(sim)).toEqual([iccid])
  expect(await inInventory(sim, GB_1)).toBe(2)
})

test('ESG-095 it begins at startTime', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await esimWith(sim, GB_1)
  await sim.post(`/esims/${iccid}/bundles`, { name: GB_1, startTime: '2026-01-02T00:00:00Z' })
  await sim.advance('P1D')
  expect((await assignmentsOn(sim, iccid))[1]).toMatchObject({
    bundleState: 'active',
    startTime: '2026-01-02T00:00:00.000Z',
  })
})

test('a bundle that does not fit says so in the status, and stays in the inventory', async () => {
  await using sim = await startEsimGo('an eSIM with an older profile')
  const [iccid = ''] = await ownIccids(sim)
  await buy(sim, { item: GB_UNLIMITED })
  const { status, body } = await sim.post<Schemas['Status']>(`/esims/${iccid}/bundles`, {
    name: GB_UNLIMITED,
  })
  expect([status, body.status]).toEqual([200, expect.stringMatching(/not compatible/)])
  expect(await inInventory(sim, GB_UNLIMITED)).toBe(1)
})

test.each([
  [
    { name: GB_1, repeat: 9 },
    { status: 403, code: 'none-in-inventory' },
  ],
  [
    { name: GB_1, repeat: 0 },
    { status: 400, code: 'invalid-request' },
  ],
  [{ name: 'nothing' }, { status: 400, code: 'unknown-bundle' }],
  [{}, { status: 400, code: 'invalid-request' }],
  [
    { name: GB_1, startTime: '2025-12-31T23:59:59Z' },
    { status: 400, code: 'invalid-request' },
  ],
])('the older apply of %j is refused, and nothing is half-done', async (json, expected) => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await esimWith(sim, GB_1)
  await expectRefused(sim, () => sim.post(`/esims/${iccid}/bundles`, json), expected)
})
