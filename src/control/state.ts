// A whole world as one JSON document, laid out as the files of the state folder are.
import { reply } from '../simulators/call.ts'
import { bundles } from '../state/bundles.ts'
import { callbacks, targets } from '../state/callbacks.ts'
import type { CollectionDef, Records } from '../state/collection.ts'
import { credentials } from '../state/credentials.ts'
import { timeline } from '../state/events.ts'
import { messages } from '../state/messages.ts'
import { Refusal } from '../state/refusal.ts'
import { chosenSettings } from '../state/settings.ts'
import { sims } from '../state/sims.ts'
import { tasks } from '../state/task-queue.ts'
import type { World } from '../state/world.ts'
import { FORMAT } from '../stores/store.ts'
import type { ControlHandlers } from './call.ts'
import { worldShown } from './worlds.ts'

type Fields = Readonly<Record<string, unknown>>
type Collections = Readonly<Record<string, Readonly<Record<string, Fields>>>>

export interface StateDocument {
  readonly format: number
  readonly world?: string
  readonly collections: Collections
}

/** Those whose keys can be checked here; what only one provider knows, it reads itself. */
const KNOWN = [
  sims,
  bundles,
  callbacks,
  targets,
  tasks,
  timeline,
  messages,
  credentials,
  chosenSettings,
] as readonly {
  name: string
  key: unknown
}[]

function wrong(what: string): Refusal {
  return new Refusal('invalid-request', `this is no state of a world: ${what}`)
}

/** The world as a document. The clock in it shows now: the time since it was last written down is not lost. */
function stateOf(world: World): StateDocument {
  const collections: Record<string, Record<string, Fields>> = {}
  for (const [name, records] of world.records) {
    if (records.size === 0) continue
    collections[name] = Object.fromEntries(records) as Record<string, Fields>
  }
  // Without its anchor: a reading of this process' wall clock means nothing to another.
  const { mode, rate } = world.clock
  collections.world = { ...collections.world, clock: { id: 'clock', mode, rate, at: world.now } }
  return { format: FORMAT, world: world.name, collections }
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isClock = (value: unknown) =>
  isObject(value) &&
  (value.mode === 'running' || value.mode === 'frozen') &&
  typeof value.rate === 'number' &&
  value.rate > 0 &&
  (value.at === undefined || Number.isSafeInteger(value.at))

/** The kernel's own records have to be whole: without them a world cannot even be shown. */
function checkKernel(fixed: Readonly<Record<string, Fields>> = {}): void {
  const { world, clock, random, sequences } = fixed
  if (!world || typeof world.seed !== 'string' || !isClock(world.start))
    throw wrong('its record "world" in "world" is missing or not whole')
  if (!isClock(clock) || clock?.at === undefined)
    throw wrong('its record "clock" in "world" is missing or not whole')
  for (const [id, dice] of [
    ['random', random],
    ...Object.entries(fixed).filter(([each]) => each.startsWith('random/')),
  ] as const) {
    if (!Array.isArray(dice?.state) || !dice.state.every(Number.isInteger))
      throw wrong(`its record "${id}" in "world" is missing or not whole`)
  }
  if (!isObject(sequences?.last) || !Object.values(sequences.last).every(Number.isSafeInteger))
    throw wrong('its record "sequences" in "world" is missing or not whole')
}

function checkKeys(collections: Collections): void {
  for (const { name, key } of KNOWN as readonly CollectionDef<object>[]) {
    for (const [under, record] of Object.entries(collections[name] ?? {}))
      if (key(record) !== under)
        throw wrong(`the record under "${under}" in "${name}" belongs under "${key(record)}"`)
  }
}

/** The records of a document, as a life of `world`: its name and how long it is kept stay. */
function recordsOf({ format, collections }: StateDocument, world: World): Records {
  if (format > FORMAT)
    throw wrong(
      `it was written by a newer esimulator (format ${format}; this one reads ${FORMAT}): upgrade`,
    )
  checkKernel(collections.world)
  checkKeys(collections)
  const records: Records = new Map(
    Object.entries(collections).map(([name, own]) => [
      name,
      new Map<string, object>(Object.entries(own)),
    ]),
  )
  const { name, expiresAt } = world.identity
  const { expiresAt: _, ...identity } = collections.world?.world ?? {}
  records
    .get('world')
    ?.set('world', { ...identity, name, ...(expiresAt === undefined ? {} : { expiresAt }) })
  return records
}

export const stateHandlers: ControlHandlers = {
  getState: ({ hosted }) => reply(200, stateOf(hosted.world)),
  putState(call) {
    call.server.worlds.restore(
      call.hosted,
      recordsOf(call.body as StateDocument, call.hosted.world),
    )
    call.hosted.journal.clear()
    return reply(200, worldShown(call, call.hosted))
  },
}
