// The metrics of a simulator: their names, what they mean, and where their numbers come from.
import { BUCKETS, type ProviderCounts, type Times } from '../server/counts.ts'
import type { SimulatorServer } from '../server/server.ts'
import type { HostedWorld } from '../server/worlds.ts'
import { callbacks } from '../state/callbacks.ts'
import { sims } from '../state/sims.ts'
import { firstTask, tasks } from '../state/task-queue.ts'
import { whyNotReady } from './ready.ts'

/** One number, by the values of the metric's labels. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** Many times, by the values of the metric's labels. */
export interface TimesSample {
  readonly labels?: Readonly<Record<string, string>>
  readonly times: Times
}

interface AnyMetric {
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
}

/** A metric, and how its numbers are read from a server. */
export type MetricDef =
  | (AnyMetric & {
      readonly type: 'counter' | 'gauge'
      readonly read: (server: SimulatorServer) => readonly Sample[]
    })
  | (AnyMetric & {
      readonly type: 'histogram'
      readonly read: (server: SimulatorServer) => readonly TimesSample[]
    })

/** The label of a request that came to no operation. */
const NO_OPERATION = 'none'

const one = (value: number): Sample[] => [{ value }]

/** Samples of every provider that was asked something. */
function ofEach<Of>(
  { counts }: SimulatorServer,
  read: (counts: ProviderCounts, provider: string) => readonly Of[],
): Of[] {
  return [...counts.providers].flatMap(([provider, own]) => read(own, provider))
}

/** Samples of what is counted by a second label. */
function byName(
  server: SimulatorServer,
  label: string,
  read: (counts: ProviderCounts) => Iterable<readonly [string, number]>,
): Sample[] {
  return ofEach(server, (counts, provider) =>
    [...read(counts)].map(([name, value]) => ({ labels: { provider, [label]: name }, value })),
  )
}

/** Two versions of a provider may have an operation of one name. */
function answersOf({ answers }: ProviderCounts, provider: string): Sample[] {
  const sums = new Map<string, number[]>()
  for (const [operation, byClass] of answers) {
    const id = operation?.id ?? NO_OPERATION
    const before = sums.get(id)
    sums.set(id, before ? before.map((value, at) => value + (byClass[at] ?? 0)) : byClass)
  }
  return [...sums].flatMap(([operation, byClass]) =>
    byClass.flatMap((value, at) => {
      const status = at === 0 ? 'none' : `${at}xx`
      return value === 0 ? [] : [{ labels: { provider, operation, status }, value }]
    }),
  )
}

/** The sum over all worlds that are open here. */
function overWorlds({ worlds }: SimulatorServer, read: (hosted: HostedWorld) => number): number {
  return worlds.list().reduce((sum, hosted) => sum + read(hosted), 0)
}

/** Wall seconds for which the first task of a world has been due. */
function lagOf({ world }: HostedWorld): number {
  const { mode, rate } = world.clock
  const first = mode === 'running' ? firstTask(world.in(tasks)) : undefined
  return first === undefined ? 0 : Math.max(0, world.now - first.due) / rate / 1000
}

const PROVIDER = ['provider'] as const

const OF_REQUESTS: readonly MetricDef[] = [
  {
    name: 'esimulator_requests_total',
    type: 'counter',
    labels: ['provider', 'operation', 'status'],
    help: 'Requests to providers that were answered, by operation and class of status (2xx; none where a fault let nothing leave)',
    read: (server) => ofEach(server, answersOf),
  },
  {
    name: 'esimulator_refusals_total',
    type: 'counter',
    labels: ['provider', 'code'],
    help: 'Requests to providers that were refused, by the true reason',
    read: (server) => byName(server, 'code', ({ refusals }) => refusals),
  },
  {
    name: 'esimulator_request_duration_seconds',
    type: 'histogram',
    labels: PROVIDER,
    help: 'From the head of a request to its answer, without delays that faults bring about',
    read: (server) => ofEach(server, ({ times }, provider) => [{ labels: { provider }, times }]),
  },
  {
    name: 'esimulator_faults_total',
    type: 'counter',
    labels: ['provider', 'kind'],
    help: 'Faults that happened to requests and callbacks',
    read: (server) => byName(server, 'kind', ({ faults }) => faults),
  },
  {
    name: 'esimulator_exchanges_total',
    type: 'counter',
    labels: [],
    help: 'Exchanges written into the journals of worlds',
    read: ({ counts }) => one(counts.exchanges),
  },
]

const OF_CALLBACKS: readonly MetricDef[] = [
  {
    name: 'esimulator_callback_attempts_total',
    type: 'counter',
    labels: ['provider', 'outcome'],
    help: 'Attempts at callbacks: taken by the receiver, or failed',
    read: (server) => byName(server, 'outcome', ({ attempts }) => Object.entries(attempts)),
  },
  {
    name: 'esimulator_callbacks_total',
    type: 'counter',
    labels: ['provider', 'state'],
    help: 'Callbacks that nothing more comes of: delivered, or dead after the last attempt',
    read: (server) => byName(server, 'state', (counts) => Object.entries(counts.callbacks)),
  },
  {
    name: 'esimulator_callbacks_pending',
    type: 'gauge',
    labels: [],
    help: 'Callbacks of open worlds that wait for an attempt',
    read: (server) => one(overWorlds(server, ({ world }) => world.in(callbacks).count('waiting'))),
  },
]

