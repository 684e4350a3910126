// What is due next: listed, filtered, and gone to.
import { expect, test, vi } from 'vitest'
import { type RunningSimulator, startReceiver, startSimulator } from '../../src/index.ts'
import { sims } from '../../src/state/sims.ts'
import { call, expectProblem } from '../support/control.ts'
import { startHighland } from '../support/highland.ts'
import { openedSimulator } from '../support/opened.ts'

const onlySim = async (sim: Pick<RunningSimulator, 'sims'>) =>
  String((await sim.sims('esim-go'))[0]?.iccid)

/** A token of the wholesale API, on the instance's default world. */
async function fetchToken(sim: RunningSimulator): Promise<string> {
  const { credentials } = await sim.show()
  const { tokenUrl = '', clientId = '', clientSecret = '' } = credentials.wholesale ?? {}
  const answer = await fetch(tokenUrl, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`,
  })
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { access_token: string }).access_token
}

test('a bundle that was begun is due to end, the attempt at a callback to come before it', async () => {
  await using receiver = await startReceiver({ answer: 500 })
  await using sim = await startSimulator({
    providers: ['esim-go'],
    given: 'an assigned bundle',
    callbackUrl: receiver.url,
  })
  const iccid = await onlySim(sim)
  await sim.device(iccid).attach('GB')
  await expect.poll(async () => (await sim.callbacks.list())[0]?.attempts).toHaveLength(1)
  await sim.device(iccid).use('1MB')
  const [callback] = await sim.callbacks.list({ type: 'FirstAttachment' })
  const { now, total, upcoming } = await sim.clock.upcoming({ iccid })
  expect(now).toBe('2026-01-01T00:00:00.000Z')
  expect(total).toBe(upcoming.length)
  expect(upcoming).toContainEqual({
    at: callback?.nextAt,
    provider: 'esim-go',
    kind: 'callback',
    says: 'the callback FirstAttachment is tried once more',
    iccid,
    callback: { id: callback?.id, type: 'FirstAttachment', attempt: 2 },
  })
  const [bundle] = (await sim.device(iccid).show()).bundles
  expect(upcoming).toContainEqual({
    at: bundle?.endsAt,
    provider: 'esim-go',
    kind: 'bundle',
    says: 'the bundle ends',
    iccid,
    bundle: bundle?.id,
  })
  expect(upcoming.map(({ at }) => at)).toEqual(upcoming.map(({ at }) => at).toSorted())
})

test('the clock goes to what is due next, and no further', async () => {
  await using sim = await startSimulator({ providers: ['esim-go'], given: 'an assigned bundle' })
  await sim.device(await onlySim(sim)).use('1MB')
  const [first] = (await sim.clock.upcoming({ limit: 1 })).upcoming
  const { to, fired, stopped } = await sim.clock.advance({ next: true })
  expect(to).toBe(first?.at)
  expect(fired).toMatchObject([{ type: 'bundle.expired' }])
  expect(stopped).toBeUndefined()
  expect((await sim.clock.upcoming()).upcoming).not.toContainEqual(first)
})

test('where nothing is due, there is no next thing to go to', async () => {
  await using sim = await startSimulator({ providers: ['highland'], given: 'an empty stock' })
  expect(await sim.clock.upcoming()).toMatchObject({ total: 0, upcoming: [] })
  const refused = await call(sim.url, '/_sim/clock/advance', { json: { next: true } })
  expectProblem(refused, 409, /nothing is due in this world: advance by a duration/)
  const both = await call(sim.url, '/_sim/clock/advance', { json: { next: true, by: 'P1D' } })
  expectProblem(both, 400, /exactly one of "by"/)
})

test('an access token is due to end, and is not shown', async () => {
  await using sim = await startSimulator()
  const token = await fetchToken(sim)
  const { upcoming } = await sim.clock.upcoming({ provider: 'wholesale' })
  expect(upcoming).toMatchObject([{ kind: 'token', provider: 'wholesale', says: /token ends/ }])
  expect(JSON.stringify(upcoming)).not.toContain(token)
  const { to } = await sim.clock.advance({ next: true })
  expect(to).toBe(upcoming[0]?.at)
  expect((await sim.clock.upcoming({ provider: 'wholesale' })).total).toBe(0)
})

test('orders that wait, codes and faults that end are due, each at its provider', async () => {
  await using sim = await startHighland({
    given: 'a pending activation; a pending order',
    settings: { highland: { installationCodeLifetime: 'P30D' } },
  })
  await sim.acquire()
  await sim.faults.add({ provider: 'esim-go', kind: 'reset', until: 'PT5M' })
  const kinds = async (provider: string) =>
    (await sim.clock.upcoming({ provider })).upcoming.map(({ kind }) => kind)
  expect(await kinds('esim-go')).toEqual(['fault'])
  expect(await kinds('wholesale')).toContain('order')
  expect(await kinds('accounts-orders')).toContain('order')
  expect(await kinds('highland')).toEqual(['code'])
  const [order] = (await sim.clock.upcoming({ provider: 'wholesale' })).upcoming
  expect(order?.iccid).toMatch(/^\d{18,20}$/)
})

test('only as many are told as are asked for, and how many there are', async () => {
  await using sim = await startHighland({
    given: 'a pending activation; a pending order',
    settings: { highland: { installationCodeLifetime: 'P30D' } },
  })
  await sim.acquire()
  await sim.acquire()
  const all = await sim.clock.upcoming({ limit: 1000 })
  expect(all.total).toBeGreaterThan(3)
  const some = await sim.clock.upcoming({ limit: 3 })
  expect(some).toEqual({ ...all, upcoming: all.upcoming.slice(0, 3) })
  const ofOne = await sim.clock.upcoming({ provider: 'highland', limit: 1 })
  const highland = all.upcoming.filter(({ provider }) => provider === 'highland')
  expect(ofOne).toEqual({ ...all, total: highland.length, upcoming: highland.slice(0, 1) })
})

test('of one SIM no other is looked at, and that one once', async () => {
  const { server, url } = await openedSimulator({ given: 'an assigned bundle' })
  const world = (await server.worlds.open('default'))?.world
  const all = world?.in(sims)
  if (!all) throw new Error('there is no default world')
  const [{ iccid } = { iccid: '' }] = [...all.values()]
  const visits = vi.spyOn(all, 'values')
  const lookUps = vi.spyOn(all, 'matching')
  const answer = await call(url, `/_sim/upcoming?iccid=${iccid}`)
  expect(answer.body).toMatchObject({ total: 2 })
  expect(visits).not.toHaveBeenCalled()
  expect(lookUps).toHaveBeenCalledTimes(1)
})
