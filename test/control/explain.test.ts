// The way of an exchange through the stages, in words.
import { expect, test } from 'vitest'
import { type ExplainedShown, type RunningSimulator, startSimulator } from '../../src/index.ts'
import { adviceOn } from '../../src/server/advice.ts'
import { simulators } from '../../src/simulators/index.ts'
import { call, expectProblem } from '../support/control.ts'
import { send } from '../support/http.ts'

const KEY = { 'X-API-Key': 'test-esim-go-key' }

/** The latest exchange, explained. */
async function latest(sim: RunningSimulator): Promise<ExplainedShown> {
  const [entry] = await sim.journal.list({ limit: 1 })
  return sim.journal.explain(entry?.id ?? 0)
}

const stage = ({ steps }: ExplainedShown, name: string) => steps.find((step) => step.stage === name)

const STAGES = ['world', 'read', 'count', 'route', 'authenticate', 'faults', 'validate', 'perform']
const ALL = [...STAGES, 'check', 'commit', 'render', 'reply']

test('an order that went through is told from its world to its reply, with all it changed', async () => {
  await using sim = await startSimulator()
  const item = { type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }
  const json = { type: 'transaction', assign: true, order: [item] }
  await send('POST', `${sim.baseUrl('esim-go')}/orders`, { json, headers: KEY })
  const told = await latest(sim)
  expect(told.steps.map((step) => step.stage)).toEqual(ALL)
  expect(told.steps.map((step) => step.outcome)).toEqual(ALL.map(() => 'passed'))
  expect(stage(told, 'world')?.says).toMatch(/^the world "default": no prefix/)
  expect(stage(told, 'route')?.says).toBe('createOrder (POST /orders) of eSIM Go below /v2.4')
  expect(stage(told, 'commit')?.says).toMatch(/written: .*sims.*bundles/)
  expect(told.summary).toMatch(/^exchange 1 at 2026-01-01T00:00:00\.000Z: POST \/esim-go/)
  expect(told.text.split('\n')).toHaveLength(ALL.length + 1)
})

test.each([
  [
    'a bad key',
    'unauthorized',
    'authenticate',
    async (sim: RunningSimulator) => {
      await send('GET', `${sim.baseUrl('esim-go')}/esims`, { headers: { 'X-API-Key': 'bad' } })
    },
  ],
  [
    'an eSIM of nobody',
    'foreign-esim',
    'perform',
    async (sim: RunningSimulator) => {
      await send('GET', `${sim.baseUrl('esim-go')}/esims/8943108170000000013`, { headers: KEY })
    },
  ],
  [
    'an empty inventory',
    'none-in-inventory',
    'perform',
    async (sim: RunningSimulator) => {
      const json = { name: 'esim_1GB_7D_GB_V2' }
      const [esim] = await sim.sims('esim-go')
      await send('POST', `${sim.baseUrl('esim-go')}/esims/${esim?.iccid}/bundles`, {
        json,
        headers: KEY,
      })
    },
  ],
] as const)(
  'a 403 for %s says which of its causes it is, and which others look alike',
  async (_, code, at, ask) => {
    await using sim = await startSimulator({ given: 'an assigned bundle' })
    await ask(sim)
    const told = await latest(sim)
    expect(told.summary).toMatch(/answered 403/)
    expect(told.steps.filter(({ outcome }) => outcome === 'refused')).toMatchObject([
      { stage: at, says: expect.stringMatching(new RegExp(`^${code}: `)) },
    ])
    const causes = ['unauthorized', 'foreign-esim', 'none-in-inventory', 'not-by-consumption']
    expect(told.alike?.toSorted()).toEqual(causes.filter((each) => each !== code).toSorted())
    const simulator = simulators.find(({ slug }) => slug === 'esim-go')
    expect(told.next).toContain(adviceOn(code, simulator))
  },
)

test('what a refusal tells itself is not said to look like others', async () => {
  await using sim = await startSimulator()
  const json = { type: 'nonsense' }
  await send('POST', `${sim.baseUrl('esim-go')}/orders`, { json, headers: KEY })
  const told = await latest(sim)
  expect(told).not.toHaveProperty('alike')
  expect(stage(told, 'validate')?.says).toMatch(
    /^invalid-request: .*body \/type \(enum\): one of .* was expected, "nonsense" came/,
  )
  expect(
    told.steps.filter(({ outcome }) => outcome === 'skipped').map((step) => step.stage),
  ).toEqual(['perform', 'check', 'commit', 'render'])
})

