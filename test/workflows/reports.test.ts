// Reports: each is made of the result alone, is what its readers take, and says nothing it must not.
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { reportKinds } from '../../src/workflows/reports/kinds.ts'
import { caseText, coverageLines } from '../../src/workflows/reports/text.ts'
import type {
  CaseResult,
  CoverageResult,
  RunResult,
  StepResult,
} from '../../src/workflows/result.ts'
import { readXml } from '../support/xml.ts'

/** What breaks reports that are put together without care. */
const HOSTILE = `</script><b>&amp;"'\u0000\u001b[2J\u0085\ud800 ]]>${'\n'}%0A::error::,:`

const place = { file: 'flows/a.yaml', line: 7, column: 3 }

const step: StepResult = {
  step: 'order',
  within: ['buys'],
  outcome: 'passed',
  place: { ...place, line: 9 },
  attempt: 1,
  duration: 12,
  clock: '2026-01-01T00:00:02.000Z',
  exchange: {
    operation: 'createOrder',
    method: 'POST',
    url: 'http://127.0.0.1:4010/w/a/esim-go/v2.4/orders?limit=10',
    requestHeaders: { 'x-api-key': '[redacted]', 'content-type': 'application/json' },
    requestBody: `{"client_secret":"[redacted]","note":"it's"}`,
    status: 200,
    replyHeaders: { 'content-type': 'application/json' },
    replyBody: '{"status":"completed"}',
    replySize: 22,
  },
  failures: [],
}

const passed: CaseResult = {
  file: 'flows/a.yaml',
  workflow: 'buys',
  outcome: 'passed',
  world: 'a.buys-1',
  place,
  duration: 30,
  inputs: { plan: 'A' },
  outputs: {},
  steps: [step],
  callbacks: [
    {
      callback: 'cb_000001',
      provider: 'esim-go',
      type: 'Utilisation',
      at: '2026-01-03T00:00:02.000Z',
      attempt: 1,
      url: 'http://receiver.example',
      status: 200,
      signature: 'genuine',
      body: '{}',
    },
  ],
}

const failed: CaseResult = {
  ...passed,
  case: HOSTILE,
  summary: HOSTILE,
  outcome: 'failed',
  steps: [
    step,
    {
      ...step,
      step: 'look',
      outcome: 'failed',
      failures: [
        {
          place: { ...place, line: 21, column: 5 },
          expected: `$response.body == '${HOSTILE}'`,
          expectedValue: { status: 'done', note: HOSTILE },
          seen: [{ expression: '$response.body', value: { status: 'open', note: HOSTILE } }],
          message: `it does not hold: ${HOSTILE}`,
        },
      ],
      exchange: {
        ...step.exchange,
        method: 'GET',
        url: `http://x/${HOSTILE}`,
        replyBody: HOSTILE,
      } as never,
    },
  ],
}

const skipped: CaseResult = {
  ...passed,
  workflow: 'later',
  outcome: 'skipped',
  reason: 'it would take 3 days',
}

const result: RunResult = {
  format: 1,
  version: '1.2.3',
  outcome: 'failed',
  target: 'sim',
  seed: 's',
  startedAt: '2026-11-26T10:00:00.500Z',
  duration: 100,
  cases: [passed, failed, skipped, { ...passed, file: 'flows/b.yaml' }],
}

async function reportOf(kind: string, of: RunResult = result): Promise<string> {
  const make = await reportKinds[kind]?.load()
  return make?.(of) ?? ''
}

test('the result these reports are made of is one as the published schema has it', () => {
  const url = new URL('../../specs/run-result.schema.json', import.meta.url)
  const validate = new Ajv2020().compile(JSON.parse(readFileSync(url, 'utf8')))
  expect([validate(result), validate.errors]).toEqual([true, null])
  expect([validate({ ...result, coverage }), validate.errors]).toEqual([true, null])
})

test('a report is made of the result alone: the same result gives the same text, and stays as it is', async () => {
  const before = structuredClone(result)
  for (const kind of Object.keys(reportKinds)) {
    const again = JSON.parse(JSON.stringify(result)) as RunResult
    expect(await reportOf(kind, again), kind).toBe(await reportOf(kind))
  }
  expect(result).toEqual(before)
})

test('every report of a run without cases that fail can be made', async () => {
  const calm = { ...result, outcome: 'passed' as const, cases: [passed] }
  for (const kind of Object.keys(reportKinds))
    expect((await reportOf(kind, calm)).length > 0, kind).toBe(kind !== 'github')
})

