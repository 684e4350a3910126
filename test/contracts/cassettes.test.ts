// Cassettes: what a run exchanged is written without secrets, and replayed with nothing listening.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CannotRunWorkflows, runWorkflows, workflowCases } from '../../src/index.ts'
import type { RunResult } from '../../src/workflows/result.ts'
import { run } from '../support/cli.ts'
import { ROOT } from '../support/source.ts'
import { HEAD, ORDER_STEP } from '../support/workflows.ts'

let cwd = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'esimulator-cassettes-'))
})
afterAll(() => rm(cwd, { recursive: true }))

const at = (name: string) => join(cwd, name)

async function file(name: string, content: string): Promise<string> {
  await writeFile(at(name), content)
  return at(name)
}

interface Line {
  readonly case?: string
  readonly recordedAt?: string
  readonly redacted?: readonly { readonly kind: string; readonly values: number }[]
}

async function linesOf(cassette: string): Promise<Line[]> {
  const lines = (await readFile(cassette, 'utf8')).trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as Line)
}

/** An eSIM is ordered, read by its ICCID, its QR code is fetched, and a retry waits an hour. */
const STORY = `  - workflowId: story
    steps:
${ORDER_STEP.slice(1)}
        successCriteria: [{ condition: $statusCode == 200 }]
        outputs: { iccid: $response.body#/order/0/iccids/0 }
      - stepId: read
        operationId: $sourceDescriptions.go.getEsim
        parameters: [{ name: iccid, in: path, value: $steps.order.outputs.iccid }]
        successCriteria: [{ condition: $response.body#/iccid == $steps.order.outputs.iccid }]
      - stepId: later
        operationId: $sourceDescriptions.go.getEsim
        parameters: [{ name: iccid, in: path, value: $steps.order.outputs.iccid }]
        successCriteria: [{ condition: $response.body#/firstInstalledDateTime != null }]
        onFailure: [{ name: wait, type: retry, retryAfter: 3600, retryLimit: 1, stepId: install }]
      - stepId: install
        operationId: $sourceDescriptions.sim.installSim
        parameters: [{ name: iccid, in: path, value: $steps.order.outputs.iccid }]
        successCriteria: [{ condition: $statusCode != 500 }]
`

test('a run is recorded, and replayed it comes to the same with nothing listening', async () => {
  const story = await file('story.arazzo.yaml', HEAD + STORY)
  const record = at('story.jsonl')
  const recorded = await runWorkflows(story, { record })
  const replayed = await runWorkflows(story, { target: `cassette:${record}` })
  const cameTo = ({ cases }: RunResult) =>
    cases.map(({ outcome, steps }) => [
      outcome,
      steps.map(({ step, attempt, outcome: own, exchange }) => [
        step,
        attempt,
        own,
        exchange?.status,
      ]),
    ])
  expect(cameTo(replayed)).toEqual(cameTo(recorded))
  expect(recorded.outcome).toBe('passed')
  expect(replayed.target).toBe(`cassette:${record}`)
  expect(replayed.notes).toEqual([
    expect.stringMatching(/^it was recorded less than a day ago \(.*\) from sim$/),
    expect.stringMatching(/^probes .* are not tried: .* nothing is sent$/),
  ])
})

test('the same run gives the same cassette but for when it was recorded, and its lines are as the schema says', async () => {
  const story = await file('same.arazzo.yaml', HEAD + STORY)
  await runWorkflows(story, { record: at('one.jsonl') })
  await runWorkflows(story, { record: at('two.jsonl') })
  const bytes = async (name: string) =>
    (await readFile(at(name), 'utf8')).replace(/"recordedAt":"[^"]*"/, '')
  expect(await bytes('one.jsonl')).toBe(await bytes('two.jsonl'))
  const schema = JSON.parse(await readFile(`${ROOT}specs/cassette.schema.json`, 'utf8'))
  const check = new Ajv2020({ strict: false }).compile(schema)
  for (const line of await linesOf(at('one.jsonl')))
    expect([check(line), line]).toEqual([true, line])
})

