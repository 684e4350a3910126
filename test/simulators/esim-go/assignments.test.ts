// GET /esims/assignments at eSIM Go: installation details as CSV, JSON, and QR codes in a ZIP.
import { strFromU8, unzipSync } from 'fflate'
import jsQrModule from 'jsqr'
import { PNG } from 'pngjs'
import { expect, test } from 'vitest'
import { type Schemas, startEsimGo, type TestSim } from '../../support/esim-go.ts'
import {
  buy,
  esimWith,
  FR_1,
  GB_1,
  iccidsOf,
  type OrderAnswer,
} from '../../support/esim-go-shop.ts'
import { expectRefused } from '../../support/refused.ts'

// jsqr is CommonJS typed as an ES module: its function is the default of the default.
const jsQr = jsQrModule as unknown as typeof jsQrModule.default

type Install = Schemas['InstallDetails']

const JSON_TYPE = { Accept: 'application/json' }
const ZIP_TYPE = { Accept: 'application/zip' }

/** An order of `quantity` new eSIMs. */
const ordered = (sim: TestSim, quantity = 1) => buy(sim, { item: GB_1, quantity }, true)

const pathOf = (...references: string[]) =>
  `/esims/assignments?${references.map((reference) => `reference=${reference}`).join('&')}`

const details = async (sim: TestSim, iccid: string) =>
  (await sim.get<Schemas['EsimDetails']>(`/esims/${iccid}`)).body

/** The text of a QR code. */
function scan(png: Uint8Array): string | undefined {
  const { data, width, height } = PNG.sync.read(Buffer.from(png))
  return jsQr(new Uint8ClampedArray(data), width, height)?.data
}

