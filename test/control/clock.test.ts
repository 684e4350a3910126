// Virtual time over the control API.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import {
  type ClockShown,
  type RunningSimulator,
  startReceiver,
  startSimulator,
} from '../../src/index.ts'
import { call, expectProblem } from '../support/control.ts'

const advance = (sim: RunningSimulator, json: object) =>
  call(sim.url, '/_sim/clock/advance', { json })

async function onlySim(sim: RunningSimulator): Promise<string> {
  const [row] = await sim.sims('esim-go')
  if (!row) throw new Error('there is no SIM')
  return row.iccid
}

test('a frozen clock stands until it is advanced, by a duration or to an instant', async () => {
  await using sim = await startSimulator()
  expect((await call(sim.url, '/_sim/clock')).body).toEqual({
    now: '2026-01-01T00:00:00.000Z',
    mode: 'frozen',
    rate: 1,
  })
  for (const [json, to] of [
    [{ by: 'P3D' }, '2026-01-04T00:00:00.000Z'],
    [{ by: '90m' }, '2026-01-04T01:30:00.000Z'],
    [{ to: '2026-02-01T00:00:00Z' }, '2026-02-01T00:00:00.000Z'],
    [{ by: 'P1M' }, '2026-03-01T00:00:00.000Z'],
  ] as const)
    expect(await advance(sim, json)).toMatchObject({ status: 200, body: { to, fired: [] } })
})

test('an advance needs exactly one readable destination that is not past', async () => {
  await using sim = await startSimulator()
  expectProblem(await advance(sim, {}), 400, /exactly one of "by"/)
  expectProblem(await advance(sim, { by: 'P1D', to: '2026-02-01T00:00:00Z' }), 400, /exactly one/)
  expectProblem(await advance(sim, { by: 'three days' }), 400, /is not a duration/)
  expectProblem(await advance(sim, { by: '-P1D' }), 400, /only moves forward/)
  expectProblem(await advance(sim, { to: '2025-12-31T23:59:59Z' }), 400, /only moves forward/)
  expectProblem(await advance(sim, { to: 'tomorrow' }), 400, /to: "tomorrow" is no instant/)
  expectProblem(
    await advance(sim, { by: 'P1D', maxEvents: 0 }),
    400,
    /maxEvents must be at least 1/,
  )
  expect(sim.clock.now()).toEqual(new Date('2026-01-01T00:00:00Z'))
})

test('an advance answers with all that happened, in order, callbacks with their outcome', async () => {
  await using receiver = await startReceiver({ answer: 500 })
  await using sim = await startSimulator({ given: 'an assigned bundle', callbackUrl: receiver.url })
  const iccid = await onlySim(sim)
  await sim.device(iccid).attach('GB')
  await receiver.waitFor(1)
  const { fired } = await sim.clock.advance('P1D')
  expect(fired).toMatchObject([
    {
      at: '2026-01-01T00:00:05.000Z',
      kind: 'callback',
      type: 'FirstAttachment',
      iccid,
      state: 'retrying',
      attempt: 2,
      status: 500,
    },
    {
      at: '2026-01-01T00:05:05.000Z',
      kind: 'callback',
      type: 'FirstAttachment',
      iccid,
      state: 'dead',
      attempt: 3,
      status: 500,
    },
  ])
  await sim.device(iccid).use('1MB')
  const later = await sim.clock.advance({ by: 'P8D' })
  expect(later.fired.filter(({ kind }) => kind === 'event')).toMatchObject([
    {
      at: '2026-01-09T00:00:00.000Z',
      kind: 'event',
      type: 'bundle.expired',
      provider: 'esim-go',
      iccid,
      bundle: expect.any(String),
    },
  ])
})

test('two runs that race a slow receiver differently answer the same', async () => {
  const run = async (delay: number) => {
    await using receiver = await startReceiver({ answer: 500, delay })
    await using sim = await startSimulator({
      given: 'an assigned bundle',
      callbackUrl: receiver.url,
    })
    await sim.device(await onlySim(sim)).use('800MB')
    return (await sim.clock.advance('P1D')).fired
  }
  expect(await run(30)).toEqual(await run(0))
})

test('maxEvents ends an advance early, and the rest happens with the next', async () => {
  await using sim = await startSimulator({
    given: 'an assigned bundle',
    callbackUrl: 'http://127.0.0.1:9/',
  })
  const iccid = await onlySim(sim)
  await sim.device(iccid).attach('GB')
  await expect.poll(async () => (await sim.callbacks.list())[0]?.attempts).toHaveLength(1)
  const first = await sim.clock.advance({ by: 'P1D', maxEvents: 1 })
  expect(first).toMatchObject({
    to: '2026-01-01T00:00:05.000Z',
    stopped: { at: '2026-01-01T00:00:05.000Z', reason: /maxEvents 1/ },
  })
  expect(first.fired).toHaveLength(1)
  expect((await sim.clock.advance('P1D')).fired).toHaveLength(1)
})

