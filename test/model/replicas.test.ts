// Worlds lived over one simulator with a folder, and over three that share a PostgreSQL: the same bytes, whoever answers.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { worldClient } from '../../src/control/node-client.ts'
import type { WorldShown } from '../../src/control/wire.ts'
import {
  type ProviderSlug,
  type RunningSimulator,
  startReceiver,
  startSimulator,
} from '../../src/index.ts'
import { RUNS_ALL } from '../support/cases.ts'
import { call } from '../support/control.ts'
import { type Dice, diceOf } from '../support/dice.ts'
import { send } from '../support/http.ts'
import { hasPostgres, newDatabase } from '../support/postgres.ts'
import { type Played, playAtRandom } from '../support/random-play.ts'
import { startSpreadProxy } from '../support/spread-proxy.ts'

const SLUGS: readonly ProviderSlug[] = ['esim-go', 'highland', 'wholesale', 'accounts-orders']
const CALLING: readonly ProviderSlug[] = ['esim-go', 'wholesale']
const GIVEN: Readonly<Record<string, string>> = { 'esim-go': 'an assigned bundle' }

/** Where worlds are lived. */
interface Place {
  readonly url: string
  /** Something that may happen between two moves. */
  disturb(dice: Dice): Promise<unknown>
}

/** What is lived in a world. */
interface Script {
  readonly slug: ProviderSlug
  readonly seed: number
  readonly moves: number
}

const script = fc.record({
  slug: fc.constantFrom(...SLUGS),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  moves: fc.integer({ min: 5, max: 15 }),
})

async function oneWithFolder(): Promise<Place> {
  const store = await mkdtemp(join(tmpdir(), 'esimulator-'))
  const sim = await startSimulator({ store, durability: 'written' })
  onTestFinished(async () => {
    await sim.close()
    await rm(store, { recursive: true })
  })
  return { url: sim.url, disturb: () => Promise.resolve() }
}

/** Any of three may be asked, and each loses its worlds at any time: idle for a moment, taken over, stopped. */
async function threeOverPostgres(): Promise<Place> {
  const store = await newDatabase()
  const start = () => startSimulator({ store, idle: 50, report: () => {} })
  const sims: RunningSimulator[] = []
  for (let at = 0; at < 3; at += 1) sims.push(await start())
  const proxy = await startSpreadProxy(() => sims.map(({ url }) => url), diceOf(20))
  onTestFinished(async () => {
    await proxy[Symbol.asyncDispose]()
    await Promise.all(sims.map((sim) => sim.close()))
  })

  const takeOver = (dice: Dice) => proxy.alone(() => declareDead(store, dice.pick(sims)))
  async function replace(dice: Dice): Promise<void> {
    const old = dice.pick(sims)
    sims.splice(sims.indexOf(old), 1, await start())
    await old.close()
  }
  async function disturb(dice: Dice): Promise<void> {
    const what = dice.whole(1, 25)
    if (what === 1) await takeOver(dice)
    if (what === 2) await replace(dice)
  }
  return { url: proxy.url, disturb }
}

/** As somebody does who wants a world of it after its time is over. Resolves when it knows. */
async function declareDead(database: string, { url }: RunningSimulator): Promise<void> {
  const client = new pg.Client(database)
  await client.connect()
  try {
    await client.query('UPDATE esimulator.replicas SET dead = true WHERE url = $1', [url])
    const living = 'SELECT FROM esimulator.replicas WHERE url = $1 AND NOT dead'
    await expect.poll(async () => (await client.query(living, [url])).rowCount).toBe(1)
  } finally {
    await client.end()
  }
}

/** All that was said in a world, by replies and callbacks, and what is left of it. */
interface Lived {
  readonly said: readonly string[]
  readonly told: readonly string[]
  readonly state: readonly string[]
}

async function live(place: Place, name: string, { slug, seed, moves }: Script): Promise<Lived> {
  const json = { name, seed: `seed ${seed}`, given: GIVEN[slug] }
  const { status, body } = await call<WorldShown>(place.url, '/_sim/worlds', { json })
  expect(status).toBe(201)
  const { baseUrls } = body
  const credentials = body.credentials as RunningSimulator['credentials']
  const client = worldClient({ url: place.url, world: name })
  const told: string[] = []
  await using receiver = await startReceiver({
    // Some of the answers are failures: then there are retries.
    answer: ({ headers, body: text }) =>
      told.push(`${headers['webhook-id']} ${text}`) % 5 === 0 ? 500 : 200,
  })
  if (CALLING.includes(slug)) await client.callbacks.target(slug, `${receiver.url}/${slug}`)

  const dice = diceOf(seed)
  const said: string[] = []
  const played: Played = { baseUrl: (of = slug) => baseUrls[of] ?? '', credentials, ...client }
  await playAtRandom(played, slug, {
    seed,
    count: moves,
    told: (what) => said.push(what instanceof Error ? what.message : String(JSON.stringify(what))),
    // All that is due has happened before the next move.
    async moved() {
      await client.clock.advance('PT0S')
      await place.disturb(dice)
    },
  })
  const { text: state } = await send('GET', `${place.url}/w/${name}/_sim/state`)
  const alike = (text: string) =>
    text.replaceAll(place.url, 'SIMULATOR').replaceAll(receiver.url, 'RECEIVER')
  return { said: said.map(alike), told: told.map(alike), state: linesOf(alike(state)) }
}

/** When the clock of a snapshot was last read off the wall: of no two runs the same. */
const ANCHOR = /,"anchor":[\d.]+/g

/** A state as lines, so that a difference is seen where it is. */
const linesOf = (state: string) => state.replaceAll(ANCHOR, '').split('\n')

test.skipIf(!hasPostgres)(
  'a history over several worlds is the same on one simulator with a folder and on three over PostgreSQL',
  async () => {
    const one = await oneWithFolder()
    const three = await threeOverPostgres()
    let worlds = 0
    const together = fc.asyncProperty(
      fc.array(script, { minLength: 2, maxLength: 4 }),
      async (scripts) => {
        const named = scripts.map((each) => {
          worlds += 1
          return { name: `world-${worlds}`, each }
        })
        const liveAll = (place: Place) =>
          Promise.all(named.map(({ name, each }) => live(place, name, each)))
        const [alone, spread] = await Promise.all([liveAll(one), liveAll(three)])
        for (const [at, { name }] of named.entries()) {
          expect({ name, ...spread[at] }).toEqual({ name, ...alone[at] })
        }
      },
    )
    await fc.assert(together, { numRuns: RUNS_ALL ? 100 : 3, endOnFailure: true, seed: 20 })
  },
  3_600_000,
)
