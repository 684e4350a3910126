// `esimulator pact`: exit codes, reports and what is printed; a real endpoint; the package where it is missing.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import type { RunResult } from '../../src/workflows/result.ts'
import { run } from '../support/cli.ts'
import { pactText } from '../support/pact-files.ts'

const PACTS = resolve('test/contracts/pact')
const RIGHT = join(PACTS, 'right/v2-balance.json')
const WRONG = join(PACTS, 'wrong/v2-status.json')

let cwd = ''

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'esimulator-cli-pact-'))
})
afterAll(() => rm(cwd, { recursive: true }))

const pact = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  run(['pact', ...args], { cwd, env })

test('contracts that hold exit with 0, others with 1, each with its reason', async () => {
  const good = await pact(['verify', RIGHT, '--provider', 'esim-go'])
  expect(good).toMatchObject({ code: 0, stderr: '' })
  expect(good.stdout).toMatch(/✓ .* shop › asks for its balance \[balance 12\]/)
  const bad = await pact(['verify', WRONG, '--provider', 'esim-go'])
  expect(bad.code).toBe(1)
  expect(bad.stdout).toMatch(/v2-status\.json:\d+:\d+: expected 201 but was 200/)
})

test('with --json standard output is the result, and nothing that Pact prints', async () => {
  const ended = await pact(['verify', WRONG, '--json'], { ESIMULATOR_PROVIDER: 'esim-go' })
  const result = JSON.parse(ended.stdout) as RunResult
  expect(result).toMatchObject({ format: 1, outcome: 'failed', target: 'sim' })
  expect(ended.stderr).toBe('')
})

test('every kind of report is written', async () => {
  const kinds = ['json', 'junit', 'html', 'ctrf', 'har', 'sarif']
  const reports = kinds.map((kind) => `--report=${kind}:${kind}.out`)
  await pact(['verify', RIGHT, WRONG, '--provider', 'esim-go', ...reports])
  for (const kind of kinds.filter((each) => each !== 'har'))
    expect(await readFile(join(cwd, `${kind}.out`), 'utf8'), kind).toMatch(
      /expected 201 but was 200/,
    )
  expect(await readFile(join(cwd, 'har.out'), 'utf8')).toMatch(/v2\.4\/organisation/)
  const junit = await readFile(join(cwd, 'junit.out'), 'utf8')
  expect(junit).toMatch(/tests="2" failures="1"/)
})

test('where the package is missing, one sentence says how it is had, and the exit code is 2', async () => {
  const hook = join(cwd, 'no-pact.cjs')
  await writeFile(
    hook,
    `const { _resolveFilename: before } = require('node:module')
require('node:module')._resolveFilename = function (name, ...more) {
  if (name.startsWith('@pact-foundation/')) throw new Error('none')
  return before.call(this, name, ...more)
}`,
  )
  const env = { NODE_OPTIONS: `--require ${hook}` }
  const ended = await pact(['verify', RIGHT, '--provider', 'esim-go'], env)
  expect(ended.code).toBe(2)
  expect(ended.stderr).toMatch(
    /^esimulator: the package @pact-foundation\/pact is not installed: npm install --save-dev \S+\n$/,
  )
  expect(await pact(['states'], env)).toMatchObject({ code: 0 })
})

test.each([
  ['a provider', ['verify', RIGHT], /name the provider/],
  ['files', ['verify', 'none-*.json', '--provider', 'esim-go'], /no file is like none/],
  ['contracts', ['verify', '--provider', 'esim-go'], /name the contracts/],
  ['an action', [], /say what to do/],
])('without %s nothing is run, and the exit code is 2', async (_what, args, why) => {
  const ended = await pact(args)
  expect(ended.code).toBe(2)
  expect(ended.stderr).toMatch(why)
})

test('the states are listed with their values, for people and as JSON', async () => {
  const told = await pact(['states', '--provider', 'esim-go'])
  expect(told.stdout).toMatch(/esim-go +balance \{amount\} +the organisation has this balance/)
  expect(told.stdout).toMatch(/amount: number +in US dollars; 1000 where left out/)
  const listed = JSON.parse((await pact(['states', '--json'])).stdout) as {
    states: { provider: string; name: string }[]
  }
  expect(listed.states).toContainEqual(
    expect.objectContaining({ provider: 'wholesale', name: 'a line' }),
  )
})

test('contracts of a suite are written into a folder, and told', async () => {
  const ended = await pact([
    'export',
    '--provider',
    'highland',
    '--out',
    'made',
    '--consumer',
    'us',
  ])
  expect(ended.stdout).toMatch(/^made\/us-highland\.json: \d+ interactions, 0 messages\n$/)
  expect(JSON.parse(await readFile(join(cwd, 'made/us-highland.json'), 'utf8'))).toMatchObject({
    consumer: { name: 'us' },
    provider: { name: 'highland' },
  })
})

test('a real endpoint is only read, has no states, and is told so by interaction', async () => {
  await using sim = await startSimulator()
  const baseUrl = sim.baseUrl('esim-go')
  const credentials = `credentials: { apiKey: "\${KEY}" }`
  await writeFile(
    join(cwd, 'target.yaml'),
    `provider: esim-go\nbaseUrl: ${baseUrl}\n${credentials}\nrate: 10000/s\n`,
  )
  const order = [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }]
  const body = { type: 'transaction', assign: true, order }
  const read = { method: 'GET', path: '/v2.4/catalogue' }
  const response = { status: 200 }
  const interactions = [
    { description: 'reads', request: read, response },
    { description: 'has a state', providerState: 'balance 5', request: read, response },
    { description: 'buys', request: { method: 'POST', path: '/orders', body }, response },
  ]
  await writeFile(join(cwd, 'real.json'), pactText({ interactions }))
  const verify = async (...more: string[]) => {
    const args = ['verify', 'real.json', '--provider', 'esim-go', '--target', 'target.yaml']
    const env = { KEY: sim.credentials['esim-go']?.apiKey ?? '' }
    const ended = await pact([...args, '--json', ...more], env)
    return (JSON.parse(ended.stdout) as RunResult).cases.map(({ outcome, reason }) =>
      [outcome, reason].join(' '),
    )
  }
  expect(await verify()).toEqual([
    'passed ',
    'skipped a real endpoint has no state "balance 5"',
    'skipped createOrder spends: --allow spends',
  ])
  expect(await sim.journal.list({ operation: 'createOrder' })).toEqual([])
  expect((await verify('--allow', 'spends')).at(2)).toBe('passed ')
})
