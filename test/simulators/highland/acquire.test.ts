// Acquiring eSIMs at Highland: their installation codes, bar codes, and the stock they come from.
import jsQrModule from 'jsqr'
import { PNG } from 'pngjs'
import { expect, test } from 'vitest'
import {
  COMPANY,
  ESIM,
  expectFailure,
  HIGHLAND,
  type Highland,
  LINE,
  type Schemas,
  startHighland,
} from '../../support/highland.ts'

// jsqr is CommonJS typed as an ES module: its function is the default of the default.
const jsQr = jsQrModule as unknown as typeof jsQrModule.default

const acquireById = (sim: Highland, simId: string, company = COMPANY) =>
  sim.call<Schemas['Acquired']>('POST', '/b2b/sim/acquire/simid', {
    company_id: company,
    sim_id: simId,
  })

/** The text in a QR code. */
function scanned(png: Uint8Array): string | undefined {
  const { data, width, height } = PNG.sync.read(Buffer.from(png))
  return jsQr(new Uint8ClampedArray(data), width, height)?.data
}

test('HLD-003 HLD-005 HLD-006 an acquired eSIM comes with its numbers, its LPA code and a bar code URL', async () => {
  await using sim = await startHighland()
  const body = await sim.acquire()
  expect(body).toEqual({
    status: 'success',
    company_id: COMPANY,
    sim_id: '61100001',
    iccid: expect.stringMatching(/^8948010\d{12}$/),
    imsi: expect.stringMatching(/^26001\d{10}$/),
    msisdn: '14255550101',
    lpa_code: expect.stringMatching(/^1\$rsp\.esimulator\.example\$[A-Z0-9-]{23}$/),
    lpa_string: `LPA:${body.lpa_code}`,
    bar_code_url: expect.stringMatching(
      /^http:\/\/127\.0\.0\.1:\d+\/highland\/b2b\/sim\/bar_code\/[0-9a-f]{32}$/,
    ),
    bar_code_expires: '2026-01-04T00:00:00.000000',
  })
})

test('HLD-004 the next available eSIM is taken, each once', async () => {
  await using sim = await startHighland()
  await acquireById(sim, '61100002')
  const taken = [await sim.acquire(), await sim.acquire(HIGHLAND), await sim.acquire()]
  expect(taken.map(({ sim_id }) => sim_id)).toEqual(['61100001', '61100003', '61100004'])
  expect(new Set(taken.map(({ iccid }) => iccid)).size).toBe(3)
  expect(new Set(taken.map(({ bar_code_url }) => bar_code_url)).size).toBe(3)
})

test('HLD-008 a certain eSIM is acquired by its id', async () => {
  await using sim = await startHighland()
  expect((await acquireById(sim, '61100007')).body).toMatchObject({
    status: 'success',
    sim_id: '61100007',
    lpa_code: expect.any(String),
  })
  const again = {
    code: 'already-acquired',
    details: 'eSIM is already acquired.',
    reason: new RegExp(COMPANY),
  }
  await expectFailure(sim, () => acquireById(sim, '61100007'), again)
  await expectFailure(sim, () => acquireById(sim, '61100007', HIGHLAND), again)
  await expectFailure(sim, () => acquireById(sim, '1'), {
    code: 'unknown-esim',
    details: 'eSIM not found.',
  })
  await expectFailure(sim, () => acquireById(sim, 'x'), { status: 400, code: 'invalid-request' })
})

test('HLD-025 an empty stock has no more eSIM available for activation', async () => {
  await using sim = await startHighland({ given: 'an empty stock' })
  await expectFailure(sim, () => sim.post('/b2b/sim/acquire'), {
    code: 'out-of-stock',
    details: 'No more eSIM available for activation.',
  })
})

test('the stock is used up to its last eSIM', async () => {
  await using sim = await startHighland()
  for (let taken = 0; taken < 50; taken += 1) await sim.acquire()
  await expectFailure(sim, () => sim.post('/b2b/sim/acquire'), { code: 'out-of-stock' })
})

