// `esimulator run` as a contract check: a document of one's own, a real endpoint, what cannot be run, and what is told.
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Evidence } from '../../src/contracts/evidence.ts'
import { startSimulator } from '../../src/index.ts'
import type { RunResult } from '../../src/workflows/result.ts'
import { run } from '../support/cli.ts'
import { KEY, type ShelfApi, startShelfApi } from '../support/shelf-api.ts'

let api: ShelfApi
let cwd = ''

beforeAll(async () => {
  api = await startShelfApi()
  cwd = await mkdtemp(join(tmpdir(), 'esimulator-contracts-'))
})
beforeEach(() => api.reset())
afterAll(async () => {
  await api[Symbol.asyncDispose]()
  await rm(cwd, { recursive: true })
})

async function target(baseUrl: string): Promise<string> {
  const name = 'target.yaml'
  const text = `baseUrl: ${baseUrl}\ncredentials: { apiKey: "\${SHELF_KEY}" }\nrate: 100000/s\n`
  await writeFile(join(cwd, name), text)
  return name
}

const env = { SHELF_KEY: KEY }
const checked = (...more: string[]) => run(['run', '--spec', api.spec, ...more], { cwd, env })

test('a document of one’s own is checked against its endpoint, reading only unless more is allowed', async () => {
  const file = await target(api.url)
  const read = await checked('--target', file, '--negative')
  expect(read).toMatchObject({ code: 0 })
  expect(read.stderr).toMatch(/not called: addThing: it changes: --allow changes/)
  expect(api.log.every((line) => line.startsWith('GET'))).toBe(true)

  const all = await checked('--target', file, '--negative', '--allow', 'changes')
  expect(all).toMatchObject({ code: 0 })
  expect(all.stdout).toMatch(/covered: \d+ % of the documented statuses/)
  expect(api.log).toContain('POST /things 201')
})

test('what is found fails the run and is in every report, at its line, with a curl and no secret', async () => {
  const file = await target(api.url)
  api.reset('lets in with any key')
  const reports = ['json', 'junit', 'html', 'ctrf', 'sarif'].map(
    (kind) => `--report=${kind}:${kind}.out`,
  )
  const ended = await checked('--target', file, ...reports)
  expect(ended.code).toBe(1)
  expect(ended.stdout).toMatch(
    /auth-enforced: GET \/things: with a wrong credential it is answered 200/,
  )
  expect(ended.stdout).toMatch(/again: curl -i .*x-key/)
  for (const kind of ['json', 'junit', 'html', 'ctrf', 'sarif']) {
    const text = await readFile(join(cwd, `${kind}.out`), 'utf8')
    expect(text).toMatch(/with a wrong credential/)
    expect(text).not.toContain(KEY)
  }
})

test('coverage can be demanded', async () => {
  const file = await target(api.url)
  const ended = await checked('--target', file, '--min-coverage', '99', '--json')
  expect(ended.code).toBe(1)
  const { coverage } = JSON.parse(ended.stdout) as RunResult
  expect(coverage?.percent).toBeLessThan(99)
  expect(coverage?.operations.map(({ operation }) => operation)).toContain('GET /things/{id}')
})

test('what a target file says is known is told, and fails nothing', async () => {
  api.reset('lets in with any key')
  const known = 'known: [{ where: auth-enforced GET /things, reason: a gateway before it }]\n'
  const file = await target(api.url)
  await writeFile(join(cwd, file), (await readFile(join(cwd, file), 'utf8')) + known)
  const ended = await checked('--target', file)
  expect(ended).toMatchObject({ code: 0 })
  expect(ended.stdout).toMatch(/note: GET \/things: .* \(known: a gateway before it\)/)
})

async function serving(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

test('an endpoint that cannot be run against is told in one sentence, exit 2', async () => {
  await using page = await serving((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hello</h1>')
  })
  const cases: [baseUrl: string, told: RegExp, env?: object][] = [
    [`http://${page.url}`, /answers with a web page \(200\).*look at the baseUrl/],
    [`https://${page.url}`, /gives no answer: .*(SSL|EPROTO|packet length)/i],
    ['http://127.0.0.1:9', /gives no answer: .*ECONNREFUSED/],
    [api.url, /does not let us in \(401\): look at the credentials/, { SHELF_KEY: 'wrong' }],
    [`${api.url}/v9`, /405|404|look at the baseUrl/],
  ]
  for (const [baseUrl, told, own = env] of cases.slice(0, 4)) {
    const file = await target(baseUrl)
    const args = ['run', '--spec', api.spec, '--target', file]
    const ended = await run(args, { cwd, env: { ...own } as Record<string, string> })
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr.trim().split('\n').at(-1)).toMatch(told)
  }
})

