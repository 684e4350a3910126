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

test('HLD-005 HLD-006 HLD-008 a certain eSIM is acquired by its id, and its bar code opens', async () => {
  await using sim = await startHighland()
  const { body } = await acquireById(sim, '61100007')
  expect(body).toMatchObject({
    status: 'success',
    sim_id: '61100007',
    company_id: COMPANY,
    lpa_code: expect.stringMatching(/^1\$rsp\.esimulator\.example\$[A-Z0-9-]{23}$/),
  })
  expect((await sim.get('/b2b/company/summary')).body.sim_total).toBe(2)
  expect((await sim.call('GET', String(body.bar_code_url))).status).toBe(200)
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

/** The vendor's own nine lines. */
const NINE = [
  '61007763,8948010000042217613,260010191724652,14254458443,1$sm-dp-address.com$ACTIVATIONCODE12346',
  '61007764,8948010000042217614,260010191724653,14254458444,1$sm-dp-address.com$ACTIVATIONCODE12347',
  '61007765,8948010000042217615,260010191724654,14254458445,1$sm-dp-address.com$ACTIVATIONCODE12348',
  '61007766,8948010000042217616,260010191724655,14254458446,1$sm-dp-address.com$ACTIVATIONCODE12349',
  '61007767,8948010000042217617,260010191724656,14254458447,1$sm-dp-address.com$ACTIVATIONCODE12350',
  '61007768,8948010000042217618,260010191724657,14254458448,1$sm-dp-address.com$ACTIVATIONCODE12351',
  '61007769,8948010000042217619,260010191724658,14254458449,1$sm-dp-address.com$ACTIVATIONCODE12352',
  '61007770,8948010000042217623,260010191724659,14254458450,1$sm-dp-address.com$ACTIVATIONCODE12353',
  '61007771,8948010000042217624,260010191724650,14254458451,1$sm-dp-address.com$ACTIVATIONCODE12354',
]
const quoted = NINE.map((line) =>
  line
    .split(',')
    .map((field) => `"${field}"`)
    .join(),
)

test.each<[string, string | undefined, unknown]>([
  ['a JSON list', 'application/json', JSON.stringify(NINE)],
  ['a JSON object', 'application/json; charset=utf-8', JSON.stringify({ esim_list: NINE })],
  ['one JSON text', 'application/json', JSON.stringify(NINE.join('\n'))],
  ['plain text', 'text/plain', NINE.join('\n')],
  ['plain text with a byte order mark', 'text/plain;charset=UTF-8', `\ufeff${NINE.join('\n')}\n`],
  ['CSV', 'text/csv', `${NINE.join('\r\n')}\r\n`],
  ['CSV with quotes', 'text/csv; header=absent', quoted.join('\r\n')],
  ['text without a type', undefined, NINE.join('\n')],
  ['text as curl sends it', 'application/x-www-form-urlencoded', NINE.join('\n')],
  ['JSON as fetch sends it', 'text/plain;charset=UTF-8', JSON.stringify(NINE)],
])(
  "HLD-040 the vendor's own nine lines are taken in a fresh world as %s",
  async (_how, type, body) => {
    await using sim = await startHighland()
    const headers = type === undefined ? undefined : { 'Content-Type': type }
    const answer = await fetch(`${sim.base}/highland/esim`, {
      method: 'PUT',
      body: Buffer.from(String(body)),
      ...(headers && { headers }),
    })
    expect(await answer.json()).toEqual({ status: 'success', added: 9, available: 59 })
    for (const line of NINE) {
      const [simId = '', iccid, imsi, msisdn, lpa_code] = line.split(',')
      const { body: acquired } = await acquireById(sim, simId)
      expect(acquired).toMatchObject({ iccid, imsi, msisdn, lpa_code })
    }
  },
)

test('with strict the lines are taken as what the spec names, and as nothing else', async () => {
  await using sim = await startHighland({ settings: { highland: { strict: true } } })
  const put = (type: string) => () =>
    sim.call('PUT', '/highland/esim', LINE, { 'Content-Type': type })
  await expectFailure(sim, put('application/xml'), {
    status: 415,
    code: 'unsupported-media-type',
    details: /send application\/json or text\/plain/,
  })
  expect((await put('text/csv')()).body).toMatchObject({ added: 1 })
})

test('an operation that takes no text reads text as JSON, as before', async () => {
  await using sim = await startHighland()
  const json = JSON.stringify({ company_id: COMPANY })
  const { body } = await sim.call('POST', '/b2b/sim/acquire', json, {
    'Content-Type': 'text/plain',
  })
  expect(body.status).toBe('success')
  expect(await sim.journal.list({ limit: 1 })).toMatchObject([
    { undocumented: ['Content-Type: text/plain'] },
  ])
})

test('lines come as a list or as one text', async () => {
  await using sim = await startHighland({ given: 'an empty stock' })
  expect(
    (await sim.call('PUT', '/highland/esim', { esim_list: `${LINE}\r\n${SECOND}\n` })).body,
  ).toMatchObject({ added: 2, available: 2 })
})

test.each([
  ['too few fields', LINE.replace(',14254458443', '')],
  ['another format of code', LINE.replace(',1$', ',2$')],
  ['a confirmation flag that is none', `${LINE}$$2`],
  ['an OID that is none', `${LINE}$one`],
  ['a field too many of the code', `${LINE}$1.3$1$1`],
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

const HOST = 'sm-dp-address.com'

test.each([
  [`1$${HOST}$CODE$1.3.6.1.4.1$1`, `1$${HOST}$CODE$1.3.6.1.4.1$1`, true],
  [`1$${HOST}$CODE$$1`, `1$${HOST}$CODE$$1`, true],
  [`1$${HOST}$CODE$1.3.6.1.4.1`, `1$${HOST}$CODE$1.3.6.1.4.1`, false],
  [`LPA:1$${HOST}$CODE$$1`, `1$${HOST}$CODE$$1`, true],
  [`LPA:1$${HOST}$CODE`, `1$${HOST}$CODE`, false],
  [`1$${HOST}$`, `1$${HOST}$`, false],
])('HLD-041 HLD-042 a stock line with the activation code %s', async (code, lpaCode, asks) => {
  await using sim = await startHighland({ given: 'an empty stock' })
  const line = LINE.replace(/1\$.*$/, () => code)
  expect((await sim.call('PUT', '/highland/esim', [line])).body).toMatchObject({ added: 1 })
  const { iccid, lpa_code, lpa_string, bar_code_url } = await sim.acquire()
  expect([lpa_code, lpa_string]).toEqual([lpaCode, `LPA:${lpaCode}`])
  expect(scanned((await sim.call<Uint8Array>('GET', bar_code_url)).body)).toBe(lpa_string)
  expect((await sim.device(iccid).show()).installationCode).toBe(lpa_string)
  if (asks) {
    await expect(sim.device(iccid).download()).rejects.toThrow(/asks for a confirmation code/)
    await expect(sim.device(iccid).install()).rejects.toThrow(/"confirmationCode"/)
    expect((await sim.device(iccid).show()).profile).toBe('released')
    expect((await sim.device(iccid).download('1234')).sim.profile).toBe('downloaded')
  }
  expect((await sim.device(iccid).install()).sim.profile).toBe('enabled')
})

test.each([
  ['any', undefined, false],
  ['any', '1', true],
  ['1234', '4321', false],
  ['1234', undefined, false],
  ['1234', '1234', true],
  ['none', undefined, true],
  ['none', '4321', true],
])(
  'HLD-042 with the setting confirmationCode %s a handset that gives %s is let in: %s',
  async (setting, given, installs) => {
    await using sim = await startHighland({ settings: { highland: { confirmationCode: setting } } })
    await sim.call('PUT', '/highland/esim', [`${LINE}$$1`])
    const { body } = await acquireById(sim, '61007763')
    const installed = sim.device(body.iccid).install(given)
    if (installs) expect((await installed).sim.profile).toBe('enabled')
    else await expect(installed).rejects.toThrow(/confirmation code/)
  },
)

test('an eSIM whose code asks for no confirmation installs whatever the handset gives', async () => {
  await using sim = await startHighland({ settings: { highland: { confirmationCode: '1234' } } })
  const { iccid } = await sim.acquire()
  expect((await sim.device(iccid).install('4321')).sim.profile).toBe('enabled')
})
