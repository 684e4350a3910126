// The port by which a simulator calls itself: one for calls and workflows, none while it stops, and nothing left of it.
import { expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { call, expectProblem } from '../support/control.ts'
import { openedSimulator } from '../support/opened.ts'

const QR = 'esimulator:highland-qr-expires.arazzo.yaml'
const CALL = { provider: 'esim-go', operation: 'listEsims' }
const STOPPING = /^the simulator is stopping: start it again$/

/** How many ports this process listens at. */
const listening = () =>
  process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length

/** Does all that a simulator needs a port of its own for. */
async function useAll(sim: RunningSimulator): Promise<void> {
  await sim.calls.make(CALL)
  await sim.workflows.record()
  const run = await sim.workflows.start({ file: QR, pause: 'each-step' })
  await sim.workflows.remove(run.id)
}

const start = (url: string) =>
  call(url, '/_sim/workflows/runs', { json: { file: QR, pause: 'each-step' } })
const record = (url: string) => call(url, '/_sim/workflows/record', { json: {} })

test('calls, runs and recordings share it, and it is closed with the simulator', async () => {
  const before = listening()
  const sim = await startSimulator({ port: 0 })
  await useAll(sim)
  await expect.poll(listening).toBe(before + 2)
  await sim.close()
  await expect.poll(listening).toBe(before)
}, 60_000)

test('while the simulator stops nothing is begun that would need it', async () => {
  const { server, url } = await openedSimulator()
  await call(url, '/_sim/calls', { json: CALL })
  server.stop()
  const before = listening()
  expectProblem(await start(url), 409, STOPPING)
  expectProblem(await record(url), 409, STOPPING)
  expectProblem(await call(url, '/_sim/calls', { json: CALL }), 409, STOPPING)
  expect(listening()).toBeLessThanOrEqual(before)
}, 60_000)

test('what asks for it first while the simulator stops finds none', async () => {
  const { server, url } = await openedSimulator()
  server.stop()
  const before = listening()
  expectProblem(await start(url), 409, STOPPING)
  expectProblem(await call(url, '/_sim/calls', { json: CALL }), 409, STOPPING)
  expect(listening()).toBe(before)
}, 60_000)

test('a call that waits for its answer ends where the simulator stops', async () => {
  const { server, url } = await openedSimulator()
  await call(url, '/_sim/faults', { json: { ...CALL, kind: 'hang' } })
  const waiting = call(url, '/_sim/calls', { json: CALL })
  const journal = async () => (await call(url, '/_sim/journal')).body as { entries: unknown[] }
  await expect.poll(async () => (await journal()).entries.length).toBe(1)
  server.stop()
  expect((await waiting).body).toMatchObject({ error: 'the simulator was stopped' })
}, 60_000)
