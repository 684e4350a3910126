// A whole world as one JSON document, laid out as the files of the state folder are.
import { reply } from '../simulators/call.ts'
import type { Records } from '../state/collection.ts'
import { defined } from '../state/defined.ts'
import type { RecordsView } from '../state/record-view.ts'
import { Refusal } from '../state/refusal.ts'
import type { World } from '../state/world.ts'
import { type Identity, worldRecords } from '../state/world-records.ts'
import { inPieces } from '../stores/pieces.ts'
import { FORMAT } from '../stores/store.ts'
import type { ControlHandlers, WrittenReply } from './call.ts'
import type { SentState } from './sent-state.ts'
import { worldShown } from './world-shown.ts'

function wrong(what: string): Refusal {
  return new Refusal('invalid-request', `this is no state of a world: ${what}`)
}

/** The largest key that an object of JavaScript takes for a position. */
const LAST_POSITION = 2 ** 32 - 2

/** A key that an object has before all others, in the order of numbers; else `undefined`. */
function positionOf(key: string): number | undefined {
  if (key.length > 10 || !/^(?:0|[1-9]\d*)$/.test(key)) return undefined
  const position = Number(key)
  return position <= LAST_POSITION ? position : undefined
}

/** Keys in the order in which an object has them: so a document is the same, however it was made. */
function inOrderOfObjects(keys: string[]): string[] {
  let last = -1
  const isOrdered = keys.every((key) => {
    const position = positionOf(key) ?? Number.POSITIVE_INFINITY
    const follows = position >= last
    last = position
    return follows
  })
  if (isOrdered) return keys
  const positions = keys.filter((key) => positionOf(key) !== undefined)
  const names = keys.filter((key) => positionOf(key) === undefined)
  return [...positions.sort((a, b) => Number(a) - Number(b)), ...names]
}

/**
 * The records that are the world's own, as a document has them: the clock shows now, and not when it
 * was last written down.
 */
function ownRecords(world: World, view: RecordsView): object {
  const entries = view
    .keys(worldRecords.name)
    .map((key) => [key, view.get(worldRecords.name, key)] as const)
  // Without its anchor: a reading of this process' wall clock means nothing to another.
  const { mode, rate } = world.clock
  const clock = { id: 'clock', mode, rate, at: world.now }
  // Which life of the world it is tells nothing of its state: put in elsewhere, it is another.
  const { life: _, ...identity } = world.identity
  return { ...Object.fromEntries(entries), world: { id: 'world', ...identity }, clock }
}

/** The world's own records, then the others by name: their order tells of nothing but how a world was loaded. */
function inOrder(collections: readonly string[]): string[] {
  const isOwn = (name: string) => name === worldRecords.name
  return [...collections.filter(isOwn), ...collections.filter((name) => !isOwn(name)).sort()]
}

/** A record as the text of a member of its collection. */
function memberOf(view: RecordsView, collection: string, key: string): string {
  return `${JSON.stringify(key)}:${JSON.stringify(view.get(collection, key))}`
}

/** A document, a record on each line, text by text. @param own the records of the collection that is the world's own */
function* textsOf(name: string, view: RecordsView, own: object): Generator<string> {
  yield `{"format":${FORMAT},"world":${JSON.stringify(name)},"collections":{\n`
  let before = ''
  for (const collection of inOrder(view.collections)) {
    yield `${before}${JSON.stringify(collection)}:`
    before = ',\n'
    if (collection === worldRecords.name) {
      yield JSON.stringify(own)
      continue
    }
    let separator = '{\n'
    for (const key of inOrderOfObjects(view.keys(collection))) {
      yield separator + memberOf(view, collection, key)
      separator = ',\n'
    }
    yield separator === ',\n' ? '\n}' : '{}'
  }
  yield '\n}}\n'
}

/** The world as a document, as it stands now, to be written in turns. */
function stateOf(world: World): WrittenReply {
  const view = world.view()
  const pieces = inPieces(textsOf(world.name, view, ownRecords(world, view)))
  return { status: 200, pieces, close: () => view.close() }
}

/**
 * The records that were sent, as a life of `world`: its name and how long it is kept stay.
 * @throws Refusal `invalid-request` for those of a newer version
 */
function recordsOf({ format, records }: SentState, world: World): Records {
  if (format > FORMAT) {
    const versions = `format ${format}; this one reads ${FORMAT}`
    throw wrong(`it was written by a newer esimulator (${versions}): upgrade`)
  }
  const { name, expiresAt } = world.identity
  const own = records.get(worldRecords.name)
  const { expiresAt: _, ...identity } = (own?.get('world') ?? {}) as Partial<Identity>
  own?.set('world', defined({ ...identity, name, expiresAt }))
  return records
}

export const stateHandlers = {
  getState: ({ hosted }) => stateOf(hosted.world),
  async putState({ server, hosted, body, root, isGone }) {
    const records = recordsOf(body, hosted.world)
    await server.worlds.restore(hosted, records, () => !isGone())
    return reply(200, worldShown(server, hosted, root))
  },
} satisfies Partial<ControlHandlers>
