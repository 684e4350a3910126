// `esimulator diff`: what it tells, how it ends, and where its two sides may be named.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { type Ended, folder, run } from '../support/cli.ts'
import {
  changing,
  type DeviatingServer,
  startDeviatingServer,
} from '../support/deviating-server.ts'

const FILE = `arazzo: 1.0.1
info: { title: T, version: 1.0.0 }
sourceDescriptions: [{ name: go, type: openapi, url: esimulator:esim-go }]
workflows:
  - workflowId: looks
    x-esimulator: { tags: [quick] }
    steps:
      - { stepId: catalogue, operationId: $sourceDescriptions.go.getCatalogue }
      - { stepId: organisation, operationId: $sourceDescriptions.go.getOrganisation }
`

let at: Awaited<ReturnType<typeof folder>>
let behind: Awaited<ReturnType<typeof startSimulator>>
let right: DeviatingServer

beforeAll(async () => {
  at = await folder()
  behind = await startSimulator()
  right = await startDeviatingServer(behind.url)
  await writeFile(join(at.path, 'looks.arazzo.yaml'), FILE)
  const target = `provider: esim-go\nbaseUrl: ${right.url}/esim-go/v2.4\nrate: 1000/s\n`
  const credentials = `credentials: { apiKey: "\${GO_KEY}" }\n`
  await writeFile(join(at.path, 'target.yaml'), target + credentials)
})
afterAll(async () => {
  await right[Symbol.asyncDispose]()
  await behind.close()
  await at[Symbol.asyncDispose]()
})

const diff = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> =>
  run(['diff', ...args], { cwd: at.path, env: { GO_KEY: 'test-esim-go-key', ...env } })

const withoutPrices = changing('GET', /^\/catalogue$/, (body) => {
  for (const bundle of body.bundles) delete bundle.price
})

test('equal sides end with 0, whichever way they are named', async () => {
  right.deviate = () => {}
  const ended = await diff(['looks.arazzo.yaml', '--right', 'target.yaml'])
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(ended.stdout).toMatch(/^sim and http.*: 0 differences, 1 case compared in \d+ ms\n$/)
  const named = await diff(['looks.arazzo.yaml'], { ESIMULATOR_RIGHT: 'target.yaml' })
  expect(named.code).toBe(0)
  await writeFile(join(at.path, 'esimulator.config.yaml'), 'left: target.yaml\nright: sim\n')
  expect((await diff(['looks.arazzo.yaml'])).stdout).toMatch(/^http.* and sim: 0 differences/)
  await writeFile(join(at.path, 'esimulator.config.yaml'), '')
})

test('what differs is told with its place, its line and its mend, is in every report, and ends with 1', async () => {
  right.deviate = withoutPrices
  const kinds = ['json', 'html', 'junit', 'sarif']
  const reports = kinds.map((kind) => `--report=${kind}:out/diff.${kind}`)
  const ended = await diff(['looks.arazzo.yaml', '--right', 'target.yaml', ...reports])
  expect(ended).toMatchObject({ code: 1, stderr: '' })
  expect(ended.stdout).toMatch(/^✗ presence GET \/catalogue 200 \/bundles\/\*\/price\n/)
  expect(ended.stdout).toContain('\n  looks.arazzo.yaml:8:19: looks.looks › catalogue\n')
  expect(ended.stdout).toMatch(/\n {2}defect: .*\n {4}known:\n {6}- \{ where: "presence GET/)
  expect(ended.stdout).toMatch(/: 1 difference, 1 case compared in \d+ ms\n$/)
  for (const kind of kinds)
    expect(await readFile(join(at.path, `out/diff.${kind}`), 'utf8')).toContain('GET /catalogue')
  const json = await diff(['looks.arazzo.yaml', '--right', 'target.yaml', '--json'])
  expect(json.code).toBe(1)
  expect(JSON.parse(json.stdout)).toMatchObject({ outcome: 'failed', left: 'sim' })
})

test('what would be compared is told without a request', async () => {
  const ended = await diff(['looks.arazzo.yaml', '--right', 'nowhere.yaml', '--dry-run'])
  expect(ended).toMatchObject({ code: 0, stdout: 'looks.looks\n' })
})

test.each([
  [['looks.arazzo.yaml'], /name what is compared, as in: esimulator diff --provider/],
  [['--right', 'sim'], /name the files to compare, or --provider/],
  [['looks.arazzo.yaml', '--right', 'nowhere.yaml'], /the target nowhere\.yaml: give sim, the URL/],
  [['looks.arazzo.yaml', '--right', 'nowhere.json'], /there is no file nowhere\.json/],
  [['looks.arazzo.yaml', '--right', 'other.json'], /other\.json is not the report of a run/],
  [['looks.arazzo.yaml', '--right', 'empty.json'], /empty\.json has none of these cases/],
  [['looks.arazzo.yaml', '--right', 'broken.json'], /broken\.json is no JSON/],
  [['looks.arazzo.yaml', '--right', 'http://127.0.0.1:9'], /ECONNREFUSED/],
  [['looks.arazzo.yaml', '--right', 'sim', '--report', 'har:x.har'], /diff writes no report har/],
  [['looks.arazzo.yaml', '--right', 'sim', '--tag', 'slow'], /there is no tag "slow"/],
])('diff %j cannot be run: exit 2, one sentence', async (args, told) => {
  await writeFile(join(at.path, 'other.json'), '{"cases":[]}')
  await writeFile(join(at.path, 'empty.json'), '{"format":1,"cases":[]}')
  await writeFile(join(at.path, 'broken.json'), '{')
  const ended = await diff(args)
  expect(ended).toMatchObject({ code: 2, stdout: '' })
  expect(ended.stderr.trim()).toMatch(told)
  expect(ended.stderr.trim().split('\n')).toHaveLength(1)
})
