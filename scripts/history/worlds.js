// How a history makes worlds, begins them anew, copies them by their state document, and ends them.
import { ask } from './asking.js'
import { forget, newMemory } from './memory.js'
import { SLOW } from './moves/control.js'
import { wrongDocuments, wrongWorlds } from './moves/wrong.js'
import { TTL } from './wall-clock.js'

/** The named states of all providers. */
const states = [
  'default',
  'an empty account',
  'an account without a card',
  'bundles in the inventory',
  'an assigned bundle',
  'an eSIM with an older profile',
  'an empty stock',
  'an eSIM with a data product',
  'an empty SIM stock',
  'a pending activation',
  'an active line',
  'a suspended line',
  'a ceased line',
  'no subscriptions',
  'a pending order',
]

const instants = [
  '2031-03-01T00:00:00Z',
  '2032-02-28T23:59:50.500Z',
  '2035-12-31T12:00:00+02:00',
  '2040-06-15T08:30:00Z',
]

/** Names of worlds, so that capitals, dots and dashes are among them; none comes twice. */
function newName(town) {
  const stem = town.dice.pick(['w', 'ci-', 'CI.', 'Job_', '.hidden', 'a-b.c'])
  town.made += 1
  return `${stem}${town.made}`
}

const clockOf = (dice) =>
  dice.weighted([
    [6, { mode: 'frozen', at: dice.pick(instants) }],
    [2, { mode: 'running', at: dice.pick(instants), rate: SLOW }],
    [1, { mode: 'frozen' }],
    [1, { at: dice.pick(instants) }],
    [2, undefined],
  ])

/** Each named state has its turn. */
const given = (town) => states[town.made % states.length]
const seedOf = (town) => (town.seeded ? { seed: town.dice.pick(['x', 'harbour', 'Zoë', '']) } : {})

/** Makes a world and answers what is known of it. */
export function* anotherWorld(town) {
  const { dice } = town
  const memory = newMemory(newName(town))
  const clock = clockOf(dice)
  const json = {
    name: memory.name,
    ...dice.some({ given: given(town) }, 0.75),
    ...(clock ? { clock } : {}),
    ...dice.some({ ttl: TTL }, 0.2),
    ...seedOf(town),
  }
  town.worlds.set(memory.name, memory)
  const elsewhere = town.worlds.get('default')
  const move = { method: 'POST', path: '/_sim/worlds', json, share: 0, elsewhere: true }
  const reply = yield* ask(town, elsewhere, move)
  const body = JSON.parse(reply.body?.toString() || '{}')
  memory.credentials = body.credentials ?? {}
  if (body.clock) Object.assign(memory, { now: body.clock.now, slow: body.clock.rate === SLOW })
  return memory
}

export function* endWorld(town, memory) {
  const asker = town.dice.pick([...town.worlds.values()])
  town.worlds.delete(memory.name)
  const path = `/_sim/worlds/${memory.name}`
  yield* ask(town, asker.name === memory.name ? town.worlds.get('default') : asker, {
    ...{ method: 'DELETE', path, share: 0, elsewhere: true },
  })
}

/** Begins a world anew, as at its start or as a named state. */
export function* resetWorld(town, memory) {
  const { dice } = town
  const state = dice.pick(states)
  const json = dice.weighted([
    [5, { given: state }],
    [2, undefined],
    [2, {}],
    [0.6, { given: 'chaos' }],
    [0.3, { given: 5 }],
    [0.3, { seed: 5 }],
    [town.seeded ? 8 : 0, { ...seedOf(town), given: state }],
  ])
  const body = json === undefined ? {} : { json }
  const reply = yield* ask(town, memory, {
    method: 'POST',
    path: '/_sim/reset',
    ...body,
    share: 0.05,
  })
  if (reply.status === 200) forget(memory)
}

/** A world that cannot be made, shown or ended. */
export function* wrongWorld(town, memory) {
  const { dice } = town
  const json = dice.pick(wrongWorlds)
  const path = `/_sim/worlds/${dice.pick(['default', 'nobody', 'two%20words', '%zz', memory.name])}`
  const move = dice.weighted([
    [6, { method: 'POST', path: '/_sim/worlds', json }],
    [2, { method: 'GET', path }],
    [1.5, { method: 'DELETE', path: '/_sim/worlds/default' }],
    [1, { method: 'DELETE', path: '/_sim/worlds/nobody' }],
  ])
  yield* ask(town, memory, { ...move, share: 0.1, elsewhere: true })
}

/** Worlds that are given seeds of their own, at their beginning and when they begin anew. */
export function* seededWorlds(town) {
  const first = town.worlds.get('default')
  for (const seed of ['x', 'harbour', 'Zoë', '']) {
    const memory = yield* anotherWorld(town)
    for (const json of [{ seed }, {}, { seed, given: 'an assigned bundle' }])
      for (const each of [memory, first]) {
        const move = { method: 'POST', path: '/_sim/reset', json, share: 0 }
        yield* ask(town, each, move)
        forget(each)
        yield* ask(town, each, { method: 'GET', path: '/_sim/state', share: 0 })
      }
    yield* endWorld(town, memory)
  }
}

const copied = (known) => new Map([...known].map(([kind, all]) => [kind, new Map(all)]))

/** Reads the state of a world, or puts one that was read: its own of before, or another's. */
export function* restoreState(town, memory) {
  const { dice, documents } = town
  const path = '/_sim/state'
  if (documents.length === 0 || dice.chance(0.4)) {
    const { status, body } = yield* ask(town, memory, { method: 'GET', path, share: 0 })
    if (status !== 200) return
    const { known, settings } = memory
    // How long the world is kept by the wall clock is no part of what is put elsewhere.
    const text = body.toString().replace(/,"expiresAt":\d+\.?\d*(?=\},"clock")/, '')
    documents.push({ text, known: copied(known), settings })
    if (documents.length > 3) documents.shift()
    return
  }
  const found = dice.recent(documents)
  const headers = { 'Content-Type': 'application/json' }
  if (dice.chance(0.35)) {
    const wrong = JSON.stringify(dice.pick(wrongDocuments)(JSON.parse(found.text)))
    const { status } = yield* ask(town, memory, {
      method: 'PUT',
      path,
      headers,
      body: wrong,
      share: 0,
    })
    if (status === 200) forget(memory)
    return
  }
  const bare = () => {
    const { format, collections } = JSON.parse(found.text)
    return JSON.stringify({ format, collections: { world: collections.world } })
  }
  const body = dice.chance(0.06) ? bare() : found.text
  const reply = yield* ask(town, memory, { method: 'PUT', path, headers, body, share: 0 })
  if (reply.status !== 200) return
  forget(memory)
  const restoreAt = Object.keys(found.settings).length > 0 ? town.played + 5 : undefined
  Object.assign(memory, { known: copied(found.known), settings: found.settings, restoreAt })
}
