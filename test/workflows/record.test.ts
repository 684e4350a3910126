// `esimulator record`: a life at each provider is played by hand, written as a workflow, and run with other seeds.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parse, stringify } from 'yaml'
import { worldClient } from '../../src/control/node-client.ts'
import { type RunningSimulator, startReceiver, startSimulator } from '../../src/index.ts'
import { compileText } from '../../src/workflows/compile.ts'
import type { ArazzoDocument, Step } from '../../src/workflows/language.ts'
import type { CaseResult } from '../../src/workflows/result.ts'
import { planned, runCases, withReceiver } from '../../src/workflows/runner.ts'
import { simulatorTarget } from '../../src/workflows/simulator-target.ts'
import { ACCOUNT, ADA, startEnterprise, TEMPLATE } from '../support/accounts-orders.ts'
import { folder, run } from '../support/cli.ts'
import { COMPANY, startHighland, USA } from '../support/highland.ts'
import { send } from '../support/http.ts'
import { playAtRandom } from '../support/random-play.ts'
import { MINIMAL, startWholesale } from '../support/wholesale.ts'

// Each file is run with many seeds, in processes and worlds of their own.
vi.setConfig({ testTimeout: 240_000 })

const GO_KEY = { 'X-API-Key': 'test-esim-go-key' }
const BUNDLE = 'esim_1GB_7D_GB_V2'
const ORDER = {
  type: 'transaction',
  assign: true,
  order: [{ type: 'bundle', quantity: 1, item: BUNDLE }],
}

let dir: Awaited<ReturnType<typeof folder>>
let receiver: Awaited<ReturnType<typeof startReceiver>>
/** Runs files; another simulator than those that were played in. */
let runner: RunningSimulator
beforeAll(async () => {
  dir = await folder()
  receiver = await startReceiver()
  runner = await startSimulator()
})
afterAll(async () => {
  await runner.close()
  await receiver.close()
  await dir[Symbol.asyncDispose]()
})

const esimulator = (url: string, ...args: string[]) =>
  run(args, { cwd: dir.path, env: { ESIMULATOR_URL: url } })

/** Records a world by the command line; it has to be a file that passes. */
async function recorded(sim: { readonly url: string }, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await esimulator(sim.url, 'record', ...args)
  expect([stderr, code]).toEqual(['', 0])
  return stdout
}

/** Runs a text once with each seed, all at a time. */
async function runs(text: string, seeds: readonly string[] = ['x', 'y', 'z']) {
  const results = seeds.map(async (seed): Promise<CaseResult[]> => {
    const program = await compileText(`${seed}.arazzo.yaml`, text)
    const target = simulatorTarget({ url: runner.url, seed, keep: false })
    const cases = planned([program], {}).map((each) => ({
      ...each,
      inputs: withReceiver(each.workflow, each.inputs, receiver.url),
    }))
    return [...(await runCases(cases, target, { jobs: 2, seed })).cases]
  })
  return (await Promise.all(results)).flat()
}

const failed = (cases: readonly CaseResult[]) =>
  cases.flatMap(({ outcome, reason, steps }) =>
    outcome === 'passed' ? [] : [reason, ...steps.flatMap(({ failures }) => failures)],
  )

const stepsIn = (text: string) => (parse(text) as ArazzoDocument).workflows[0]?.steps ?? []
const idsIn = (text: string) => stepsIn(text).map(({ stepId }) => stepId)
const stepOf = (text: string, id: string) => stepsIn(text).find(({ stepId }) => stepId === id)
const statusesIn = (text: string) =>
  stepsIn(text).map(({ successCriteria }) => successCriteria?.[0]?.condition.split(' ').at(-1))

/** Each file that passes fails once one of its expectations is wrong: a few of them are tried. */
async function expectHeld(text: string): Promise<void> {
  const document = parse(text) as { workflows: { steps: Step[] }[] }
  const steps = document.workflows[0]?.steps ?? []
  const told = steps.filter((step) => step['x-esimulator']?.expect !== undefined)
  expect(told.length).toBeGreaterThan(0)
  for (const step of [told[0], told.at(-1)]) {
    const extension = step?.['x-esimulator'] as { expect: unknown }
    const before = extension.expect
    extension.expect = withWrongLeaf(before)
    const [result] = await runs(stringify(document), ['x'])
    expect(result?.outcome).toBe('failed')
    expect(result?.steps.find(({ failures }) => failures.length > 0)?.step).toBe(step?.stepId)
    extension.expect = before
  }
}