test('maxWall ends an advance whose receivers are slow', async () => {
  await using receiver = await startReceiver({ answer: 500, delay: 50 })
  await using sim = await startSimulator({ given: 'an assigned bundle', callbackUrl: receiver.url })
  await sim.device(await onlySim(sim)).use('800MB')
  const { stopped } = await sim.clock.advance({ by: 'P1D', maxWall: '60ms' })
  expect(stopped).toMatchObject({ reason: expect.stringMatching(/maxWall/) })
})

test('a receiver that calls back during an advance is served at the time the clock has reached, and its clock command is refused', async () => {
  const seen: unknown[] = []
  let url = ''
  const server = createServer(async (request, response) => {
    request.resume()
    const [clock, second] = await Promise.all([
      call<ClockShown>(url, '/_sim/clock'),
      call(url, '/_sim/clock/advance', { json: { by: 'P1D' } }),
    ])
    seen.push([clock.body.now, second.status])
    response.writeHead(500).end()
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const callbackUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  url = sim.url
  await sim.callbacks.target('esim-go', callbackUrl)
  const pending = await sim.device(await onlySim(sim)).attach('GB')
  expect(pending.sim.callbacks).toHaveLength(1)
  await sim.clock.advance('P1D').catch(() => {})
  await sim.clock.advance('P1D')
  expect(seen).toContainEqual(['2026-01-01T00:00:05.000Z', 409])
  expect(seen).toContainEqual(['2026-01-01T00:05:05.000Z', 409])
  server.closeAllConnections()
  server.close()
})

test('a running clock is frozen where it is or at a later instant, and goes on at a rate', async () => {
  await using sim = await startSimulator({
    clock: { mode: 'running', at: '2026-01-01T00:00:00Z', rate: 1000 },
  })
  expect(await sim.clock.freeze()).toMatchObject({ mode: 'frozen' })
  expect(await sim.clock.freeze('2026-06-01T00:00:00Z')).toMatchObject({
    now: '2026-06-01T00:00:00.000Z',
    mode: 'frozen',
  })
  expectProblem(
    await call(sim.url, '/_sim/clock/freeze', { json: { at: '2026-05-01T00:00:00Z' } }),
    400,
    /only moves forward/,
  )
  expect(await sim.clock.resume(1_000_000)).toMatchObject({ mode: 'running', rate: 1_000_000 })
  await expect.poll(() => sim.clock.now() > new Date('2026-06-01T01:00:00Z')).toBe(true)
  for (const rate of [0, -1, 1_000_001])
    expectProblem(
      await call(sim.url, '/_sim/clock/resume', { json: { rate } }),
      400,
      /rate must be/,
    )
})

test('what is due while the clock goes by itself happens by itself', async () => {
  await using receiver = await startReceiver({ answer: [500, 500, 200] })
  await using sim = await startSimulator({ given: 'an assigned bundle', callbackUrl: receiver.url })
  await sim.clock.resume(100_000)
  await sim.device(await onlySim(sim)).attach('GB')
  await receiver.waitFor(3)
  await expect.poll(async () => (await sim.callbacks.list())[0]?.state).toBe('delivered')
})

test('a world that is reset while it is advanced begins at its own start', async () => {
  const sim = await startSimulator({ given: 'an assigned bundle' })
  const server = createServer(async (request, response) => {
    request.resume()
    if (sim.clock.now() > new Date('2026-01-01T00:00:00Z')) await sim.reset()
    response.writeHead(500).end()
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  await sim.callbacks.target(
    'esim-go',
    `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  )
  await sim.device(await onlySim(sim)).attach('GB')
  const { stopped } = await sim.clock.advance('P1D')
  expect(stopped).toMatchObject({ reason: expect.stringMatching(/replaced/) })
  expect(sim.clock.now()).toEqual(new Date('2026-01-01T00:00:00Z'))
  expect(await sim.callbacks.list()).toEqual([])
  server.closeAllConnections()
  server.close()
  await sim.close()
})

test('time ends before dates need a fifth digit, and nothing moves towards that', async () => {
  await using sim = await startSimulator()
  for (const to of [{ by: 'P9999Y' }, { by: 'P7500Y' }, { to: '9999-12-31T00:00:00Z' }])
    expectProblem(await advance(sim, to), 400, /calendar|the clock goes/)
  expectProblem(
    await call(sim.url, '/_sim/clock/freeze', {
      method: 'POST',
      json: { at: '9500-01-01T00:00:00Z' },
    }),
    400,
    /the clock goes/,
  )
  expect(sim.clock.now()).toEqual(new Date('2026-01-01T00:00:00Z'))
})
