// The handset and the network over the control API.
import { expect, test } from 'vitest'
import type { SimRow } from '../../src/control/wire.ts'
import {
  type RunningSimulator,
  type SimFilter,
  type SimShown,
  startSimulator,
} from '../../src/index.ts'
import { esimGo } from '../../src/simulators/esim-go/index.ts'
import { sims } from '../../src/state/sims.ts'
import type { World } from '../../src/state/world.ts'
import { call, expectProblem } from '../support/control.ts'
import { GB_1, orderEsims } from '../support/esim-go-shop.ts'

async function ordered(sim: RunningSimulator): Promise<string> {
  return String((await orderEsims(sim))[0])
}

test('a new eSIM is listed and shown with its bundle, its code and its past', async () => {
  await using sim = await startSimulator()
  const iccid = await ordered(sim)
  expect(await sim.sims('esim-go')).toMatchObject([
    { provider: 'esim-go', iccid, profile: 'released', service: 'active' },
  ])
  const shown = await sim.device(iccid).show()
  expect(shown).toMatchObject({
    installationCode: expect.stringMatching(/^LPA:1\$/),
    bundles: [
      {
        name: GB_1,
        state: 'queued',
        initialBytes: 1e9,
        usedBytes: 0,
        remainingBytes: 1e9,
        assignedAt: '2026-01-01T00:00:00.000Z',
      },
    ],
    timeline: expect.arrayContaining([
      expect.objectContaining({ type: 'bundle.queued', at: '2026-01-01T00:00:00.000Z' }),
    ]),
    callbacks: [],
  })
})

test('lists are paged in the order SIMs came', async () => {
  await using sim = await startSimulator()
  await orderEsims(sim, 5)
  const own = (await sim.sims('esim-go')).map(({ iccid }) => iccid)
  const all = (await sim.sims()).map(({ iccid }) => iccid)
  const page = async (query: string) =>
    (await call<{ total: number; sims: SimRow[] }>(sim.url, `/_sim/sims${query}`)).body
  const first = await page('?limit=2')
  expect([own.length, first.total]).toEqual([5, all.length])
  expect(
    [
      ...first.sims,
      ...(await page('?limit=2&offset=2')).sims,
      ...(await page('?offset=4')).sims,
    ].map(({ iccid }) => iccid),
  ).toEqual(all)
  expect((await page('?limit=2&offset=3&provider=esim-go')).sims.map(({ iccid }) => iccid)).toEqual(
    own.slice(3),
  )
  expect((await page(`?offset=${all.length}`)).sims).toEqual([])
})

test('SIMs are found by a part of what they or their provider keep, in any case', async () => {
  await using sim = await startSimulator()
  const [iccid] = await orderEsims(sim, 3)
  const found = async (search: string) => {
    const { sims, total } = await sim.simPage({ search, limit: 1000 })
    expect(total).toBe(sims.length)
    return sims.map((each) => each.iccid)
  }
  const { imsi, eid, installationCode } = await sim.device(String(iccid)).show()
  for (const text of [iccid, imsi, eid, installationCode.split('$')[2]?.toLowerCase()])
    if (text !== undefined) expect(await found(text)).toEqual([iccid])
  expect(await found('no such text')).toEqual([])

  await fetch(`${sim.baseUrl('esim-go')}/esims`, {
    method: 'PUT',
    headers: { 'X-API-Key': 'test-esim-go-key', 'Content-Type': 'application/json' },
    body: JSON.stringify({ iccid, customerRef: 'Grüße an Zoë' }),
  })
  expect(await found('GRÜßE an zoë')).toEqual([iccid])
  const persons = (await sim.simPage({ search: '@', provider: 'accounts-orders' })).sims
  expect(persons.length).toBeGreaterThan(0)
  expect(persons.every(({ provider }) => provider === 'accounts-orders')).toBe(true)
  const empty = await call(sim.url, '/_sim/sims?search=')
  expectProblem(empty, 400, /search/)
})