function withWrongLeaf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return 'something else'
  const [name, leaf] = Object.entries(value).at(-1) ?? []
  const wrong = withWrongLeaf(leaf)
  return Array.isArray(value)
    ? value.with(Number(name), wrong)
    : { ...value, [String(name)]: wrong }
}

/** A file that passes with other seeds, has no secret in it, and demands something. */
async function expectFaithful(text: string): Promise<void> {
  expect(text).not.toMatch(/test-(esim-go-key|secret|client)|\[redacted\]|Bearer (?!not-a-cred)/)
  expect(failed(await runs(text))).toEqual([])
  await expectHeld(text)
}

/** A life of an eSIM of eSIM Go: bought, installed, used, refused, expired. */
async function playEsimGo(sim: RunningSimulator, base: string) {
  const call = (method: string, path: string, json?: unknown) =>
    send<Record<string, unknown>>(method, base + path, { json, headers: GO_KEY })
  await call('GET', '/catalogue?perPage=2')
  const { body: order } = await call('POST', '/orders', ORDER)
  const [{ iccids }] = order.order as [{ iccids: string[] }]
  const iccid = iccids[0] ?? ''
  await call('GET', `/orders/${order.orderReference}`)
  await send('GET', `${base}/orders/${order.orderReference}`)
  await call('GET', `/esims/assignments?reference=${order.orderReference}`)
  await sim.device(iccid).install()
  await expect(sim.device(iccid).install()).rejects.toThrow(/cannot install/)
  await sim.device(iccid).use('800MB')
  await call('POST', '/orders', { ...ORDER, order: [] })
  await call('GET', `/esims/${iccid}/bundles/${BUNDLE}`)
  const fault = { provider: 'esim-go', operation: 'listOrders', times: 1 }
  await sim.faults.add({ ...fault, kind: 'reset', when: 'after' })
  await expect(call('GET', '/orders')).rejects.toThrow()
  const { id } = await sim.faults.add({ ...fault, kind: 'status', status: 503, times: 5 })
  await call('GET', '/orders')
  await sim.faults.remove(id)
  await call('GET', '/orders')
  await sim.clock.advance('P8D')
  await call('GET', `/esims/${iccid}/bundles`)
  await call('GET', '/esims/8944000000000000000')
  return { iccid, reference: String(order.orderReference) }
}

test('eSIM Go: ids become expressions, refusals and lost answers what was seen, and callbacks are counted', async () => {
  await using sim = await startSimulator({ callbackUrl: receiver.url })
  const { iccid, reference } = await playEsimGo(sim, sim.baseUrl('esim-go'))
  const text = await recorded(sim)
  await expectFaithful(text)
  expect(text).not.toMatch(new RegExp(`${iccid}|${reference}|127\\.0\\.0\\.1`))
  expect(text).toMatch(
    /^# yaml-language-server: \$schema=.*workflow\.schema\.json\narazzo: 1\.0\.1\n/,
  )
  expect(stepOf(text, 'createOrder')).toMatchObject({
    operationId: '$sourceDescriptions.esim-go.createOrder',
    outputs: {
      orderReference: '$response.body#/orderReference',
      iccid: '$response.body#/order/0/iccids/0',
    },
    'x-esimulator': { expect: { status: 'completed', order: [{ item: BUNDLE }] } },
  })
  expect(stepOf(text, 'installSim')?.parameters).toEqual([
    { name: 'iccid', in: 'path', value: '$steps.createOrder.outputs.iccid' },
  ])
  expect(stepOf(text, 'removeFault')?.parameters).toEqual([
    { name: 'id', in: 'path', value: '$steps.addFault2.outputs.id' },
  ])
  expect(statusesIn(text).filter((status) => status !== '200')).toEqual([
    '403',
    '409',
    '400',
    '201',
    'null',
    '201',
    '503',
    '204',
    '403',
  ])
  expect(stepOf(text, 'callbacksReceived')?.['x-esimulator']?.expect).toMatchObject({
    total: 7,
    types: expect.stringContaining('FirstAttachment,FirstUse'),
  })
})

