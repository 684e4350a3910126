// Snapshots, the history of a world, and the way back, over the control API.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { DifferenceShown, StepShown } from '../../src/control/wire.ts'
import { type RunningSimulator, startReceiver, startSimulator } from '../../src/index.ts'
import { MOST_SNAPSHOTS } from '../../src/state/snapshot-moves.ts'
import { call, expectProblem } from '../support/control.ts'
import { copyAsKilled } from '../support/killed-folder.ts'

const COMPANY = '1a9a1d8ddc9311f09e024c50dd6c0d86'

/** Orders one eSIM with a bundle; its ICCID. */
async function order(sim: RunningSimulator): Promise<string> {
  const { body } = await call<{ order: { esims: { iccid: string }[] }[] }>(
    sim.baseUrl('esim-go'),
    '/orders',
    {
      headers: { 'X-API-Key': sim.credentials['esim-go']?.apiKey ?? '' },
      json: {
        type: 'transaction',
        assign: true,
        order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }],
      },
    },
  )
  return body.order[0]?.esims[0]?.iccid ?? ''
}

/** All that a world is, but for which life of it this is, and its snapshots. */
async function stateOf(sim: RunningSimulator, world = '') {
  const { body } = await call<{ collections: Record<string, Record<string, object>> }>(
    sim.url,
    `${world}/_sim/state`,
  )
  const { snapshots: _, 'snapshot-records': __, ...collections } = body.collections
  return collections
}

const causes = (steps: readonly StepShown[]) => steps.map(({ cause }) => cause.what)

test('a snapshot is the world as it was: its records, its clock and its dice', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  await sim.device(iccid).use('100MB')
  const before = await stateOf(sim)
  expect(await sim.snapshots.save('used')).toEqual({ name: 'used', at: '2026-01-01T00:00:00.000Z' })

  const ordered = await order(sim)
  await sim.device(iccid).use('200MB')
  await sim.clock.advance('P10D')
  expect(await sim.snapshots.restore('used')).toMatchObject({
    from: '2026-01-11T00:00:00.000Z',
    to: '2026-01-01T00:00:00.000Z',
  })

  expect(await stateOf(sim)).toEqual(before)
  expect(sim.clock.now()).toEqual(new Date('2026-01-01T00:00:00Z'))
  expect(await order(sim)).toBe(ordered)
})

test('snapshots have names, are replaced by those that have the same, and go one by one', async () => {
  await using sim = await startSimulator()
  const put = (name: string) => call(sim.url, `/_sim/snapshots/${name}`, { method: 'PUT' })
  expect((await put('a')).status).toBe(201)
  const first = await stateOf(sim)
  await order(sim)
  const second = await stateOf(sim)
  expect((await put('b')).status).toBe(201)
  await order(sim)
  const third = await stateOf(sim)
  expect((await put('c')).status).toBe(201)
  await order(sim)
  expect((await sim.snapshots.list()).map(({ name }) => name)).toEqual(['a', 'b', 'c'])

  await sim.snapshots.remove('b')
  await sim.snapshots.restore('a')
  expect(await stateOf(sim)).toEqual(first)
  await sim.snapshots.restore('c')
  expect(await stateOf(sim)).toEqual(third)
  await sim.rewind(2)
  await sim.rewind(1)
  await sim.rewind({ to: 1 })
  expect(await stateOf(sim)).toEqual(second)

  expect((await put('a')).status).toBe(200)
  expect((await sim.snapshots.list()).map(({ name }) => name)).toEqual(['c', 'a'])
  await sim.snapshots.restore('c')
  expect(await stateOf(sim)).toEqual(third)
  await sim.snapshots.restore('a')
  expect(await stateOf(sim)).toEqual(second)
})