/** The local time in the header of the first file of a ZIP, as it is written there: no zone, two seconds a step. */
function zipTime(zip: Uint8Array): string {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength)
  const time = view.getUint16(10, true)
  const date = view.getUint16(12, true)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${(date >> 9) + 1980}-${two((date >> 5) & 15)}-${two(date & 31)}`
  return `${day} ${two(time >> 11)}:${two((time >> 5) & 63)}:${two((time & 31) * 2)}`
}

test('ESG-042 the reference of an order finds its eSIMs', async () => {
  await using sim = await startEsimGo()
  const order = await ordered(sim, 2)
  const { status, body } = await sim.get<Install[]>(pathOf(order.orderReference), JSON_TYPE)
  expect(status).toBe(200)
  expect(body.map(({ iccid }) => iccid)).toEqual(iccidsOf(order))
  for (const each of body)
    expect(each).toMatchObject({ bundle: GB_1, reference: order.orderReference })
})

test('ESG-043 the reference of an application finds its eSIMs', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const { applyReference, esims } = (
    await sim.post<Schemas['ApplyResult']>('/esims/apply', { bundle: GB_1, repeat: 2 })
  ).body
  const { body } = await sim.get<Install[]>(pathOf(applyReference), JSON_TYPE)
  expect(body.map(({ iccid }) => iccid)).toEqual(esims.map(({ iccid }) => iccid))
  for (const each of body) expect(each).toMatchObject({ bundle: GB_1, reference: applyReference })
})

test('ESG-044 the answer has the ICCID, the SM-DP+ address and the matching id', async () => {
  await using sim = await startEsimGo()
  const order = await ordered(sim)
  const { iccid, smdpAddress, matchingId } = await details(sim, iccidsOf(order)[0] ?? '')
  const asJson = await sim.get<Install>(pathOf(order.orderReference), JSON_TYPE)
  expect(asJson.body).toMatchObject({ iccid, smdpAddress, matchingId })
  const asCsv = await sim.get(pathOf(order.orderReference))
  expect(asCsv.text).toContain(
    `${iccid},${matchingId},${smdpAddress},${GB_1},${order.orderReference}\n`,
  )
})

test('ESG-045 several references can be asked for at once', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const order = await ordered(sim, 2)
  const applied = (await sim.post<Schemas['ApplyResult']>('/esims/apply', { bundle: GB_1 })).body
  const { body } = await sim.get<Install[]>(
    pathOf(order.orderReference, applied.applyReference),
    JSON_TYPE,
  )
  expect(body.map(({ iccid }) => iccid)).toEqual([
    ...iccidsOf(order),
    ...applied.esims.map(({ iccid }) => iccid),
  ])
})

test('one unknown reference among several is refused', async () => {
  await using sim = await startEsimGo()
  const order = await ordered(sim)
  const asked = () => sim.get(pathOf(order.orderReference, 'unknown'))
  await expectRefused(sim, asked, { status: 400, code: 'unknown-order', reason: /unknown/ })
})

test.each([
  ['text/csv', 'text/csv'],
  ['application/json', 'application/json'],
  ['application/zip', 'application/zip'],
  ['*/*', 'text/csv'],
  ['text/*', 'text/csv'],
  ['application/json, text/plain, */*', 'application/json'],
  ['application/json;q=0.9, application/zip', 'application/zip'],
  ['application/json, application/xml', 'application/json'],
  ['text/html, */*;q=0.1', 'text/csv'],
  ['application/xml', 'text/csv'],
])('ESG-046 Accept: %s is answered as %s', async (accept, type) => {
  await using sim = await startEsimGo()
  const { orderReference } = await ordered(sim)
  const { status, headers } = await sim.get(pathOf(orderReference), { Accept: accept })
  expect(status).toBe(200)
  expect(headers.get('content-type')).toBe(type)
})

test('ESG-047 without a choice the answer is CSV with a header line', async () => {
  await using sim = await startEsimGo()
  const { orderReference } = await ordered(sim, 2)
  const { headers, text } = await sim.get(pathOf(orderReference))
  expect(headers.get('content-type')).toBe('text/csv')
  const lines = text.trimEnd().split('\n')
  expect(lines[0]).toBe('ICCID,Matching ID,RSP URL,Bundle,Reference')
  expect(lines).toHaveLength(3)
})

test('ESG-048 the ZIP holds QR codes as PNG files that scan to exactly the LPA string', async () => {
  await using sim = await startEsimGo()
  const order = await ordered(sim, 3)
  const { headers, bytes } = await sim.get(pathOf(order.orderReference), ZIP_TYPE)
  expect(headers.get('content-length')).toBe(String(bytes.length))
  const files = unzipSync(bytes)
  const names = iccidsOf(order).map((iccid) => `${iccid}.png`)
  expect(Object.keys(files).sort()).toEqual([...names, 'esims.csv'].sort())
  for (const iccid of iccidsOf(order)) {
    const { smdpAddress, matchingId } = await details(sim, iccid)
    expect(scan(files[`${iccid}.png`] ?? new Uint8Array())).toBe(
      `LPA:1$${smdpAddress}$${matchingId}`,
    )
  }
})

test('ESG-257 a CSV in the ZIP tells which file is of which eSIM', async () => {
  await using sim = await startEsimGo()
  const order = await ordered(sim, 2)
  const { bytes } = await sim.get(pathOf(order.orderReference), ZIP_TYPE)
  const lines = iccidsOf(order).map((iccid) => `${iccid},${iccid}.png\n`)
  expect(strFromU8(unzipSync(bytes)['esims.csv'] ?? new Uint8Array())).toBe(
    ['ICCID,File\n', ...lines].join(''),
  )
})

test('an eSIM that two references name is in the ZIP once', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const again = await buy(sim, { item: FR_1, iccids: [iccid] }, true)
  const first = (await sim.get<OrderAnswer[]>('/orders')).body[1]?.orderReference ?? ''
  const { bytes } = await sim.get(pathOf(first, again.orderReference), ZIP_TYPE)
  expect(Object.keys(unzipSync(bytes))).toEqual([`${iccid}.png`, 'esims.csv'])
})

test("the times in the ZIP are the world's, in UTC", async () => {
  await using sim = await startEsimGo()
  await sim.advance('P60DT13H14M16S')
  const { orderReference } = await ordered(sim)
  expect(zipTime((await sim.get(pathOf(orderReference), ZIP_TYPE)).bytes)).toBe(
    '2026-03-02 13:14:16',
  )
})

test('a world beyond the last year of a ZIP has ZIPs of that year', async () => {
  await using sim = await startEsimGo()
  await sim.advance('P80Y')
  const { orderReference } = await ordered(sim)
  const { status, bytes } = await sim.get(pathOf(orderReference), ZIP_TYPE)
  expect(status).toBe(200)
  expect(zipTime(bytes)).toBe('2099-01-01 00:00:00')
})

test('the same ZIP asked for twice is the same to the byte', async () => {
  await using sim = await startEsimGo()
  const { orderReference } = await ordered(sim, 2)
  const first = await sim.get(pathOf(orderReference), ZIP_TYPE)
  const second = await sim.get(pathOf(orderReference), ZIP_TYPE)
  expect(Buffer.from(second.bytes).equals(Buffer.from(first.bytes))).toBe(true)
})

test('ESG-049 a reference is required', async () => {
  await using sim = await startEsimGo()
  await ordered(sim)
  await expectRefused(sim, () => sim.get('/esims/assignments'), {
    status: 400,
    code: 'invalid-request',
    reason: /reference/,
  })
  await expectRefused(sim, () => sim.get('/esims/assignments?reference='), {
    status: 400,
    code: 'invalid-request',
  })
})

test('ESG-050 with additionalFields=appleInstallUrl the answer also has the Apple link', async () => {
  await using sim = await startEsimGo()
  const { orderReference, order } = await ordered(sim)
  const [esim] = order[0]?.esims ?? []
  const url = `https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=LPA:1$${esim?.smdpAddress}$${esim?.matchingId}`
  const path = `${pathOf(orderReference)}&additionalFields=appleInstallUrl`
  expect((await sim.get<Install>(path, JSON_TYPE)).body.appleInstallUrl).toBe(url)
  const [head, line] = (await sim.get(path)).text.trimEnd().split('\n')
  expect(head).toBe('ICCID,Matching ID,RSP URL,Bundle,Reference,Apple Install URL')
  expect(line?.endsWith(`,${orderReference},${url}`)).toBe(true)
  expect((await sim.get<Install>(pathOf(orderReference), JSON_TYPE)).body).not.toHaveProperty(
    'appleInstallUrl',
  )
})

test('the JSON is an object for one eSIM and an array for several', async () => {
  await using sim = await startEsimGo()
  const one = await ordered(sim)
  const two = await ordered(sim, 2)
  expect((await sim.get<Install>(pathOf(one.orderReference), JSON_TYPE)).body.iccid).toBe(
    iccidsOf(one)[0],
  )
  expect((await sim.get<Install[]>(pathOf(two.orderReference), JSON_TYPE)).body).toHaveLength(2)
})

test('with assignmentsJson array the JSON is always an array', async () => {
  await using sim = await startEsimGo()
  await sim.set({ assignmentsJson: 'array' })
  const one = await ordered(sim)
  expect((await sim.get<Install[]>(pathOf(one.orderReference), JSON_TYPE)).body).toMatchObject([
    { iccid: iccidsOf(one)[0] },
  ])
})

test('with assignmentsJson object the JSON is the first eSIM', async () => {
  await using sim = await startEsimGo()
  await sim.set({ assignmentsJson: 'object' })
  const two = await ordered(sim, 2)
  expect((await sim.get<Install>(pathOf(two.orderReference), JSON_TYPE)).body.iccid).toBe(
    iccidsOf(two)[0],
  )
})

test.each(['auto', 'object', 'array'])(
  'an order into the inventory has no eSIMs: an empty array with assignmentsJson %s',
  async (assignmentsJson) => {
    await using sim = await startEsimGo()
    await sim.set({ assignmentsJson })
    const { orderReference } = await buy(sim, { item: GB_1 })
    const { status, body } = await sim.get(pathOf(orderReference), JSON_TYPE)
    expect(status).toBe(200)
    expect(body).toEqual([])
  },
)

test('an order that is not delivered yet has no eSIMs yet', async () => {
  await using sim = await startEsimGo()
  await sim.set({ deliveryDelay: 'PT5M', assignmentsJson: 'array' })
  const { orderReference } = await ordered(sim)
  expect((await sim.get(pathOf(orderReference), JSON_TYPE)).body).toEqual([])
  await sim.advance('PT5M')
  expect((await sim.get(pathOf(orderReference), JSON_TYPE)).body).toHaveLength(1)
})

test('a refusal is JSON whatever was asked for', async () => {
  await using sim = await startEsimGo()
  await expectRefused(sim, () => sim.get(pathOf('unknown'), ZIP_TYPE), {
    status: 400,
    code: 'unknown-order',
  })
  await expectRefused(sim, () => sim.get(pathOf('unknown')), { status: 400, code: 'unknown-order' })
})
