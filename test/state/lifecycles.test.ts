// The lifecycles of profile, service and bundle: every event leads where it should, or is refused.
import { expect, test } from 'vitest'
import {
  type BundleEvent,
  type BundleState,
  bundleLifecycle,
} from '../../src/state/bundle-lifecycle.ts'
import {
  assignBundle,
  type Bundle,
  bundles,
  bundleTasks,
  consume,
  removeBundle,
  startBundle,
} from '../../src/state/bundles.ts'
import { can, type Lifecycle, move } from '../../src/state/lifecycle.ts'
import { Refusal } from '../../src/state/refusal.ts'
import {
  type ProfileEvent,
  type ProfileState,
  profileLifecycle,
  type ServiceEvent,
  type ServiceState,
  serviceLifecycle,
} from '../../src/state/sim-lifecycle.ts'
import { install, moveProfile, moveService, type Sim, simKey, sims } from '../../src/state/sims.ts'
import { type CarriedTraffic, type UsageRules, useData, useService } from '../../src/state/usage.ts'
import { usageWithin } from '../../src/state/usage-records.ts'
import { openWorld, type World } from '../../src/state/world.ts'
import { emptyWorld } from '../../src/state/world-records.ts'

// What is legal, written down a second time and the other way round: [from, event, to].
const PROFILE_MOVES: readonly (readonly [ProfileState, ProfileEvent, ProfileState])[] = [
  ['released', 'download', 'downloaded'],
  ['downloaded', 'install', 'installed'],
  ['installed', 'enable', 'enabled'],
  ['installed', 'delete', 'deleted'],
  ['enabled', 'disable', 'disabled'],
  ['disabled', 'enable', 'enabled'],
  ['disabled', 'delete', 'deleted'],
  ['deleted', 'release', 'released'],
]
const PROFILE_STATES: readonly ProfileState[] = [
  'released',
  'downloaded',
  'installed',
  'enabled',
  'disabled',
  'deleted',
]
const PROFILE_EVENTS: readonly ProfileEvent[] = [
  'download',
  'install',
  'enable',
  'disable',
  'delete',
  'release',
]

const SERVICE_MOVES: readonly (readonly [ServiceState, ServiceEvent, ServiceState])[] = [
  ['inactive', 'activate', 'active'],
  ['active', 'suspend', 'suspended'],
  ['active', 'cease', 'ceased'],
  ['suspended', 'resume', 'active'],
  ['suspended', 'cease', 'ceased'],
  ['ceased', 'reactivate', 'active'],
]
const SERVICE_STATES: readonly ServiceState[] = ['inactive', 'active', 'suspended', 'ceased']
const SERVICE_EVENTS: readonly ServiceEvent[] = [
  'activate',
  'suspend',
  'resume',
  'cease',
  'reactivate',
]

const BUNDLE_MOVES: readonly (readonly [BundleState, BundleEvent, BundleState])[] = [
  ['processing', 'process', 'queued'],
  ['queued', 'start', 'active'],
  ['active', 'deplete', 'depleted'],
  ['active', 'expire', 'expired'],
  ['depleted', 'expire', 'expired'],
]
const BUNDLE_STATES: readonly BundleState[] = [
  'processing',
  'queued',
  'active',
  'depleted',
  'expired',
]
const BUNDLE_EVENTS: readonly BundleEvent[] = ['process', 'start', 'deplete', 'expire']

const PROVIDER = 'a-provider'
const ICCID = '8943108170000000013'

/** Every pair of a state and an event, and where it leads: `undefined` where it is refused. */
function matrix<S, E>(
  states: readonly S[],
  events: readonly E[],
  moves: readonly (readonly [S, E, S])[],
) {
  return states.flatMap((state) =>
    events.map((event) => ({
      state,
      event,
      to: moves.find(([from, by]) => from === state && by === event)?.[2],
    })),
  )
}

const profileMatrix = matrix(PROFILE_STATES, PROFILE_EVENTS, PROFILE_MOVES)
const serviceMatrix = matrix(SERVICE_STATES, SERVICE_EVENTS, SERVICE_MOVES)
const bundleMatrix = matrix(BUNDLE_STATES, BUNDLE_EVENTS, BUNDLE_MOVES)

function freshWorld(): World {
  const identity = {
    name: 'lifecycles',
    seed: 'lifecycles',
    start: { mode: 'frozen', rate: 1 },
  } as const
  return openWorld(emptyWorld(identity, 0), {
    wall: () => 0,
    react() {},
    beforeCommit() {},
    committed() {},
  })
}

