// eSIMs at eSIM Go: one of them, the list, the customer reference.
import { expect, test } from 'vitest'
import { type Schemas, startEsimGo, type TestSim } from '../../support/esim-go.ts'
import {
  buy,
  esimWith,
  FR_1,
  GB_1,
  iccidsOf,
  onAir,
  ownIccids,
} from '../../support/esim-go-shop.ts'
import { expectRefused } from '../../support/refused.ts'

type Details = Schemas['EsimDetails']
type Page = Schemas['EsimPage']

const LAST_ACTIONS = [
  'Bundle Refund',
  'Bundle Applied',
  'Bundle Revoked',
  'eSIM Updated',
  'eSIM Refreshed',
  'eSIM Utilisation Alert',
]

const details = async (sim: TestSim, iccid: string) =>
  (await sim.get<Details>(`/esims/${iccid}`)).body

const list = async (sim: TestSim, query: string) => (await sim.get<Page>(`/esims?${query}`)).body

const refs = async (sim: TestSim, query: string) =>
  (await list(sim, query)).esims.map(({ customerRef }) => customerRef)

/** Three eSIMs, an hour apart; the references do not sort as the times do. */
async function three(sim: TestSim): Promise<string[]> {
  const iccids: string[] = []
  for (const customerRef of ['beta', 'Gamma', 'alpha']) {
    const iccid = await esimWith(sim, GB_1)
    await sim.put('/esims', { iccid, customerRef })
    await sim.advance('PT1H')
    iccids.push(iccid)
  }
  return iccids
}

test('ESG-097 an eSIM is answered with what it takes to install it, its codes and when it was installed', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  await sim.advance('PT1H')
  await sim.device(iccid).install()
  await sim.advance('PT1H')
  const { status, body } = await sim.get<Details>(`/esims/${iccid}`)
  expect(status).toBe(200)
  expect(body).toEqual({
    iccid,
    matchingId: expect.stringMatching(/^([A-Z0-9]{5}-){3}[A-Z0-9]{5}$/),
    smdpAddress: 'rsp.esimulator.example',
    profileStatus: 'Installed',
    pin: expect.stringMatching(/^\d{4}$/),
    puk: expect.stringMatching(/^\d{8}$/),
    firstInstalledDateTime: Date.parse('2026-01-01T01:00:00Z'),
    customerRef: '',
  })
})

test('an ICCID has 19 digits under 8943108 and its check digit', async () => {
  await using sim = await startEsimGo()
  for (const iccid of iccidsOf(await buy(sim, { item: GB_1, quantity: 5 }, true))) {
    expect(iccid).toMatch(/^8943108\d{12}$/)
    const digits = [...iccid]
      .reverse()
      .map((digit, at) => (at % 2 === 0 ? Number(digit) : Number(digit) * 2))
    expect(digits.reduce((sum, digit) => sum + (digit > 9 ? digit - 9 : digit), 0) % 10).toBe(0)
  }
})

test('the profile status follows the handset, in the words of the provider', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const device = sim.device(iccid)
  const seen = [(await details(sim, iccid)).profileStatus]
  for (const step of [
    device.download,
    device.install,
    device.disable,
    device.enable,
    device.disable,
    device.delete,
  ]) {
    await step()
    seen.push((await details(sim, iccid)).profileStatus)
  }
  expect(seen).toEqual([
    'Released',
    'Downloaded',
    'Installed',
    'Installed',
    'Installed',
    'Installed',
    'Released',
  ])
})

test('an eSIM that was never installed has no time of installation', async () => {
  await using sim = await startEsimGo()
  expect(await details(sim, await esimWith(sim, GB_1))).not.toHaveProperty('firstInstalledDateTime')
})

test('an eSIM installed again keeps the time of its first installation', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const device = sim.device(iccid)
  await device.install()
  await sim.advance('P1D')
  await device.disable()
  await device.delete()
  await device.install()
  expect((await details(sim, iccid)).firstInstalledDateTime).toBe(
    Date.parse('2026-01-01T00:00:00Z'),
  )
})

test('ESG-098 with additionalFields=appleInstallUrl the answer also has the Apple link', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const { body } = await sim.get<Details>(`/esims/${iccid}?additionalFields=appleInstallUrl`)
  const lpa = `LPA:1$${body.smdpAddress}$${body.matchingId}`
  expect(body.appleInstallUrl).toBe(
    `https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=${lpa}`,
  )
  expect(await details(sim, iccid)).not.toHaveProperty('appleInstallUrl')
})