test.each([
  [['--spec', 'none.yaml'], /there is no file .*none\.yaml/],
  [['--spec', 'broken.yaml'], /broken\.yaml is (no OpenAPI 3 document|neither YAML nor JSON)/],
  [['--provider', 'esimgo'], /there is no provider "esimgo"/],
  [
    ['--checks', 'bodyschema', '--spec', 'SPEC'],
    /there is no check "bodyschema": did you mean body-schema/,
  ],
  [['--target', 'nowhere.yaml', '--spec', 'SPEC'], /the target nowhere\.yaml: give sim, the URL/],
  [['--allow', 'everything', '--spec', 'SPEC'], /is not one of reads, changes, spends/],
  [['--min-coverage', '200', '--spec', 'SPEC'], /is not a number from 1 to 100/],
])('run %j cannot be run: exit 2, one sentence', async (args, told) => {
  await writeFile(join(cwd, 'broken.yaml'), 'hello: world\n')
  const filled = args.map((each) => (each === 'SPEC' ? api.spec : each))
  const ended = await run(['run', ...filled], { cwd, env })
  expect(ended.code).toBe(2)
  expect(ended.stderr).toMatch(told)
})

test('doctor tells what would run against a real endpoint, and sends one read', async () => {
  const asked: string[] = []
  await using real = await serving((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  const text = `provider: esim-go\nbaseUrl: http://${real.url}/v2.4\ncredentials: { apiKey: "\${SHELF_KEY}" }\n`
  await writeFile(join(cwd, 'go.yaml'), text)
  const ended = await run(['doctor', '--target', 'go.yaml'], { cwd, env })
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(ended.stdout).toMatch(/^runs {5}esim-go\./m)
  expect(ended.stdout).toMatch(
    /^skipped {2}esim-go\..*: callbacks do not reach us: --receiver URL$/m,
  )
  expect(ended.stdout).toMatch(
    /^skipped {2}esim-go-v2\.5\..*: it is of v2\.5, and the target is v2\.4$/m,
  )
  expect(ended.stdout).toMatch(/\d+ of \d+ would run; http:.* answers\n$/)
  expect(asked).toHaveLength(1)
  expect(asked[0]).toMatch(/^GET /)
})

test('what a run against a real endpoint has proven is added to a file, beside what is there', async () => {
  const known = { target: 'simulator', since: '2026-01-01', cases: { 'a.yaml#lists': ['HLD-026'] } }
  const before = { format: 1, providers: { highland: { listProducts: { evidence: [known] } } } }
  await writeFile(join(cwd, 'proven.json'), JSON.stringify(before))

  await using sim = await startSimulator()
  const text = `provider: highland\nbaseUrl: ${sim.baseUrl('highland')}\nrate: 1000/s\n`
  await writeFile(join(cwd, 'highland.yaml'), text)
  const args = ['run', '--provider', 'highland', '--only', 'defaultProducts', '--checks', 'none']
  const ended = await run([...args, '--target=highland.yaml', '--evidence=proven.json'], { cwd })
  expect(ended).toMatchObject({ code: 0 })

  const { providers } = JSON.parse(await readFile(join(cwd, 'proven.json'), 'utf8')) as Evidence
  const cases = { 'highland.arazzo.yaml#defaultProducts': expect.arrayContaining(['HLD-026']) }
  const day = expect.stringMatching(/^\d{4}-\d\d-\d\d$/)
  expect(providers.highland?.listProducts).toMatchObject({
    simulator: 'proven',
    real: 'proven',
    evidence: [{ target: new URL(sim.url).host, since: day, last: day, cases }, known],
  })
  expect(providers.highland?.acquireEsim?.evidence).toEqual([])
})

test('a file that holds no evidence is left alone: exit 2, before anything is run', async () => {
  await writeFile(join(cwd, 'mine.json'), '{"mine": true}')
  const args = ['run', '--provider', 'highland', '--evidence', 'mine.json']
  const ended = await run(args, { cwd })
  expect(ended).toMatchObject({ code: 2, stdout: '' })
  expect(ended.stderr).toMatch(/mine\.json holds no evidence of format 1: name another file/)
  expect(await readFile(join(cwd, 'mine.json'), 'utf8')).toBe('{"mine": true}')
})
