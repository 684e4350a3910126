// Contracts by hand, right ones and ones that are wrong in one way each, verified against the simulator.
import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import ajvFormats from 'ajv-formats'
import { expect, test } from 'vitest'
import { startSimulator, verifyPacts } from '../../../src/index.ts'
import { simulators } from '../../../src/simulators/index.ts'
import type { CaseResult, RunResult } from '../../../src/workflows/result.ts'
import { pactFile } from '../../support/pact-files.ts'

const HERE = 'test/contracts/pact'
const RIGHT = [
  'v2-balance',
  'v2-catalogue',
  'v3-message',
  'v3-order',
  'v3-refused',
  'v4-esim',
  'v4-message',
  'v4-no-credentials',
].map((name) => `${HERE}/right/${name}.json`)
const OF_WHOLESALE = ['v3-message-by-state', 'v4-message-signed'].map(
  (name) => `${HERE}/right/${name}.json`,
)

/** What is said of each wrong one, and where it stands in the file. */
const WRONG: readonly (readonly [name: string, why: RegExp, at: string])[] = [
  ['v2-status', /expected 201 but was 200/, '"status": 201'],
  ['v2-type', /\$\.bundles\[0\]\.price: .*same type as '1\.5' \(String\)/, '"price": "1.5"'],
  ['v2-header', /header 'X-Rate-Limit' but was missing/, '"X-Rate-Limit"'],
  ['v3-missing-field', /missing the following keys: deliveryAddress/, '"body"'],
  ['v3-body-value', /\$\.order\[0\]\.quantity: Expected 2 .*equal to 3/, '"quantity": 3'],
  ['v3-unknown-state', /no state "balanse" \(did you mean "balance"\?\); there are: /, ''],
  ['v4-failing-state', /"an eSIM with a bundle": iccid must be a text: .*, 18 to 22 digits/, ''],
  ['v4-query', /expected 200 but was 400/, '"status": 200'],
  ['v3-message-signature', /metadata key 'X-Signature-SHA256' .*\[a-f0-9\]\{64\}/, '"X-Signature'],
  ['v4-message-body', /\$\.alertType: Expected 'FirstAttachment'/, '"alertType"'],
]
const wrongFile = (name: string) => `${HERE}/wrong/${name}.json`

const verified = (files: readonly string[], more: object = {}) =>
  verifyPacts(files, { provider: 'esim-go', ...more })

const failed = ({ cases }: RunResult) => cases.filter(({ outcome }) => outcome === 'failed')

/** What is the same at each run. */
function lasting(result: RunResult): string {
  const isTime = (key: string) => ['duration', 'startedAt', 'shuffle'].includes(key)
  return JSON.stringify(result, (key, value) => (isTime(key) ? undefined : value))
}

test('contracts that are right pass: versions 2 to 4, requests and messages', async () => {
  const result = await verified(RIGHT)
  expect(failed(result)).toEqual([])
  expect(result).toMatchObject({ outcome: 'passed', target: 'sim' })
  expect(result.cases).toHaveLength(RIGHT.length)
  const wholesale = await verifyPacts(OF_WHOLESALE, { provider: 'wholesale' })
  expect(wholesale.cases.map(({ outcome }) => outcome)).toEqual(['passed', 'passed'])
})

test('each wrong contract fails for what is wrong in it, at its line', async () => {
  const { cases } = await verified(WRONG.map(([name]) => wrongFile(name)))
  for (const [name, why, at] of WRONG) {
    const file = wrongFile(name)
    const found = cases.find((each) => each.file === file)
    expect(found?.outcome, name).toBe('failed')
    expect([found?.reason, ...failuresOf(found)].join('\n'), name).toMatch(why)
    // Of a state that fails nothing is asked: no answer was compared.
    if (at === '') {
      expect(found?.steps[0]?.failures, name).toEqual([])
      continue
    }
    const lines = (await readFile(file, 'utf8')).split('\n')
    const [first] = found?.steps[0]?.failures ?? []
    const { line = 0, column = 0 } = first?.place ?? {}
    const [key = ''] = at.split(':')
    // A value is pointed at, and what stands before it on the line is its name.
    expect(lines[line - 1], name).toContain(key)
    expect(lines[line - 1]?.slice(column - 1), name).not.toBe('')
    expect(found?.steps[0]?.failures, name).toHaveLength(1)
  }
})

const failuresOf = (found: CaseResult | undefined) =>
  found?.steps.flatMap(({ failures }) => failures.map(({ message }) => message)) ?? []

test('the result is as the schema of results has it', async () => {
  const schema = await readFile('specs/run-result.schema.json', 'utf8')
  const ajv = new Ajv2020({ strict: false, logger: false })
  ajvFormats.default(ajv)
  const validate = ajv.compile(JSON.parse(schema))
  validate(await verified([RIGHT[0] ?? '', wrongFile('v2-status'), wrongFile('v4-message-body')]))
  expect(validate.errors).toBeNull()
})

