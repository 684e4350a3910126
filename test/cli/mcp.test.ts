// The simulator as tools of an agent: listed, called, refused, read about, and gone.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { expect, onTestFinished, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { run } from '../support/cli.ts'
import { ROOT } from '../support/source.ts'

const MAIN = `${ROOT}dist/cli/main.js`
const NOWHERE = 'http://127.0.0.1:9'

/** An agent that has started `esimulator mcp`. */
async function agent(...args: string[]) {
  const client = new Client({ name: 'an agent', version: '1' })
  const command = { command: process.execPath, args: [MAIN, 'mcp', ...args], cwd: ROOT }
  await client.connect(new StdioClientTransport({ ...command, stderr: 'ignore' }))
  onTestFinished(() => client.close())
  return {
    client,
    async call(name: string, given: Record<string, unknown> = {}) {
      const { content, isError = false } = await client.callTool({ name, arguments: given })
      const [first] = content as { type: string; text?: string; mimeType?: string }[]
      return { isError, text: first?.text ?? '', type: first?.mimeType ?? first?.type }
    },
  }
}

async function simulator(given?: string): Promise<RunningSimulator> {
  const sim = await startSimulator(given === undefined ? {} : { given })
  onTestFinished(() => sim.close())
  return sim
}

const body = (answer: { text: string }) => JSON.parse(answer.text.split('\n')[1] ?? '')

test('an agent is told where it is, and has a tool for every operation', async () => {
  const sim = await simulator()
  const { client } = await agent('--url', sim.url)
  expect(client.getServerVersion()).toMatchObject({ name: 'esimulator' })
  expect(client.getInstructions()).toContain(`${sim.url}, world "default"`)
  expect(client.getInstructions()).toContain('may only read')

  const { tools } = await client.listTools()
  for (const { name } of tools) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
  const named = new Map(tools.map((tool) => [tool.name, tool]))
  expect(named.get('sim_listSims')).toMatchObject({
    annotations: { readOnlyHint: true, destructiveHint: false, openWorldHint: false },
    inputSchema: { type: 'object', properties: { provider: {}, limit: {} }, required: [] },
  })
  expect(named.get('sim_resetWorld')).toMatchObject({
    annotations: { readOnlyHint: false, destructiveHint: true },
  })
  expect(named.get('esim-go_createOrder')).toMatchObject({
    description: expect.stringContaining('spends money is refused'),
    inputSchema: { required: ['body'], properties: { body: { $ref: '#/$defs/OrderRequest' } } },
  })
  const slugs = new Set(tools.map(({ name }) => name.split('_')[0]))
  expect(slugs).toEqual(new Set(['sim', 'esim-go', 'highland', 'wholesale', 'accounts-orders']))
})

test('what reads is called with the credentials of the world: keys and tokens', async () => {
  const sim = await simulator('an assigned bundle')
  const { call } = await agent('--url', sim.url)
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  expect(body(await call('esim-go_getEsim', { iccid }))).toMatchObject({ iccid })
  expect(body(await call('sim_getSim', { iccid }))).toMatchObject({ provider: 'esim-go' })
  expect((await call('accounts-orders_listProducts')).isError).toBe(false)
  const priced = {
    type: 'validate',
    order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }],
  }
  expect(body(await call('esim-go_createOrder', { body: priced }))).toMatchObject({ total: 2.28 })
})

test('what changes is refused until it is allowed, and what spends until that is', async () => {
  const sim = await simulator()
  const order = {
    type: 'transaction',
    order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }],
  }
  const { call: reading } = await agent('--url', sim.url)
  expect(await reading('sim_advanceClock', { body: { by: 'P1D' } })).toMatchObject({
    isError: true,
    text: 'sim_advanceClock changes something here, and this server may only read: start it with esimulator mcp --allow changes',
  })
  const { call: changing } = await agent('--url', sim.url, '--allow', 'changes')
  expect((await changing('sim_advanceClock', { body: { by: 'P1D' } })).isError).toBe(false)
  expect(sim.clock.now()).toEqual(new Date('2026-01-02T00:00:00Z'))
  expect(await changing('esim-go_createOrder', { body: order })).toMatchObject({
    isError: true,
    text: expect.stringContaining('--allow spends'),
  })
  const { call: spending } = await agent('--url', sim.url, '--allow', 'spends')
  expect(body(await spending('esim-go_createOrder', { body: order }))).toMatchObject({
    statusMessage: expect.stringContaining('Order completed'),
  })
  // The tokens of a world that was reset are no good any more.
  await spending('accounts-orders_listProducts')
  await spending('sim_resetWorld')
  expect((await spending('accounts-orders_listProducts')).isError).toBe(false)
})

