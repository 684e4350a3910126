// `esimulator spec diff`: what a new version of an API breaks, what that touches, and what cannot be compared.
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SpecDiff } from '../../src/contracts/spec-diff/result.ts'
import { readSpec } from '../../src/server/spec-files.ts'
import { folder, run } from '../support/cli.ts'
import { ROOT } from '../support/source.ts'

let dir: Awaited<ReturnType<typeof folder>>
beforeAll(async () => {
  dir = await folder()
})
afterAll(() => dir[Symbol.asyncDispose]())

const diff = (...args: string[]) => run(['spec', 'diff', ...args], { cwd: dir.path })
const diffed = async (...args: string[]) =>
  JSON.parse((await diff(...args, '--json')).stdout) as SpecDiff

const V24 = 'esimulator:esim-go'
const V25 = 'esimulator:esim-go/v2.5'

const operationOf = (id: string, text = 'string') => ({
  get: {
    operationId: id,
    responses: {
      '200': {
        description: 'All',
        content: { 'application/json': { schema: { type: text } } },
      },
    },
  },
})
const depot = (paths: object, others: object = {}) =>
  JSON.stringify({ openapi: '3.1.0', info: { title: 'Depot', version: '1' }, paths, ...others })

const write = async (file: string, text: string) => {
  await writeFile(join(dir.path, file), text)
  return file
}

test('v2.5 of eSIM Go breaks a client of v2.4 where it is known to', async () => {
  const { counts, changes, provider } = await diffed(V24, V25)
  expect(provider).toBe('esim-go')
  expect(counts.breaking).toBe(changes.filter(({ isBreaking }) => isBreaking).length)
  const at = (id: string, field: string) =>
    changes.find((each) => each.operation?.id === id && each.field === field)
  expect(at('getInventory', 'bundles[].speed')).toMatchObject({
    isBreaking: true,
    where: 'response 200',
    says: 'may be null now',
    touches: {
      statements: ['ESG-136', 'ESG-142'],
      handlers: ['esim-go: getInventory'],
      cases: expect.arrayContaining(['esim-go.arazzo.yaml#inventoryApplyRevokeRefund']),
    },
  })
  expect(at('createOrder', 'profileID')).toMatchObject({ isBreaking: false, change: 'added' })
  expect(changes.find(({ operation }) => operation?.id === 'suspendEsim')).toMatchObject({
    isBreaking: false,
    touches: {
      handlers: ['esim-go: suspendEsim'],
      statements: expect.arrayContaining(['ESG-203']),
    },
  })
})

test('what breaks comes first, each row once, and --all tells the rest', async () => {
  const { code, stdout } = await diff(V24, V25)
  expect(code).toBe(1)
  expect(stdout).toMatch(
    /^esimulator:esim-go → esimulator:esim-go\/v2\.5: \d+ breaking changes, \d+ others\n/,
  )
  expect(stdout.indexOf('BREAKING')).toBeLessThan(stdout.indexOf('breaks nothing'))
  expect(stdout).toMatch(/^5 operations +response 200 message +is gone$/m)
  expect(stdout).toMatch(/^and \d+ more: --all lists them$/m)
  const all = (await diff(V24, V25, '--all')).stdout
  expect(all).not.toContain('--all')
  expect(all).toMatch(/^PUT \/esims \(updateEsim\) +response 200 message +is gone$/m)
  expect(all).toContain('webhook esimDeletion')
})

test('the JSON is what its schema says', async () => {
  const schema = JSON.parse(await readFile(`${ROOT}specs/spec-diff.schema.json`, 'utf8'))
  const validate = new Ajv2020({ strict: true }).compile(schema)
  validate(await diffed(V24, V25))
  expect(validate.errors).toBe(null)
})

test.each(['esim-go', 'highland', 'wholesale', 'accounts-orders', 'control'])(
  '%s says nothing against itself',
  async (slug) => {
    const own = `esimulator:${slug}`
    expect(await diff(own, own)).toEqual({
      code: 0,
      stdout: `${own} → ${own}: nothing changed\n`,
      stderr: '',
    })
  },
)

test('what only adds ends with 0', async () => {
  const old = await write('small.json', depot({ '/crates': operationOf('listCrates') }))
  const paths = { '/crates': operationOf('listCrates'), '/lots': operationOf('listLots') }
  const { code, stdout } = await diff(old, await write('large.json', depot(paths)))
  expect([code, stdout.split('\n')[0]]).toEqual([
    0,
    'small.json → large.json: 0 breaking changes, 1 other',
  ])
})