test('a verification that is broken off says so of what was not done', async () => {
  const signal = AbortSignal.abort(new Error('enough'))
  const { cases } = await verified(RIGHT, { signal })
  expect(cases.map(({ outcome }) => outcome)).not.toContain('passed')
  expect(cases[0]?.reason).toMatch(/ended early/)
})

test('what was expected and what was seen is told as values', async () => {
  const { cases } = await verified([wrongFile('v3-body-value')])
  const [failure] = cases[0]?.steps[0]?.failures ?? []
  expect(failure).toMatchObject({
    expectedValue: 3,
    seen: [{ expression: '$response.body#/order/0/quantity', value: 2 }],
  })
})

test('the same contracts give the same document, in any order and several at a time', async () => {
  const files = [...RIGHT, ...WRONG.map(([name]) => wrongFile(name))]
  const results = await Promise.all([
    verified(files, { jobs: 1 }),
    verified(files, { jobs: 4, shuffle: 'a' }),
    verified(files, { jobs: 3, shuffle: 'b' }),
  ])
  const [first = '', ...others] = results.map(lasting)
  expect(others.map((each) => each === first)).toEqual([true, true])
  expect(first).not.toMatch(/\/w\/|127\.0\.0\.1:(?!4010)/)
  expect(first).not.toMatch(/esimgo-[0-9a-f]{32}/)
})