test('the world is told by what chose it', async () => {
  await using sim = await startSimulator()
  const world = await sim.control.call('createWorld', { body: { name: 'w' } })
  const key = world.credentials['esim-go']?.apiKey ?? ''
  const explainIn = async () => {
    const path = '/w/w/_sim/journal'
    const { body } = await call<{ entries: { id: number }[] }>(sim.url, `${path}?limit=1`)
    const { body: told } = await call<ExplainedShown>(
      sim.url,
      `${path}/${body.entries[0]?.id}/explain`,
    )
    return stage(told, 'world')?.says
  }
  const headers = { 'X-API-Key': key }
  await send('GET', `${sim.url}/esim-go/v2.4/esims`, { headers })
  expect(await explainIn()).toBe('the world "w", by its credential, which leads there')
  await send('GET', `${sim.url}/esim-go/v2.4/esims`, {
    headers: { ...headers, 'X-Sim-World': 'w' },
  })
  expect(await explainIn()).toBe('the world "w", by the header X-Sim-World')
  await send('GET', `${sim.url}/w/w/esim-go/v2.4/esims`, { headers })
  expect(await explainIn()).toBe('the world "w", by the prefix /w/w of the URL')
})

test('a path that leads nowhere is told with what is near, a callback not sent with the reason', async () => {
  await using sim = await startSimulator()
  await send('GET', `${sim.baseUrl('esim-go')}/catalog`, { headers: KEY })
  const lost = await latest(sim)
  expect(stage(lost, 'route')).toMatchObject({ outcome: 'refused' })
  expect(lost.next[0]).toBe('GET /esim-go/v2.4/catalogue is near: "catalog" should be "catalogue"')
  await send('GET', `${sim.url}/nobody/at/all`)
  expect(stage(await latest(sim), 'reply')?.says).toMatch(/^the simulator words it as 404/)
})

test('a rate limit is told as that', async () => {
  await using sim = await startSimulator({ settings: { 'esim-go': { rateLimit: 1 } } })
  await send('GET', `${sim.baseUrl('esim-go')}/esims`, { headers: KEY })
  await send('GET', `${sim.baseUrl('esim-go')}/esims`, { headers: KEY })
  const told = await latest(sim)
  expect(stage(told, 'count')).toMatchObject({ outcome: 'refused' })
  expect(told.next).toContainEqual(expect.stringMatching(/rateLimit/))
  expect(told.next[0]).toMatch(/^`esimulator clock resume`, or `esimulator clock advance`/)
})

test('an exchange there is not is refused', async () => {
  await using sim = await startSimulator()
  expectProblem(await call(sim.url, '/_sim/journal/9/explain'), 404, /no exchange 9/)
})

test.each(simulators.map((simulator) => [simulator.slug, simulator] as const))(
  '%s: every code has advice, in a sentence that says what to do',
  (_, simulator) => {
    for (const code of simulator.refusalCodes)
      expect(adviceOn(code, simulator), code).toMatch(/^\S+( \S+){2,}[^.]$/)
  },
)

test('a fault that stood in for the provider is told where it did, with what the client saw', async () => {
  await using sim = await startSimulator()
  const call = { provider: 'esim-go', operation: 'listEsims' }
  const { id } = await sim.faults.add({ ...call, kind: 'status', status: 503, times: 1 })
  await send('GET', `${sim.baseUrl('esim-go')}/esims`, { headers: KEY })
  const told = await latest(sim)
  expect(told.summary).toMatch(new RegExp(`answered 503, by the fault ${id}$`))
  expect(stage(told, 'authenticate')).toMatchObject({ outcome: 'passed' })
  expect(stage(told, 'faults')).toMatchObject({
    outcome: 'changed',
    says: expect.stringMatching(new RegExp(`^the fault ${id} \\(status, before\\) happened`)),
  })
  expect(stage(told, 'perform')).toMatchObject({ outcome: 'skipped' })
  expect(told.next).toContain(
    `\`esimulator fault remove ${id}\` or DELETE /_sim/faults/${id} lets the next one through`,
  )
  expect((await sim.journal.list({ fault: true })).map((entry) => entry.id)).toEqual([1])
  expect(await sim.journal.list({ fault: 'reset' })).toEqual([])
  expect(await sim.journal.list({ fault: id })).toHaveLength(1)
})

test('a reply that was lost after the change is told as that, and all that was done before', async () => {
  await using sim = await startSimulator()
  const fault = { provider: 'esim-go', operation: 'createOrder', kind: 'reset', when: 'after' }
  await sim.faults.add(fault as Parameters<typeof sim.faults.add>[0])
  const item = { type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }
  const json = { type: 'transaction', assign: true, order: [item] }
  const lost = send('POST', `${sim.baseUrl('esim-go')}/orders`, { json, headers: KEY })
  await expect(lost).rejects.toThrow()
  const told = await latest(sim)
  expect(stage(told, 'commit')?.says).toMatch(/^written: .*sims/)
  expect(stage(told, 'reply')).toMatchObject({
    outcome: 'changed',
    says: expect.stringMatching(/reset, after\) happened: the client saw nothing.*200 was lost$/),
  })
  const { log } = await sim.journal.har()
  expect(log.entries[0]).toMatchObject({ _fault: { kind: 'reset', when: 'after' } })
})

test('what Prefer asked for and got is told', async () => {
  await using sim = await startSimulator()
  const headers = { ...KEY, Prefer: 'code=429' }
  await send('GET', `${sim.baseUrl('esim-go')}/esims`, { headers })
  expect(stage(await latest(sim), 'faults')).toMatchObject({
    outcome: 'changed',
    says: 'Prefer asked for code=429, and got it',
  })
})