/** All that is in a world, as text to compare. */
const contentOf = (world: World) =>
  JSON.stringify(
    [...world.records].filter(([, each]) => each.size > 0).map(([name, each]) => [name, [...each]]),
  )

function simIn(world: World, fields: Partial<Sim>): Sim {
  const sim: Sim = {
    provider: PROVIDER,
    iccid: ICCID,
    imsi: '001010000000001',
    smdpAddress: 'rsp.example.test',
    matchingId: 'A',
    profile: 'released',
    service: 'active',
    serial: 1,
    createdAt: world.now,
    ...fields,
  }
  return world.transaction(() => world.in(sims).put(sim)).result
}

function bundleIn(world: World, state: BundleState): Bundle {
  const started =
    state === 'processing' || state === 'queued'
      ? {}
      : { startedAt: world.now, endsAt: world.now + 1000 }
  const bundle: Bundle = {
    id: '1',
    provider: PROVIDER,
    iccid: ICCID,
    name: 'a bundle',
    reference: 'a-0',
    serial: 1,
    state,
    unlimited: false,
    initialBytes: 1000,
    usedBytes: state === 'depleted' ? 1000 : 0,
    duration: 'P7D',
    assignedAt: world.now,
    ...started,
  }
  return world.transaction(() => world.in(bundles).put(bundle)).result
}

const storedBundle = (world: World) => world.in(bundles).get(`${PROVIDER}/1`)

/** Runs `change` in a transaction: refused with `wrong-state`, it leaves the world as it was. */
function expectWrongState(world: World, state: string, event: string, change: () => unknown): void {
  const before = contentOf(world)
  const refused = () => world.transaction(change)
  expect(refused).toThrow(Refusal)
  expect(refused).toThrow(
    expect.objectContaining({ code: 'wrong-state', detail: { state, event } }),
  )
  expect(contentOf(world)).toBe(before)
}

/** The pair, by the table alone and inside a transaction. */
function expectMatrix<S extends string, E extends string>(
  table: Lifecycle<S, E>,
  { state, event, to }: { state: S; event: E; to: S | undefined },
) {
  expect(can(table, state, event)).toBe(to !== undefined)
  if (to !== undefined) return expect(move(table, state, event)).toBe(to)
  const world = freshWorld()
  return expectWrongState(world, state, event, () => {
    // What was written before the refusal is undone by it.
    world.next('anything')
    move(table, state, event)
  })
}

test.each([
  ['profile', profileLifecycle, PROFILE_STATES, PROFILE_MOVES],
  ['service', serviceLifecycle, SERVICE_STATES, SERVICE_MOVES],
  ['bundle', bundleLifecycle, BUNDLE_STATES, BUNDLE_MOVES],
] as const)(
  'the table of the %s has these states and moves, and no others',
  (_name, table, states, moves) => {
    expect(Object.keys(table)).toEqual(states)
    const listed = Object.entries<Readonly<Record<string, string>>>(table).flatMap(
      ([from, events]) => Object.entries(events).map(([event, to]) => [from, event, to]),
    )
    expect(listed.toSorted()).toEqual([...moves].toSorted())
  },
)

test.each(profileMatrix)('profile: $event when $state leads to $to', (pair) =>
  expectMatrix(profileLifecycle, pair),
)

test.each(serviceMatrix)('service: $event when $state leads to $to', (pair) =>
  expectMatrix(serviceLifecycle, pair),
)

test.each(bundleMatrix)('bundle: $event when $state leads to $to', (pair) =>
  expectMatrix(bundleLifecycle, pair),
)

test.each(profileMatrix)('a SIM: $event when $state leads to $to', ({ state, event, to }) => {
  const world = freshWorld()
  const sim = simIn(world, { profile: state })
  if (to === undefined)
    return expectWrongState(world, state, event, () => moveProfile(world, sim, event))
  const { result, events } = world.transaction(() => moveProfile(world, sim, event))
  expect(result.profile).toBe(to)
  expect(world.in(sims).get(simKey(PROVIDER, ICCID))?.profile).toBe(to)
  return expect(events).toMatchObject([{ iccid: ICCID, detail: { from: state, to } }])
})

test.each(serviceMatrix)(
  "a SIM's service: $event when $state leads to $to",
  ({ state, event, to }) => {
    const world = freshWorld()
    const sim = simIn(world, { service: state })
    if (to === undefined)
      return expectWrongState(world, state, event, () => moveService(world, sim, event))
    const { result, events } = world.transaction(() => moveService(world, sim, event))
    expect(result.service).toBe(to)
    expect(world.in(sims).get(simKey(PROVIDER, ICCID))?.service).toBe(to)
    return expect(events).toMatchObject([
      { type: expect.stringMatching(/^sim\.[a-z]+d$/), iccid: ICCID, detail: { service: to } },
    ])
  },
)