test('the suite of a provider comes to the same when it is replayed, coverage included', async () => {
  const suite = ['run', '--provider', 'highland', '--checks', 'status,body-schema', '--json']
  const recorded = await run([...suite, '--record', 'suite.jsonl'], { cwd })
  const replayed = await run([...suite, '--target', 'cassette:suite.jsonl'], { cwd })
  const cameTo = ({ stdout }: { readonly stdout: string }) => {
    const { outcome, cases, coverage } = JSON.parse(stdout) as RunResult
    return {
      outcome,
      cases: cases.map((each) => [each.workflow, each.case, each.outcome]),
      coverage,
    }
  }
  expect(cameTo(replayed)).toEqual(cameTo(recorded))
  expect(cameTo(recorded)).toMatchObject({ outcome: 'passed' })
}, 120_000)

test('a workflow that has changed names what the cassette lacks, and what differs', async () => {
  const story = await file('changed.arazzo.yaml', HEAD + STORY)
  const record = at('changed.jsonl')
  await runWorkflows(story, { record })
  const more = `  - workflowId: another
    steps: [{ stepId: look, operationId: $sourceDescriptions.go.listEsims }]
`
  await file('changed.arazzo.yaml', HEAD + STORY.replace('quantity: 1', 'quantity: 2') + more)
  const { cases, outcome } = await runWorkflows(story, { target: `cassette:${record}` })
  expect(outcome).toBe('failed')
  const message = cases[0]?.steps[0]?.failures[0]?.message
  expect(message).toMatch(/^the cassette has no such request of the case "changed\.story"/)
  expect(message).toMatch(
    /the step "story\/order", attempt 1: POST http:.*\/esim-go\/v2\.4\/orders/,
  )
  expect(message).toMatch(/the body at \/order\/0\/quantity is 2, recorded 1$/)
  expect(cases[1]).toMatchObject({
    outcome: 'skipped',
    reason: 'the cassette has no case "changed.another": record it again',
  })
})

test('a step that asks for no answer fails, too, where the cassette lacks its request', async () => {
  const refused = (limit: number) => `  - workflowId: refused
    steps:
      - stepId: look
        operationId: $sourceDescriptions.go.listEsims
        parameters: [{ name: perPage, in: query, value: ${limit} }]
        successCriteria: [{ condition: $statusCode == null || $statusCode == 200 }]
`
  const path = await file('none.arazzo.yaml', HEAD + refused(5))
  await runWorkflows(path, { record: at('none.jsonl') })
  await file('none.arazzo.yaml', HEAD + refused(6))
  const { cases } = await runWorkflows(path, { target: `cassette:${at('none.jsonl')}` })
  expect(cases[0]?.steps[0]?.failures[0]?.message).toMatch(
    /the query parameter perPage is "6", recorded "5"/,
  )
})

test('each case can be replayed by a test runner of one’s own', async () => {
  const story = await file('each.arazzo.yaml', HEAD + STORY)
  await runWorkflows(story, { record: at('each.jsonl') })
  const cases = await workflowCases(story, { target: `cassette:${at('each.jsonl')}` })
  expect(cases.length).toBeGreaterThan(0)
  for (const { run: play } of cases) await expect(play()).resolves.toBeUndefined()
})

const KEY = 'key-of-a-shop-4711'
const ICCID = '8944501234567890123'
const PHONE = '447911123456'
const MAIL = 'ada.byron@analytical.co.uk'
const NAME = 'Augusta Byron'
const QR = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3, 255])

