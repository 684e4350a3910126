// The history itself: yields requests and is told their replies; nothing else decides what follows.
import { ask } from './asking.js'
import { openDice } from './dice.js'
import { forget, newMemory } from './memory.js'
import { moves as ordersMoves, TOKEN_PATH } from './moves/accounts-orders.js'
import { moves as controlMoves } from './moves/control.js'
import { moves as esimGoMoves, newerMoves } from './moves/esim-go.js'
import { moves as highlandMoves } from './moves/highland.js'
import { oddRequest } from './moves/odd.js'
import { change, wrongSettings } from './moves/settings.js'
import { tokenRequest } from './moves/tokens.js'
import { pathOf, moves as wholesaleMoves } from './moves/wholesale.js'
import { stories } from './stories/index.js'
import { anotherWorld, endWorld, resetWorld, restoreState, wrongWorld } from './worlds.js'

const newest = { ...esimGoMoves, ...newerMoves }
const subjects = [
  [30, 'esim-go'],
  [12, 'highland'],
  [17, 'wholesale'],
  [20, 'accounts-orders'],
]

/** What is known at the beginning; `seeded` lets worlds be given seeds of their own. */
export function newTown({ seed, ports, token, base = '', seeded = false }) {
  return {
    ...{ dice: openDice(seed), ports, token, base, seeded },
    worlds: new Map([['default', newMemory('default')]]),
    played: 0,
    made: 0,
    /** State documents that were read, with what was known of their worlds. */
    documents: [],
    /** Secrets that callbacks are signed with. */
    secrets: new Set(),
    /** How often each move was made. */
    counts: new Map(),
    settingTurn: 0,
  }
}

const providerTables = {
  highland: highlandMoves,
  wholesale: wholesaleMoves,
  'accounts-orders': ordersMoves,
}
const allTables = { 'v2.4': esimGoMoves, 'v2.5': newest, ...providerTables, control: controlMoves }

const countOf = ({ counts }, name, operation) => counts.get(`${name} ${operation}`) ?? 0

function counted(town, name, operation) {
  town.counts.set(`${name} ${operation}`, countOf(town, name, operation) + 1)
  return allTables[name][operation][1]
}

/** A move of a table, by weight. */
function chosen(town, name) {
  const entries = Object.entries(allTables[name]).map(([operation, [weight]]) => [
    weight,
    operation,
  ])
  return counted(town, name, town.dice.weighted(entries))
}

/** A token is asked for where there is none, unless chance has a request go without. */
function* withToken(town, memory, slug) {
  if (memory.tokens[slug] !== undefined || town.dice.chance(0.1)) return
  const path = slug === 'wholesale' ? pathOf(memory, town.dice, 'issueToken') : TOKEN_PATH
  yield* ask(town, memory, { ...tokenRequest(memory, town.dice, slug, path, true), slug, share: 0 })
}

/** Makes a move of a table. */
function* make(town, memory, name, move) {
  const { dice } = town
  if (name === 'control') {
    yield* ask(town, memory, { share: 0.05, ...move(memory, dice, town.ports) })
  } else if (name.startsWith('v2')) {
    yield* ask(town, memory, { ...move(memory, dice, name), slug: 'esim-go', mount: `/${name}` })
  } else {
    if (name !== 'highland') yield* withToken(town, memory, name)
    yield* ask(town, memory, { ...move(memory, dice), slug: name })
  }
}

const askProvider = (town, memory, slug) => {
  const name = slug === 'esim-go' ? town.dice.pick(['v2.4', 'v2.5']) : slug
  return make(town, memory, name, chosen(town, name))
}

/** The move that was made least of all. */
const askRarest = (town, memory) => {
  const all = Object.entries(allTables).flatMap(([name, table]) =>
    Object.keys(table).map((operation) => [name, operation]),
  )
  const least = Math.min(...all.map((each) => countOf(town, ...each)))
  const [name, operation] = all.find((each) => countOf(town, ...each) === least)
  return make(town, memory, name, counted(town, name, operation))
}

