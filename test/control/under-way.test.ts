// What is under way in a world when it begins anew, is removed or stops: broken off, and without effect.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { AdvanceShown } from '../../src/control/wire.ts'
import {
  type Receiver,
  type RunningSimulator,
  startReceiver,
  startSimulator,
} from '../../src/index.ts'
import { call } from '../support/control.ts'

/** A receiver that takes longer than any test. */
const deafReceiver = () => startReceiver({ answer: () => new Promise(() => {}) })

/** A simulator whose receivers have a minute. */
const patient = (options: Parameters<typeof startSimulator>[0] = {}) =>
  startSimulator({ ...options, policy: { timeout: 60_000 } })

/** Makes a world with callbacks due in it that go to a receiver. */
async function worldWithCallbacks(sim: RunningSimulator, name: string, receiver: Receiver) {
  const world = `/w/${name}/_sim`
  await call(sim.url, '/_sim/worlds', { json: { name, given: 'an assigned bundle' } })
  await call(sim.url, `${world}/callbacks/target/esim-go`, {
    method: 'PUT',
    json: { url: receiver.url },
  })
  const { body } = await call<{ sims: { iccid: string }[] }>(sim.url, `${world}/sims?limit=1`)
  await call(sim.url, `${world}/sims/${body.sims[0]?.iccid}/attach`, { json: { country: 'GB' } })
  await receiver.waitFor(1)
  return world
}

const advanceOf = (sim: RunningSimulator, world: string, json: object = { by: 'P1D' }) =>
  call<AdvanceShown>(sim.url, `${world}/clock/advance`, { json })

const clockOf = async (sim: RunningSimulator, world: string) =>
  (await call<{ now: string }>(sim.url, `${world}/clock`)).body.now

/** Waits until an advance is under way: until then stopping a clock that stands changes nothing. */
async function advancing(sim: RunningSimulator, world: string): Promise<void> {
  await vi.waitFor(async () =>
    expect((await call(sim.url, `${world}/clock/freeze`, { method: 'POST' })).status).toBe(409),
  )
}

test('a reset waits for no receiver, and the new life can be advanced at once', async () => {
  await using receiver = await deafReceiver()
  await using sim = await patient()
  const world = await worldWithCallbacks(sim, 'w', receiver)
  const advance = advanceOf(sim, world)
  await advancing(sim, world)
  expect((await call(sim.url, `${world}/reset`, { method: 'POST' })).status).toBe(200)
  expect(await advanceOf(sim, world, { by: 'PT1H' })).toMatchObject({ status: 200 })
  expect((await advance).body.stopped?.reason).toBe('the world was replaced meanwhile')
  expect(await clockOf(sim, world)).toBe('2026-01-01T01:00:00.000Z')
})

test('a state put into a world ends what was under way there', async () => {
  await using receiver = await deafReceiver()
  await using sim = await patient()
  const world = await worldWithCallbacks(sim, 'w', receiver)
  const advance = advanceOf(sim, world)
  await advancing(sim, world)
  const { body: json } = await call(sim.url, '/_sim/state')
  await call(sim.url, `${world}/state`, { method: 'PUT', json })
  expect((await advance).body.stopped?.reason).toBe('the world was replaced meanwhile')
  expect(await advanceOf(sim, world)).toMatchObject({ status: 200, body: { fired: [] } })
})

test('a removed world reaches nothing: not the next of its name, and not its files', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'esimulator-under-way-'))
  onTestFinished(() => rm(stateDir, { recursive: true, force: true }))
  await using receiver = await deafReceiver()
  {
    await using sim = await patient({ store: stateDir, durability: 'written' })
    const world = await worldWithCallbacks(sim, 'w', receiver)
    const advance = advanceOf(sim, world, { by: 'P9D' })
    await advancing(sim, world)
    expect((await call(sim.url, '/_sim/worlds/w', { method: 'DELETE' })).status).toBe(204)
    await call(sim.url, '/_sim/worlds', { json: { name: 'w' } })
    const { status, body } = await advance
    expect([status, body.stopped?.reason]).toEqual([200, 'the world was removed'])
    expect(await clockOf(sim, world)).toBe('2026-01-01T00:00:00.000Z')
    expect((await call(sim.url, `${world}/callbacks`)).body).toEqual({ total: 0, callbacks: [] })
  }
  await using again = await startSimulator({ store: stateDir })
  expect(await clockOf(again, '/w/w/_sim')).toBe('2026-01-01T00:00:00.000Z')
})

