// Tokens of accounts-orders, what is refused without them, and what `strict` refuses besides.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { compileSpec, type Operation, type SpecRequest } from '../../../src/server/spec.ts'
import { readSpec } from '../../../src/server/spec-files.ts'
import {
  ACCOUNT,
  ACTIVATION,
  type Enterprise,
  expectRefused,
  SUBSCRIPTION,
  startEnterprise,
  TEMPLATE,
  TOKEN_PATH,
} from '../../support/accounts-orders.ts'

const GOOD = {
  grant_type: 'client_credentials',
  client_id: 'test-client',
  client_secret: 'test-secret',
}
const ask = (sim: Enterprise, form: Record<string, string>) =>
  fetch(sim.root + TOKEN_PATH, { method: 'POST', body: new URLSearchParams(form) })

/** GETs with a header of its own, or none. */
async function bare(sim: Enterprise, path: string, authorization?: string) {
  const answer = await fetch(
    `${sim.root}/enterprise${path}`,
    authorization ? { headers: { Authorization: authorization } } : {},
  )
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as unknown }
}

test('ACO-050 a form with the credentials brings a token, and the token lets in', async () => {
  await using sim = await startEnterprise()
  expect(sim.root).toBe(`${sim.url}/accounts-orders`)
  const answer = await ask(sim, GOOD)
  const { access_token, ...rest } = (await answer.json()) as { access_token: string }
  expect([answer.status, rest]).toEqual([200, { token_type: 'Bearer', expires_in: 300 }])
  expect((await bare(sim, `/accounts/${ACCOUNT}`, `Bearer ${access_token}`)).status).toBe(200)
})

test('ACO-050 credentials that are not those of the world are refused in the words of OAuth2', async () => {
  await using sim = await startEnterprise()
  const answer = await ask(sim, { ...GOOD, client_secret: 'wrong' })
  expect([answer.status, await answer.json()]).toEqual([
    401,
    { error: 'invalid_client', error_description: expect.any(String) },
  ])
  expect((await ask(sim, { ...GOOD, grant_type: 'password' })).status).toBe(400)
})

test('ACO-051 a token is good for five minutes of world time, then a 401 asks for another', async () => {
  await using sim = await startEnterprise()
  const { access_token } = (await (await ask(sim, GOOD)).json()) as { access_token: string }
  await sim.clock.advance('PT4M59.999S')
  expect((await bare(sim, '/accounts', `Bearer ${access_token}`)).status).toBe(200)
  await sim.clock.advance('PT0.001S')
  const { status, headers, body } = await bare(sim, '/accounts', `Bearer ${access_token}`)
  expect([status, body]).toEqual([
    401,
    { type: 'UNAUTHORISED', messages: ['The access token is missing or is not good'] },
  ])
  expect(headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/)
})

test('ACO-051 how long a token is good is a setting', async () => {
  await using sim = await startEnterprise({
    settings: { 'accounts-orders': { tokenLifetime: 'PT1H' } },
  })
  expect(await (await ask(sim, GOOD)).json()).toMatchObject({ expires_in: 3600 })
})

test.each([
  ...[
    '/accounts',
    '/order-templates',
    '/products',
    '/subscribers',
    '/subscriptions',
    '/usage/items',
    `/accounts/${ACCOUNT}`,
    '/orders/order_1',
  ],
  ...[
    `/order-templates/${TEMPLATE}`,
    '/products/1',
    '/subscribers/1',
    `/subscriptions/${SUBSCRIPTION}/services`,
  ],
])('ACO-053 without a token %s answers 401', async (path) => {
  await using sim = await startEnterprise()
  const { status, headers, body } = await bare(sim, path)
  expect([status, body]).toMatchObject([401, { type: 'UNAUTHORISED' }])
  expect(headers.get('www-authenticate')).toBe('Bearer realm="api"')
  expect((await bare(sim, path, 'Bearer nobody')).status).toBe(401)
})

test('paths and methods that are not there, and bodies that are no JSON, have the one body of errors', async () => {
  await using sim = await startEnterprise()
  await expectRefused(sim, () => sim.get('/esims'), {
    status: 404,
    type: 'NOT_FOUND',
    code: 'unknown-route',
  })
  await expectRefused(sim, () => sim.call('DELETE', '/accounts'), {
    status: 405,
    type: 'METHOD_NOT_ALLOWED',
    code: 'method-not-allowed',
  })
  await expectRefused(sim, () => sim.call('POST', '/orders', '{'), {
    status: 400,
    type: 'INVALID_HTTP_MESSAGE',
    code: 'malformed-body',
  })
  await expectRefused(sim, () => sim.call('POST', '/sms'), {
    status: 400,
    type: 'INVALID_REQUEST_PARAMS',
    messages: ['the request needs a body'],
  })
})

