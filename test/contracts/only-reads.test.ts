// Against a real endpoint nothing is sent but what its permission lets through: the simulator behind a recorder stands for one.
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { effectOfCall } from '../../src/contracts/call.ts'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { openContract, suiteFiles } from '../../src/library/contracts.ts'
import { planWorkflows, runPlanned } from '../../src/library/workflows.ts'
import { effectOfUnknown } from '../../src/workflows/effect.ts'
import type { SentRequest } from '../../src/workflows/send.ts'
import { operationAt, readSource, type Source } from '../../src/workflows/sources.ts'

let sim: RunningSimulator
let folder = ''
const recorder = createServer()
const sent: SentRequest[] = []

beforeAll(async () => {
  sim = await startSimulator({ given: 'an assigned bundle' })
  folder = await mkdtemp(join(tmpdir(), 'esimulator-only-reads-'))
  recorder.on('request', async (incoming, outgoing) => {
    const { method = 'GET', url = '/' } = incoming
    const body = await text(incoming)
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    )
    sent.push({ method, url: `${sim.url}${url}`, headers, body: body === '' ? undefined : body })
    const passed = httpRequest(`${sim.url}${url}`, { method, headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 500, reply.headers)
      reply.pipe(outgoing)
    })
    passed.end(body)
  })
  recorder.listen(0, '127.0.0.1')
  await once(recorder, 'listening')
})
afterAll(async () => {
  recorder.closeAllConnections()
  recorder.close()
  await sim.close()
  await rm(folder, { recursive: true })
})

/** What a recorded request does to the outside, by the document of its API. */
function effectOf(source: Source, base: string, request: SentRequest): string {
  const [path = ''] = request.url.split('?', 1)
  const operation = path.startsWith(base)
    ? operationAt(source, request.method, path.slice(base.length))
    : undefined
  return operation ? effectOfCall({ operation, request }) : effectOfUnknown(request.method)
}

const named = (field: string, variable: string) => `${field}: "\${${variable}}"`
const CLIENT = `${named('clientId', 'ID')}, ${named('clientSecret', 'SECRET')}`
const TARGETS = [
  ['esim-go', '/v2.4', named('apiKey', 'KEY')],
  ['esim-go', '/v2.5', named('apiKey', 'KEY')],
  ['highland', '', ''],
  ['wholesale', '', CLIENT],
  ['accounts-orders', '', CLIENT],
] as const

const ALLOWED = [
  ['reads', ['reads']],
  ['changes', ['reads', 'changes']],
] as const
const RUNS = TARGETS.flatMap(([slug, version, credentials]) =>
  ALLOWED.map(([allow, allowed]) => ({ slug, version, credentials, allow, allowed })),
)

test.each(RUNS)(
  'of the whole suite of $slug $version, with --negative, nothing but $allowed is sent',
  async ({ slug, version, credentials, allow, allowed }) => {
    const { port } = recorder.address() as AddressInfo
    const base = `/${slug}${version}`
    const file = join(folder, `${slug}.yaml`)
    const lines = [
      `provider: ${slug}`,
      `baseUrl: http://127.0.0.1:${port}${base}`,
      'rate: 100000/s',
    ]
    await writeFile(file, [...lines, `credentials: { ${credentials} }`, ''].join('\n'))
    Object.assign(process.env, {
      KEY: 'test-esim-go-key',
      ID: 'test-client',
      SECRET: 'test-secret',
    })
    sent.length = 0

    const cases = await planWorkflows(suiteFiles(slug))
    await using contract = await openContract({
      target: file,
      negative: true,
      allow,
      isSuite: true,
    })
    const { target, inspect } = contract
    const result = await runPlanned(cases, { target, inspect })

    const url = `esimulator:${slug}${version}`
    const source = await readSource({ name: 'api', url }, folder, () => {})
    // The token of the endpoint is fetched where one is needed.
    const asked = sent.filter((request) => !/\/token$/.test(request.url))
    const effects = asked.map((request) => effectOf(source, sim.url + base, request))
    const more = effects.filter((effect) => !allowed.some((each) => each === effect))
    expect(more).toEqual([])
    expect(asked.length).toBeGreaterThan(5)
    const ran = result.cases.filter(({ outcome }) => outcome !== 'skipped')
    expect(ran.length).toBeGreaterThan(0)
    for (const { outcome, reason } of result.cases)
      if (outcome === 'skipped') expect(reason).toMatch(/./)
  },
  120_000,
)
