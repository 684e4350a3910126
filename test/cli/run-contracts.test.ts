// `esimulator run` as a contract check: a document of one's own, a real endpoint, what cannot be run, and what is told.
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
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

async function target(baseUrl: string, name = 'target.yaml'): Promise<string> {
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
  expect(new Set(api.log.map((line) => line.split(' ')[0]))).toEqual(new Set(['GET']))

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
  // The suite that was made of the document is no file: places are those of its operations.
  const { runs } = JSON.parse(await readFile(join(cwd, 'sarif.out'), 'utf8'))
  const { artifactLocation, region } = runs[0].results[0].locations[0].physicalLocation
  expect(artifactLocation.uri).toMatch(/\.(?:json|yaml)$/)
  const lines = (await readFile(api.spec, 'utf8')).split('\n')
  expect(lines[region.startLine - 1]?.slice(region.startColumn - 1)).toMatch(/^"?get"?:/)
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

const fixture = (name: string) => readFile(new URL(`../fixtures/tls/${name}`, import.meta.url))

/** With a certificate that is signed by itself: nobody trusts it. */
async function servingTls() {
  const [key, cert] = await Promise.all([fixture('key.pem'), fixture('certificate.pem')])
  const server = createTlsServer({ key, cert }, (_, response) => response.end('{}'))
  server.listen(0, '127.0.0.1')
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

/** A document whose one reply is this. */
const documentWith = (ref: string) => `openapi: 3.1.0
info: { title: S, version: 1.0.0 }
paths:
  /things:
    get:
      operationId: listThings
      x-effect: reads
      responses: { '200': { description: T, content: { application/json: { schema: { $ref: '${ref}' } } } } }
`

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
  await using elsewhere = await serving((_, response) => response.writeHead(404).end())
  await using silent = await serving(() => {})
  await using signedByItself = await servingTls()
  const cases: [baseUrl: string, told: RegExp, env?: object][] = [
    [`http://${page.url}`, /answers with a web page \(200\).*look at the baseUrl/],
    [`https://${page.url}`, /gives no answer: .*(SSL|EPROTO|packet length)/i],
    ['http://127.0.0.1:9', /gives no answer: .*ECONNREFUSED.*look at the baseUrl/],
    ['http://no-such-host.invalid', /gives no answer: .*no-such-host.invalid.*look at the baseUrl/],
    [`http://${silent.url}`, /gives no answer: no answer came within 10 s: is it up/],
    [`https://${signedByItself.url}`, /self-signed certificate.*NODE_EXTRA_CA_CERTS/],
    [api.url, /does not let us in \(401\): look at the credentials/, { SHELF_KEY: 'wrong' }],
    [`http://${elsewhere.url}`, /is not there \(404\): look at the baseUrl/],
  ]
  // At once: one of them waits for 10 seconds.
  const check = async ([baseUrl, told, own = env]: (typeof cases)[number], at: number) => {
    const file = await target(baseUrl, `cannot-${at}.yaml`)
    const args = ['run', '--spec', api.spec, '--target', file]
    const ended = await run(args, { cwd, env: { ...own } as Record<string, string> })
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr.trim().split('\n').at(-1)).toMatch(told)
  }
  await Promise.all(cases.map(check))
}, 120_000)

test.each([
  [['--spec', 'none.yaml'], /there is no file .*none\.yaml/],
  [['--spec', 'broken.yaml'], /broken\.yaml is (no OpenAPI 3 document|neither YAML nor JSON)/],
  [['--spec', 'neither.yaml'], /neither\.yaml is neither YAML nor JSON: /],
  [['--spec', 'nowhere-ref.yaml'], /"#\/components\/schemas\/None" leads nowhere\n/],
  [['--spec', 'other-ref.yaml'], /"other\.yaml#\/X" is in another document: put all into one/],
  [
    ['--spec', 'SPEC'],
    /is of no simulator: name a file with its endpoint, as in --target my\.yaml with "baseUrl: /,
  ],
  [['--spec', 'SPEC', '--tag', 'nothing'], /there is no tag "nothing"/],
  [['--provider', 'highland', '--only', 'nothing'], /there is no workflow "nothing"/],
  [
    ['--target', 'mistaken.yaml', '--spec', 'SPEC'],
    /mistaken\.yaml:2:10: .* did you mean baseUrl\?\n(.*\n)?mistaken\.yaml:1:7: rate must be /,
  ],
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
  await writeFile(join(cwd, 'neither.yaml'), 'a: [b\n c: d')
  await writeFile(join(cwd, 'mistaken.yaml'), 'rate: fast\nbaseURL: https://api.example.com\n')
  const refs = { nowhere: '#/components/schemas/None', other: 'other.yaml#/X' }
  for (const [name, ref] of Object.entries(refs))
    await writeFile(join(cwd, `${name}-ref.yaml`), documentWith(ref))
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

test('doctor that knows no provider of the target says how an API of your own is tried', async () => {
  await writeFile(join(cwd, 'own.yaml'), 'baseUrl: http://127.0.0.1:9\n')
  const ended = await run(['doctor', '--target', 'own.yaml'], { cwd, env })
  expect(ended.code).toBe(2)
  expect(ended.stderr).toMatch(/or by --provider; .* run --spec FILE --target FILE --dry-run\n$/)
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