test('words of additionalFields that mean nothing are passed over, and journalled', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const plain = await sim.get(`/esims/${iccid}`)
  const odd = await sim.get(`/esims/${iccid}?additionalFields=qrCode`)
  expect([odd.status, odd.body]).toEqual([200, plain.body])
  expect(sim.journal.list()[0]?.undocumented).toEqual(['?additionalFields=qrCode'])
  expect((await sim.get(`/esims/${iccid}?additionalFields=`)).body).toEqual(plain.body)
})

test.each([
  'installUrl',
  'qrCode,installUrl',
  'appleInstallUrl,installUrl',
  'appleInstallUrl&additionalFields=installUrl',
])('additionalFields=%s brings both links', async (fields) => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  expect((await sim.get(`/esims/${iccid}?additionalFields=${fields}`)).body).toMatchObject({
    appleInstallUrl: expect.stringMatching(/^https:\/\/esimsetup\.apple\.com\//),
    androidInstallUrl: expect.stringMatching(/^https:\/\/esimsetup\.android\.com\//),
  })
})

test("ESG-099 the list has every eSIM assigned to the organisation now, and nobody else's", async () => {
  await using sim = await startEsimGo()
  await using other = await startEsimGo('an assigned bundle')
  expect((await list(sim, '')).esims).toEqual([])
  const bought = iccidsOf(await buy(sim, { item: GB_1, quantity: 3 }, true))
  const { esims, rows } = await list(sim, '')
  expect(rows).toBe(3)
  expect(new Set(esims.map(({ iccid }) => iccid))).toEqual(new Set(bought))
  expect(bought).not.toContain((await ownIccids(other))[0])
  expect(esims[0]).toEqual({
    iccid: expect.any(String),
    customerRef: '',
    lastAction: 'Bundle Applied',
    actionDate: '2026-01-01T00:00:00.000Z',
    physical: false,
    assignedDate: '2026-01-01T00:00:00.000Z',
  })
})

test('ESG-100 page picks the page of eSIMs, perPage its length', async () => {
  await using sim = await startEsimGo()
  const all = iccidsOf(await buy(sim, { item: GB_1, quantity: 5 }, true))
  const first = await list(sim, 'perPage=2')
  const pages = [first, await list(sim, 'perPage=2&page=2'), await list(sim, 'perPage=2&page=3')]
  expect(first).toMatchObject({ pageCount: 3, rows: 5, pageSize: 2 })
  expect(pages.map(({ esims }) => esims.map(({ iccid }) => iccid))).toEqual([
    all.slice(0, 2),
    all.slice(2, 4),
    all.slice(4),
  ])
  expect((await list(sim, 'perPage=2&page=4')).esims).toEqual([])
})

test('a page of eSIMs is 50 long unless told', async () => {
  await using sim = await startEsimGo()
  await buy(sim, { item: GB_1, quantity: 51 }, true)
  const { esims, pageCount, pageSize } = await list(sim, '')
  expect([esims.length, pageCount, pageSize]).toEqual([50, 2, 50])
})

test.each([
  'page=0',
  'page=-1',
  'page=x',
  'perPage=0',
  'perPage=5001',
  'perPage=1.5',
  'direction=up',
  'orderBy=pin',
  'filterBy=pin&filter=1',
])('the list with %s is refused', async (query) => {
  await using sim = await startEsimGo()
  await expectRefused(sim, () => sim.get(`/esims?${query}`), {
    status: 400,
    code: 'invalid-request',
  })
})

test.each([
  ['customerRef', ['Gamma', 'alpha', 'beta']],
  ['assignedDate', ['beta', 'Gamma', 'alpha']],
  ['actionDate', ['beta', 'Gamma', 'alpha']],
])('ESG-101 orderBy=%s sorts the eSIMs by that column', async (column, expected) => {
  await using sim = await startEsimGo()
  await three(sim)
  expect(await refs(sim, `orderBy=${column}`)).toEqual(expected)
})

test('ESG-101 orderBy=iccid sorts the eSIMs by ICCID', async () => {
  await using sim = await startEsimGo()
  const iccids = await three(sim)
  expect((await list(sim, 'orderBy=iccid')).esims.map(({ iccid }) => iccid)).toEqual(
    iccids.toSorted(),
  )
})

test('ESG-101 orderBy=lastAction sorts the eSIMs by what was last done to them', async () => {
  await using sim = await startEsimGo()
  await three(sim)
  await esimWith(sim, GB_1)
  const actions = (await list(sim, 'orderBy=lastAction')).esims.map(({ lastAction }) => lastAction)
  expect(actions).toEqual(['Bundle Applied', 'eSIM Updated', 'eSIM Updated', 'eSIM Updated'])
})

test('ESG-102 direction turns the order of the eSIMs', async () => {
  await using sim = await startEsimGo()
  await three(sim)
  expect(await refs(sim, 'orderBy=customerRef&direction=desc')).toEqual(['beta', 'alpha', 'Gamma'])
  expect(await refs(sim, 'orderBy=customerRef&direction=asc')).toEqual(['Gamma', 'alpha', 'beta'])
  expect(await refs(sim, 'orderBy=customerRef&direction=desc&perPage=2&page=2')).toEqual(['Gamma'])
})

test('ESG-103 filterBy names one of five columns', async () => {
  await using sim = await startEsimGo()
  const [first = ''] = await three(sim)
  expect(await refs(sim, `filterBy=iccid&filter=${first}`)).toEqual(['beta'])
  expect(await refs(sim, 'filterBy=customerRef&filter=alpha')).toEqual(['alpha'])
  expect(await refs(sim, 'filterBy=lastAction&filter=eSIM%20Updated')).toHaveLength(3)
  expect(await refs(sim, 'filterBy=actionDate&filter=2026-01-01T01:00:00.000Z')).toEqual(['Gamma'])
  expect(await refs(sim, 'filterBy=assignedDate&filter=2026-01-01T02:00:00.000Z')).toEqual([
    'alpha',
  ])
  await expectRefused(sim, () => sim.get('/esims?filterBy=physical&filter=false'), {
    status: 400,
    code: 'invalid-request',
  })
})

test.each([
  ['Bundle Applied', () => {}],
  ['eSIM Updated', (sim: TestSim, iccid: string) => sim.put('/esims', { iccid, customerRef: 'a' })],
  ['eSIM Utilisation Alert', (sim: TestSim, iccid: string) => sim.device(iccid).use(10_000_000)],
])('ESG-104 the last action is %s', async (lastAction, act) => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.advance('PT1H')
  await act(sim, iccid)
  const { esims } = await list(sim, '')
  expect(esims[0]?.lastAction).toBe(lastAction)
  expect(
    await refs(sim, `filterBy=lastAction&filter=${encodeURIComponent(lastAction)}`),
  ).toHaveLength(1)
})