test.each(BUNDLE_STATES)('a bundle that is %s can be taken off its SIM', (state) => {
  const world = freshWorld()
  const bundle = bundleIn(world, state)
  const { events } = world.transaction(() => removeBundle(world, bundle))
  expect(storedBundle(world)).toBeUndefined()
  expect(events).toMatchObject([
    { type: 'bundle.removed', bundle: '1', detail: { name: 'a bundle' } },
  ])
})

test('where a provider charges what no bundle carries, it is carried, and told with the part that bundles carried', () => {
  const world = freshWorld()
  const attached = {
    country: 'GB',
    name: 'N',
    brandName: 'N',
    mcc: '234',
    mnc: '10',
    tadig: 'GBRN1',
  }
  const sim = simIn(world, { profile: 'enabled', attached })
  const told: CarriedTraffic[] = []
  const rules: UsageRules = {
    covers: () => true,
    thresholds: [],
    overage: true,
    onUsage: (_world, _sim, use) => void told.push(use),
  }
  world.transaction(() =>
    assignBundle(
      world,
      {
        id: '1',
        provider: PROVIDER,
        iccid: ICCID,
        name: '1',
        reference: '1',
        unlimited: false,
        initialBytes: 1000,
        duration: 'P7D',
      },
      'PT0S',
    ),
  )
  const use = (bytes: number) =>
    world.transaction(() => useData(world, sim, rules, { bytes })).result
  expect(use(1500)).toEqual({
    used: 1500,
    denied: 0,
    bundles: [{ id: '1', name: '1', used: 1000 }],
  })
  expect(use(1)).toEqual({ used: 1, denied: 0, bundles: [] })
  expect(told).toMatchObject([
    {
      kind: 'data',
      quantity: 1500,
      bundled: 1000,
      bundles: [{ used: 1000 }],
      direction: 'outbound',
      network: attached,
      startedAt: world.now,
      endedAt: world.now,
    },
    { kind: 'data', quantity: 1, bundled: 0 },
  ])
})

test('a call ends now and began as long ago as it took; an SMS takes no time; what is not carried is refused', () => {
  const world = freshWorld()
  const attached = {
    country: 'GB',
    name: 'N',
    brandName: 'N',
    mcc: '234',
    mnc: '10',
    tadig: 'GBRN1',
  }
  const sim = simIn(world, { profile: 'enabled', attached })
  const told: CarriedTraffic[] = []
  const rules: UsageRules = {
    covers: () => true,
    thresholds: [],
    services: ['voice', 'sms'],
    onUsage: (_world, _sim, use) => void told.push(use),
  }
  const use = (kind: 'voice' | 'sms', from: Sim = sim, by = rules) =>
    world.transaction(() =>
      useService(world, from, by, {
        kind,
        quantity: 90,
        party: { direction: 'inbound', peer: '+44' },
      }),
    ).result
  expect(use('voice')).toEqual({ used: 90, denied: 0, bundles: [] })
  use('sms')
  expect(told).toMatchObject([
    {
      kind: 'voice',
      quantity: 90,
      direction: 'inbound',
      peer: '+44',
      startedAt: world.now - 90_000,
      endedAt: world.now,
    },
    { kind: 'sms', quantity: 90, startedAt: world.now, endedAt: world.now },
  ])
  const { services: _, ...silent } = rules
  expect(() => use('sms', sim, silent)).toThrow(/carries no sms/)
  expect(() => use('sms', { ...sim, service: 'suspended' })).toThrow('the service is suspended')
})

