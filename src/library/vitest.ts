// Fixtures for Vitest: a server a worker, a world a test, and what is left of a test that failed.
import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { test as base, type TestAPI } from 'vitest'
import type { CallbackShown, FaultShown, NewFault } from '../control/wire.ts'
import { pause } from '../server/ticker.ts'
import type { ProviderSlug } from '../simulators/index.ts'
import { defined } from '../state/defined.ts'
import { chosenSimulators } from './open-simulator.ts'
import { checkOptions, mustBeList, mustBeObject, mustBeText } from './option-checks.ts'
import type { ChosenSettings, Given, ProviderChoice } from './providers.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import { type RunningSimulator, startSimulator } from './running-simulator.ts'
import type { SimulatorClient } from './simulator-client.ts'

/** How the world of a test begins. */
export interface WorldOptions {
  /** The providers, by slug, or your own; all that are built in unless given. */
  readonly providers?: readonly ProviderChoice[]
  /** The name of a state, as in `an assigned bundle`. */
  readonly given?: Given
  /** The same one gives every test the same ids, ICCIDs and names; `esimulator` unless given. */
  readonly seed?: string
  /** Frozen at 2026-01-01T00:00:00Z unless told. */
  readonly clock?: {
    readonly mode?: 'running' | 'frozen'
    readonly at?: string
    readonly rate?: number
  }
  readonly settings?: ChosenSettings
  /** Stock by provider, as in a seed file. */
  readonly stock?: { readonly [Slug in ProviderSlug]?: Readonly<Record<string, unknown>> }
  readonly faults?: readonly NewFault[]
}

/** What a test may leave behind that it should not. */
export type Leftover = 'callbacks' | 'faults'

/** What the fixtures give a test. */
export interface SimulatorFixtures {
  /** How the world of a test begins; for a file or a suite `test.override({ world: {...} })`. */
  world: WorldOptions
  /**
   * What a test that passed must not leave behind: callbacks that did not reach the receiver, and
   * faults that never happened. Both unless told; `[]` for neither.
   */
  leftovers: readonly Leftover[]
  /** A folder for what is left of tests that failed; `.vitest-attachments` unless told. */
  attachments: string
  /** A world of the test's own, with credentials of its own. */
  sim: SimulatorClient
  /** Where the callbacks of that world go: a receiver of the test's own. */
  receiver: Receiver
}

/** The servers of one worker, one for each list of providers. */
interface Servers {
  open(providers: readonly ProviderChoice[] | undefined): Promise<RunningSimulator>
}

/** The servers that run, by the providers they were asked for. */
type Running = Map<readonly ProviderChoice[] | undefined, Promise<RunningSimulator>>

type Fixtures = SimulatorFixtures & {
  readonly running: Running
  readonly servers: Servers
}

const worldChecks = {
  providers: mustBeList,
  given: mustBeText,
  seed: mustBeText,
  clock: mustBeObject,
  settings: mustBeObject,
  stock: mustBeObject,
  faults: mustBeList,
}

/**
 * Vitest's `test`, with a simulated provider in each test that asks for one.
 *
 * @example
 * import { test } from 'esimulator/vitest'
 *
 * test.override({ world: { given: 'an assigned bundle' } })
 *
 * test('the customer is told when half of the data is used', async ({ sim, receiver, expect }) => {
 *   const shop = openShop({ baseUrl: sim.baseUrl('esim-go'), key: sim.credentials['esim-go'].apiKey })
 *   const [{ iccid }] = await sim.sims('esim-go')
 *   await sim.device(iccid).use('800MB')
 *   await receiver.waitFor({ type: 'Utilisation', iccid })
 * })
 */
export const test: TestAPI<SimulatorFixtures> = base.extend<Fixtures>({
  world: {},
  // With an option, or Vitest would not tell the list from a fixture and its options.
  leftovers: [['callbacks', 'faults'], { auto: false }],
  attachments: '.vitest-attachments',
  running: [new Map(), { scope: 'worker' }],
  servers: [
    async ({ running }, use) => {
      await use(serversOf(running))
      await Promise.all([...running.values()].map(async (each) => (await each).close()))
    },
    { scope: 'worker' },
  ],
  sim: async ({ servers, world, leftovers, attachments, task }, use) => {
    const sim = await openWorld(servers, world, task.name)
    await use(sim)
    try {
      if (task.result?.state === 'fail') await attach(sim, attachments)
      else await checkLeftovers(sim, leftovers)
    } finally {
      await sim.worlds.remove(sim.world)
    }
  },
  receiver: async ({ sim, world }, use) => {
    await using receiver = await startReceiver()
    for (const { slug, callbacks } of chosenSimulators('world', world.providers))
      if (callbacks) await sim.callbacks.target(slug as ProviderSlug, receiver.url)
    await use(receiver)
    // What is leaving still arrives.
    await undelivered(sim)
  },
})