test('JUnit: suites for files, cases with file and line, counts that add up, well-formed for any text', async () => {
  const xml = await reportOf('junit')
  const root = readXml(xml)
  expect(root).toMatchObject({
    name: 'testsuites',
    attributes: {
      name: 'esimulator',
      tests: '4',
      failures: '1',
      errors: '0',
      skipped: '1',
      time: '0.100',
    },
  })
  const [first, second] = root.children
  expect([first?.attributes, second?.attributes]).toMatchObject([
    {
      name: 'flows/a.yaml',
      file: 'flows/a.yaml',
      tests: '3',
      failures: '1',
      skipped: '1',
      timestamp: '2026-11-26T10:00:00',
    },
    { name: 'flows/b.yaml', tests: '1', failures: '0', errors: '0' },
  ])
  const [fine, broken, left] = first?.children ?? []
  expect(fine).toMatchObject({
    name: 'testcase',
    attributes: {
      name: 'buys',
      classname: 'flows/a.yaml',
      file: 'flows/a.yaml',
      line: '7',
      time: '0.030',
    },
    children: [],
  })
  const visible = ['\u0000', '\u001b', '\ud800'].reduce(
    (text, sign) => text.replaceAll(sign, '\uFFFD'),
    HOSTILE,
  )
  expect(broken?.attributes.name).toBe(`buys [${visible}]`)
  expect(broken?.children[0]).toMatchObject({
    name: 'failure',
    attributes: { message: `it does not hold: ${visible}`, type: 'failed' },
  })
  expect(broken?.children[0]?.text).toMatch(/^flows\/a\.yaml:21:5: it does not hold/)
  expect(left?.children).toMatchObject([
    { name: 'skipped', attributes: { message: 'it would take 3 days' } },
  ])
})

test('CTRF: what its schema demands of a report and of each test', async () => {
  const report = JSON.parse(await reportOf('ctrf'))
  expect(report).toMatchObject({
    reportFormat: 'CTRF',
    specVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    results: {
      tool: { name: 'esimulator', version: '1.2.3' },
      summary: {
        tests: 4,
        passed: 2,
        failed: 1,
        skipped: 1,
        pending: 0,
        other: 0,
        start: 1795687200500,
        stop: 1795687200600,
      },
    },
  })
  expect(report.results.tests[1]).toMatchObject({
    status: 'failed',
    duration: 30,
    suite: ['flows/a.yaml'],
    filePath: 'flows/a.yaml',
    line: 21,
    message: expect.stringContaining('it does not hold'),
    trace: expect.stringContaining('curl -i'),
    steps: [
      { name: 'order', status: 'passed' },
      { name: 'look', status: 'failed' },
    ],
  })
  const keys = Object.keys(report.results.tests[1])
  const known =
    'name status duration suite message trace line tags type filePath parameters steps extra'
  expect(keys.filter((key) => !known.split(' ').includes(key))).toEqual([])
})

test('HAR: every exchange, dated by the clock of its world, with sizes and the place of its step', async () => {
  const { log } = JSON.parse(await reportOf('har'))
  expect(log).toMatchObject({ version: '1.2', creator: { name: 'esimulator', version: '1.2.3' } })
  expect(log.entries).toHaveLength(5)
  expect(log.entries[0]).toMatchObject({
    startedDateTime: '2026-01-01T00:00:02.000Z',
    time: 12,
    timings: { send: 0, wait: 12, receive: 0 },
    request: {
      method: 'POST',
      queryString: [{ name: 'limit', value: '10' }],
      postData: { mimeType: 'application/json' },
      bodySize: 44,
    },
    response: {
      status: 200,
      statusText: 'OK',
      bodySize: 22,
      content: { mimeType: 'application/json', text: '{"status":"completed"}' },
    },
    comment: 'a.yaml › buys: order',
    _place: 'flows/a.yaml:9:3',
    _world: 'a.buys-1',
  })
})

test('annotations stand in one line each, whatever the text', async () => {
  const lines = (await reportOf('github')).split('\n')
  expect(lines).toHaveLength(2)
  expect(lines[0]).toMatch(/^::error file=flows\/a\.yaml,line=21,col=5,title=a\.yaml › buys/)
  expect(lines[0]).toContain('%250A%3A%3Aerror')
})

test('the page needs nothing else and runs nothing: no script, no address, only text that was escaped', async () => {
  const page = await reportOf('html')
  expect(page).toMatch(/^<!doctype html>/)
  expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(| on\w+=/i)
  expect(page).toContain(`default-src 'none'`)
  expect(page).not.toContain('<b>')
  expect(page).toContain('&lt;/script&gt;&lt;b&gt;&amp;amp;&quot;&#39;')
  expect(page).not.toMatch(/(?![\t\n])\p{Cc}/u)
})

