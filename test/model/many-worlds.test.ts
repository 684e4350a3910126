// Many worlds of one server, used at once: each is as it is alone, and nothing of it is left when it is gone.
import { createHash } from 'node:crypto'
import v8 from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { worldClient } from '../../src/control/node-client.ts'
import type { WorldShown } from '../../src/control/wire.ts'
import {
  type ProviderSlug,
  type Receiver,
  type RunningSimulator,
  startReceiver,
  startSimulator,
} from '../../src/index.ts'
import { RUNS_ALL } from '../support/cases.ts'
import { call } from '../support/control.ts'
import { type Played, playAtRandom } from '../support/random-play.ts'

v8.setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const SLUGS: readonly ProviderSlug[] = ['esim-go', 'highland', 'wholesale', 'accounts-orders']

/** A server and who its worlds call back. */
interface Place {
  readonly sim: RunningSimulator
  readonly receiver: Receiver
  /** What came, by the world in its path. */
  readonly arrivals: Map<string, string[]>
}

async function openPlace(): Promise<Place> {
  const arrivals = new Map<string, string[]>()
  const receiver = await startReceiver({
    answer({ path, body }) {
      const [, name = '', slug = ''] = path.split('/')
      const came = arrivals.get(name) ?? []
      arrivals.set(name, came)
      // Some of the answers are failures: then there are retries.
      return came.push(`${slug} ${body}`) % 5 === 0 ? 500 : 200
    },
  })
  return { sim: await startSimulator(), receiver, arrivals }
}

/** What is lived in a world: a provider that is played, and the seed of that and of the world. */
interface Script {
  readonly slug: ProviderSlug
  readonly seed: number
  readonly moves: number
}

/** A world that is there. */
interface Life {
  /** Lives what its script says; tells all that was said, made alike where it has to differ. */
  play(): Promise<string[]>
  remove(): Promise<void>
}

async function begin(place: Place, { slug, seed, moves }: Script): Promise<Life> {
  const { sim, receiver, arrivals } = place
  const name = newName()
  const json = { name, seed: `seed ${seed}`, given: GIVEN[slug] }
  const { status, body } = await call<WorldShown>(sim.url, '/_sim/worlds', { json })
  expect(status).toBe(201)
  const { baseUrls } = body
  const credentials = body.credentials as RunningSimulator['credentials']
  const client = worldClient({ url: sim.url, world: name })
  if (CALLING.includes(slug)) await client.callbacks.target(slug, `${receiver.url}/${name}/${slug}`)

  const played: Played = { baseUrl: (of = slug) => baseUrls[of] ?? '', credentials, ...client }
  return {
    async play() {
      const said: string[] = []
      await playAtRandom(played, slug, {
        seed,
        count: moves,
        told: (what) =>
          said.push(what instanceof Error ? what.message : String(JSON.stringify(what))),
        // All that is due has happened before the next move: what a snapshot holds is no race.
        moved: () => client.clock.advance('PT0S'),
      })
      const came = arrivals.get(name) ?? []
      arrivals.delete(name)
      return [...said, ...came].map((text) => alike(text, place, name, credentials))
    },
    async remove() {
      await call(sim.url, `/_sim/worlds/${name}`, { method: 'DELETE' })
    },
  }
}

/** Lives a whole life. */
async function live(place: Place, each: Script): Promise<string[]> {
  const life = await begin(place, each)
  const said = await life.play()
  await life.remove()
  return said
}

const worldsOf = async ({ sim }: Place) =>
  (await call<{ worlds: object[] }>(sim.url, '/_sim/worlds')).body.worlds.length

/** Those that call back. */
const CALLING = ['esim-go', 'wholesale']
const GIVEN: Readonly<Record<string, string>> = { 'esim-go': 'an assigned bundle' }

/** What differs by what is documented: ports, names, credentials, tokens, ids and signatures of callbacks. */
function alike(
  text: string,
  { sim, receiver }: Place,
  name: string,
  credentials: RunningSimulator['credentials'],
): string {
  let same = text
    .replaceAll(sim.url, 'SIMULATOR')
    .replaceAll(receiver.url, 'RECEIVER')
    .replaceAll(name, 'WORLD')
    .replaceAll(/cb_[0-9a-f]{16}_/g, 'cb_LIFE_')
    .replaceAll(/("access_token\\*":\\*")[^"\\]+/g, '$1TOKEN')
  for (const secret of Object.values(credentials).flatMap((each) => Object.values(each)))
    if (typeof secret === 'string') same = same.replaceAll(secret, 'SECRET')
  return same
}

let names = 0
/** A name that no other world has; all are of one length, and so are the answers that hold them. */
function newName(): string {
  names += 1
  return `world-${String(names).padStart(4, '0')}`
}

const digest = (said: readonly string[]) =>
  createHash('sha256').update(said.join('\n')).digest('hex')

/** Shows the first line that differs instead of all of them. */
function expectSame(said: readonly string[], alone: readonly string[]): void {
  const at = said.findIndex((line, index) => line !== alone[index])
  expect(said[at]).toBe(alone[at])
  expect(said.length).toBe(alone.length)
}

let place: Place
let quiet: Place
beforeAll(async () => {
  place = await openPlace()
  quiet = await openPlace()
})
afterAll(async () => {
  for (const { sim, receiver } of [place, quiet]) {
    await sim.close()
    await receiver.close()
  }
})

const script = fc.record({
  slug: fc.constantFrom(...SLUGS),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  moves: fc.integer({ min: 5, max: 12 }),
})

test('whatever worlds live beside it, a world says what it says alone', async () => {
  const together = fc.asyncProperty(
    fc.array(script, { minLength: 2, maxLength: 5 }),
    async (scripts) => {
      const all = await Promise.all(scripts.map((each) => live(place, each)))
      for (const [at, each] of scripts.entries()) expectSame(all[at] ?? [], await live(quiet, each))
    },
  )
  await fc.assert(together, { numRuns: RUNS_ALL ? 8 : 4, endOnFailure: true, seed: 18 })
}, 120_000)

/** Bytes that are alive. */
function heap(): number {
  for (let round = 0; round < 3; round += 1) collectGarbage()
  return process.memoryUsage().heapUsed
}

test('200 worlds at once: those of one script say the same, and when they are gone their memory is, too', async () => {
  const scripts = SLUGS.map((slug, at): Script => ({ slug, seed: 100 + at, moves: 3 }))
  const alone = new Map<string, string>()
  for (const each of scripts) alone.set(each.slug, digest(await live(place, each)))

  // As many connections as there will be: both ends of them are in this process.
  const client = worldClient({ url: place.sim.url })
  const connected = Array.from({ length: 200 }, () =>
    Promise.all([client.clock.show(), call(place.sim.url, '/_sim/clock')]),
  )
  await Promise.all(connected)
  const before = heap()
  const chosen = Array.from({ length: 200 }, (_, at) => scripts[at % scripts.length] as Script)
  const lives = await Promise.all(chosen.map((each) => begin(place, each)))
  expect(await worldsOf(place)).toBe(201)
  const said = await Promise.all(lives.map(async (life) => digest(await life.play())))
  await Promise.all(lives.map((life) => life.remove()))
  expect(await worldsOf(place)).toBe(1)

  for (const [at, { slug }] of chosen.entries())
    expect([slug, said[at]]).toEqual([slug, alone.get(slug)])
  expect(heap() / before).toBeLessThan(1.1)
}, 240_000)