/** An API with people in it: who asks, which eSIM, and a letter that names them. */
async function startPeople() {
  const log: string[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    log.push(`${request.method} ${request.url} ${await text(request)}`)
    const json = (body: object) =>
      response
        .writeHead(200, {
          'content-type': 'application/json',
          'set-cookie': 'session=abcdef123456',
        })
        .end(JSON.stringify(body))
    if (request.headers['x-key'] !== KEY) response.writeHead(401).end()
    else if (request.url === `/esims/${ICCID}`)
      json({ iccid: ICCID, msisdn: Number(PHONE), owner: { name: NAME, email: MAIL } })
    else if (request.url?.startsWith('/letters'))
      json({ text: `Dear ${NAME}, ${MAIL} has +${PHONE}`, apiKey: KEY })
    else if (request.url === '/qr') response.writeHead(200, { 'content-type': 'image/png' }).end(QR)
    else response.writeHead(404).end()
  }
  const server = createServer((request, response) => void answer(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    log,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const PEOPLE = `openapi: 3.1.0
info: { title: People, version: 1.0.0 }
security: [{ key: [] }]
paths:
  /esims/{iccid}:
    get:
      operationId: getEsim
      parameters: [{ name: iccid, in: path, required: true, schema: { type: string } }]
      responses: { '200': { description: it, content: { application/json: {} } }, '401': { description: no } }
  /letters:
    get:
      operationId: getLetter
      parameters: [{ name: to, in: query, schema: { type: string } }]
      responses: { '200': { description: it, content: { application/json: {} } }, '401': { description: no } }
  /qr:
    get: { operationId: getCode, responses: { '200': { description: it, content: { image/png: {} } } } }
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Key } } }
`

const LETTERS = (code: string) => `arazzo: 1.0.1
info: { title: T, version: 1.0.0 }
sourceDescriptions: [{ name: api, type: openapi, url: people.yaml }]
workflows:
  - workflowId: letter
    inputs: { type: object, required: [iccid], properties: { iccid: { type: string } } }
    steps:
      - stepId: esim
        operationId: getEsim
        parameters: [{ name: iccid, in: path, value: $inputs.iccid }]
        successCriteria: [{ condition: $response.body#/iccid == $inputs.iccid }]
        outputs: { mail: $response.body#/owner/email, name: $response.body#/owner/name }
      - stepId: letter
        operationId: getLetter
        parameters: [{ name: to, in: query, value: $steps.esim.outputs.mail }]
        successCriteria:
          - { context: $response.body#/text, type: regex, condition: '^Dear {$steps.esim.outputs.name}, {$steps.esim.outputs.mail} has \\+44\\d{10}$' }
      - stepId: code
        operationId: getCode
        successCriteria: [{ condition: "${code}" }]
`

const CODE = "$response.header.content-type == 'image/png'"

async function letters(url: string) {
  await file('people.yaml', PEOPLE)
  await file('letters.arazzo.yaml', LETTERS(CODE))
  const credentials = `credentials: { apiKey: "\${PEOPLE_KEY}" }`
  await file('people.target.yaml', `baseUrl: ${url}\n${credentials}\nrate: 100000/s\n`)
}

const env = { PEOPLE_KEY: KEY }
const REPORTS = ['json', 'junit', 'html', 'sarif', 'ctrf', 'har']

test('of a real endpoint no secret and nobody’s data are written, and what was replaced is told', async () => {
  await using people = await startPeople()
  await letters(people.url)
  const reports = REPORTS.map((kind) => `--report=${kind}:real.${kind}`)
  const asked = ['--target', 'people.target.yaml', '--input', `iccid=${ICCID}`, ...reports]
  const ended = await run(['run', 'letters.arazzo.yaml', ...asked, '--record', 'real.jsonl'], {
    cwd,
    env,
  })
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(ended.stdout).toMatch(
    /recorded to real\.jsonl; replaced by stand-ins: credential: \d+, .*ICCID: 1.*MSISDN: 1/,
  )
  const cassette = await readFile(at('real.jsonl'), 'utf8')
  for (const one of [ICCID, PHONE, MAIL, encodeURIComponent(MAIL), NAME, 'abcdef123456'])
    expect(cassette).not.toContain(one)
  const shown = await Promise.all(REPORTS.map((kind) => readFile(at(`real.${kind}`), 'utf8')))
  expect([cassette, ended.stdout, ...shown].join('\n')).not.toContain(KEY)
  const [head] = await linesOf(at('real.jsonl'))
  expect(head?.redacted).toContainEqual({ kind: 'MSISDN', values: 1, places: ['msisdn'] })

  const sent = people.log.length
  const replay = ['run', 'letters.arazzo.yaml', '--target', 'cassette:real.jsonl', '--negative']
  const again = await run([...replay, '--checks', 'all', '--report', 'html:again.html'], { cwd })
  expect(again).toMatchObject({ code: 0 })
  expect(again.stderr).toMatch(/real\.jsonl: it was recorded less than a day ago/)
  expect(again.stderr).toMatch(/probes and inputs that are not allowed are not tried/)
  expect(await readFile(at('again.html'), 'utf8')).toMatch(/it was recorded less than a day ago/)
  expect(people.log).toHaveLength(sent)
})

test('what is no text is kept as its size and hash, and a step that needs more says so', async () => {
  await using people = await startPeople()
  await letters(people.url)
  const asked = ['--target', 'people.target.yaml', '--input', `iccid=${ICCID}`]
  await run(['run', 'letters.arazzo.yaml', ...asked, '--record', 'code.jsonl'], { cwd, env })
  const sha256 = createHash('sha256').update(QR).digest('hex')
  const kept = JSON.stringify({ binary: { bytes: 12, sha256, begins: '89504e470d0a1a0a' } })
  expect(await readFile(at('code.jsonl'), 'utf8')).toContain(kept)
  await file('letters.arazzo.yaml', LETTERS("$response.body == 'x'"))
  const again = await run(['run', 'letters.arazzo.yaml', '--target', 'cassette:code.jsonl'], {
    cwd,
  })
  expect(again.code).toBe(1)
  expect(again.stdout).toMatch(/of 12 bytes, the cassette has only size and hash/)
})

test('a cassette that is old says so', async () => {
  const story = await file('old.arazzo.yaml', HEAD + STORY)
  await runWorkflows(story, { record: at('old.jsonl') })
  const before = new Date(Date.now() - 45.5 * 86_400_000).toISOString()
  const kept = await readFile(at('old.jsonl'), 'utf8')
  await file('old.jsonl', kept.replace(/"recordedAt":"[^"]*"/, `"recordedAt":"${before}"`))
  const { stderr, code } = await run(['run', story, '--target', 'cassette:old.jsonl'], { cwd })
  expect(code).toBe(0)
  expect(stderr).toMatch(/recorded 45 days ago .*more than 30 days: record it again/)
})

test('what is replayed is no evidence', async () => {
  const story = await file('proof.arazzo.yaml', HEAD + STORY)
  await runWorkflows(story, { record: at('proof.jsonl') })
  const replay = ['run', story, '--target', 'cassette:proof.jsonl', '--evidence', 'proof.json']
  const { code, stderr } = await run(replay, { cwd })
  expect(code).toBe(2)
  expect(stderr).toBe('esimulator: what is replayed proves nothing new: leave out --evidence\n')
})

const HEAD_LINE =
  '{"format":"esimulator cassette 1","version":"1","target":"sim","recordedAt":"2026-01-01T00:00:00.000Z","redacted":[],"kept":0}\n'

test.each([
  ['that is not there', undefined, /is not there: record one with run --record/],
  ['that is another file', 'arazzo: 1.0.1\n', /is no cassette: run --record FILE writes one/],
  [
    'of another format',
    HEAD_LINE.replace('cassette 1', 'cassette 2'),
    /is of the format "esimulator cassette 2", and this esimulator reads "esimulator cassette 1"/,
  ],
  ['whose head is broken', HEAD_LINE.replace('"kept"', '"x"'), /:1: the first line .* is broken/],
  ['with half a line', `${HEAD_LINE}{"case":"a`, /:2: this line of the cassette is no JSON/],
  [
    'with a line of something else',
    `${HEAD_LINE}{"a":1}`,
    /:2: .* is neither a case nor an exchange/,
  ],
])('a cassette %s: exit 2, one sentence', async (_, content, told) => {
  const story = await file('broken.arazzo.yaml', HEAD + STORY)
  if (content !== undefined) await file('broken.jsonl', content)
  const target = `cassette:${content === undefined ? 'nowhere' : 'broken'}.jsonl`
  const { code, stderr } = await run(['run', story, '--target', target], { cwd })
  expect(code).toBe(2)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stderr).toMatch(told)
})

test('what is no cassette is not written over, and a replay is not recorded', async () => {
  const story = await file('mine.arazzo.yaml', HEAD + STORY)
  await expect(runWorkflows(story, { record: story })).rejects.toThrow(
    /mine\.arazzo\.yaml is there and is no cassette: name another file/,
  )
  expect(await readFile(story, 'utf8')).toBe(HEAD + STORY)
  await runWorkflows(story, { record: at('mine.jsonl') })
  const target = `cassette:${at('mine.jsonl')}`
  const again = runWorkflows(story, { target, record: at('again.jsonl') })
  await expect(again).rejects.toThrow(CannotRunWorkflows)
})

test('a list of credentials keeps its form, and what is taken out of it is sent again', async () => {
  const token = `  - workflowId: token
    steps:
      - stepId: where
        operationId: $sourceDescriptions.go.listEsims
        x-esimulator: { capture: { world: { from: $url, match: '/w/([^/]+)/' } } }
      - stepId: world
        operationId: $sourceDescriptions.sim.getWorld
        parameters: [{ name: name, in: path, value: $steps.where.outputs.world }]
        outputs: { id: $response.body#/credentials/wholesale/clientId, secret: $response.body#/credentials/wholesale/clientSecret }
      - stepId: token
        operationId: $sourceDescriptions.wholesale.issueToken
        requestBody: { contentType: application/x-www-form-urlencoded, payload: { grant_type: client_credentials, client_id: $steps.world.outputs.id, client_secret: $steps.world.outputs.secret } }
        successCriteria: [{ condition: $response.body#/access_token != $steps.world.outputs.secret }]
`
  const path = await file('token.arazzo.yaml', HEAD + token)
  const recorded = await runWorkflows(path, { record: at('token.jsonl') })
  const replayed = await runWorkflows(path, { target: `cassette:${at('token.jsonl')}` })
  expect([recorded.outcome, replayed.outcome]).toEqual(['passed', 'passed'])
  expect(await readFile(at('token.jsonl'), 'utf8')).toMatch(/"clientSecret":"[x0-9X.-]+[a-z0-9]*"/)
})

test('what a workflow has in its own file stays, since it is compared with it', async () => {
  const onboard = `  - workflowId: onboard
    steps:
      - stepId: onboard
        operationId: $sourceDescriptions.highland.onboardCompany
        requestBody: { payload: { company_name: Roam Ltd, registration_number: HRB 1, country_code: DE, contact_email: ops@roam.example } }
        successCriteria: [{ condition: $response.body#/contact_email == 'ops@roam.example' }]
`
  const path = await file('onboard.arazzo.yaml', HEAD + onboard)
  await runWorkflows(path, { record: at('onboard.jsonl') })
  const { outcome } = await runWorkflows(path, { target: `cassette:${at('onboard.jsonl')}` })
  expect(outcome).toBe('passed')
  const [head] = await linesOf(at('onboard.jsonl'))
  expect(head).toMatchObject({ kept: 1 })
})