test('eSIM Go v2.5 is a source of its own, and a file is checked and run by the command line', async () => {
  await using sim = await startSimulator()
  const v24 = sim.baseUrl('esim-go')
  await send('GET', `${v24}/organisation`, { headers: GO_KEY })
  await playEsimGo(sim, v24.replace('v2.4', 'v2.5'))
  const text = await recorded(sim)
  await expectFaithful(text)
  expect((parse(text) as ArazzoDocument).sourceDescriptions).toEqual([
    { name: 'esim-go', type: 'openapi', url: 'esimulator:esim-go' },
    { name: 'esim-go-v2-5', type: 'openapi', url: 'esimulator:esim-go/v2.5' },
    { name: 'sim', type: 'openapi', url: 'esimulator:control' },
  ])
  const file = join(dir.path, 'v25.arazzo.yaml')
  writeFileSync(file, text)
  const { code, stdout } = await esimulator('', 'run', '--seed', 'other', file)
  expect([code, stdout]).toEqual([0, expect.stringMatching(/1 passed, 0 failed/)])
})

test('Highland: a link is followed, a QR code expires by the clock, and a handset is refused', async () => {
  await using sim = await startHighland()
  const { iccid, bar_code_url: link } = await sim.acquire()
  await sim.call('GET', link)
  await sim.clock.advance('P4D')
  await sim.call('GET', link)
  await expect(sim.device(iccid).install()).rejects.toThrow()
  const second = await sim.acquire()
  const own = { sim_id: second.sim_id }
  await sim.device(second.iccid).install()
  await sim.post('/b2b/sim/product/add', { ...own, ...USA })
  await sim.device(second.iccid).attach('US')
  await sim.device(second.iccid).use('300MB')
  await sim.get('/b2b/sim/product_usage', { ...own, ...USA })
  await sim.post('/b2b/sim/suspend', own)
  await sim.post('/b2b/sim/suspend', { sim_id: 'nothing' })
  const text = await recorded(sim)
  await expectFaithful(text)
  expect(text).not.toMatch(new RegExp(`${iccid}|${second.iccid}|${second.sim_id}`))
  expect(stepOf(text, 'getBarCode')?.['x-operation']).toEqual({
    method: 'get',
    url: '$steps.acquireEsim.outputs.bar_code_url',
  })
  expect(stepOf(text, 'getBarCode2')?.successCriteria).toEqual([
    { condition: '$statusCode == 410' },
    ...[],
  ])
  expect(text).toContain(COMPANY)
})

test('wholesale: tokens are left to the one who runs it, and one that has ended is refused again', async () => {
  await using sim = await startWholesale({ callbackUrl: receiver.url })
  const line = { partnerTransactionId: 'Txn-1', eid: MINIMAL.eid }
  await sim.activate(line)
  await sim.query('Txn-1')
  await sim.settle()
  const [notified] = await sim.told()
  const { iccid = '' } = notified ?? {}
  await sim.update('Suspend', { iccid, partnerTransactionId: 'Txn-2' })
  await sim.settle()
  await sim.query('Txn-2')
  await sim.update('Suspend', { iccid, partnerTransactionId: 'Txn-3' })
  await sim.clock.advance('P1D')
  await sim.query('Txn-3')
  await sim.authorize()
  await sim.query('Txn-3')
  const text = await recorded(sim)
  await expectFaithful(text)
  expect(idsIn(text)).not.toContain('issueToken')
  expect(statusesIn(text)).toContain('401')
  expect(stepOf(text, 'callbacksReceived')?.['x-esimulator']?.expect).toMatchObject({
    types: 'Activate,Suspend',
  })
})

