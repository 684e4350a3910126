// Companies at Highland: onboarded once, summarised, and refused where they are not known.
import { expect, test } from 'vitest'
import {
  COMPANY,
  ESIM,
  expectFailure,
  HIGHLAND,
  type Schemas,
  startHighland,
  USA,
} from '../../support/highland.ts'

const ROAM = {
  company_name: 'Roam Ltd',
  registration_number: 'HRB 12345',
  country_code: 'DE',
  contact_email: 'ops@roam.example',
}

test('HLD-001 HLD-002 HLD-022 a partner onboards and is given a company id of 32 hexadecimal digits', async () => {
  await using sim = await startHighland()
  const { status, body } = await sim.call<Schemas['Company']>('PUT', '/b2b/company', ROAM)
  expect(status).toBe(200)
  expect(body).toEqual({
    ...ROAM,
    status: 'success',
    company_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    created: '2026-01-01T00:00:00.000000',
    sim_total: 0,
    sim_suspended: 0,
  })
  expect((await sim.acquire(body.company_id)).company_id).toBe(body.company_id)
})

test('HLD-001 HLD-002 a name is all that onboarding asks for, as often as it is asked', async () => {
  await using sim = await startHighland()
  const onboard = (json: object) => sim.call<Schemas['Company']>('PUT', '/b2b/company', json)
  const { body } = await onboard({ company_name: 'X' })
  expect(body).toEqual({
    status: 'success',
    company_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    company_name: 'X',
    created: '2026-01-01T00:00:00.000000',
    sim_total: 0,
    sim_suspended: 0,
  })
  expect((await sim.get('/b2b/company/summary', { company_id: body.company_id })).body).toEqual(
    body,
  )
  expect((await onboard({ company_name: 'X' })).body.company_id).not.toBe(body.company_id)
  for (const change of [
    { registration_number: '1' },
    { country_code: 'DE' },
    { contact_email: 'a@b.example' },
  ])
    expect((await onboard({ company_name: 'X', ...change })).body).toMatchObject(change)
  await expectFailure(sim, () => onboard({ company_name: 'Y', registration_number: '1' }), {
    code: 'duplicate-company',
    reason: /in no country/,
  })
})

test.each([
  ['GET', '/b2b/sim/product_usage', {}],
  [
    'GET',
    '/b2b/sim/product_usage/window',
    { from: '2026-01-01T00:00:00', to: '2026-01-01T00:00:00' },
  ],
  ['GET', '/b2b/sim/product_usage/all_product/', {}],
  ['POST', '/b2b/sim/product/add', USA],
  ['POST', '/mvno/sim/product/remove', { product_id: '852' }],
  ['POST', '/b2b/sim/product/remove', { product_id: '852' }],
  ['POST', '/b2b/sim/suspend', {}],
] as const)(
  'an operation on an eSIM need not name its company: %s %s',
  async (method, path, more) => {
    await using sim = await startHighland({ given: 'an eSIM with a data product' })
    const ask = (sim_id: string) => () =>
      method === 'GET'
        ? sim.call('GET', `${path}?${new URLSearchParams({ sim_id, ...more })}`)
        : sim.call('POST', path, { sim_id, ...more })
    expect((await ask(ESIM)()).body.status).toBe('success')
    await expectFailure(sim, ask('61100001'), {
      code: 'unknown-esim',
      details: 'eSIM not found.',
      reason: /nobody has acquired it/,
    })
  },
)

test("a partner's own product is added without naming the company of the eSIM", async () => {
  const line = `${COMPANY},9001,901,DE,Own-2GB/14days`
  await using sim = await startHighland({ settings: { highland: { products: [line] } } })
  const json = { sim_id: ESIM, product_id: '9001', market_id: '901' }
  expect((await sim.call('POST', '/b2b/sim/product/add', json)).body.status).toBe('success')
})

test.each([
  ['the same', {}],
  ['in another case, with other blanks and punctuation', { registration_number: 'hrb-12345 ' }],
  ['under another name', { company_name: 'Other Ltd' }],
])('a second company under a registration is refused: %s', async (_how, change) => {
  await using sim = await startHighland()
  await sim.call('PUT', '/b2b/company', ROAM)
  await expectFailure(sim, () => sim.call('PUT', '/b2b/company', { ...ROAM, ...change }), {
    code: 'duplicate-company',
    details: 'Company is already onboarded.',
  })
})

test('the same registration in another country is another company', async () => {
  await using sim = await startHighland()
  await sim.call('PUT', '/b2b/company', ROAM)
  expect((await sim.call('PUT', '/b2b/company', { ...ROAM, country_code: 'AT' })).body.status).toBe(
    'success',
  )
})

test.each([
  ['no name', { company_name: undefined }, /company_name/],
  ['a blank name', { company_name: ' ' }, /company_name/],
  [
    'a registration without a letter or digit',
    { registration_number: '--' },
    /registration_number/,
  ],
  ['a country that is no code', { country_code: 'Germany' }, /country_code/],
  ['an address that is no email', { contact_email: 'ops' }, /contact_email/],
  ['a number for a name', { company_name: 7 }, /company_name/],
])('onboarding with %s is malformed', async (_what, change, details) => {
  await using sim = await startHighland()
  await expectFailure(sim, () => sim.call('PUT', '/b2b/company', { ...ROAM, ...change }), {
    status: 400,
    code: 'invalid-request',
    details,
  })
})