test('HLD-006 the bar code is a PNG that a scanner reads as the LPA string', async () => {
  await using sim = await startHighland()
  const { bar_code_url, lpa_string } = await sim.acquire()
  const { status, headers, body } = await sim.call<Uint8Array>('GET', bar_code_url)
  expect([status, headers.get('content-type')]).toEqual([200, 'image/png'])
  expect(scanned(body)).toBe(lpa_string)
})

test('HLD-007 the bar code is good for 3 days, to the second, and refused at the instant', async () => {
  await using sim = await startHighland()
  await sim.clock.advance('PT5H')
  const { bar_code_url, bar_code_expires } = await sim.acquire()
  expect(bar_code_expires).toBe('2026-01-04T05:00:00.000000')
  await sim.clock.advance('P2DT23H59M59S')
  const last = await sim.call('GET', bar_code_url)
  expect([last.status, last.headers.get('content-type')]).toEqual([200, 'image/png'])
  await sim.clock.advance('PT1S')
  await expectFailure(sim, () => sim.call('GET', bar_code_url), {
    status: 410,
    code: 'expired-code',
    details: 'Bar code has expired.',
  })
})

test('HLD-007 an expired code does not install: the device is refused', async () => {
  await using sim = await startHighland()
  const { iccid } = await sim.acquire()
  await sim.clock.advance('P2DT23H59M59S')
  expect((await sim.device(iccid).show()).codeExpiresAt).toBe('2026-01-04T00:00:00.000Z')
  await sim.clock.advance('PT1S')
  await expect(sim.device(iccid).install()).rejects.toThrow(
    /installation code is no longer good: it has expired/,
  )
  await expect(sim.device(iccid).download()).rejects.toThrow(/expired/)
  expect(await sim.device(iccid).show()).toMatchObject({ profile: 'released' })
})

test('HLD-007 an eSIM installed in time is unaffected', async () => {
  await using sim = await startHighland()
  const { iccid, sim_id } = await sim.acquire()
  await sim.clock.advance('P2DT23H59M59S')
  await sim.device(iccid).install()
  await sim.clock.advance('P30D')
  await sim.post('/b2b/sim/product/add', { sim_id, product_id: '852', market_id: '162' })
  expect(await sim.device(iccid).use(5)).toMatchObject({ used: 5, sim: { profile: 'enabled' } })
})

test('a profile downloaded in time is installed later', async () => {
  await using sim = await startHighland()
  const { iccid } = await sim.acquire()
  await sim.device(iccid).download()
  await sim.clock.advance('P9D')
  expect((await sim.device(iccid).install()).sim.profile).toBe('enabled')
})

test('installationCodeLifetime moves the end of the codes to come', async () => {
  await using sim = await startHighland()
  const before = await sim.acquire()
  await sim.set('highland', { installationCodeLifetime: 'PT10M' })
  const after = await sim.acquire()
  expect([before.bar_code_expires, after.bar_code_expires]).toEqual([
    '2026-01-04T00:00:00.000000',
    '2026-01-01T00:10:00.000000',
  ])
  await sim.clock.advance('PT10M')
  expect([
    (await sim.call('GET', before.bar_code_url)).status,
    (await sim.call('GET', after.bar_code_url)).status,
  ]).toEqual([200, 410])
})

test('a bar code there is not is refused', async () => {
  await using sim = await startHighland()
  const { bar_code_url } = await sim.acquire()
  const nowhere = bar_code_url.replace(/[0-9a-f]{32}$/, '0'.repeat(32))
  await expectFailure(sim, () => sim.call('GET', nowhere), {
    status: 404,
    code: 'unknown-code',
    details: 'Bar code not found.',
  })
  await expectFailure(sim, () => sim.call('GET', bar_code_url.slice(0, -1)), {
    status: 400,
    code: 'invalid-request',
  })
})

test('a bar code is opened without a credential: a traveller has none', async () => {
  await using sim = await startHighland()
  const { bar_code_url } = await sim.acquire()
  await sim.set('highland', { auth: 'header' })
  expect((await sim.call('GET', bar_code_url)).status).toBe(200)
})