test('accounts-orders: keys of idempotency stay, cursors and links are followed', async () => {
  await using sim = await startEnterprise()
  const order = {
    type: 'activate_subscription',
    account_id: ACCOUNT,
    template_id: TEMPLATE,
    subscriber: ADA,
    sim_profile: { sim_type: 'esim', delivery: { type: 'api' } },
  }
  const headers = { 'Idempotency-Key': '5f0c8d66-3a51-4b0e-9d0c-2f6d0a5c1e11' }
  const { body: placed } = await sim.call<{ id: string }>('POST', '/orders', order, headers)
  await sim.call('POST', '/orders', order, headers)
  await sim.call('POST', '/orders', { ...order, template_id: 'otpl_none' }, headers)
  await sim.clock.advance('PT2M')
  const done = await sim.read<Record<string, unknown>>(`/orders/${placed.id}`)
  const links = done._links as Record<string, { href: string }>
  for (const { href } of Object.values(links)) await sim.get(href)
  await sim.all('/subscriptions?limit=2', 'subscriptions')
  await sim.get('/orders/ord_none')
  await send('GET', `${sim.root}/enterprise/accounts`)
  const text = await recorded(sim)
  await expectFaithful(text)
  expect(text).not.toContain(placed.id)
  expect(stepsIn(text).filter((step) => step['x-operation']).length).toBeGreaterThan(1)
  expect(stepOf(text, 'createOrder2')?.parameters).toContainEqual({
    name: 'Idempotency-Key',
    in: 'header',
    value: headers['Idempotency-Key'],
  })
})

test('a file is never written over without --force, and a world where nothing was played is told', async () => {
  await using sim = await startSimulator()
  const file = join(dir.path, 'kept.arazzo.yaml')
  const empty = await esimulator(sim.url, 'record', file)
  expect([empty.code, existsSync(file)]).toEqual([2, false])
  expect(empty.stderr).toMatch(/nothing was played in the world "default": call a provider/)
  await sim.clock.advance('PT1H')
  writeFileSync(file, 'mine')
  const kept = await esimulator(sim.url, 'record', file)
  expect([kept.code, readFileSync(file, 'utf8')]).toEqual([2, 'mine'])
  expect(kept.stderr).toMatch(/is there already: .*--force/)
  expect((await esimulator(sim.url, 'record', file, '--force', '--workflow', 'anHour')).code).toBe(
    0,
  )
  expect(readFileSync(file, 'utf8')).toMatch(/workflowId: anHour/)
  for (const wrong of [
    ['--since', 'soon'],
    ['--workflow', 'a b'],
  ])
    expect((await esimulator(sim.url, 'record', ...wrong)).stderr).toMatch(
      `${wrong[0]} "${wrong[1]}"`,
    )
})

test.each([
  ['esim-go', 3],
  ['highland', 2],
  ['wholesale', 4],
  ['accounts-orders', 5],
] as const)(
  '%s: what is played at random is recorded, and passes with other seeds',
  async (slug, seed) => {
    await using sim = await startSimulator({ callbackUrl: receiver.url })
    await playAtRandom(sim, slug, { seed, count: 20 })
    const text = await recorded(sim)
    expect(failed(await runs(text, ['x', 'y']))).toEqual([])
  },
  120_000,
)

test('a world of its own name and seed with a running clock: time that passed is moved, and SIMs nobody told of are looked up', async () => {
  await using sim = await startSimulator()
  const clock = { mode: 'running' as const, rate: 3600, at: '2027-03-30T12:00:00Z' }
  const body = { name: 'ada', seed: 'of her own', given: 'an assigned bundle', clock }
  const world = await sim.control.call('createWorld', { body })
  const ada = worldClient({ url: sim.url, world: 'ada' })
  const [esim] = await ada.sims('esim-go')
  const iccid = esim?.iccid ?? ''
  await ada.device(iccid).disable()
  await ada.device(iccid).enable()
  await ada.device(iccid).use('100MB')
  const day = await ada.wait({ event: { type: 'bundle.expired' } }, { within: 'P30D', maxWall: 1 })
  expect(day.met).toBe(false)
  await ada.clock.advance('P8D')
  const headers = { 'X-API-Key': world.credentials['esim-go']?.apiKey ?? '' }
  await send('GET', `${world.baseUrls['esim-go']}/esims/${iccid}/bundles`, { headers })
  await ada.clock.freeze()
  const text = await recorded(sim, '--world', 'ada')
  expect(failed(await runs(text))).toEqual([])
  expect((parse(text) as ArazzoDocument).workflows[0]?.['x-esimulator']).toMatchObject({
    given: 'an assigned bundle',
    startsAt: expect.stringMatching(/^2027-03-30T1/),
  })
  expect(text).not.toMatch(new RegExp(`${iccid}|ada/|freezeClock|${headers['X-API-Key']}`))
  expect(stepOf(text, 'disableSim')?.parameters?.[0]).toMatchObject({
    value: '$steps.listSims.outputs.iccid',
  })
  expect(stepOf(text, 'listEsimBundles')).toBeDefined()
})

