// A whole world as one JSON document, laid out as the files of the state folder are.
import { reply } from '../simulators/call.ts'
import type { Records } from '../state/collection.ts'
import { defined } from '../state/defined.ts'
import { Refusal } from '../state/refusal.ts'
import type { World } from '../state/world.ts'
import { FORMAT } from '../stores/store.ts'
import type { ControlHandlers } from './call.ts'
import type { StateDocument } from './wire.ts'
import { worldShown } from './world-shown.ts'

type Fields = Readonly<Record<string, unknown>>

function wrong(what: string): Refusal {
  return new Refusal('invalid-request', `this is no state of a world: ${what}`)
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
  // Which life of the world it is tells nothing of its state: put in elsewhere, it is another.
  const { life: _, ...identity } = world.identity
  collections.world = { ...collections.world, world: { id: 'world', ...identity }, clock }
  return { format: FORMAT, world: world.name, collections }
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
  async putState({ server, hosted, body, root }) {
    await server.worlds.restore(hosted, recordsOf(body, hosted.world))
    return reply(200, worldShown(server, hosted, root))
  },
} satisfies Partial<ControlHandlers>