test('the bar code URL of another world leads there, also where a header chose the world', async () => {
  await using sim = await startHighland()
  await fetch(`${sim.url}/_sim/worlds`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"name":"ci"}',
  })
  const json = { company_id: COMPANY }
  const { body } = await sim.call<Schemas['Acquired']>('POST', '/b2b/sim/acquire', json, {
    'X-Sim-World': 'ci',
  })
  expect(body.bar_code_url).toContain('/w/ci/highland/')
  expect((await sim.call('GET', body.bar_code_url)).status).toBe(200)
})

test('an eSIM of the stock is in no handset before it is acquired', async () => {
  await using sim = await startHighland()
  expect((await sim.sims('highland')).map(({ iccid }) => iccid)).toEqual([sim.iccid(ESIM)])
})

test('HLD-034 HLD-035 a line of the inventory can be acquired as it was given', async () => {
  await using sim = await startHighland({ given: 'an empty stock' })
  const { body } = await sim.call('PUT', '/highland/esim', { esim_list: [LINE] })
  expect(body).toEqual({ status: 'success', added: 1, available: 1 })
  expect(await sim.acquire()).toMatchObject({
    sim_id: '61007763',
    iccid: '8948010000042217613',
    imsi: '260010191724652',
    msisdn: '14254458443',
    lpa_code: '1$sm-dp-address.com$ACTIVATIONCODE12346',
    lpa_string: 'LPA:1$sm-dp-address.com$ACTIVATIONCODE12346',
  })
})

const SECOND = LINE.replace('61007763', '61007999').replace('2217613', '2217621')

test('lines come as a list or as one text', async () => {
  await using sim = await startHighland({ given: 'an empty stock' })
  expect(
    (await sim.call('PUT', '/highland/esim', { esim_list: `${LINE}\r\n${SECOND}\n` })).body,
  ).toMatchObject({ added: 2, available: 2 })
})

test.each([
  ['too few fields', LINE.replace(',14254458443', '')],
  ['LPA: before the code', LINE.replace(',1$', ',LPA:1$')],
  ['an ICCID that is none', LINE.replace(',89', ',79')],
  ['letters in the IMSI', LINE.replace('26001', '2600X')],
  ['no address', LINE.replace('sm-dp-address.com', '')],
  ['nothing', ''],
])('a malformed line is named by its number, and no line is taken: %s', async (_what, line) => {
  await using sim = await startHighland()
  const details = /^line 2 is not simId,iccid,imsi,msisdn,1\$address\$code$/
  await expectFailure(sim, () => sim.call('PUT', '/highland/esim', { esim_list: [SECOND, line] }), {
    status: 400,
    code: 'invalid-request',
    details,
  })
})

test('an eSIM there is already is named by its line, be it in stock, acquired or in the list before', async () => {
  await using sim = await startHighland()
  await sim.call('PUT', '/highland/esim', { esim_list: [LINE] })
  const test = LINE.replace('61007763', ESIM).replace('2217613', '2217639')
  const sameIccid = LINE.replace('61007763', '5')
  await expectFailure(
    sim,
    () => sim.call('PUT', '/highland/esim', { esim_list: [SECOND, LINE, SECOND, test, sameIccid] }),
    {
      code: 'duplicate-esim',
      details:
        'line 2: eSIM 61007763 is there already; line 3: eSIM 61007999 is there already; ' +
        `line 4: eSIM ${ESIM} is there already; line 5: ICCID 8948010000042217613 is there already`,
    },
  )
})

test('malformed lines and known ones are told together', async () => {
  await using sim = await startHighland()
  const call = () => sim.call('PUT', '/highland/esim', { esim_list: [LINE, LINE, 'x'] })
  await expectFailure(sim, call, {
    status: 400,
    code: 'invalid-request',
    details: /^line 3 is not .*; line 2: eSIM 61007763/,
  })
})

test.each([{}, { esim_list: [] }, { esim_list: '' }, { esim_list: [1] }])(
  'an inventory of %j is malformed',
  async (json) => {
    await using sim = await startHighland()
    await expectFailure(sim, () => sim.call('PUT', '/highland/esim', json), {
      status: 400,
      code: 'invalid-request',
    })
  },
)