test('a snapshot outlasts a reset and a restart, and goes along with the state', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'esimulator-'))
  try {
    const kept = await startSimulator({ store: stateDir, given: 'an assigned bundle' })
    await order(kept)
    const then = await stateOf(kept)
    await kept.snapshots.save('then')
    await order(kept)
    await kept.reset({ given: 'default' })
    const document = await kept.state()
    await kept.close()

    await using again = await startSimulator({ store: stateDir })
    await again.snapshots.restore('then')
    expect(await stateOf(again)).toEqual(then)

    await using other = await startSimulator()
    await other.restore(document)
    await other.snapshots.restore('then')
    expect(await stateOf(other)).toEqual({ ...then, world: (await stateOf(other)).world })
  } finally {
    await rm(stateDir, { recursive: true })
  }
})

test('the difference of two snapshots is told record by record, and in words', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  await sim.snapshots.save('fresh')
  await sim.device(iccid).use('1MB')
  await sim.snapshots.save('used')
  await sim.clock.advance('P8D')

  const used = await sim.snapshots.diff('fresh', 'used')
  const bundle = used.records.find(({ collection }) => collection === 'bundles')
  const id = bundle?.key.split('/')[1]
  expect(bundle).toMatchObject({
    change: 'changed',
    fields: expect.arrayContaining([{ field: 'state', from: 'queued', to: 'active' }]),
    text: expect.stringContaining(`bundle ${id} of ${iccid}: queued -> active`),
  })
  expect(used.records.map(({ text }) => text)).toContainEqual(
    expect.stringMatching(new RegExp(`^SIM ${iccid}: `)),
  )

  const now = await sim.snapshots.diff('used')
  expect(now).toMatchObject({ from: { name: 'used' }, to: { name: 'now' } })
  expect(now.records.map(({ text }) => text)).toContain(
    'clock: 2026-01-01T00:00:00.000Z -> 2026-01-09T00:00:00.000Z',
  )
  expect(now.records.find(({ collection }) => collection === 'bundles')?.text).toMatch(
    `bundle ${id} of ${iccid}: active -> expired`,
  )

  const back = await sim.snapshots.diff('used', 'fresh')
  expect(back.records.find(({ collection }) => collection === 'bundles')?.text).toMatch(
    `bundle ${id} of ${iccid}: active -> queued`,
  )
  expect(await sim.snapshots.diff('used', 'used')).toMatchObject({ total: 0, records: [] })
  const { body } = await call<DifferenceShown>(sim.url, '/_sim/snapshots/fresh/diff/now?limit=1')
  expect(body.records).toHaveLength(1)
  expect(body.total).toBeGreaterThan(1)
})

test('what cannot be said of a snapshot is refused with what to do', async () => {
  await using sim = await startSimulator()
  const put = (name: string) => call(sim.url, `/_sim/snapshots/${name}`, { method: 'PUT' })
  expectProblem(await put('now'), 400, /stands for the present/)
  expectProblem(await put('-x'), 400, /name/)
  expectProblem(await call(sim.url, '/_sim/snapshots/none'), 404, /there are none yet/)
  await put('one')
  const restore = await call(sim.url, '/_sim/snapshots/two/restore', { method: 'POST' })
  expectProblem(restore, 404, /there is no snapshot "two"; there are: one/)
  expectProblem(await call(sim.url, '/_sim/snapshots/one/diff/two'), 404, /there are: one/)
  for (let count = 1; count < MOST_SNAPSHOTS; count += 1) await put(`s${count}`)
  expectProblem(await put('more'), 409, /remove one first/)
  expect((await put('one')).status).toBe(200)
})

test('every call that changes something is a step, with all that it set off', async () => {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({ callbackUrl: receiver.url })
  const iccid = await order(sim)
  await sim.sims()
  await sim.device(iccid).install()
  await receiver.waitFor(2)
  await sim.clock.advance('P40D')
  const steps = await sim.history()
  expect(causes(steps)).toEqual([
    'POST /_sim/clock/advance',
    `POST /_sim/sims/${iccid}/install`,
    'POST /esim-go/v2.4/orders',
  ])
  expect(steps[2]).toMatchObject({
    id: 1,
    at: '2026-01-01T00:00:00.000Z',
    cause: { kind: 'request', provider: 'esim-go', operation: 'createOrder' },
  })
  // How the attempt went belongs to what queued it: it is not attempted again.
  await sim.rewind(1)
  const states = (await sim.callbacks.list()).map(({ state }) => state)
  expect(states).toEqual(['delivered', 'delivered'])
  expect(receiver.arrivals).toHaveLength(2)
})