/** Where little is known of a world: what is there, before anything is asked of it. */
function* lookAround(town, memory) {
  memory.looked = true
  const get = (path, query) => ask(town, memory, { method: 'GET', path, query, share: 0 })
  yield* get('/_sim/sims', { limit: '20' })
  yield* get('/_sim/callbacks', { limit: '5' })
  const slug = 'esim-go'
  yield* ask(town, memory, { method: 'GET', path: '/v2.4/inventory', slug, share: 0 })
}

/** The first of these tables that has an operation, else that of the control API. */
const tableWith = (operation, names) =>
  names.find((name) => allTables[name][operation]) ?? 'control'

/** Settings are changed, and are as they were again a few calls later. */
function* changeSettings(town, memory) {
  const { dice } = town
  const patch = (slug, json, share) =>
    ask(town, memory, { method: 'PATCH', path: `/_sim/settings/${slug}`, json, share })
  if (dice.chance(0.3)) {
    const [slug, values] = dice.pick(wrongSettings)
    yield* patch(slug, values, 0.03)
    return
  }
  const { slug, values, next } = change(dice, town.settingTurn)
  const reply = yield* patch(slug, values, 0)
  if (reply.status !== 200) return
  town.settingTurn += 1
  memory.settings[slug] = { ...memory.settings[slug], ...values }
  memory.restoreAt = town.played + next.length + dice.whole(2, 8)
  memory.subject = slug
  const own = slug === 'esim-go' ? dice.pick(['v2.5', 'v2.5', 'v2.4']) : slug
  for (const operation of next) {
    const name = tableWith(operation, [own, slug === 'esim-go' ? 'v2.5' : own])
    yield* make(town, memory, name, counted(town, name, operation))
  }
}

function* restoreSettings(town, memory) {
  for (const [slug, values] of Object.entries(memory.settings)) {
    const json = Object.fromEntries(Object.keys(values).map((name) => [name, null]))
    yield* ask(town, memory, { method: 'PATCH', path: `/_sim/settings/${slug}`, json, share: 0 })
  }
  memory.settings = {}
  memory.restoreAt = undefined
}

function* askOddly(town) {
  const request = oddRequest(town.dice, town.token)
  yield { port: town.ports.main, ...request, after: [], damaged: 'odd' }
  town.played += 1
}

/** What the stories need of the tables, which name them in turn. */
const tables = { withToken, wholesale: wholesaleMoves, orders: ordersMoves, pathOf }

/** One call, or a few that belong together. */
function* step(town, memory) {
  const { dice } = town
  if (!memory.looked) yield* lookAround(town, memory)
  if (memory.restoreAt !== undefined && town.played >= memory.restoreAt)
    yield* restoreSettings(town, memory)
  if (memory.subject === undefined || dice.chance(0.2)) memory.subject = dice.weighted(subjects)
  const what = dice.weighted([
    [52, () => askProvider(town, memory, memory.subject)],
    [22, () => make(town, memory, 'control', chosen(town, 'control'))],
    [16, () => askRarest(town, memory)],
    [5, () => dice.weighted(stories[memory.subject])(town, memory, tables)],
    [3, () => changeSettings(town, memory)],
    [2.5, () => askOddly(town)],
    [0.7, () => wrongWorld(town, memory)],
    [1, () => restoreState(town, memory)],
    [0.4, () => resetWorld(town, memory)],
  ])
  yield* what()
}

/**
 * Plays about `calls` calls: stays with a world for a while, goes to another, makes new ones, ends
 * old ones.
 * @param keep true leaves the worlds there at the end
 */
export function* history(town, calls, keep = false) {
  const { dice } = town
  const end = town.played + calls
  let memory = town.worlds.get('default')
  while (town.played < end) {
    if (dice.chance(0.025)) {
      if (town.worlds.size < 4 || dice.chance(0.15)) memory = yield* anotherWorld(town)
      else memory = dice.pick([...town.worlds.values()])
      if (town.worlds.size > 5) {
        const [, oldest] = town.worlds.values()
        yield* endWorld(town, oldest)
        if (memory === oldest) memory = town.worlds.get('default')
      }
    }
    yield* step(town, memory)
  }
  if (keep) return
  for (const each of [...town.worlds.values()].slice(1)) yield* endWorld(town, each)
  forget(town.worlds.get('default'))
}