test('SIMs are listed by state, the newest first where that is asked, page by page', async () => {
  await using sim = await startSimulator({ providers: ['esim-go'] })
  // More than are looked at between two turns, so that a search goes on where it has stopped.
  const all = await orderEsims(sim, 450)
  const [first = '', second = ''] = all
  await sim.device(second).install()
  await sim.device(first).install()
  const listed = async (filter: SimFilter) =>
    (await sim.simPage({ limit: 1000, ...filter })).sims.map(({ iccid }) => iccid)
  expect(await listed({ profile: 'enabled' })).toEqual([first, second])
  expect(await listed({ profile: 'enabled', order: 'newest' })).toEqual([second, first])
  expect(await listed({ profile: 'enabled', search: first })).toEqual([first])
  expect(await listed({ profile: 'disabled' })).toEqual([])
  expect(await listed({ service: 'active', order: 'newest' })).toEqual(all.toReversed())
  // All of them have this in common.
  const search = all[0]?.slice(0, 4) ?? ''
  expect(await listed({ search })).toEqual(all)
  expect(await listed({ search, order: 'newest', provider: 'esim-go' })).toEqual(all.toReversed())
  const page = await sim.simPage({ search, offset: 205, limit: 10 })
  expect(page.total).toBe(450)
  expect(page.sims.map(({ iccid }) => iccid)).toEqual(all.slice(205, 215))
  const wrong = await call(sim.url, '/_sim/sims?profile=on')
  expectProblem(wrong, 400, /profile/)
})

test('install downloads, installs and enables; each step goes alone, too', async () => {
  await using sim = await startSimulator()
  const [one = '', two = ''] = await orderEsims(sim, 2)
  const { sim: installed, events } = await sim.device(one).install()
  expect(installed).toMatchObject({
    profile: 'enabled',
    firstInstalledAt: '2026-01-01T00:00:00.000Z',
  })
  expect(events.map(({ type }) => type)).toEqual(['sim.downloaded', 'sim.installed', 'sim.enabled'])
  const device = sim.device(two)
  expect((await device.download()).sim.profile).toBe('downloaded')
  expect((await device.install()).events.map(({ type }) => type)).toEqual([
    'sim.installed',
    'sim.enabled',
  ])
  expect((await device.disable()).sim.profile).toBe('disabled')
  expect((await device.enable()).sim.profile).toBe('enabled')
  await device.disable()
  expect((await device.delete()).events.map(({ type }) => type)).toContain('sim.deleted')
})

test('an illegal step is refused and changes nothing', async () => {
  await using sim = await startSimulator()
  const iccid = await ordered(sim)
  const before = await sim.device(iccid).show()
  for (const step of ['enable', 'disable', 'delete'])
    expectProblem(
      await call(sim.url, `/_sim/sims/${iccid}/${step}`, { method: 'POST' }),
      409,
      new RegExp(`cannot ${step} what is released`),
    )
  expectProblem(
    await call(sim.url, `/_sim/sims/${iccid}/detach`, { method: 'POST' }),
    409,
    /on no network/,
  )
  expectProblem(
    await call(sim.url, `/_sim/sims/${iccid}/attach`, { json: { country: 'GB' } }),
    409,
    /install it first/,
  )
  expectProblem(
    await call(sim.url, `/_sim/sims/${iccid}/use`, { json: { data: '1MB' } }),
    409,
    /install first/,
  )
  expect(await sim.device(iccid).show()).toEqual(before)
})

test('a SIM attaches where it is told, to the operator it is told', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  const device = sim.device(iccid)
  expect((await device.attach('fr')).sim).toMatchObject({
    country: 'FR',
    attached: { country: 'FR', mcc: '208' },
  })
  const { sim: moved } = await device.attach('FR', '208-01')
  expect(moved.attached).toMatchObject({ mcc: '208', mnc: '01' })
  const { sim: away } = await device.detach()
  expect(away.attached).toBeUndefined()
  expect(away.lastNetwork).toMatchObject({ mcc: '208', mnc: '01' })
})

test('a country or operator there is not is refused', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  const attach = (json: object) => call(sim.url, `/_sim/sims/${iccid}/attach`, { json })
  expectProblem(await attach({ country: 'XX' }), 400, /no network XX/)
  expectProblem(await attach({ country: 'FR', operator: 'Nobody' }), 400, /Nobody in FR/)
  expectProblem(
    await attach({ country: 'France' }),
    400,
    /"France" is no country: give its two letters/,
  )
  expectProblem(await attach({}), 400, /country/)
})

test('a use attaches an installed SIM where its bundle works, and says so', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  const first = await sim.device(iccid).use('500MB')
  expect(first).toMatchObject({
    used: 5e8,
    denied: 0,
    bundles: [{ name: GB_1, used: 5e8 }],
    attached: { country: 'GB' },
  })
  expect(first.events.map(({ type }) => type)).toContain('bundle.used-50')
  const second = await sim.device(iccid).use(100)
  expect(second.attached).toBeUndefined()
  expect(second.sim.bundles).toMatchObject([
    { usedBytes: 500_000_100, remainingBytes: 499_999_900, state: 'active' },
  ])
})