test('HLD-023 a company is summarised with its eSIMs', async () => {
  await using sim = await startHighland()
  await sim.acquire()
  await sim.post('/b2b/sim/suspend')
  expect((await sim.get('/b2b/company/summary')).body).toMatchObject({
    status: 'success',
    company_id: COMPANY,
    sim_total: 2,
    sim_suspended: 1,
  })
  expect((await sim.get('/b2b/company/summary', { company_id: HIGHLAND })).body).toMatchObject({
    sim_total: 0,
  })
})

const UNKNOWN = { company_id: '0'.repeat(32) }
const window = { from: '2026-01-01T00:00:00', to: '2026-01-01T00:00:00' }

test.each([
  ['GET', '/b2b/company/summary', {}],
  ['GET', '/b2b/company/product_list', {}],
  ['POST', '/b2b/sim/acquire', {}],
  ['POST', '/b2b/sim/acquire/simid', { sim_id: '61100001' }],
  ['POST', '/b2b/sim/product/add', USA],
  ['POST', '/mvno/sim/product/remove', USA],
  ['POST', '/b2b/sim/product/remove', USA],
  ['GET', '/b2b/sim/product_usage', {}],
  ['GET', '/b2b/sim/product_usage/window', window],
  ['GET', '/b2b/sim/product_usage/all_product/', {}],
  ['POST', '/b2b/sim/suspend', {}],
  ['POST', '/b2b/sim/restore', {}],
] as const)(
  'an unknown company is refused, and another company has none of this one: %s %s',
  async (method, path, more) => {
    await using sim = await startHighland()
    const as = (company: object) => () =>
      method === 'GET'
        ? sim.get(path, { ...more, ...company })
        : sim.post(path, { ...more, ...company })
    await expectFailure(sim, as(UNKNOWN), {
      code: 'unknown-company',
      details: 'Company not found.',
    })
    await expectFailure(sim, as({ company_id: 'x' }), {
      status: 400,
      code: 'invalid-request',
      details: /company_id/,
    })
    if (path.includes('/company/') || path.includes('/acquire')) return
    const reason = new RegExp(
      `${ESIM} is not one of company ${HIGHLAND}: it is one of company ${COMPANY}`,
    )
    await expectFailure(sim, as({ company_id: HIGHLAND }), {
      code: 'unknown-esim',
      details: 'eSIM not found.',
      reason,
    })
    await expectFailure(sim, as({ sim_id: '61100001' }), {
      code: 'unknown-esim',
      details: 'eSIM not found.',
      reason: /nobody has acquired it/,
    })
    await expectFailure(sim, as({ sim_id: '1' }), {
      code: 'unknown-esim',
      details: 'eSIM not found.',
      reason: /no such eSIM/,
    })
  },
)

test.each([
  ['none', {}, {}, 200],
  ['the header is missing', { auth: 'header' }, {}, 401],
  ['the value is wrong', { auth: 'header' }, { Authorization: 'Bearer nothing' }, 401],
  ['the value is right', { auth: 'header' }, { Authorization: 'Bearer test-highland-key' }, 200],
  [
    'another header',
    { auth: 'header', authHeader: 'X-Door', authValue: 'sesame' },
    { 'X-Door': 'sesame' },
    200,
  ],
  [
    'another header, missing',
    { auth: 'header', authHeader: 'X-Door', authValue: 'sesame' },
    { Authorization: 'sesame' },
    401,
  ],
] as const)('auth: %s', async (_what, settings, headers, status) => {
  await using sim = await startHighland({ settings: { highland: settings } })
  const answer = await sim.call(
    'GET',
    `/b2b/company/summary?company_id=${COMPANY}`,
    undefined,
    headers,
  )
  expect(answer.status).toBe(status)
  if (status === 401) expect(answer.body).toEqual({ status: 'failure', details: 'Unauthorized.' })
  expect(JSON.stringify(await sim.journal.list())).not.toMatch(/sesame|test-highland-key/)
})

test.each([200, 404, 409, 422] as const)(
  'HLD-024 a refusal by the rules has the status of failureStatus: %i',
  async (failureStatus) => {
    await using sim = await startHighland({ settings: { highland: { failureStatus } } })
    const { status, body } = await sim.get('/b2b/company/summary', UNKNOWN)
    expect([status, body]).toEqual([
      failureStatus,
      { status: 'failure', details: 'Company not found.' },
    ])
    expect((await sim.get('/b2b/company/summary', { company_id: 'x' })).status).toBe(400)
  },
)

test.each([
  ['an unknown path', 'GET', '/b2b/nothing', undefined, 404],
  ['a wrong method', 'DELETE', '/b2b/company', undefined, 405],
  ['a body that is no JSON', 'POST', '/b2b/sim/acquire', '{', 400],
  ['a body that is a list', 'POST', '/b2b/sim/acquire', '[]', 400],
  ['no body', 'POST', '/b2b/sim/acquire', undefined, 400],
  ['a field named __proto__', 'POST', '/b2b/sim/acquire', '{"__proto__":{}}', 400],
  ['a body over 1 MB', 'POST', '/b2b/sim/acquire', `"${'x'.repeat(1_048_576)}"`, 413],
] as const)(
  'HLD-024 %s is refused in the same envelope, and changes nothing',
  async (_what, method, path, body, status) => {
    await using sim = await startHighland()
    await expectFailure(sim, () => sim.call(method, path, body), {
      status,
      code: expect.any(String) as unknown as string,
    })
  },
)

test('HLD-024 a success says so', async () => {
  await using sim = await startHighland()
  expect((await sim.get('/b2b/company/summary')).body.status).toBe('success')
})