test('a provider is known by its operations, and its cases by their paths', async () => {
  const spec = readSpec('esim-go.yaml') as unknown as {
    paths: Record<string, Record<string, { operationId?: string }>>
  }
  for (const item of Object.values(spec.paths))
    for (const operation of Object.values(item)) delete operation.operationId
  const old = await write('theirs.json', JSON.stringify(spec))
  delete spec.paths['/inventory']
  const { provider, changes } = await diffed(
    old,
    await write('theirs-new.json', JSON.stringify(spec)),
  )
  expect([provider, changes.length]).toEqual(['esim-go', 1])
  expect(changes[0]).toMatchObject({
    operation: { method: 'GET', path: '/inventory' },
    touches: {
      handlers: ['esim-go: getInventory'],
      cases: expect.arrayContaining(['esim-go.arazzo.yaml#lotsAreApart']),
    },
  })
})

test('cases of your own suites are told, those that call by way of another workflow too', async () => {
  const old = await write('depot.json', depot({ '/crates': operationOf('listCrates') }))
  const now = await write(
    'depot-new.json',
    depot({ '/crates': operationOf('listCrates', 'integer') }),
  )
  const suite = await write(
    'own.arazzo.yaml',
    `arazzo: 1.0.1
info: { title: Own, version: 1.0.0 }
sourceDescriptions: [{ name: depot, type: openapi, url: depot.json }]
workflows:
  - workflowId: part
    steps: [{ stepId: list, operationId: listCrates, successCriteria: [{ condition: $statusCode == 200 }] }]
  - workflowId: whole
    steps: [{ stepId: first, workflowId: part }]
`,
  )
  const { provider, changes } = await diffed(old, now, '--suite', suite)
  expect(provider).toBe(undefined)
  expect(changes.map(({ says, touches }) => [says, touches.cases])).toEqual([
    ['type string → integer', ['own.arazzo.yaml#whole']],
  ])
})

test('a document is read from a URL, whose secrets are not told', async () => {
  const text = depot({ '/crates': operationOf('listCrates') })
  const server = createServer((_, reply) => reply.end(text)).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/spec?api_key=s3cr3t-of-mine`
  const { code, stdout } = await diff(url, url)
  server.close()
  expect(code).toBe(0)
  expect(stdout).toContain('nothing changed')
  expect(stdout).not.toContain('s3cr3t-of-mine')
})

test('the report for a pull request shows texts of the documents as they are', async () => {
  const old = await write('marks.json', depot({ '/a|b/<i>': operationOf('listCrates') }))
  const now = await write('marks-new.json', depot({}))
  expect((await diff(old, now, '--report', 'markdown:out/changes.md')).code).toBe(1)
  const report = await readFile(join(dir.path, 'out/changes.md'), 'utf8')
  expect(report).toMatch(/^## marks\.json → marks-new\.json: 1 breaking change, 0 others\n/)
  expect(report).toContain('| GET /a\\|b/\\<i\\> (listCrates) | operation | is gone |')
})

const WRONG: readonly (readonly [args: string, says: RegExp])[] = [
  ['spec', /^something is missing: esimulator spec diff OLD NEW$/],
  ['spec dif a b', /^there is no "spec dif": did you mean spec diff\? /],
  ['spec diff a', /^two versions are compared: esimulator spec diff OLD NEW$/],
  [`spec diff gone.yaml ${V24}`, /^there is no file gone\.yaml: give a file, a URL, or /],
  [`spec diff . ${V24}`, /^there is no file \.: give a file, a URL, or /],
  [`spec diff esimulator:acme ${V24}`, /^there is no source "esimulator:acme"; there are: /],
  [`spec diff ${V24} no-spec.json`, /^no-spec\.json is no OpenAPI 3 document: /],
  [`spec diff ${V24} broken.json`, /broken\.json is neither YAML nor JSON: /],
  [
    `spec diff ${V24} apart.json`,
    /^apart\.json cannot be compared: "other\.json#\/A" is in another/,
  ],
  [`spec diff ${V24} ${V24} --provider acme`, /^there is no provider "acme"/],
  [`spec diff ${V24} ${V24} --suite gone*.yaml`, /^no file is like gone\*\.yaml$/],
  [`spec diff ${V24} ${V24} --suite gone.yaml`, /^gone\.yaml:1:1: there is no such file$/],
  [
    `spec diff ${V24} ${V24} --report html:x`,
    /^there is no report html:x: write --report markdown:/,
  ],
]

test.each(WRONG)('one sentence for %s', async (args, says) => {
  await write('no-spec.json', '{"swagger":"2.0"}')
  await write('broken.json', '{"openapi": [')
  const apart = { components: { schemas: { A: { $ref: 'other.json#/A' } } } }
  await write('apart.json', depot({}, apart))
  const { code, stdout, stderr } = await run(args.split(' '), { cwd: dir.path })
  expect([code, stdout, stderr.split('\n').length]).toEqual([2, '', 2])
  expect(stderr.trimEnd().replace(/^esimulator: /, '')).toMatch(says)
})
