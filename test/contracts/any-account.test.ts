// The lives that run on any account: a simulator with a running clock stands for the real endpoint, twice in a row; and what of each suite runs there.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Permission } from '../../src/contracts/what-runs.ts'
import { whySkipped } from '../../src/contracts/what-runs.ts'
import { type RunningSimulator, startReceiver, startSimulator } from '../../src/index.ts'
import { type ContractChoice, openContract, suiteFiles } from '../../src/library/contracts.ts'
import { planWorkflows, runPlanned } from '../../src/library/workflows.ts'
import { simulators } from '../../src/simulators/index.ts'
import type { CaseResult } from '../../src/workflows/result.ts'

const MINUTE = 60_000

let folder = ''
let sim: RunningSimulator
let receiver: { readonly url: string; readonly port: number }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'esimulator-any-account-'))
  const probe = await startReceiver()
  receiver = { url: probe.url, port: Number(new URL(probe.url).port) }
  await probe.close()
  sim = await startSimulator({
    clock: { mode: 'running', at: new Date() },
    callbackUrl: receiver.url,
    settings: {
      'accounts-orders': { orderProcessing: 'PT0S' },
      // The clock is the wall's: what takes time is waited for.
      wholesale: { settlingDelay: 'PT0.2S' },
    },
  })
  const SECRET = sim.credentials.wholesale?.callbackSecret
  Object.assign(process.env, {
    KEY: 'test-esim-go-key',
    ID: 'test-client',
    CLIENT: 'test-secret',
    SECRET,
  })
})
afterAll(async () => {
  await sim.close()
  await rm(folder, { recursive: true })
})

const named = (field: string, variable: string) => `${field}: "\${${variable}}"`
const CLIENT = `${named('clientId', 'ID')}, ${named('clientSecret', 'CLIENT')}`
const ENDPOINTS = [
  { slug: 'esim-go', version: '/v2.4', credentials: named('apiKey', 'KEY') },
  { slug: 'esim-go', version: '/v2.5', credentials: named('apiKey', 'KEY') },
  { slug: 'highland', version: '', credentials: '' },
  {
    slug: 'wholesale',
    version: '',
    credentials: `${CLIENT}, ${named('callbackSecret', 'SECRET')}`,
  },
  { slug: 'accounts-orders', version: '', credentials: CLIENT },
] as const
type Endpoint = (typeof ENDPOINTS)[number]

/** Runs the whole suite of a provider against the endpoint, and gives what was not skipped. */
async function ran(
  { slug, version, credentials }: Endpoint,
  choice: Partial<ContractChoice> = {},
): Promise<readonly CaseResult[]> {
  const target = join(folder, `${slug}${version.slice(1)}.yaml`)
  const lines = [
    `provider: ${slug}`,
    `baseUrl: ${sim.url}/${slug}${version}`,
    'rate: 100000/s',
    `credentials: { ${credentials} }`,
  ]
  await writeFile(target, `${lines.join('\n')}\n`)
  const allow = { allow: 'spends', maxWait: 30 * MINUTE, receiver } as const
  await using contract = await openContract({ target, ...allow, ...choice, isSuite: true })
  const cases = (await planWorkflows(suiteFiles(slug))).map((each) => ({
    ...each,
    inputs: { ...contract.inputs, ...each.inputs },
  }))
  const { target: endpoint, inspect } = contract
  const { cases: results } = await runPlanned(cases, { target: endpoint, inspect })
  return results.filter(({ outcome }) => outcome !== 'skipped')
}

/** What failed, and why. */
function failuresOf(cases: readonly CaseResult[]): string[] {
  return cases
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ workflow, reason, steps, findings = [] }) => {
      const told = steps.flatMap(({ step, failures }) =>
        failures.map(({ message }) => `${step}: ${message}`),
      )
      const found = findings.map(({ check, message }) => `${check}: ${message}`)
      return `${workflow}: ${[...told, ...found, reason].join('; ')}`
    })
}

const livesOf = (cases: readonly CaseResult[]) =>
  cases.filter(({ tags = [] }) => tags.includes('real')).map(({ workflow }) => workflow)

const LIVES: Readonly<Record<string, readonly string[]>> = {
  'esim-go': ['anyInventory', 'anyEsimBought', 'anyReference'],
  highland: ['anyEsim', 'anyCompany'],
  wholesale: ['anyLine', 'anyLineIsTold'],
  'accounts-orders': ['anySubscription', 'anySms'],
}

test.each(ENDPOINTS)(
  'all that runs at $slug $version passes there, twice in a row on one account, its lives among it',
  async (endpoint) => {
    for (const _ of ['first', 'second']) {
      const cases = await ran(endpoint)
      expect(failuresOf(cases)).toEqual([])
      expect(livesOf(cases)).toEqual(LIVES[endpoint.slug])
    }
  },
  3 * MINUTE,
)

test(
  'with inputs that are not allowed the lives of Highland pass, too',
  async () => {
    const [, , highland] = ENDPOINTS
    const cases = await ran(highland, { negative: true })
    expect(failuresOf(cases)).toEqual([])
    expect(livesOf(cases)).toEqual(LIVES.highland)
  },
  3 * MINUTE,
)

test('the lives of eSIM Go give back what they bought: the account is as before', async () => {
  const account = async () => {
    const headers = { 'X-API-Key': 'test-esim-go-key' }
    const read = async (path: string) =>
      (await fetch(`${sim.url}/esim-go/v2.4/${path}`, { headers })).json()
    // Test credit is spent first, and comes back as balance: the sum of both is shown as balance.
    const { organisations } = (await read('organisation')) as {
      organisations: { balance: number }[]
    }
    return [await read('inventory'), await read('esims'), organisations[0]?.balance]
  }
  const before = await account()
  expect(livesOf(await ran(ENDPOINTS[0]))).toContain('anyInventory')
  expect(await account()).toEqual(before)
})

test('the documentation says how many cases of each suite run at a real endpoint', async () => {
  const page = new URL('../../docs/contract-suites.md', import.meta.url)
  const written = await readFile(page, 'utf8')
  const rows = await Promise.all(ENDPOINTS.map(rowOf))
  const lines = written.split('\n')
  expect(rows.filter((row) => !lines.includes(row))).toEqual([])
})

/** The row of an endpoint in the table of the page. */
async function rowOf({ slug, version }: Endpoint): Promise<string> {
  const files = suiteFiles(slug)
  const ofVersion = files.find((each) => each.endsWith(`${slug}-${version.slice(1)}.arazzo.yaml`))
  const file = ofVersion ?? files.find((each) => each.endsWith(`${slug}.arazzo.yaml`)) ?? ''
  const cases = await planWorkflows([file])
  const permission: Permission = {
    provider: slug,
    baseUrl: `https://api.example.com${version}`,
    allow: 'reads',
    maxWait: MINUTE,
    hasReceiver: false,
  }
  const count = (more: Partial<Permission>) =>
    cases.filter(({ workflow }) => whySkipped(workflow, { ...permission, ...more }) === undefined)
      .length
  const spends = { allow: 'spends' } as const
  const counts = [
    count({}),
    count({ allow: 'changes' }),
    count(spends),
    count({ ...spends, hasReceiver: true, maxWait: 30 * MINUTE }),
  ]
  return `| ${slug}${version.replace('/', ' ')} | ${cases.length} | ${counts.join(' | ')} |`
}

test('every provider has an endpoint here', () => {
  const slugs: readonly string[] = ENDPOINTS.map(({ slug }) => slug)
  expect(simulators.map(({ slug }) => slug).filter((slug) => !slugs.includes(slug))).toEqual([])
})