test('the page tells every step with its exchange, differences, callbacks and the clock', async () => {
  const page = await reportOf('html')
  expect(page.match(/<details class="case /g)).toHaveLength(4)
  expect(page.match(/<details class="step /g)).toHaveLength(5)
  expect(page.match(/<details class="callback"/g)).toHaveLength(4)
  expect(page).toContain('<del>-   &quot;status&quot;: &quot;done&quot;')
  expect(page).toContain('<ins>+   &quot;status&quot;: &quot;open&quot;')
  expect(page).toContain('<time>2026-01-03 00:00:02</time> <span class="gap">+2 d</span>')
  expect(page).toContain('flows/a.yaml:21:5')
  const anchors = [...page.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id)
  expect(anchors.length).toBeGreaterThan(8)
  for (const id of anchors) expect(page).toContain(` id="${id}"`)
})

test('a failing step: place, difference, request, reply and one curl with variables for secrets', () => {
  const [, look] = failed.steps
  const told = caseText({
    ...failed,
    case: 'x',
    steps: [{ ...look, exchange: step.exchange } as never],
  })
  expect(told).toContain('✗ a.yaml › buys [x] (30 ms)')
  expect(told).toContain('  step "look", the clock at 2026-01-01T00:00:02.000Z')
  expect(told).toContain('    flows/a.yaml:21:5: it does not hold')
  expect(told).toContain('      -   "status": "done"')
  expect(told).toContain('      +   "status": "open"')
  expect(told).toContain('    answered 200\n      {"status":"completed"}')
  expect(told.split('\n').at(-1)).toBe(
    `    again: curl -i -X POST 'http://127.0.0.1:4010/w/a/esim-go/v2.4/orders?limit=10'` +
      ` -H 'x-api-key: '"$X_API_KEY" -H 'content-type: application/json'` +
      ` --data-raw '{"client_secret":"'"$CLIENT_SECRET"'","note":"it'\\''s"}'`,
  )
  expect(told).not.toMatch(/(?![\t\n])\p{Cc}/u)
})

const coverage: CoverageResult = {
  percent: 66,
  operations: [
    {
      source: 'esim-go/v2.4',
      operation: 'POST /orders',
      operationId: 'createOrder',
      statuses: { 200: 3, 400: 1, 429: 0, default: 0 },
      fields: 4,
      unseenFields: ['/note'],
      statements: 2,
      unprovenStatements: ['ESG-002'],
    },
    {
      source: HOSTILE,
      operation: HOSTILE,
      statuses: { [HOSTILE]: 1 },
      fields: 1,
      unseenFields: [HOSTILE],
      statements: 0,
      unprovenStatements: [],
    },
  ],
  statements: [
    { id: 'ESG-001', says: 'It is so.', operations: ['createOrder'], provenBy: ['buys'] },
    { id: 'ESG-002', says: HOSTILE, operations: ['*'], gap: HOSTILE, provenBy: [] },
  ],
}

test('coverage is a table of operations with what was seen, and what was not in brackets', () => {
  const lines = coverageLines(coverage)
  expect(lines[0]).toBe(
    'covered: 66 % of the documented statuses, 60 % of the fields, 50 % of the statements',
  )
  expect(lines).toContainEqual(
    expect.stringMatching(/^ {2}POST \/orders +200 400 \(429\) +3 of 4 +1 of 2$/),
  )
  expect(lines.at(-1)).toBe('statements not proven: ESG-002')
  const many = Array.from({ length: 30 }, (_, at) => ({
    id: `ESG-${100 + at}`,
    says: 'So.',
    operations: ['*'],
    provenBy: [],
  }))
  expect(coverageLines({ ...coverage, statements: many }).at(-1)).toMatch(
    /: ESG-100 .*ESG-119 and 10 more: a report tells them$/,
  )
  expect(lines.join('').replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
})

test('coverage of an API without statements says nothing of them', () => {
  expect(coverageLines({ ...coverage, statements: [] }).join('\n')).not.toContain('statements')
})

test('HTML: coverage is a row an operation, a cell a status, bars, and text that stays text', async () => {
  const page = await reportOf('html', { ...result, coverage })
  const [, section = ''] =
    /<section class="covered" id="covered">([\s\S]*)<\/section>/.exec(page) ?? []
  expect(section).toMatch(/<code>POST \/orders<\/code>.*aria-label="200: seen 3 times"/)
  expect(page).toContain('<a href="#covered">covered: 66 % of the documented statuses')
  expect(section).toContain('aria-label="429: never seen"')
  expect(section).toContain('<i style="width: 75%"></i></span><span>3/4</span>')
  expect(section).toContain('<i style="width: 50%"></i></span><span>1/2</span>')
  expect(section).toContain('1 statement that no workflow has proven')
  expect(section).toContain('&lt;/script&gt;&lt;b&gt;')
  expect(section).not.toMatch(/<\/script>|<b>&/)
})