test.each(LAST_ACTIONS)('ESG-104 the last action %s can be looked for', async (lastAction) => {
  await using sim = await startEsimGo()
  await esimWith(sim, GB_1)
  const { rows } = await list(sim, `filterBy=lastAction&filter=${encodeURIComponent(lastAction)}`)
  expect(rows).toBe(lastAction === 'Bundle Applied' ? 1 : 0)
})

test('ESG-105 filter is the value the column must have, in each of the five', async () => {
  await using sim = await startEsimGo()
  await three(sim)
  for (const esim of (await list(sim, '')).esims) {
    for (const column of ['iccid', 'customerRef', 'actionDate', 'assignedDate'] as const) {
      const filter = encodeURIComponent(esim[column] ?? '')
      expect((await list(sim, `filterBy=${column}&filter=${filter}`)).esims).toEqual([esim])
    }
  }
  expect(await refs(sim, 'filterBy=lastAction&filter=eSIM%20Refreshed')).toEqual([])
  expect(await refs(sim, 'filterBy=lastAction&filter=eSIM%20Updated')).toHaveLength(3)
  expect(await list(sim, 'filterBy=customerRef&filter=alpha')).toMatchObject({
    rows: 1,
    pageCount: 1,
    esims: [{ customerRef: 'alpha' }],
  })
  expect(await list(sim, 'filterBy=customerRef&filter=delta')).toMatchObject({
    rows: 0,
    pageCount: 0,
    esims: [],
  })
})

test('a filter is found anywhere in its column, in either case', async () => {
  await using sim = await startEsimGo()
  await three(sim)
  expect(await refs(sim, 'filterBy=customerRef&filter=AM')).toEqual(['Gamma'])
})

const JAN = (day: number) => `2026-01-0${day}`

/** Three eSIMs, one a day from 1 January at noon, called after their day. */
async function oneADay(sim: TestSim): Promise<void> {
  await sim.advance('PT12H')
  for (const day of [1, 2, 3]) {
    const iccid = await esimWith(sim, GB_1)
    await sim.put('/esims', { iccid, customerRef: `of day ${day}` })
    await sim.advance('P1D')
  }
}