test('what comes due by itself is a step of its own', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  await sim.device(iccid).use('1MB')
  await sim.clock.resume(1_000_000)
  for (;;) {
    const [latest] = await sim.history(1)
    if (latest?.cause.kind === 'time') break
  }
  expect(causes(await sim.history())).toContain('bundle-expires')
})

test('rewinding undoes steps, and is a step that can be undone', async () => {
  await using sim = await startSimulator()
  const start = await stateOf(sim)
  const first = await order(sim)
  const once = await stateOf(sim)
  await sim.clock.advance('P1D')
  const second = await order(sim)
  const twice = await stateOf(sim)

  expect(await sim.rewind(2)).toMatchObject({ steps: 2, to: '2026-01-01T00:00:00.000Z' })
  expect(await stateOf(sim)).toEqual(once)
  expect(await sim.rewind(1)).toMatchObject({ steps: 1, to: '2026-01-02T00:00:00.000Z' })
  expect(await stateOf(sim)).toEqual(twice)
  await sim.rewind({ to: 0 })
  expect(await stateOf(sim)).toEqual(start)
  expect(await order(sim)).toBe(first)
  expect(first).not.toBe(second)
})

test('an instant leads to the latest step that had ended by then', async () => {
  await using sim = await startSimulator()
  await order(sim)
  await sim.clock.advance('P1D')
  const then = await stateOf(sim)
  await sim.clock.advance('P1D')
  await order(sim)
  await sim.rewind({ to: new Date('2026-01-01T12:00:00Z') })
  expect(sim.clock.now()).toEqual(new Date('2026-01-01T00:00:00Z'))
  await sim.rewind(1)
  await sim.rewind({ to: '2026-01-02T00:00:00Z' })
  expect(await stateOf(sim)).toEqual(then)
})

test('a rewind that leads nowhere is refused, and changes nothing', async () => {
  await using sim = await startSimulator()
  const rewind = (json: object) => call(sim.url, '/_sim/rewind', { json })
  expectProblem(await rewind({ steps: 1 }), 409, /goes back 0 steps/)
  await order(sim)
  expectProblem(await rewind({ to: 7 }), 400, /there is no step 7 yet: the latest is 1/)
  expectProblem(await rewind({ steps: 2 }), 409, /goes back 1 steps/)
  expectProblem(await rewind({}), 400, /./)
  expectProblem(await rewind({ steps: 1, to: 1 }), 400, /./)
  await sim.reset()
  expectProblem(await rewind({ steps: 1 }), 409, /the world was reset/)
})

test('a callback of an undone future has an id that no later one gets', async () => {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({ callbackUrl: receiver.url })
  const iccid = await order(sim)
  await sim.device(iccid).install()
  await receiver.waitFor(2)
  const undone = (await sim.callbacks.list()).map(({ id }) => id)
  await sim.rewind(1)
  expect(await sim.callbacks.list()).toEqual([])
  await sim.device(iccid).install()
  await receiver.waitFor(4)
  const bodies = receiver.arrivals.map(({ body }) => body)
  expect(bodies.slice(2)).toEqual(bodies.slice(0, 2))
  for (const { id } of await sim.callbacks.list()) expect(undone).not.toContain(id)
})

test('a rewound world is what the folder holds after a kill', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'esimulator-'))
  const copy = `${stateDir}-killed`
  try {
    await using sim = await startSimulator({ store: stateDir, durability: 'written' })
    await order(sim)
    const then = await stateOf(sim)
    await call(sim.baseUrl('highland'), '/b2b/sim/acquire', { json: { company_id: COMPANY } })
    await sim.clock.advance('P1D')
    await sim.rewind(2)
    await copyAsKilled(stateDir, copy)
    await using again = await startSimulator({ store: copy })
    expect(await stateOf(again)).toEqual(then)
  } finally {
    await rm(stateDir, { recursive: true })
    await rm(copy, { recursive: true, force: true })
  }
})
