// A large world as a document, written and read in turns: of one moment, all or nothing, and others are served meanwhile.
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { answeredDuring, call, expectProblem } from '../support/control.ts'

/** Events of a SIM there is not: more than are kept in a line of the log, and megabytes as text. */
const MANY = 30_000
const KEY = { 'X-API-Key': 'test-esim-go-key' }

const textOf = async (sim: RunningSimulator) => (await fetch(`${sim.url}/_sim/state`)).text()

/** A large state: that of the simulator, with many events. */
async function largeState(sim: RunningSimulator): Promise<string> {
  const state = JSON.parse(await textOf(sim)) as { collections: Record<string, object> }
  const event = { at: 0, type: 'sim.seen', provider: 'esim-go', iccid: '8943108000000000000' }
  const detail = { what: 'x'.repeat(50) }
  const ids = Array.from({ length: MANY }, (_, at) => 1_000_000 + at)
  const events = ids.map((id) => [id, { id, ...event, detail }] as const)
  state.collections.timeline = { ...state.collections.timeline, ...Object.fromEntries(events) }
  return JSON.stringify(state)
}

const put = (sim: RunningSimulator, raw: string) =>
  call(sim.url, '/_sim/state', {
    method: 'PUT',
    raw,
    headers: { 'Content-Type': 'application/json' },
  })

/** Begins to send a state, over a connection of its own. */
function putting(sim: RunningSimulator, bytes: Buffer): ClientRequest {
  const headers = { 'Content-Type': 'application/json', 'Content-Length': bytes.length }
  const asked = request(`${sim.url}/_sim/state`, { method: 'PUT', headers, agent: false })
  asked.on('error', () => {})
  return asked
}

const order = (sim: RunningSimulator) =>
  call<{ orderReference: string }>(sim.url, '/esim-go/v2.4/orders', {
    json: {
      type: 'transaction',
      assign: true,
      order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }],
    },
    headers: KEY,
  })

test('a large world is what JSON writes of it, a record on each line, and goes back as it came', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const text = await largeState(sim)
  expect((await put(sim, text)).status).toBe(200)
  const answer = await fetch(`${sim.url}/_sim/state`)
  expect(answer.headers.get('content-type')).toBe('application/json')
  // It is on its way before anybody knows how long it is.
  expect(answer.headers.get('content-length')).toBeNull()
  const exported = await answer.text()
  expect((await put(sim, exported)).status).toBe(200)
  expect(await textOf(sim)).toBe(exported)
  const head = await fetch(`${sim.url}/_sim/state`, { method: 'HEAD' })
  expect([head.status, await head.text()]).toEqual([200, ''])
  // Comparing takes its time, in which a connection that is kept would run out.
  expect(exported.replaceAll('\n', '')).toBe(JSON.stringify(JSON.parse(exported)))
  expect(JSON.parse(exported)).toEqual(JSON.parse(text))
})

test('a small world is sent with its length', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const asked = await fetch(`${sim.url}/w/default/_sim/state`)
  expect(Number(asked.headers.get('content-length'))).toBe((await asked.arrayBuffer()).byteLength)
})

test('keys that are numbers come first and in their order, as in any object', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const state = JSON.parse(await textOf(sim))
  const lot = { bundle: 'esim_1GB_7D_GB_V2', total: 1, remaining: 1, price: 1 }
  const lotOf = (id: number) => JSON.stringify({ id, ...lot, boughtAt: 0, expiresAt: 1 })
  const ids = [7, 4294967295, 12, 3]
  const inventory = ids.map((id) => `"${id}":${lotOf(id)}`).join()
  const text = JSON.stringify({
    ...state,
    collections: { ...state.collections, 'esim-go.inventory': {} },
  })
  expect(
    (await put(sim, text.replace('"esim-go.inventory":{}', `"esim-go.inventory":{${inventory}}`)))
      .status,
  ).toBe(200)
  const exported = (await textOf(sim)).replaceAll('\n', '')
  const written = /"esim-go.inventory":(\{.*?\}\})/.exec(exported)?.[1] ?? ''
  expect([...written.matchAll(/"(\d+)":\{/g)].map(([, id]) => Number(id))).toEqual([
    3, 7, 12, 4294967295,
  ])
})