test.each(['assignedDate', 'actionDate'])(
  'filters of %s compare times and days',
  async (column) => {
    await using sim = await startEsimGo()
    await oneADay(sim)
    const days = async (filter: string) =>
      (await refs(sim, `filterBy=${column}&filter=${filter}`)).map((ref) => ref.at(-1))
    expect(await days(`gte:${JAN(2)}`)).toEqual(['2', '3'])
    expect(await days(`gt:${JAN(2)}`)).toEqual(['3'])
    expect(await days(`lte:${JAN(2)}`)).toEqual(['1', '2'])
    expect(await days(`lt:${JAN(2)}`)).toEqual(['1'])
    expect(await days(`eq:${JAN(2)}`)).toEqual(['2'])
    expect(await days(JAN(2))).toEqual(['2'])
    expect(await days(`gt:${JAN(2)}T12:00:00Z`)).toEqual(['3'])
    expect(await days(`gte:${JAN(2)}T14:00:00%2B02:00`)).toEqual(['2', '3'])
    expect(await days(`lt:${JAN(2)}T12:00:00.001Z`)).toEqual(['1', '2'])
    expect(await days('2026-01*')).toEqual(['1', '2', '3'])
    expect(await days('*-03T*')).toEqual(['3'])
  },
)

test('filters of ICCIDs compare numbers, and know a wildcard', async () => {
  await using sim = await startEsimGo()
  await oneADay(sim)
  const iccids = (await list(sim, 'orderBy=iccid')).esims.map(({ iccid }) => iccid)
  const [low = '', middle = '', high = ''] = iccids
  const found = async (filter: string) =>
    (await list(sim, `filterBy=iccid&orderBy=iccid&filter=${filter}`)).esims.map(
      ({ iccid }) => iccid,
    )
  expect(await found(`gt:${low}`)).toEqual([middle, high])
  expect(await found(`gte:${middle}`)).toEqual([middle, high])
  expect(await found(`lt:${middle}`)).toEqual([low])
  expect(await found(`lte:${middle}`)).toEqual([low, middle])
  expect(await found(`eq:${middle}`)).toEqual([middle])
  expect(await found('gt:99')).toEqual([low, middle, high])
  expect(await found('8943*')).toEqual([low, middle, high])
  expect(await found(`*${middle.slice(-6)}`)).toEqual([middle])
  expect(await found(`${middle.slice(1)}*`)).toEqual([])
  expect(await found(middle.slice(6))).toEqual([middle])
})

test.each([
  ['of%20day%20*', ['1', '2', '3']],
  ['OF*2', ['2']],
  ['o*d*y*3', ['3']],
  ['day%202', ['2']],
  ['day%202*', []],
  ['of%20day%202*2', []],
  ['eq:Of%20Day%203', ['3']],
  ['eq:day%203', []],
  ['', ['1', '2', '3']],
])('the text filter %j finds the eSIMs of the days %j', async (filter, days) => {
  await using sim = await startEsimGo()
  await oneADay(sim)
  const found = await refs(sim, `filterBy=customerRef&filter=${filter}`)
  expect(found.map((ref) => ref.at(-1))).toEqual(days)
})

test.each([
  ['assignedDate', 'yesterday', /no assignedDate: write 2026-01-02/],
  ['actionDate', 'gte:2026-02-30', /no actionDate/],
  ['actionDate', 'gte:2026-13-01', /no actionDate/],
  ['assignedDate', 'lt:2026-01-02T24:00:00Z', /no assignedDate/],
  ['assignedDate', 'gte:2026-01*', /no assignedDate/],
  ['assignedDate', 'ne:2026-01-02', /no assignedDate/],
  ['iccid', 'gte:8943*', /no iccid: give digits/],
  ['iccid', 'ne:8943', /no iccid: give digits, with \*/],
  ['customerRef', 'gte:alice', /a text knows eq:/],
  ['lastAction', 'lt:Bundle', /a text knows eq:/],
])('the filter %s %s is refused rather than finding nothing', async (column, filter, reason) => {
  await using sim = await startEsimGo()
  await oneADay(sim)
  await expectRefused(sim, () => sim.get(`/esims?filterBy=${column}&filter=${filter}`), {
    status: 400,
    code: 'invalid-request',
    reason,
  })
})