/** Starts a server where there is none for a list of providers. */
function serversOf(running: Running): Servers {
  return {
    open(providers) {
      for (const [others, found] of running) if (areSame(providers, others)) return found
      const started = startSimulator(defined({ providers }) as object)
      running.set(providers, started)
      return started
    },
  }
}

/** Two providers of your own may have one slug: they are told apart by what they are. */
function areSame(
  some: readonly ProviderChoice[] | undefined,
  others: readonly ProviderChoice[] | undefined,
): boolean {
  if (some === undefined || others === undefined) return some === others
  return some.length === others.length && some.every((each, at) => each === others[at])
}

let opened = 0

/** A world of its own for a test. */
async function openWorld(
  servers: Servers,
  options: WorldOptions,
  title: string,
): Promise<SimulatorClient> {
  checkOptions('world', options, worldChecks)
  const { providers, given, seed = 'esimulator', clock, settings = {}, stock = {} } = options
  const { faults = [] } = options
  const server = await servers.open(providers)
  opened += 1
  const name = `${opened}-${fileName(title)}`
  const sim = await server.worlds.create(defined({ name, given, seed, clock }))
  for (const [slug, values] of Object.entries(settings)) await sim.set(slug as 'esim-go', values)
  for (const [slug, own] of Object.entries(stock)) await sim.restock(slug as ProviderSlug, own)
  for (const fault of faults) await sim.faults.add(fault)
  return sim
}

/** A text as the name of a file or of a world. */
const fileName = (text: string) => text.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, 48)

/** Wall ms that a callback which is on its way is given to arrive. */
const ON_ITS_WAY = 2000
const LOOK_AGAIN = 10

/** Callbacks that have not been taken; those that leave at this moment are waited for. */
async function undelivered(sim: SimulatorClient): Promise<readonly CallbackShown[]> {
  for (let waited = 0; ; waited += LOOK_AGAIN) {
    const [{ now }, callbacks] = await Promise.all([sim.clock.show(), sim.callbacks.list()])
    const left = callbacks.filter(({ state }) => state !== 'delivered')
    const leaving = left.some(({ nextAt }) => nextAt !== undefined && nextAt <= now)
    if (!leaving || waited >= ON_ITS_WAY) return left
    await pause(LOOK_AGAIN)
  }
}

/** @throws Error where a test leaves something behind that it should not */
async function checkLeftovers(sim: SimulatorClient, kinds: readonly Leftover[]): Promise<void> {
  const callbacks = kinds.includes('callbacks') ? await undelivered(sim) : []
  const faults = kinds.includes('faults') ? await sim.faults.list() : []
  const told = [...callbacks.map(callbackTold), ...faults.filter(isUnmet).map(faultTold)]
  if (told.length === 0) return
  const how = 'mend the test, or test.override({ leftovers: [] })'
  throw new Error(`the test passed and left something behind: ${told.join('; ')}: ${how}`)
}

const isUnmet = ({ hits }: FaultShown) => hits === 0

function faultTold({ provider, operation, callback, kind, seen }: FaultShown): string {
  const of = operation ?? `the callback ${callback}`
  return `the fault ${kind} of ${provider} ${of} never happened (${seen} matching calls)`
}

function callbackTold({ type, state, nextAt, attempts }: CallbackShown): string {
  const last = attempts.at(-1)
  const why = last?.error ?? (last?.status === undefined ? undefined : `status ${last.status}`)
  const next = nextAt === undefined ? '' : `, due at ${nextAt}: sim.clock.advance`
  return `the callback ${type} is ${state}${why === undefined ? '' : ` (${why})`}${next}`
}

/** Keeps what a failed test left, and says where. */
async function attach(sim: SimulatorClient, into: string): Promise<void> {
  const folder = join(into, 'esimulator', `${process.pid}-${sim.world}`)
  const [state, journal, callbacks] = await Promise.all([
    sim.state(),
    sim.journal.list({ order: 'oldest', limit: 1000 }),
    sim.callbacks.deliveries(),
  ])
  await mkdir(folder, { recursive: true })
  const files = { state, journal, callbacks }
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, `${name}.json`), `${JSON.stringify(content, null, 2)}\n`)
  const refused = journal.filter(({ status = 0 }) => status >= 400).length
  console.error(
    `esimulator: ${journal.length} calls, ${refused} of them refused; the world of this test, its ` +
      `journal and its callbacks are in ${relative('.', folder)}`,
  )
}
