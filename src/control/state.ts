// A whole world as one JSON document, laid out as the files of the state folder are.
import { reply } from '../simulators/call.ts'
import { bundles } from '../state/bundles.ts'
import { callbacks, targets, unsentCallbacks } from '../state/callbacks.ts'
import type { CollectionDef, Records } from '../state/collection.ts'
import { credentials } from '../state/credentials.ts'
import { defined } from '../state/defined.ts'
import { timeline } from '../state/events.ts'
import { messages } from '../state/messages.ts'
import { Refusal } from '../state/refusal.ts'
import { chosenSettings } from '../state/settings.ts'
import { sims } from '../state/sims.ts'
import { tasks } from '../state/task-queue.ts'
import type { World } from '../state/world.ts'
import { isObject } from '../stores/json-shape.ts'
import { FORMAT } from '../stores/store.ts'
import type { ControlHandlers } from './call.ts'
import type { StateDocument } from './wire.ts'
import { worldShown } from './world-shown.ts'

type Collections = StateDocument['collections']
type Fields = Readonly<Record<string, unknown>>

/** A collection whose keys can be checked here. */
interface Keyed {
  readonly name: string
  /** The key a record belongs under. */
  readonly key: (record: object) => string
}

/** The collections of `state/`; what only one provider has, it reads itself. */
const CHECKED: readonly Keyed[] = [
  keyed(sims),
  keyed(bundles),
  keyed(callbacks),
  keyed(unsentCallbacks),
  keyed(targets),
  keyed(tasks),
  keyed(timeline),
  keyed(messages),
  keyed(credentials),
  keyed(chosenSettings),
]

/**
 * What is read is taken for a record of the collection: its key is then wrong
 * where it is none.
 */
function keyed<T extends object>({ name, key }: CollectionDef<T>): Keyed {
  return { name, key: (record) => key(record as T) }
}

function wrong(what: string): Refusal {
  return new Refusal('invalid-request', `this is no state of a world: ${what}`)
}

function notWhole(id: string): Refusal {
  return wrong(`its record "${id}" in "world" is missing or not whole`)
}

/**
 * The world as a document; the clock in it shows now, and not when it was last
 * written down.
 */
function stateOf(world: World): StateDocument {
  const filled = [...world.records].filter(([, records]) => records.size > 0)
  const collections = Object.fromEntries(
    filled.map(([name, records]) => [name, Object.fromEntries(records) as Record<string, Fields>]),
  )
  // Without its anchor: a reading of this process' wall clock means nothing to another.
  const { mode, rate } = world.clock
  const clock = { id: 'clock', mode, rate, at: world.now }
  collections.world = { ...collections.world, clock }
  return { format: FORMAT, world: world.name, collections }
}

function isClock(value: unknown): boolean {
  return (
    isObject(value) &&
    (value.mode === 'running' || value.mode === 'frozen') &&
    typeof value.rate === 'number' &&
    value.rate > 0 &&
    (value.at === undefined || Number.isSafeInteger(value.at))
  )
}

/** The world's own records have to be whole: without them it cannot even be shown. */
function checkWorldRecords(records: Readonly<Record<string, Fields>> = {}): void {
  const { world, clock, random, sequences } = records
  if (!world || typeof world.seed !== 'string' || !isClock(world.start)) throw notWhole('world')
  if (!isClock(clock) || clock?.at === undefined) throw notWhole('clock')

  checkStream('random', random)
  for (const [id, stream] of Object.entries(records))
    if (id.startsWith('random/')) checkStream(id, stream)

  if (!isObject(sequences?.last) || !Object.values(sequences.last).every(Number.isSafeInteger))
    throw notWhole('sequences')
}

/** The record of a random stream. */
function checkStream(id: string, stream: Fields | undefined): void {
  if (!Array.isArray(stream?.state) || !stream.state.every(Number.isInteger)) throw notWhole(id)
}

function checkKeys(collections: Collections): void {
  for (const { name, key } of CHECKED) {
    for (const [place, record] of Object.entries(collections[name] ?? {}))
      if (key(record) !== place)
        throw wrong(`the record under "${place}" in "${name}" belongs under "${key(record)}"`)
  }
}

/**
 * The records of a document, as a life of `world`: its name and how long it is
 * kept stay.
 */
function recordsOf({ format, collections }: StateDocument, world: World): Records {
  if (format > FORMAT) {
    const versions = `format ${format}; this one reads ${FORMAT}`
    throw wrong(`it was written by a newer esimulator (${versions}): upgrade`)
  }
  checkWorldRecords(collections.world)
  checkKeys(collections)
  const records: Records = new Map()
  for (const [name, byKey] of Object.entries(collections))
    records.set(name, new Map<string, object>(Object.entries(byKey)))

  const { name, expiresAt } = world.identity
  const { expiresAt: _, ...identity } = collections.world?.world ?? {}
  records.get('world')?.set('world', defined({ ...identity, name, expiresAt }))
  return records
}

export const stateHandlers = {
  getState: ({ hosted }) => reply(200, stateOf(hosted.world)),
  putState({ server, hosted, body, root }) {
    server.worlds.restore(hosted, recordsOf(body, hosted.world))
    hosted.journal.clear()
    return reply(200, worldShown(server, hosted, root))
  },
} satisfies Partial<ControlHandlers>