test('a filter pages what it finds, in the order asked for', async () => {
  await using sim = await startEsimGo()
  await three(sim)
  const query = 'filterBy=customerRef&filter=a&orderBy=assignedDate&direction=desc&perPage=2'
  expect(await list(sim, query)).toMatchObject({ rows: 3, pageCount: 2 })
  expect(await refs(sim, query)).toEqual(['alpha', 'Gamma'])
  expect(await refs(sim, `${query}&page=2`)).toEqual(['beta'])
})

test.each(['filterBy=customerRef', 'filter=alpha'])('%s alone is refused', async (query) => {
  await using sim = await startEsimGo()
  await expectRefused(sim, () => sim.get(`/esims?${query}`), {
    status: 400,
    code: 'invalid-request',
    reason: /go together/,
  })
})

test('ESG-106 an eSIM can be given a customer reference, and another', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  for (const customerRef of ['customer-17', 'Zoë, 2nd phone', '']) {
    const { status, body } = await sim.put('/esims', { iccid, customerRef })
    expect(status).toBe(200)
    expect(body).toEqual({ status: 'success', message: 'success' })
    expect((await details(sim, iccid)).customerRef).toBe(customerRef)
    expect((await list(sim, '')).esims[0]?.customerRef).toBe(customerRef)
  }
})

test('a customer reference given to one eSIM leaves the others alone', async () => {
  await using sim = await startEsimGo()
  const [first, second = ''] = iccidsOf(await buy(sim, { item: FR_1, quantity: 2 }, true))
  await sim.put('/esims', { iccid: first, customerRef: 'mine' })
  expect((await details(sim, second)).customerRef).toBe('')
})

test('ESG-107 without the ICCID the update is refused', async () => {
  await using sim = await startEsimGo()
  await esimWith(sim, GB_1)
  await expectRefused(sim, () => sim.put('/esims', { customerRef: 'a' }), {
    status: 400,
    code: 'invalid-request',
    reason: /iccid/,
  })
  await expectRefused(sim, () => sim.put('/esims?customerRef=a'), {
    status: 400,
    code: 'invalid-request',
    reason: /iccid/,
  })
})

test('ESG-108 without the customer reference the update is refused', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  await expectRefused(sim, () => sim.put('/esims', { iccid }), {
    status: 400,
    code: 'invalid-request',
    reason: /customerRef/,
  })
  await expectRefused(sim, () => sim.put(`/esims?iccid=${iccid}`), {
    status: 400,
    code: 'invalid-request',
    reason: /customerRef/,
  })
})

test('ESG-109 the two values can come in the body or in the query', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  expect((await sim.put('/esims', { iccid, customerRef: 'by body' })).status).toBe(200)
  expect((await details(sim, iccid)).customerRef).toBe('by body')
  expect((await sim.put(`/esims?iccid=${iccid}&customerRef=by%20query`)).status).toBe(200)
  expect((await details(sim, iccid)).customerRef).toBe('by query')
})

test('ESG-109 an empty body beside both values in the query is accepted', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  expect((await sim.put(`/esims?iccid=${iccid}&customerRef=mine`, {})).status).toBe(200)
  expect((await details(sim, iccid)).customerRef).toBe('mine')
})

test('where body and query both have the two values, the body counts', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  await sim.put(`/esims?iccid=${iccid}&customerRef=query`, { iccid, customerRef: 'body' })
  expect((await details(sim, iccid)).customerRef).toBe('body')
})

test('one value in the body and one in the query is refused', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  await expectRefused(sim, () => sim.put(`/esims?iccid=${iccid}`, { customerRef: 'a' }), {
    status: 400,
    code: 'invalid-request',
  })
})

test("an update of somebody else's eSIM is refused without saying why", async () => {
  await using sim = await startEsimGo()
  await using other = await startEsimGo('an assigned bundle')
  const [foreign = ''] = await ownIccids(other)
  await expectRefused(sim, () => sim.put('/esims', { iccid: foreign, customerRef: 'mine' }), {
    status: 403,
    code: 'foreign-esim',
    reason: new RegExp(foreign),
    message: 'access denied',
  })
  expect((await details(other, foreign)).customerRef).toBe('')
})

test('with the documented wire the list has no paging about it', async () => {
  await using sim = await startEsimGo()
  await sim.set({ wire: 'documented' })
  await buy(sim, { item: GB_1, quantity: 3 }, true)
  const { body } = await sim.get<object>('/esims?perPage=2')
  expect(Object.keys(body)).toEqual(['esims'])
  expect(body).toMatchObject({ esims: [{}, {}] })
})