test('an export is of one moment, whatever is done while it is read', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  await put(sim, await largeState(sim))
  const before = await textOf(sim)
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  const answer = await new Promise<IncomingMessage>((arrived) => {
    request(`${sim.url}/_sim/state`, { agent: false }, arrived).end()
  })
  // Nobody reads yet: the most of it waits to be written.
  answer.pause()
  expect((await order(sim)).status).toBe(200)
  await sim.device(iccid).use('100MB')
  await sim.clock.advance('P30D')
  await sim.reset()
  expect((await order(sim)).status).toBe(200)
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  expect(Buffer.concat(chunks).toString() === before).toBe(true)
  expect((await textOf(sim)) === before).toBe(false)
})

test('others are served while a large world is written and read', async () => {
  await using sim = await startSimulator()
  const text = await largeState(sim)
  expect(await answeredDuring(`${sim.url}/_sim/clock`, put(sim, text))).toBeGreaterThan(2)
  expect(await answeredDuring(`${sim.url}/_sim/clock`, textOf(sim))).toBeGreaterThan(2)
})

test('until all of a state is checked the old one goes on, and goes with what was done in it', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  await put(sim, await largeState(sim))
  const before = await textOf(sim)
  const asked = putting(sim, Buffer.from(before))
  const replaced = new Promise<IncomingMessage>((arrived) => asked.on('response', arrived))
  asked.end(before)
  const made = await order(sim)
  expect(made.status).toBe(200)
  const find = () =>
    call(sim.url, `/esim-go/v2.4/orders/${made.body.orderReference}`, { headers: KEY })
  expect((await find()).status).toBe(200)
  const answer = await replaced
  expect(answer.statusCode).toBe(200)
  answer.resume()
  expect((await find()).status).toBe(400)
  expect(await textOf(sim)).toBe(before)
})

test('a state that is wrong in its last record changes nothing', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const text = await largeState(sim)
  const before = await textOf(sim)
  const last = `"${1_000_000 + MANY - 1}":`
  const with_ = (record: string) =>
    text.replace(new RegExp(`${last}\\{[^}]*\\}[^}]*\\}`), last + record)
  expectProblem(await put(sim, with_('7')), 400, /collections.*must be a JSON object/)
  expectProblem(await put(sim, with_('{"id":7}')), 400, /record "1029999" in "timeline"/)
  expectProblem(await put(sim, with_('{"constructor":7}')), 400, /field name "constructor"/)
  expectProblem(await put(sim, with_('{"id":7')), 400, /the body is not JSON: .*behind byte \d+/)
  expectProblem(await put(sim, text.slice(0, -1)), 400, /the body is not JSON/)
  expectProblem(await put(sim, `${text}}`), 400, /the body is not JSON/)
  expectProblem(
    await put(sim, text.replace('{"format":1', '{"format":9')),
    400,
    /format 9.*upgrade/,
  )
  expect(await textOf(sim)).toBe(before)
})

test.each([
  ['in the midst of a state', 2],
  ['once it is sent, before it is checked', 1],
])('who goes away %s changes nothing', async (_when, part) => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const bytes = Buffer.from(await largeState(sim))
  const before = await textOf(sim)
  const asked = putting(sim, bytes)
  const sent = new Promise<void>((done) => {
    asked.write(bytes.subarray(0, bytes.length / part), () => done())
  })
  await sent
  if (part === 1) asked.end()
  // So far it has come, and the first of it is looked at.
  await call(sim.url, '/_sim/clock')
  asked.destroy()
  for (let turns = 0; turns < 200; turns += 1) await call(sim.url, '/_sim/clock')
  await pause(50)
  expect((await textOf(sim)) === before).toBe(true)
  expect((await order(sim)).status).toBe(200)
})