test('where a provider keeps account, each use is written down by bundle and instant, and found within bounds that count', () => {
  const world = freshWorld()
  const attached = {
    country: 'GB',
    name: 'N',
    brandName: 'N',
    mcc: '234',
    mnc: '10',
    tadig: 'GBRN1',
  }
  const sim = simIn(world, { profile: 'enabled', attached })
  const start = world.now
  const use = (bytes: number, at: number, itemized = true) =>
    world.transaction(
      () => useData(world, sim, { covers: () => true, thresholds: [], itemized }, { bytes }),
      start + at,
    )
  const within = (from: number, to: number) =>
    usageWithin(world, { provider: PROVIDER, iccid: ICCID }, start + from, start + to).map(
      ({ bundle, at, bytes }) => [bundle, at - start, bytes],
    )
  world.transaction(() => {
    for (const id of ['1', '2'])
      assignBundle(
        world,
        {
          id,
          provider: PROVIDER,
          iccid: ICCID,
          name: id,
          reference: id,
          unlimited: false,
          initialBytes: 1000,
          duration: 'P7D',
        },
        'PT0S',
      )
  })
  use(300, 0)
  use(100, 0)
  use(800, 10)
  use(50, 20, false)
  expect(within(0, 10)).toEqual([
    ['1', 0, 400],
    ['1', 10, 600],
    ['2', 10, 200],
  ])
  expect(within(0, 9.999)).toEqual([['1', 0, 400]])
  expect(within(0.001, 10)).toHaveLength(2)
  expect(within(11, 1000)).toEqual([])
})

test.each([
  ['released', ['sim.downloaded', 'sim.installed', 'sim.enabled']],
  ['downloaded', ['sim.installed', 'sim.enabled']],
] as const)('a SIM that is %s can be installed at one go', (profile, expected) => {
  const world = freshWorld()
  const sim = simIn(world, { profile })
  const { result, events } = world.transaction(() => install(world, sim))
  expect(result.profile).toBe('enabled')
  expect(events.map(({ type }) => type)).toEqual(expected)
})

test.each(['installed', 'enabled', 'disabled', 'deleted'] as const)(
  'a SIM that is %s cannot be installed at one go',
  (profile) => {
    const world = freshWorld()
    const sim = simIn(world, { profile })
    expectWrongState(world, profile, 'install', () => install(world, sim))
  },
)

test('a code that is no longer good cannot be downloaded', () => {
  const world = freshWorld()
  const expired = simIn(world, { codeExpiresAt: world.now })
  expectWrongState(world, 'released', 'download', () => moveProfile(world, expired, 'download'))
  const good = simIn(world, { codeExpiresAt: world.now + 1 })
  expect(world.transaction(() => moveProfile(world, good, 'download')).result.profile).toBe(
    'downloaded',
  )
})

test.each(BUNDLE_STATES)('a bundle that is %s is started only where it is queued', (state) => {
  const world = freshWorld()
  const bundle = bundleIn(world, state)
  if (state !== 'queued')
    return expectWrongState(world, state, 'start', () => startBundle(world, bundle))
  const { result } = world.transaction(() => startBundle(world, bundle))
  return expect(result).toMatchObject({
    state: 'active',
    startedAt: world.now,
    endsAt: world.now + 7 * 86_400_000,
  })
})

test.each(BUNDLE_STATES)('a bundle that is %s is used up only where it is active', (state) => {
  const world = freshWorld()
  const bundle = bundleIn(world, state)
  const useUp = () => consume(world, bundle, bundle.initialBytes - bundle.usedBytes, [])
  if (state !== 'active') return expectWrongState(world, state, 'deplete', useUp)
  return expect(world.transaction(useUp).result).toMatchObject({
    state: 'depleted',
    usedBytes: 1000,
  })
})

const TASK_MOVES: Readonly<Record<string, Partial<Record<BundleState, BundleState>>>> = {
  'bundle-processed': { processing: 'queued' },
  'bundle-starts': { queued: 'active' },
  'bundle-expires': { active: 'expired', depleted: 'expired' },
}

/** The task of that kind comes due for the bundle. */
function perform(world: World, kind: string): void {
  const task = bundleTasks.find((each) => each.kind === kind)
  if (!task) throw new Error(`there is no task ${kind}`)
  task.perform(world, { bundle: `${PROVIDER}/1` })
}

const taskMatrix = Object.entries(TASK_MOVES).flatMap(([kind, moves]) =>
  BUNDLE_STATES.map((state) => ({ kind, state, to: moves[state] ?? state })),
)

test.each(taskMatrix)(
  'the task $kind leaves a bundle that is $state $to',
  ({ kind, state, to }) => {
    const world = freshWorld()
    bundleIn(world, state)
    const before = contentOf(world)
    world.transaction(() => perform(world, kind))
    expect(storedBundle(world)?.state).toBe(to)
    expect(contentOf(world) === before).toBe(to === state)
  },
)

test.each(Object.keys(TASK_MOVES))(
  'the task %s about a bundle that is gone changes nothing',
  (kind) => {
    const world = freshWorld()
    const before = contentOf(world)
    world.transaction(() => perform(world, kind))
    expect(contentOf(world)).toBe(before)
  },
)