const OF_WORLDS: readonly MetricDef[] = [
  {
    name: 'esimulator_worlds_open',
    type: 'gauge',
    labels: [],
    help: 'Worlds that are open here',
    read: ({ worlds }) => one(worlds.list().length),
  },
  {
    name: 'esimulator_worlds_not_opened',
    type: 'gauge',
    labels: [],
    help: 'Worlds that are kept and could not be opened',
    read: ({ worlds }) => one(worlds.notOpened.size),
  },
  {
    name: 'esimulator_sims',
    type: 'gauge',
    labels: [],
    help: 'SIMs of the worlds that are open here',
    read: (server) => one(overWorlds(server, ({ world }) => world.in(sims).size)),
  },
  {
    name: 'esimulator_clock_lag_seconds',
    type: 'gauge',
    labels: [],
    help: 'For how long the task that is most overdue has been due, by the wall clock; a receiver that is waited for counts',
    read: ({ worlds }) => one(worlds.list().reduce((most, each) => Math.max(most, lagOf(each)), 0)),
  },
]

const OF_STORE: readonly MetricDef[] = [
  {
    name: 'esimulator_commits_total',
    type: 'counter',
    labels: [],
    help: 'Transactions given to the store',
    read: ({ counts }) => one(counts.commits),
  },
  {
    name: 'esimulator_commit_failures_total',
    type: 'counter',
    labels: [],
    help: 'Transactions that the store did not take: they were undone',
    read: ({ counts }) => one(counts.commitsRefused),
  },
  {
    name: 'esimulator_flush_duration_seconds',
    type: 'histogram',
    labels: [],
    help: 'How long answers waited until the store had kept what they tell of; those that did not wait are not counted',
    read: ({ counts }) => [{ times: counts.flushes }],
  },
  {
    name: 'esimulator_worlds_refusing_writes',
    type: 'gauge',
    labels: [],
    help: 'Open worlds whose changes cannot be kept at present',
    read: (server) =>
      one(overWorlds(server, ({ world }) => (server.store.failure(world.name) ? 1 : 0))),
  },
]

/** Of a simulator that shares its store with others; of no other. */
const OF_REPLICA: readonly MetricDef[] = [
  {
    name: 'esimulator_leases_sure',
    type: 'gauge',
    labels: [],
    help: '1 while no other replica can have taken a world of this one; 0 while the database has not been heard of for too long',
    read: ({ store }) => one(store.leases?.areSure ? 1 : 0),
  },
  {
    name: 'esimulator_requests_passed_on_total',
    type: 'counter',
    labels: [],
    help: 'Requests for worlds of other replicas, which these have answered',
    read: ({ counts }) => one(counts.passedOn),
  },
  {
    name: 'esimulator_worlds_taken_total',
    type: 'counter',
    labels: [],
    help: 'Worlds taken from the database and opened here',
    read: ({ counts }) => one(counts.worlds.taken),
  },
  {
    name: 'esimulator_worlds_let_go_total',
    type: 'counter',
    labels: [],
    help: 'Worlds let go of: nobody used them, or the replica was ending',
    read: ({ counts }) => one(counts.worlds.letGo),
  },
  {
    name: 'esimulator_worlds_lost_total',
    type: 'counter',
    labels: [],
    help: 'Worlds that another replica took over since this one was not heard of',
    read: ({ counts }) => one(counts.worlds.lost),
  },
]

const OF_SERVER: readonly MetricDef[] = [
  {
    name: 'esimulator_info',
    type: 'gauge',
    labels: ['version'],
    help: 'Always 1',
    read: ({ version }) => [{ labels: { version }, value: 1 }],
  },
  {
    name: 'esimulator_ready',
    type: 'gauge',
    labels: [],
    help: '1 where GET /_sim/ready answers 200',
    read: (server) => one(whyNotReady(server) === undefined ? 1 : 0),
  },
]

/** Every metric, and whether only replicas have it. */
export const METRICS: readonly { readonly of: 'all' | 'replicas'; readonly metric: MetricDef }[] = [
  ...[...OF_SERVER, ...OF_REQUESTS, ...OF_CALLBACKS, ...OF_WORLDS, ...OF_STORE].map((metric) => ({
    of: 'all' as const,
    metric,
  })),
  ...OF_REPLICA.map((metric) => ({ of: 'replicas' as const, metric })),
]

/** How many of the times are at most each bound, the last without one; as histograms tell them. */
export function cumulative({ counts }: Times): { readonly le: string; readonly count: number }[] {
  let sum = 0
  return counts.map((count, at) => {
    sum += count
    return { le: at < BUCKETS.length ? String(BUCKETS[at]) : '+Inf', count: sum }
  })
}