test('what is wrong in several places is told in one order', async () => {
  const names = ['A', 'B', 'C', 'D', 'E', 'F'].map((name) => [`X-${name}`, 'x'])
  const request = { method: 'GET', path: '/organisation' }
  const response = { status: 201, headers: Object.fromEntries(names), body: { none: 1, no: 2 } }
  await using file = await pactFile({ interactions: [{ description: 'all', request, response }] })
  const { cases } = await verified([file.path])
  expect(cases[0]?.steps[0]?.failures.map(({ expected }) => expected.split(/[:{]/)[0])).toEqual([
    'status 201',
    ...names.map(([name]) => `header ${name}`),
    'body $',
  ])
})

test('a running simulator is a target, and is left without the worlds', async () => {
  await using sim = await startSimulator()
  const result = await verified(RIGHT, { target: sim.url })
  expect(failed(result)).toEqual([])
  const worlds = await (await fetch(`${sim.url}/_sim/worlds`)).json()
  expect(JSON.stringify(worlds)).not.toContain('pact')
})

test('a message that names no callback is told which there are', async () => {
  const message = { description: 'something happened', contents: {} }
  await using file = await pactFile({ messages: [message] })
  const { cases } = await verified([file.path])
  expect(cases[0]?.reason).toMatch(
    /no callback of eSIM Go is named by .*: name one of .*Utilisation/,
  )
})

test('what the verifier passes over has not passed', async () => {
  const messages = [{ description: 'Utilisation', contents: { none: 1 } }]
  const metadata = { pactSpecification: { version: '4.0' } }
  await using file = await pactFile({ messages, metadata })
  const { cases } = await verified([file.path])
  expect(cases[0]).toMatchObject({ outcome: 'failed' })
  expect(cases[0]?.reason).toMatch(/passed over it: look at its type/)
})

test('what the verifier cannot load is told with the name of the file', async () => {
  const messages = [{ description: 'Utilisation', contents: {} }]
  const metadata = { pactSpecification: { version: '2.0.0' } }
  await using file = await pactFile({ messages, metadata })
  const { cases } = await verified([file.path])
  expect(cases[0]?.reason).toMatch(/Failed to load pact '.*shop\.json' - Messages require/)
})

test('an interaction of another kind is skipped, and told', async () => {
  const type = 'Synchronous/Messages'
  const metadata = { pactSpecification: { version: '4.0' } }
  await using file = await pactFile({ interactions: [{ type, description: 'x' }], metadata })
  const { cases, outcome } = await verified([file.path])
  expect(outcome).toBe('passed')
  expect(cases[0]).toMatchObject({
    outcome: 'skipped',
    reason: `${type} is neither HTTP nor a message`,
  })
})

test('a pending interaction may fail: it is told, and fails nothing', async () => {
  const text = await readFile(wrongFile('v4-query'), 'utf8')
  const pact = JSON.parse(text) as { interactions: object[] }
  const interactions = pact.interactions.map((each) => ({ ...each, pending: true }))
  await using file = await pactFile({ ...pact, interactions })
  const result = await verified([file.path])
  expect(result.outcome).toBe('passed')
  expect(result.cases[0]).toMatchObject({ outcome: 'skipped' })
  expect(result.cases[0]?.reason).toMatch(/it is pending, and fails: expected 200 but was 400/)
})

test('interactions that are alike are verified each, in worlds of their own', async () => {
  const order = { type: 'transaction', assign: true, order: [] as object[] }
  order.order.push({ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' })
  const interaction = {
    description: 'buys the last one',
    providerState: 'balance 3',
    request: { method: 'POST', path: '/orders', body: order },
    response: { status: 200 },
  }
  await using file = await pactFile({ interactions: [interaction, interaction, interaction] })
  const result = await verified([file.path], { jobs: 3 })
  expect(result.cases.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed'])
})

test('values of a state that were left out are there for what a contract generates', async () => {
  const interaction = {
    description: 'shows an order by a reference it does not know',
    providerStates: [{ name: 'an order', params: { quantity: 2 } }],
    request: {
      method: 'GET',
      path: '/orders/unknown',
      generators: { path: { type: 'ProviderState', expression: `/orders/\${reference}` } },
    },
    response: { status: 200, body: { order: [{ quantity: 2 }] } },
  }
  await using file = await pactFile({ interactions: [interaction] })
  const { cases } = await verified([file.path])
  expect(cases[0]?.outcome).toBe('passed')
})

test('credentials of a contract are replaced, but where its state says that it has its own', async () => {
  const headers = { 'X-API-Key': 'of a consumer' }
  const request = { method: 'GET', path: '/organisation', headers }
  const one = { description: 'a', request, response: { status: 200 } }
  const two = { description: 'b', providerState: 'no credentials', request }
  await using file = await pactFile({
    interactions: [one, { ...two, response: { status: 403 } }],
  })
  const { cases } = await verified([file.path])
  expect(cases.map(({ outcome }) => outcome)).toEqual(['passed', 'passed'])
})

test('what is no contract is told in a sentence before anything is verified', async () => {
  await using file = await pactFile({ consumer: undefined })
  await expect(verified([file.path])).rejects.toThrow(
    /is no pact: it names no consumer and provider/,
  )
  await expect(verified(['no-such.json'])).rejects.toThrow(/no-such.json cannot be read/)
  await expect(verified([])).rejects.toThrow(/name the contracts/)
  await expect(verifyPacts(RIGHT, { provider: 'esimgo' })).rejects.toThrow(/did you mean esim-go/)
})

test('names of states are those of one provider alone', () => {
  const names = simulators.flatMap(({ states = {} }) => Object.keys(states))
  expect(new Set(names).size).toBe(names.length)
  const seeds = simulators.flatMap((each) => Object.keys(each.seeds))
  expect(names.filter((name) => seeds.includes(name))).toEqual([])
})

test.each(simulators.map((each) => [each.slug, each] as const))(
  '%s: every state can be had as it is, and its values are told',
  async (_slug, { states = {} }) => {
    expect(Object.keys(states)).not.toEqual([])
    for (const [name, { says, parameters }] of Object.entries(states)) {
      await using sim = await startSimulator({ given: name })
      expect(sim.url).toMatch(/^http/)
      expect(says).toMatch(/\w+ \w+/)
      for (const parameter of Object.values(parameters)) expect(parameter.says).toMatch(/\w/)
    }
  },
)

test('a world begins from several states with their values', async () => {
  const reference = '0b7f3a52-6d1c-4c7e-9a55-1f0c4be1d3a1'
  const given = `balance 20; an order {"reference":"${reference}","quantity":2}`
  await using sim = await startSimulator({ given })
  const headers = { 'x-api-key': sim.credentials['esim-go']?.apiKey ?? '' }
  const order = await fetch(`${sim.baseUrl('esim-go')}/orders/${reference}`, { headers })
  expect(await order.json()).toMatchObject({ order: [{ quantity: 2 }] })
})

test.each([
  ['balance x', /amount must be a number/],
  ['an account acc_1', /id must be a text: its id, acc_ and 26 of 0-9 A-Z/],
  ['a subscription sub_1', /id must be a text: its id, sub_ and/],
  ['an order being processed 7', /id must be a text: its id, order_ and/],
  ['a company {"id":"C0FFEE"}', /id must be a text: its company_id, 32 of 0-9 a-f/],
  ['an acquired eSIM 7601x', /simId must be a text: its sim_id, up to 20 digits/],
  ['a line {"gpsi":"+17205559901"}', /gpsi must be a text: .*, 11 to 15 digits/],
  ['a SIM in stock 890131334000009900', /iccid must be a text: .*, 19 or 20 digits/],
  ['a reserved number {"gpsi":"12"}', /gpsi must be a text: .*, 11 to 15 digits/],
  ['balance {"amout":1}', /takes no "amout": it takes amount/],
  ['balance {amount', /are no JSON/],
  ['balance 5 and more', /there is no state "balance 5 and more"/],
  ['default; an assigned bundle', /cannot begin with both "default" and "an assigned bundle"/],
  ['an assigned bundle 5', /there is no state "an assigned bundle 5"/],
])('the given "%s" is refused, and told why', async (given, why) => {
  await expect(startSimulator({ given })).rejects.toThrow(why)
})