test('ACO-063 ids and times as the samples write them are read', async () => {
  await using sim = await startEnterprise()
  expect(await sim.items('subscription-id=sub_045EAABBCCDD746VVV')).toEqual([])
  expect(
    await sim.items('from-date=2023-01-01T00:00:00:000Z&to-date=2026-01-01T00:00:00.000Z'),
  ).toHaveLength(400)
  const order = await sim.order({ ...ACTIVATION, template_id: TEMPLATE.replace('otpl', 'otlp') })
  expect(JSON.stringify(order)).not.toContain('otlp')
})

test.each([
  [
    '/usage/items?from-date=2023-01-01T00:00:00:000Z&account-id=acc_045EAABBCCDD746VVV',
    [/^from-date must match .* strict is on$/, /^account-id must match/],
  ],
  ['/products?account_id=acc_045EAABBCCDD746VVV', [/^account_id must match/]],
  ['/orders/order_045', [/^id must match/]],
  ['/subscribers/sbr_0123AAABBBBCCC123XY456', [/^id must match/]],
])('ACO-017 ACO-028 ACO-063 with strict on %s is refused', async (path, messages) => {
  await using sim = await startEnterprise({ settings: { 'accounts-orders': { strict: true } } })
  await expectRefused(sim, () => sim.get(path), {
    status: 400,
    type: 'INVALID_REQUEST_PARAMS',
    messages,
  })
})

test('ACO-020 ACO-063 with strict on the id of a template begins otpl_', async () => {
  await using sim = await startEnterprise({ settings: { 'accounts-orders': { strict: true } } })
  const typo = TEMPLATE.replace('otpl', 'otlp')
  await expectRefused(sim, () => sim.get(`/order-templates/${typo}`), {
    status: 404,
    type: 'NOT_FOUND',
    code: 'not-found',
  })
  const order = () => sim.call('POST', '/orders', { ...ACTIVATION, template_id: typo })
  await expectRefused(sim, order, {
    status: 400,
    type: 'INVALID_REQUEST_PARAMS',
    messages: [/^template_id must match/],
  })
  await sim.order(ACTIVATION)
})

type Told = readonly [name: string, rule: string]

/** Every rule for `strict` below a value, by the name of what it stands at. */
function strictIn(value: unknown, name = ''): Told[] {
  if (typeof value !== 'object' || value === null) return []
  const {
    'x-strict-pattern': pattern,
    'x-strict-required': required = [],
    name: own = name,
    ...rest
  } = value as Record<string, unknown>
  const here: Told[] =
    typeof pattern === 'string' ? [[name, `must match pattern "${pattern}"`]] : []
  for (const field of required as readonly string[])
    here.push([name, `must have required property '${field}'`])
  return [
    ...here,
    ...Object.entries(rest)
      .filter(([key]) => !key.startsWith('x-'))
      .flatMap(([key, below]) => strictIn(below, key === 'schema' ? String(own) : key)),
  ]
}

/** A request in which every value that an operation knows is wrong, and every object empty. */
function wrongFor({ object, body }: Operation): SpecRequest {
  const wrong = (names: Iterable<string>) =>
    Object.fromEntries([...names].map((name) => [name, 'wrong']))
  const named = (part: string) =>
    wrong((object.parameters ?? []).filter((each) => each.in === part).map(({ name }) => name))
  const fields = [...(body?.shape.names ?? [])].filter(([name]) => name !== 'account_id')
  return {
    path: named('path'),
    query: named('query'),
    header: named('header'),
    requestBody: Object.fromEntries(
      fields.map(([name, { names }]) => [name, names.size > 0 ? {} : 'wrong']),
    ),
  }
}

test('what strict asks for is what the spec says it does', async () => {
  const told = strictIn(
    parse(readFileSync(new URL('../../../specs/accounts-orders.yaml', import.meta.url), 'utf8')),
  )
  const { operations } = await compileSpec(readSpec('accounts-orders.yaml'))
  const asked = [...operations.values()].flatMap((each) => each.strictProblems(wrongFor(each)))
  const sentences = told.map(
    // The fields of the body itself are named without it.
    ([name, rule]) => `${name === 'OrderRequest' ? '' : `${name} `}${rule}, and strict is on`,
  )
  expect(new Set(sentences).size).toBe(13)
  expect([...new Set(asked)].toSorted()).toEqual([...new Set(sentences)].toSorted())
})