test('what is left when the bundle is used up is denied, and then all of it', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  expect(await sim.device(iccid).use('1.5GB')).toMatchObject({
    used: 1e9,
    denied: 5e8,
    reason: expect.stringMatching(/depleted/),
  })
  await expect(sim.device(iccid).use('1MB')).rejects.toMatchObject({
    status: 409,
    message: expect.stringMatching(/depleted/),
  })
})

test('a refused use attaches nothing', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  await sim.device(iccid).attach('FR')
  await expect(sim.device(iccid).use('1MB')).rejects.toMatchObject({
    status: 409,
    message: expect.stringMatching(/covers FR/),
  })
  expect((await sim.device(iccid).show()).bundles).toMatchObject([
    { state: 'queued', usedBytes: 0 },
  ])
})

test('an amount that is none, twice, or not of data is refused', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  const use = (json: object) => call(sim.url, `/_sim/sims/${iccid}/use`, { json })
  for (const data of ['a lot', '500', '0MB', '-1MB', '0.1B'])
    expectProblem(await use({ data }), 400, /is not an amount of data/)
  expectProblem(await use({}), 400, /exactly one of "data"/)
  expectProblem(await use({ data: '1MB', bytes: 1 }), 400, /exactly one of "data"/)
  expectProblem(await use({ bytes: 0 }), 400, /bytes must be at least 1/)
  expectProblem(await use({ sms: 1, minutes: 2 }), 400, /exactly one of "data"/)
  expectProblem(await use({ sms: 1 }), 501, /esim-go carries no sms/)
  expectProblem(
    await use({ minutes: 2, direction: 'in', peer: '+441234' }),
    501,
    /esim-go carries no voice/,
  )
  expectProblem(await use({ bytes: 1, direction: 'up' }), 400, /direction/)
})

test('a SIM there is not is refused', async () => {
  await using sim = await startSimulator()
  expectProblem(
    await call(sim.url, '/_sim/sims/8900000000000000000'),
    404,
    /GET \/_sim\/sims and `esimulator sim list` list them/,
  )
})

test('an ICCID that several providers know needs a provider', async () => {
  const twin = {
    ...esimGo,
    slug: 'twin',
    seeds: {
      default: (world: World) => {
        for (const sim of world.in(sims).values())
          world.in(sims).put({ ...sim, provider: 'twin', serial: 99 })
      },
    },
  }
  await using sim = await startSimulator({
    providers: [esimGo, twin],
    given: 'an assigned bundle',
  })
  const [{ iccid } = { iccid: '' }] = await sim.sims('twin')
  expectProblem(
    await call(sim.url, `/_sim/sims/${iccid}`),
    409,
    /\?provider= with one of esim-go, twin/,
  )
  expect((await call<SimShown>(sim.url, `/_sim/sims/${iccid}?provider=twin`)).body.provider).toBe(
    'twin',
  )
  expect((await sim.device(iccid, 'twin').disable()).sim).toMatchObject({
    provider: 'twin',
    profile: 'disabled',
  })
  expect((await sim.device(iccid, 'esim-go').show()).profile).toBe('enabled')
})

test.each([
  ['a code that is none', { confirmationCode: '' }, /confirmationCode/],
  ['a number', { confirmationCode: 1234 }, /confirmationCode/],
  ['another field', { code: '1234' }, /code/],
])('what a handset gives is checked: %s', async (_what, json, detail) => {
  await using sim = await startSimulator()
  const iccid = await ordered(sim)
  for (const move of ['download', 'install'])
    expectProblem(await call(sim.url, `/_sim/sims/${iccid}/${move}`, { json }), 400, detail)
  expect((await sim.device(iccid).show()).profile).toBe('released')
})

test('the tables of states are told, each move from a state there is to one there is', async () => {
  await using sim = await startSimulator()
  const lifecycles = await sim.lifecycles()
  expect(lifecycles.map(({ name, provider = 'all' }) => `${name} of ${provider}`)).toEqual(
    expect.arrayContaining(['profile of all', 'bundle of all', 'service of wholesale']),
  )
  for (const { states, moves, initial } of lifecycles) {
    const names = states.map(({ name }) => name)
    expect(names).toContain(initial)
    for (const { from, to } of moves) expect(names).toEqual(expect.arrayContaining([from, to]))
  }
  const profile = lifecycles.find(({ name }) => name === 'profile')
  expect(profile?.moves).toContainEqual({
    from: 'disabled',
    to: 'enabled',
    by: 'enable',
    says: 'the user switches it on',
  })
  // Highland begins as active, and ends no service.
  const highland = lifecycles.find(({ provider }) => provider === 'highland')
  expect(highland?.states.map(({ name }) => name)).toEqual(['active', 'suspended'])
})
