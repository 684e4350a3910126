// Ids of callbacks: a receiver takes one it has seen for the same message once more, so no other has it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import type { StateDocument } from '../../src/control/wire.ts'
import { type RunningSimulator, startReceiver, startSimulator } from '../../src/index.ts'
import { defined } from '../../src/state/defined.ts'
import { call } from '../support/control.ts'

const GIVEN = 'an assigned bundle'
const receiver = await startReceiver()
afterAll(() => receiver.close())

const start = (seed?: string, store?: string) =>
  startSimulator(defined({ callbackUrl: receiver.url, given: GIVEN, seed, store }))

/** Has a world tell of something, and the ids of all it has told by then. */
async function idsOf(sim: RunningSimulator, name = 'default'): Promise<string[]> {
  const world = `/w/${name}/_sim`
  const { body } = await call<{ sims: { iccid: string }[] }>(
    sim.url,
    `${world}/sims?provider=esim-go&limit=1`,
  )
  await call(sim.url, `${world}/sims/${body.sims[0]?.iccid}/attach`, { json: { country: 'GB' } })
  await call(sim.url, `${world}/clock/advance`, { json: { by: 'PT0S' } })
  const told = await call<{ callbacks: { id: string }[] }>(sim.url, `${world}/callbacks`)
  expect(told.body.callbacks.length).toBeGreaterThan(0)
  return told.body.callbacks.map(({ id }) => id)
}

const create = (sim: RunningSimulator, name: string, seed?: string) =>
  call(sim.url, '/_sim/worlds', { json: defined({ name, given: GIVEN, seed }) })

function expectNoneTwice(ids: readonly string[]): void {
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
}

test('two new simulators with one seed give the same ids, with another seed others', async () => {
  await using one = await start('a')
  await using two = await start('a')
  await using other = await start('b')
  const ids = await idsOf(one)
  expect(await idsOf(two)).toEqual(ids)
  expectNoneTwice([...ids, ...(await idsOf(other))])
})

test('two worlds share no id, with one seed of their own neither', async () => {
  await using sim = await start()
  await create(sim, 'x', 'same')
  await create(sim, 'y', 'same')
  const ids = [await idsOf(sim), await idsOf(sim, 'x'), await idsOf(sim, 'y')]
  expectNoneTwice(ids.flat())
})

test('a world that was reset, or had a state put into it, sends no id of its earlier lives', async () => {
  await using sim = await start()
  const document = await sim.state()
  const ids = [await idsOf(sim)]
  await sim.reset()
  ids.push(await idsOf(sim))
  await sim.reset()
  ids.push(await idsOf(sim))
  await sim.restore(document)
  ids.push(await idsOf(sim))
  expectNoneTwice(ids.flat())
})

test('a state put into another world makes no id of the world it is from', async () => {
  await using sim = await start()
  const document: StateDocument = await sim.state()
  await create(sim, 'copy')
  await call(sim.url, '/w/copy/_sim/state', { method: 'PUT', json: document })
  expectNoneTwice([...(await idsOf(sim)), ...(await idsOf(sim, 'copy'))])
})

test('a world made under the name of a removed one sends no id of it, after a restart neither', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'esimulator-ids-'))
  onTestFinished(() => rm(stateDir, { recursive: true, force: true }))
  const ids: string[] = []
  for (let run = 0; run < 2; run += 1) {
    await using sim = await start(undefined, stateDir)
    for (let round = 0; round < 2; round += 1) {
      await create(sim, 'ci')
      ids.push(...(await idsOf(sim, 'ci')))
      await call(sim.url, '/w/ci/_sim/reset', { json: { given: GIVEN } })
      ids.push(...(await idsOf(sim, 'ci')))
      await call(sim.url, '/_sim/worlds/ci', { method: 'DELETE' })
    }
  }
  expect(ids.length).toBeGreaterThanOrEqual(8)
  expectNoneTwice(ids)
})
