// One SIM: what can be done to it now, and what it has used.
import { expect, test } from 'vitest'
import { type OneSimShown, type RunningSimulator, startSimulator } from '../../src/index.ts'
import { call } from '../support/control.ts'
import { startHighland } from '../support/highland.ts'

const only = async (sim: Pick<RunningSimulator, 'sims'>, provider: 'esim-go' | 'highland') =>
  String((await sim.sims(provider))[0]?.iccid)

const possible = ({ moves }: OneSimShown) =>
  moves.flatMap(({ move, possible: is }) => (is ? [move] : []))

test('what is possible now is told, and what is not with the sentence it is refused with', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const iccid = await only(sim, 'esim-go')
  const device = sim.device(iccid)
  expect(possible(await device.show())).toEqual(['disable', 'attach', 'use'])
  await device.attach('GB')
  expect(possible(await device.show())).toEqual(['disable', 'attach', 'detach', 'use'])
  await device.disable()
  const { moves } = await device.show()
  for (const { move, possible: is, why } of moves) {
    if (is) continue
    const json = { attach: { country: 'GB' }, use: { bytes: 1 } }[move as 'attach' | 'use'] ?? {}
    const refused = await call<{ detail: string }>(sim.url, `/_sim/sims/${iccid}/${move}`, { json })
    expect([refused.status, refused.body.detail]).toEqual([409, why])
  }
  expect(moves.filter(({ needs }) => needs).map(({ move, needs }) => [move, needs])).toEqual([
    ['attach', 'country'],
    ['use', 'amount'],
  ])
})

test('looking at a SIM changes nothing, neither what is kept nor what is drawn', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const iccid = await only(sim, 'esim-go')
  const before = await sim.state()
  const [last] = await sim.history(1)
  await sim.device(iccid).show()
  expect(await sim.state()).toEqual(before)
  expect((await sim.history(1))[0]).toEqual(last)
  expect((await sim.callbacks.list()).length).toBe(0)
})

test('a profile that asks for a confirmation code can be installed, and needs it', async () => {
  await using sim = await startSimulator({ providers: ['esim-go'] })
  const state = await sim.state()
  await sim.reset({ given: 'an assigned bundle' })
  const iccid = await only(sim, 'esim-go')
  const held = (await sim.state()) as { collections: Record<string, Record<string, object>> }
  const key = `esim-go/${iccid}`
  const own = { ...held.collections.sims?.[key], profile: 'released', needsConfirmation: true }
  const collections = { ...held.collections, sims: { [key]: own } }
  await sim.restore({ ...state, ...held, collections } as typeof state)
  const { moves } = await sim.device(iccid).show()
  expect(moves).toContainEqual({ move: 'install', possible: true, needs: 'confirmationCode' })
  expect(moves).toContainEqual({ move: 'download', possible: true, needs: 'confirmationCode' })
})

test('each use is told where its provider keeps a record of it', async () => {
  await using sim = await startHighland({ given: 'an eSIM with a data product' })
  const device = sim.device(await only(sim, 'highland'))
  await device.use('1MB')
  await sim.clock.advance('PT1H')
  await device.use('2MB')
  const { uses, usesFrom, bundles } = await device.show()
  const bundle = bundles.find(({ state }) => state === 'active')?.id
  expect(usesFrom).toBe('records')
  expect(uses).toEqual([
    { at: '2026-01-01T00:00:00.000Z', bytes: 1e6, bundle },
    { at: '2026-01-01T01:00:00.000Z', bytes: 2e6, bundle },
  ])
})

test('of very many uses the latest are told, and those before as one', async () => {
  await using sim = await startHighland({ given: 'an eSIM with a data product' })
  const device = sim.device(await only(sim, 'highland'))
  for (let use = 0; use < 203; use += 1) {
    await device.use(1000)
    await sim.clock.advance('PT1M')
  }
  const { uses } = await device.show()
  expect(uses).toHaveLength(201)
  expect(uses[0]).toEqual({ at: '2026-01-01T00:02:00.000Z', bytes: 3000 })
  expect(uses.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(203_000)
})

test('the data items of a subscription are its uses, with the country', async () => {
  await using sim = await startSimulator({ providers: ['accounts-orders'] })
  const shown = await Promise.all(
    (await sim.sims()).slice(0, 10).map(({ iccid }) => sim.device(iccid).show()),
  )
  const used = shown.find(({ uses }) => uses.length > 0)
  expect(used).toMatchObject({ usesFrom: 'records' })
  expect(used?.uses[0]).toMatchObject({ country: expect.stringMatching(/^[A-Z]{2}$/) })
  const times = used?.uses.map(({ at }) => at) ?? []
  expect(times).toEqual(times.toSorted())
})

test('where no records are kept, uses are what the thresholds and the last use tell', async () => {
  await using sim = await startSimulator({ providers: ['esim-go'], given: 'an assigned bundle' })
  const device = sim.device(await only(sim, 'esim-go'))
  await device.use('600MB')
  await sim.clock.advance('PT1H')
  await device.use('300MB')
  const { uses, usesFrom } = await device.show()
  expect(usesFrom).toBe('timeline')
  expect(uses.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(9e8)
  expect(uses[0]).toMatchObject({ at: '2026-01-01T00:00:00.000Z', bytes: 5e8 })
  expect(uses.at(-1)).toMatchObject({ at: '2026-01-01T01:00:00.000Z' })
})