test('what lets in is looked up for each call, and a refusal on purpose is seen', async () => {
  const sim = await simulator()
  const { call } = await agent('--url', sim.url)
  const isRefused = async (name: string) => (await call(name)).isError
  expect(await isRefused('esim-go_getOrganisation')).toBe(false)
  expect(await isRefused('accounts-orders_listProducts')).toBe(false)
  // Somebody else makes the world anew, with other keys, and moves its clock past the end of tokens.
  await sim.reset({ seed: 'another' })
  expect(await isRefused('esim-go_getOrganisation')).toBe(false)
  await sim.clock.advance('PT10M')
  expect(await isRefused('accounts-orders_listProducts')).toBe(false)
  const status = { provider: 'accounts-orders', operation: '*', kind: 'status' } as const
  await sim.faults.add({ ...status, status: 401, times: 1 })
  expect(await isRefused('accounts-orders_listProducts')).toBe(true)
  expect(await isRefused('accounts-orders_listProducts')).toBe(false)
})

test('no argument leads to another operation than that of its tool', async () => {
  const sim = await simulator()
  const { call } = await agent('--url', sim.url)
  for (const name of ['..', '.'])
    expect(await call('sim_getWorld', { name })).toMatchObject({
      isError: true,
      text: `sim_getWorld: name cannot be "${name}": give an id or a name`,
    })
  expect(await call('sim_getWorld', { name: '../clock' })).toMatchObject({ isError: true })
  expect(await sim.journal.list()).toEqual([])
})

test('what a provider refuses is told with its true reason and what to do', async () => {
  const sim = await simulator()
  const { call } = await agent('--url', sim.url)
  const { isError, text: told } = await call('esim-go_getEsim', { iccid: '8900000000000000000' })
  expect(isError).toBe(true)
  expect(told).toMatch(/^4\d\d\n.*\nWhy: .*refused.*\. .*/s)
})