test('what cannot be taken over, and a file that does not go as it was played, are told with exit 1', async () => {
  await using sim = await startSimulator()
  const base = sim.baseUrl('esim-go')
  await send('GET', `${base}/nowhere`, { headers: GO_KEY })
  const { body } = await send<{ orderReference: string }>('POST', `${base}/orders`, {
    json: ORDER,
    headers: GO_KEY,
  })
  await send('GET', `${base}/orders/${body.orderReference}`, { headers: GO_KEY })
  const { code, stdout, stderr } = await esimulator(sim.url, 'record', '--since', '3')
  expect([code, idsIn(stdout)]).toEqual([1, ['getOrder']])
  expect(stderr).toMatch(
    /the step getOrder \(exchange 3\) does not go as it was played: .* is 4\d\d/,
  )
  const whole = await esimulator(sim.url, 'record')
  expect([whole.code, idsIn(whole.stdout)]).toEqual([0, ['createOrder', 'getOrder']])
  expect(whole.stderr).toMatch(
    /^exchange 1 is left out: GET .*nowhere is no operation of a provider/,
  )
})

test('a call by the control API is one step, that of the provider', async () => {
  await using sim = await startSimulator()
  const { calls } = worldClient({ url: sim.url })
  await sim.faults.add({
    provider: 'esim-go',
    operation: 'createOrder',
    kind: 'status',
    status: 503,
    times: 1,
  })
  for (const _ of ['refused', 'bought'])
    await calls.make({ provider: 'esim-go', operation: 'createOrder', body: ORDER })
  const text = await recorded(sim)
  expect(failed(await runs(text))).toEqual([])
  expect(idsIn(text)).toEqual(['addFault', 'createOrder', 'createOrder2'])
})

test('JSON that was sent as another type is sent so again', async () => {
  await using sim = await startSimulator()
  const { apiKey = '' } = (await sim.show()).credentials['esim-go'] ?? {}
  for (const type of ['application/xml', 'text/csv', 'text/plain; charset=utf-8'])
    await fetch(`${sim.baseUrl('esim-go')}/orders`, {
      method: 'POST',
      headers: { 'X-API-Key': apiKey, 'Content-Type': type },
      body: JSON.stringify(ORDER),
    })
  const text = await recorded(sim)
  expect(failed(await runs(text))).toEqual([])
  expect(idsIn(text)).toHaveLength(3)
})

test('texts that would be read as expressions are inputs, and what a client chose stays as it is', async () => {
  await using sim = await startSimulator()
  const base = sim.baseUrl('esim-go')
  const { body } = await send<{ order: [{ iccids: string[] }] }>('POST', `${base}/orders`, {
    json: ORDER,
    headers: GO_KEY,
  })
  const iccid = body.order[0].iccids[0] ?? ''
  for (const customerRef of ['$inputs.nothing', 'an {$url} within', iccid])
    await send('PUT', `${base}/esims`, { json: { iccid, customerRef }, headers: GO_KEY })
  await send('GET', `${base}/esims/${iccid}`, { headers: GO_KEY })
  const text = await recorded(sim)
  expect(failed(await runs(text))).toEqual([])
  expect((parse(text) as ArazzoDocument).workflows[0]?.inputs?.properties).toMatchObject({
    text1: { default: '$inputs.nothing' },
    text2: { default: 'an {$url} within' },
  })
  expect(stepOf(text, 'updateEsim3')?.requestBody?.payload).toEqual({
    iccid: '$steps.createOrder.outputs.iccid',
    customerRef: '$steps.createOrder.outputs.iccid',
  })
})
