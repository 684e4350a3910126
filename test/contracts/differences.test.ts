// Two sides compared: each deviation is named at its place with its class and nothing else, and equal sides do not differ.
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { diffReportKinds } from '../../src/contracts/differences/report-kinds.ts'
import { diffText } from '../../src/contracts/differences/report-text.ts'
import type { DiffResult } from '../../src/contracts/differences/result.ts'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { type DifferenceChoice, runDifference } from '../../src/library/differences.ts'
import { planWorkflows, runPlanned } from '../../src/library/workflows.ts'
import { simulators } from '../../src/simulators/index.ts'
import type { PlannedCase } from '../../src/workflows/runner.ts'
import {
  answering,
  changing,
  type Deviate,
  type DeviatingServer,
  startDeviatingServer,
} from '../support/deviating-server.ts'
import { readXml } from '../support/xml.ts'

const HEAD = `arazzo: 1.0.1
info: { title: T, version: 1.0.0 }
sourceDescriptions:
  - { name: go, type: openapi, url: esimulator:esim-go }
  - { name: sim, type: openapi, url: esimulator:control }
workflows:
`

/** Whatever comes is fine: what differs is not to fail a step. */
const ANY = "successCriteria: [{ condition: $url != 'x' }]"

const go = (stepId: string, operation: string, more = '') =>
  `      - { stepId: ${stepId}, operationId: $sourceDescriptions.go.${operation}, ${more}${ANY} }\n`
const inPath = (name: string, value: string) =>
  `parameters: [{ name: ${name}, in: path, value: ${value} }], `
const order = (item: string) =>
  `requestBody: { payload: { type: transaction, assign: true, order: [{ type: bundle, quantity: 1, item: ${item} }] } }`