test.each([
  ['sim_getSim', {}, 'sim_getSim needs the argument iccid'],
  [
    'sim_getSim',
    { icid: '89' },
    /no argument "icid": did you mean iccid\? There are: world, iccid/,
  ],
  ['sim_advanceClock', { by: 'P1D' }, /"by" is a field of the body: give \{ "body": \{ "by": /],
  [
    'esim-go_createOrdr',
    {},
    'there is no tool "esim-go_createOrdr": did you mean esim-go_createOrder?',
  ],
  ['sim_listSims', { limit: 'many' }, /^400\n.*limit/],
  ['sim_listSims', { world: 'none' }, /^404\n.*none/],
])('%s with %j is told what is wrong', async (name, given, why) => {
  const sim = await simulator()
  const { call } = await agent('--url', sim.url)
  const { isError, text: told } = await call(name, given)
  expect(isError).toBe(true)
  expect(told).toMatch(why)
})

test('a simulator that demands a token is called with it, and says so without it', async () => {
  await using sim = await startSimulator({ token: 'let-me-in' })
  const { call } = await agent('--url', sim.url, '--token', 'let-me-in')
  expect((await call('sim_getClock')).isError).toBe(false)
  expect((await call('esim-go_getCatalogue')).isError).toBe(false)
  const { code, stderr } = await run(['mcp', '--url', sim.url], { cwd: ROOT })
  expect([code, stderr]).toEqual([2, expect.stringContaining('give --token or ESIMULATOR_TOKEN')])
})

test('a picture is given as a picture', async () => {
  const sim = await simulator()
  const { call } = await agent('--url', sim.url, '--provider', 'highland', '--allow', 'spends')
  const company = { company_id: '1a9a1d8ddc9311f09e024c50dd6c0d86' }
  const { text: acquired } = await call('highland_acquireEsim', { body: company })
  const [, id] = /bar_code\/([0-9a-f]{32})/.exec(acquired) ?? []
  expect(await call('highland_getBarCode', { bar_code_id: id })).toMatchObject({
    isError: false,
    type: 'image/png',
  })
})

test('long answers are shortened, and say so', async () => {
  const sim = await simulator()
  const { call } = await agent('--url', sim.url)
  const { text: told } = await call('sim_getState')
  expect(told.length).toBeLessThan(26_000)
  expect(told).toMatch(/\.\.\. and \d+ more/)
  expect(told).toMatch(/\d+ characters: shortened\. Ask for less/)
})

test('documents are there to be read: the README, specs, statements, scenarios, provenance', async () => {
  const sim = await simulator()
  const { client } = await agent('--url', sim.url)
  const { resources } = await client.listResources()
  const uris = resources.map(({ uri }) => uri)
  expect(uris).toEqual([...new Set(uris)])
  const read = async (uri: string) => {
    const { contents } = await client.readResource({ uri })
    return String((contents[0] as { text?: string }).text)
  }
  expect(await read('esimulator://README.md')).toMatch(/^# /)
  expect(await read('esimulator://specs/wholesale.yaml')).toContain('openapi: 3')
  expect(JSON.parse(await read('esimulator://specs/esim-go/v2.5.json'))).toHaveProperty('paths')
  expect(await read('esimulator://specs/statements/wholesale.yaml')).toContain('WHL-001')
  expect(await read('esimulator://scenarios/esim-go-answer-lost.arazzo.yaml')).toContain('arazzo:')
  expect(JSON.parse(await read('esimulator://provenance/highland'))).toMatchObject({
    provider: 'highland',
  })
  await expect(read('esimulator://READNE.md')).rejects.toThrow(
    'there is no resource "esimulator://READNE.md": did you mean esimulator://README.md?',
  )
})

test('one provider alone, in a world of its own, at another version', async () => {
  const sim = await simulator()
  await fetch(`${sim.url}/_sim/worlds`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'mine', given: 'an empty account' }),
  })
  const args = ['--url', sim.url, '--world', 'mine', '--provider', 'esim-go/v2.5']
  const { client, call } = await agent(...args)
  const { tools } = await client.listTools()
  expect(new Set(tools.map(({ name }) => name.split('_')[0]))).toEqual(
    new Set(['sim', 'esim-go-v2-5']),
  )
  expect(body(await call('esim-go-v2-5_getOrganisation'))).toMatchObject({
    organisations: [{ balance: 0 }],
  })
})

test('where none runs one is started, with the plug-ins that are named', async () => {
  const args = [
    '--plugin',
    './examples/acme-mobile',
    '--provider',
    'acme-mobile',
    '--allow',
    'spends',
  ]
  const { client, call } = await agent(...args)
  expect(client.getInstructions()).toContain('acme-mobile')
  expect(body(await call('acme-mobile_orderEsim', { body: { plan: 'europe-1gb' } }))).toMatchObject(
    {
      state: 'ordered',
    },
  )
})

test('a simulator that has gone is told as that, and found again', async () => {
  const sim = await startSimulator()
  const { call } = await agent('--url', sim.url)
  expect((await call('sim_getClock')).isError).toBe(false)
  await sim.close()
  expect(await call('sim_getClock')).toMatchObject({
    isError: true,
    text: expect.stringMatching(/^nothing answers at .*: start the simulator again/),
  })
  const again = await startSimulator({ port: sim.port })
  onTestFinished(() => again.close())
  expect((await call('sim_getClock')).isError).toBe(false)
})

test('nothing but messages is on standard output, and it ends with its agent', async () => {
  const child = spawn(process.execPath, [MAIN, 'mcp'], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const [out, err] = [text(child.stdout), text(child.stderr)]
  const hello = {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'a', version: '1' },
  }
  child.stdin.write(
    `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: hello })}\n`,
  )
  await once(child.stdout, 'data')
  child.stdin.end()
  const [code] = await once(child, 'exit')
  expect(code).toBe(0)
  const lines = (await out).trim().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ jsonrpc: '2.0', id: 1 }])
  expect(await err).toContain('esimulator: tools for')
})

test.each([
  [['--url', NOWHERE], /nothing answers at http:\/\/127\.0\.0\.1:9/],
  [['--provider', 'esim-to'], /there is no provider "esim-to"/],
  [['--allow', 'everything'], /"everything" is not one of reads, changes, spends/],
])('mcp %j cannot run', async (args, why) => {
  const { code, stdout, stderr } = await run(['mcp', ...args], { cwd: ROOT })
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(why)
})