test('a simulator that closes tells who waits for an advance, and waits for no receiver', async () => {
  await using receiver = await deafReceiver()
  const sim = await patient()
  const world = await worldWithCallbacks(sim, 'w', receiver)
  const advance = advanceOf(sim, world)
  await advancing(sim, world)
  await sim.close()
  expect((await advance).body.stopped?.reason).toBe('the simulator is stopping')
})

test("no world's callbacks wait for those of another", async () => {
  await using deaf = await deafReceiver()
  await using receiver = await startReceiver()
  await using sim = await patient()
  await worldWithCallbacks(sim, 'stuck', deaf)
  const world = await worldWithCallbacks(sim, 'free', receiver)
  expect(await advanceOf(sim, world)).toMatchObject({ status: 200 })
  const { body } = await call<{ callbacks: { state: string }[] }>(sim.url, `${world}/callbacks`)
  expect(new Set(body.callbacks.map(({ state }) => state))).toEqual(new Set(['delivered']))
})

test('maxWall holds for what was due before the advance, too', async () => {
  await using receiver = await deafReceiver()
  await using sim = await patient()
  const world = await worldWithCallbacks(sim, 'w', receiver)
  const { body } = await advanceOf(sim, world, { by: 'PT1S', maxEvents: 1, maxWall: '50ms' })
  expect(body).toMatchObject({
    to: '2026-01-01T00:00:00.000Z',
    fired: [],
    stopped: { reason: 'maxWall 50 ms reached' },
  })
})

test('a callback of an unknown provider and a task nobody performs are set aside, the rest goes on', async () => {
  await using receiver = await startReceiver()
  const reports: string[] = []
  await using sim = await startSimulator({
    given: 'an assigned bundle',
    callbackUrl: receiver.url,
    report: (sentence) => reports.push(sentence),
  })
  const { collections, ...document } = await sim.state()
  const foreign = {
    ...{ id: 'cb_x', serial: 1, provider: 'nobody', type: 'T', url: receiver.url, body: '{}' },
    ...{ state: 'pending', queuedAt: 0, nextAt: 0, attempts: [], tries: 0 },
  }
  const tasks = {
    ...collections.tasks,
    '901': { id: 901, kind: 'deliver-callback', due: 0, data: { callback: 'cb_x' } },
    '902': { id: 902, kind: 'nobody/does-it', due: 0, data: {} },
  }
  await sim.restore({
    ...document,
    collections: { ...collections, callbacks: { cb_x: foreign }, tasks },
  })
  const [row] = await sim.sims('esim-go')
  await sim.device(String(row?.iccid)).attach('GB')
  await receiver.waitFor(1)
  await sim.clock.advance('PT1H')
  expect(await sim.callbacks.list({ state: 'dead' })).toMatchObject([
    { id: 'cb_x', attempts: [{ error: expect.stringMatching(/no provider "nobody" here/) }] },
  ])
  expect(await sim.callbacks.list({ state: 'delivered' })).toHaveLength(1)
  expect(reports).toEqual([
    'task nobody/does-it of world default failed and was dropped: nobody performs this kind of task',
  ])
})

test('a world that is advanced and reset over and over, with a deaf receiver, is never stuck', async () => {
  await using receiver = await deafReceiver()
  await using sim = await startSimulator({ policy: { timeout: 40 } })
  const world = await worldWithCallbacks(sim, 'w', receiver)
  for (let round = 0; round < 5; round += 1) {
    const advance = advanceOf(sim, world, { by: 'P30D' })
    await sleep(10 * round)
    await call(sim.url, `${world}/reset`, { json: { given: 'an assigned bundle' } })
    expect((await advance).status).toBe(200)
  }
  expect(await advanceOf(sim, world, { by: 'PT1S' })).toMatchObject({ status: 200 })
})