/** Runs on a real endpoint: nothing in it needs the simulator. */
const SHOP = `${HEAD}  - workflowId: shop
    steps:
${go('buy', 'createOrder', `${order('esim_1GB_7D_GB_V2')}, outputs: { ref: $response.body#/orderReference, iccid: $response.body#/order/0/iccids/0 }, `)}
${go('shown', 'getOrder', inPath('orderReference', '$steps.buy.outputs.ref'))}
${go('esim', 'getEsim', inPath('iccid', '$steps.buy.outputs.iccid'))}
${go('bundles', 'listEsimBundles', inPath('iccid', '$steps.buy.outputs.iccid'))}
${go('esims', 'listEsims')}
${go('orders', 'listOrders')}
${go('catalogue', 'getCatalogue', 'parameters: [{ name: orderBy, in: query, value: name }], ')}
${go('csv', 'getEsimsCsv', inPath('reference', '$steps.buy.outputs.ref'))}
${go('nobody', 'getEsim', inPath('iccid', "'8900000000000000000'"))}
${go('none', 'createOrder', `${order('none')}, `)}
`

const advance = (stepId: string, use: string) => `
      - stepId: ${stepId}
        operationId: $sourceDescriptions.sim.useSim
        parameters: [{ name: iccid, in: path, value: $steps.buy.outputs.iccid }]
        requestBody: { payload: { data: ${use} } }
        successCriteria: [{ condition: $url != 'x' }]
`

const status = (stepId: string) =>
  go(
    stepId,
    'getBundleStatus',
    'parameters: [{ name: iccid, in: path, value: $steps.buy.outputs.iccid }, { name: name, in: path, value: esim_1GB_7D_GB_V2 }], ',
  )

/** A bundle that is used up, seen step by step. */
const USED_UP = `${HEAD}  - workflowId: usedUp
    steps:
${go('buy', 'createOrder', `${order('esim_1GB_7D_GB_V2')}, outputs: { iccid: $response.body#/order/0/iccids/0 }, `)}
      - stepId: install
        operationId: $sourceDescriptions.sim.installSim
        parameters: [{ name: iccid, in: path, value: $steps.buy.outputs.iccid }]
      - stepId: attach
        operationId: $sourceDescriptions.sim.attachSim
        parameters: [{ name: iccid, in: path, value: $steps.buy.outputs.iccid }]
        requestBody: { payload: { country: GB } }
${status('first')}${advance('some', '500MB')}${status('second')}${advance('rest', '600MB')}${status('third')}
`

let left: RunningSimulator
let behind: RunningSimulator
let right: DeviatingServer
let folder: string
let shop: readonly PlannedCase[]
let usedUp: readonly PlannedCase[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'esimulator-diff-'))
  left = await startSimulator({ seed: 'left' })
  behind = await startSimulator({ seed: 'right' })
  right = await startDeviatingServer(behind.url)
  await writeFile(join(folder, 'shop.arazzo.yaml'), SHOP)
  await writeFile(join(folder, 'used-up.arazzo.yaml'), USED_UP)
  shop = await planWorkflows(join(folder, 'shop.arazzo.yaml'))
  usedUp = await planWorkflows(join(folder, 'used-up.arazzo.yaml'))
})
beforeEach(() => {
  vi.stubEnv('GO_KEY', 'test-esim-go-key')
  right.deviate = () => {}
})
afterEach(() => vi.unstubAllEnvs())
afterAll(async () => {
  await right[Symbol.asyncDispose]()
  await left.close()
  await behind.close()
  await rm(folder, { recursive: true, force: true })
})

/** The file of a real endpoint, which is the simulator with a deviation before it. */
async function target(more = ''): Promise<string> {
  const file = join(folder, 'target.yaml')
  const base = `provider: esim-go\nbaseUrl: ${right.url}/esim-go/v2.4\nrate: 1000/s\n`
  await writeFile(file, `${base}credentials: { apiKey: "\${GO_KEY}" }\n${more}`)
  return file
}

async function compared(more = '', choice: Partial<DifferenceChoice> = {}): Promise<DiffResult> {
  const sides = { left: left.url, right: await target(more) }
  return await runDifference(shop, { ...sides, allow: 'spends', jobs: 1, ...choice })
}

const inShort = ({ differences }: DiffResult) =>
  differences.map(({ kind, operation = '', pointer, header, left: ours, right: theirs }) =>
    [kind, operation, header ?? pointer ?? '', ours, theirs].join(' | '),
  )

const ORDER = /^\/orders\/[^/]+$/
const ESIM = /^\/esims\/89431\d+$/
const onOrder = (change: Parameters<typeof changing>[2]) => changing('GET', ORDER, change)
const onEsim = (change: Parameters<typeof changing>[2]) => changing('GET', ESIM, change)

const DEVIATIONS: readonly (readonly [what: string, deviate: Deviate, told: string])[] = [
  [
    'another status of a good answer',
    answering('POST', /^\/orders$/, (answered) => {
      if (answered.status === 200) answered.status = 201
    }),
    'status | POST /orders |  | 200 | 201',
  ],
  [
    '404 for 403',
    answering('GET', /^\/esims\/8900000000000000000$/, (answered) => {
      answered.status = 404
    }),
    'status | GET /esims/{iccid} |  | 403 | 404',
  ],
  [
    'another error status, with another body',
    answering('POST', /^\/orders$/, (answered) => {
      if (answered.status === 400)
        Object.assign(answered, { status: 422, body: '{"errors":[{"code":7}]}' })
    }),
    'status | POST /orders |  | 400 | 422',
  ],
  [
    'no answer at all',
    answering('GET', /^\/catalogue$/, (answered) => {
      answered.isCut = true
    }),
    'status | GET /catalogue |  | answered 200 | no answer',
  ],
  [
    'a header that is new',
    answering('POST', /^\/orders$/, ({ status: code, headers }) => {
      if (code === 200) headers.location = '/orders/1'
    }),
    'header | POST /orders | location | missing | there',
  ],
  [
    'another content type',
    answering('GET', /^\/esims\/csv/, ({ headers }) => {
      headers['content-type'] = 'application/octet-stream'
    }),
    'header | GET /esims/csv/{reference} | content-type | text/csv | application/octet-stream',
  ],
  [
    'a body that is empty',
    answering('GET', ESIM, (answered) => {
      answered.body = ''
    }),
    'presence | GET /esims/{iccid} |  | JSON | no body',
  ],
  [
    'a body that is no JSON',
    answering('GET', ESIM, (answered) => {
      answered.body = 'fine'
    }),
    'type | GET /esims/{iccid} |  | JSON | text',
  ],
  [
    'a field that is missing',
    onOrder(({ total: _, ...rest }) => rest),
    'presence | GET /orders/{orderReference} | /total | there | missing',
  ],
  [
    'a field that is new',
    onOrder((body) => ({ ...body, discount: 0 })),
    'presence | GET /orders/{orderReference} | /discount | missing | there',
  ],
  [
    'a field under another name',
    onEsim(({ profileStatus, ...rest }) => ({ ...rest, profile_status: profileStatus })),
    'presence | GET /esims/{iccid} | /profileStatus | profileStatus | profile_status, a field of another name',
  ],
  [
    'a field that the entries of a list lack',
    changing('GET', /^\/catalogue$/, (body) => {
      for (const bundle of body.bundles) delete bundle.price
    }),
    'presence | GET /catalogue | /bundles/*/price | there | missing',
  ],
  [
    'a field that some entries of a list lack',
    changing('GET', /^\/catalogue$/, (body) => {
      delete body.bundles[3].name
    }),
    'presence | GET /catalogue | /bundles/*/name | always | sometimes',
  ],
  [
    'a number as a text',
    onOrder((body) => ({ ...body, total: String(body.total) })),
    'type | GET /orders/{orderReference} | /total | number | text (decimal number of 2 places)',
  ],
  [
    'a text as a number',
    onEsim((body) => ({ ...body, pin: Number(body.pin) })),
    'type | GET /esims/{iccid} | /pin | text (digits) | number',
  ],
  [
    'null',
    onOrder((body) => ({ ...body, statusMessage: null })),
    'type | GET /orders/{orderReference} | /statusMessage | text | null',
  ],
  [
    'true as a text',
    changing('GET', /^\/esims$/, (body) => {
      for (const esim of body.esims) esim.physical = String(esim.physical)
    }),
    'type | GET /esims | /esims/*/physical | true or false | text',
  ],
  [
    'a list for an object',
    onEsim((body) => [body]),
    'type | GET /esims/{iccid} |  | object | list',
  ],
  [
    'an object for a list',
    onOrder((body) => ({ ...body, order: body.order[0] })),
    'type | GET /orders/{orderReference} | /order | list | object',
  ],
  [
    'an amount with its currency',
    onOrder((body) => ({ ...body, total: `USD ${body.total}` })),
    'type | GET /orders/{orderReference} | /total | number | text (amount with its currency)',
  ],
  [
    'seconds since 1970 for a time',
    onOrder((body) => ({ ...body, createdDate: 1_767_225_600 })),
    'type | GET /orders/{orderReference} | /createdDate | text (time with ms and Z) | number (maybe a time)',
  ],
  [
    'half an entry where there are whole ones',
    changing('GET', /^\/orders\/.+/, (body) => {
      body.order[0].quantity = 0.5
    }),
    'type | GET /orders/{orderReference} | /order/*/quantity | integer | number with decimals',
  ],
  [
    'a value that is not documented',
    onOrder((body) => ({ ...body, status: 'done' })),
    'enum | GET /orders/{orderReference} | /status | "completed" | "done"',
  ],
  [
    'a value of another case',
    onEsim((body) => ({ ...body, profileStatus: 'released' })),
    'enum | GET /esims/{iccid} | /profileStatus | "Released" | "released" (equal but for case)',
  ],
  [
    'another documented value',
    onEsim((body) => ({ ...body, profileStatus: 'Installed' })),
    'enum | GET /esims/{iccid} | /profileStatus | "Released" | "Installed"',
  ],
  [
    'a value of entries that is not documented',
    changing('GET', /^\/esims\/\d+\/bundles$/, (body) => {
      body.bundles[0].assignments[0].bundleState = 'waiting'
    }),
    'enum | GET /esims/{iccid}/bundles | /bundles/*/assignments/*/bundleState | "queued" | "waiting"',
  ],
  [
    'a time without ms',
    onOrder((body) => ({ ...body, createdDate: body.createdDate.replace(/\.\d+/, '') })),
    'format | GET /orders/{orderReference} | /createdDate | time with ms and Z | time without ms and Z',
  ],
  [
    'a time without a zone',
    onOrder((body) => ({ ...body, createdDate: body.createdDate.replace('Z', '') })),
    'format | GET /orders/{orderReference} | /createdDate | time with ms and Z | time with ms and without a zone',
  ],
  [
    'a day for a time',
    onOrder((body) => ({ ...body, createdDate: body.createdDate.slice(0, 10) })),
    'format | GET /orders/{orderReference} | /createdDate | time with ms and Z | date',
  ],
  [
    'digits for a UUID',
    onOrder((body) => ({ ...body, orderReference: '4711' })),
    'format | GET /orders/{orderReference} | /orderReference | UUID | digits',
  ],
  [
    'an amount of more decimals',
    onOrder((body) => ({ ...body, total: 2.2812 })),
    'format | GET /orders/{orderReference} | /total | number of at most 2 decimals | number of more decimals',
  ],
  [
    'a list the other way round',
    changing('GET', /^\/catalogue$/, (body) => ({ ...body, bundles: body.bundles.toReversed() })),
    'order | GET /catalogue | /bundles | rising by name | falling by name',
  ],
]

test.each(DEVIATIONS)('%s is told, and nothing else', async (_what, deviate, told) => {
  right.deviate = deviate
  const result = await compared()
  expect(inShort(result)).toEqual([told])
  expect(result.outcome).toBe('failed')
})

test('what the left side alone has is missing on the right', async () => {
  right.deviate = answering('POST', /^\/orders$/, ({ status: code, headers }) => {
    if (code === 200) headers.location = '/orders/1'
  })
  const result = await compared('', { left: await target(), right: left.url })
  expect(inShort(result)).toEqual(['header | POST /orders | location | there | missing'])
})

/** Answers of one step of three, by their order, with another state. */
function states(...wanted: readonly string[]): Deviate {
  let at = 0
  return changing('GET', /^\/esims\/\d+\/bundles\/[^/]+$/, (body) => {
    const state = wanted[at++]
    for (const each of body.assignments) each.bundleState = state
  })
}

const MOVES: readonly (readonly [what: string, states: readonly string[], told: string])[] = [
  ['does not move', ['queued', 'queued', 'queued'], 'queued → active → depleted | queued'],
  [
    'skips one',
    ['queued', 'depleted', 'depleted'],
    'queued → active → depleted | queued → depleted',
  ],
  [
    'moves a step later',
    ['queued', 'queued', 'active'],
    'queued → active → depleted | queued → active',
  ],
]

test.each(MOVES)('a state that %s is told as one difference', async (_what, wanted, told) => {
  right.deviate = states(...wanted)
  const result = await runDifference(usedUp, { left: left.url, right: right.url, jobs: 1 })
  const place = 'state | GET /esims/{iccid}/bundles/{name} | /assignments/*/bundleState'
  expect(inShort(result)).toEqual([`${place} | ${told}`])
})

test('equal sides do not differ, though the right one keeps what was done before', async () => {
  for (let run = 0; run < 5; run += 1) {
    const result = await compared('', { seed: `seed ${run}` })
    expect(result).toMatchObject({ outcome: 'passed', differences: [] })
  }
  const moved = { left: left.url, right: right.url, jobs: 1 }
  expect(await runDifference(usedUp, moved)).toMatchObject({ outcome: 'passed', differences: [] })
})

test('a step that passes here and fails there is told, and what could not be compared then', async () => {
  const strict = join(folder, 'strict.arazzo.yaml')
  await writeFile(strict, SHOP.replace(`listEsims, ${ANY}`, 'listEsims'))
  right.deviate = answering('GET', /^\/esims$/, (answered) => {
    answered.status = 503
  })
  const sides = { left: left.url, right: await target(), allow: 'spends' as const }
  const result = await runDifference(await planWorkflows(strict), sides)
  expect(inShort(result)).toEqual([
    'status | GET /esims |  | 200 | 503',
    'outcome | GET /esims |  | passed | failed',
  ])
  expect(result.notCompared.map(({ reason }) => reason)).toContain(
    'one side alone came to orders, catalogue, csv, nobody, none',
  )
})

test('a free text may be digits alone, and a list may be sorted by a field that goes with its key', async () => {
  right.deviate = onEsim((body) => ({ ...body, smdpAddress: '4711' }))
  expect(await compared()).toMatchObject({ differences: [] })
  right.deviate = changing('GET', /^\/catalogue$/, (body) => {
    for (const [at, bundle] of body.bundles.entries()) bundle.description = `${at % 7} and more`
  })
  expect(await compared()).toMatchObject({ differences: [] })
})

test('an empty list tells nothing of a full one', async () => {
  right.deviate = changing('GET', /^\/catalogue$/, (body) => ({ ...body, bundles: [] }))
  const { differences, notCompared } = await compared()
  expect(differences).toEqual([])
  expect(notCompared).toMatchObject([
    {
      operation: 'GET /catalogue',
      pointer: '/bundles/*',
      reason: expect.stringMatching(
        /^the list is empty on the right and has \d+ entries on the left$/,
      ),
    },
  ])
})

const WITHOUT_TOTAL = onOrder(({ total: _, ...rest }) => rest)

test.each(['/total', '/*', ''])('what is volatile by "%s" is not compared', async (pointer) => {
  right.deviate = WITHOUT_TOTAL
  expect(await compared(`volatile: ['${pointer}']\n`)).toMatchObject({ differences: [] })
})

test('a success and a failure with one status are told apart by the field that says so', async () => {
  const file = join(folder, 'company.arazzo.yaml')
  const text = HEAD.replaceAll('esim-go', 'highland').replace('name: go', 'name: highland')
  const step = `      - { stepId: s, operationId: $sourceDescriptions.highland.getCompanySummary, ${ANY}, parameters: [{ name: company_id, in: query, value: $inputs.company }] }`
  const inputs = 'inputs: { type: object, properties: { company: { type: string } } }'
  await writeFile(file, `${text}  - workflowId: company\n    ${inputs}\n    steps:\n${step}\n`)
  const own = '4345d86fbf8a11f09f474c50dd6c0d86'
  const cases = await planWorkflows(file, { inputs: { company: own } })
  const report = join(folder, 'company.json')
  const nobody = await planWorkflows(file, { inputs: { company: own.replace('4', '5') } })
  await writeFile(report, JSON.stringify(await runPlanned(nobody, { target: left.url })))
  const result = await runDifference(cases, { left: left.url, right: report })
  expect(inShort(result)).toEqual([
    'enum | GET /b2b/company/summary | /status | "success" | "failure"',
  ])
})

test('of entries, one pointer stands for all', async () => {
  right.deviate = changing('GET', /^\/catalogue$/, (body) => {
    for (const bundle of body.bundles) delete bundle.price
  })
  for (const pointer of ['/bundles/*/price', '/bundles/0/price'])
    expect(await compared(`volatile: [${pointer}]\n`)).toMatchObject({ differences: [] })
  expect((await compared('volatile: [/bundles/*/prices]\n')).differences).toHaveLength(1)
})

const KNOWN = 'presence GET /orders/{orderReference} /total'
const known = (where: string, until = '') =>
  `known: [{ where: '${where}', reason: it comes in May${until && `, until: ${until}`} }]\n`

test.each([
  KNOWN,
  'presence GET /orders/{orderReference}',
  'GET /orders/{orderReference} /total',
  'GET /orders/{orderReference}',
  'presence',
])('what is known as "%s" is pending', async (where) => {
  right.deviate = WITHOUT_TOTAL
  const result = await compared(known(where, '2099-01-31'))
  expect(result).toMatchObject({
    outcome: 'passed',
    cases: [{ outcome: 'pending' }],
    differences: [{ state: 'pending', reason: 'it comes in May', where: KNOWN }],
    known: [{ state: 'pending' }],
  })
})

test('what is known fails once its day is over', async () => {
  right.deviate = WITHOUT_TOTAL
  const result = await compared(known(KNOWN, '2020-01-31'))
  expect(result).toMatchObject({
    outcome: 'failed',
    differences: [{ state: 'new' }],
    known: [{ state: 'over', message: expect.stringMatching(/was to be mended by 2020-01-31/) }],
  })
})

test('what is known fails once it is gone, unless nothing of it was compared', async () => {
  const gone = await compared(known(KNOWN))
  expect(gone).toMatchObject({ outcome: 'failed', differences: [], known: [{ state: 'gone' }] })
  const others = await compared(known('presence GET /organisation /taxLiable'))
  expect(others).toMatchObject({ outcome: 'passed', known: [{ state: 'not-compared' }] })
  // The name of a check is of `run` alone.
  const checks = await compared(known('body-schema GET /orders/{orderReference}'))
  expect(checks).toMatchObject({ outcome: 'passed', known: [] })
})

const MENDS: readonly (readonly [what: string, deviate: Deviate, mend: object])[] = [
  [
    'a setting of the simulator',
    changing('GET', /^\/orders$/, (orders) => ({ orders, pageCount: 1, rows: 1, pageSize: 10 })),
    { kind: 'setting', settings: { 'esim-go': { ordersList: 'object' } } },
  ],
  [
    'a field of the target file that is volatile',
    onEsim((body) => ({ ...body, profileStatus: 'Installed' })),
    { kind: 'target-file', lines: [/^volatile:\n {2}- "\/profileStatus"$/, /^known:/] },
  ],
  [
    'a defect, where the document says otherwise',
    onOrder((body) => ({ ...body, status: 'done' })),
    { kind: 'defect', says: /the document of the simulator says otherwise \(\/status / },
  ],
  [
    'a defect, where the document allows both',
    onOrder(({ valid: _, ...rest }) => rest),
    { kind: 'defect', says: /the documents allow both/ },
  ],
]

test.each(MENDS)('a difference proposes %s', async (_what, deviate, mend) => {
  right.deviate = deviate
  const { differences } = await compared()
  expect(differences).toMatchObject([{ mend: withPatterns(mend) }])
})

/** Expectations of texts that are like a pattern. */
function withPatterns(value: unknown): unknown {
  if (value instanceof RegExp) return expect.stringMatching(value)
  if (Array.isArray(value)) return value.map(withPatterns)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withPatterns(each)]))
}

test('every setting that may be proposed is one, with a value that it takes', () => {
  for (const { settings, settingMends = [] } of simulators)
    for (const { setting, value } of settingMends) {
      const seen = ['400', 'list', 'object']
      const values = typeof value === 'function' ? seen.map(value) : [value]
      const fits = values.some((each) => settings.table[setting]?.problem(each) === undefined)
      expect([setting, Object.hasOwn(settings.table, setting) && fits]).toEqual([setting, true])
    }
})

test('every line that is proposed can be pasted into the target file, and then it is pending', async () => {
  right.deviate = onEsim((body) => ({ ...body, profileStatus: 'Installed' }))
  const { differences } = await compared()
  const lines = differences.flatMap(({ mend }) => mend.lines)
  expect(lines).toHaveLength(2)
  for (const line of lines) expect(await compared(`${line}\n`)).toMatchObject({ outcome: 'passed' })
})

test('the report of a run is a side, on either hand', async () => {
  const report = join(folder, 'run.json')
  const result = await runPlanned(shop, { target: left.url, jobs: 1 })
  await writeFile(report, JSON.stringify(result))
  right.deviate = WITHOUT_TOTAL
  expect(inShort(await compared('', { left: report }))).toEqual([
    'presence | GET /orders/{orderReference} | /total | there | missing',
  ])
  right.deviate = () => {}
  const equal = await compared('', { left: report, right: left.url })
  expect(equal).toMatchObject({ outcome: 'passed', differences: [] })
})

test('what the right side skips is not run on the left, and the reason is told', async () => {
  const result = await compared('', { allow: 'reads' })
  expect(result).toMatchObject({
    outcome: 'passed',
    cases: [{ outcome: 'skipped', steps: 0, reason: expect.stringMatching(/--allow spends/) }],
  })
})

const HOSTILE = '</pre><script>alert(1)</script>"\'&\u0007'

test('reports hold each difference, hostile texts escaped, and no secret', async () => {
  right.deviate = onOrder((body) => ({ ...body, total: HOSTILE, [HOSTILE]: 'test-esim-go-key' }))
  const result = await compared()
  expect(result.differences).toHaveLength(2)
  const schema = JSON.parse(readFileSync('specs/diff-result.schema.json', 'utf8'))
  const validate = new Ajv2020({ strict: true, strictRequired: false }).compile(schema)
  expect(validate(JSON.parse(JSON.stringify(result))) || validate.errors).toBe(true)

  for (const [kind, { load }] of Object.entries(diffReportKinds)) {
    const text = (await load())(result)
    expect(text, kind).toContain('GET /orders/{orderReference}')
    expect(text, kind).not.toContain('test-esim-go-key')
  }
  const page = (await diffReportKinds.html?.load())?.(result) ?? ''
  expect(page).not.toMatch(/<script|<[^>]* (?:on\w+|src|href)=/)
  expect(page).not.toContain('\u0007')
  expect(page).toContain('&lt;script&gt;alert(1)')
  expect(page).toContain("default-src 'none'")
  const junit = (await diffReportKinds.junit?.load())?.(result) ?? ''
  expect(readXml(junit)).toMatchObject({
    name: 'testsuites',
    attributes: { tests: '1', failures: '1' },
  })
  const sarif = JSON.parse((await diffReportKinds.sarif?.load())?.(result) ?? '')
  expect(sarif.runs[0].results).toMatchObject([
    { ruleId: 'type', level: 'error' },
    { ruleId: 'presence', level: 'error' },
  ])
  expect(diffText(result)).not.toContain('\u0007')
})
