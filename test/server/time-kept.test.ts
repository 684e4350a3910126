// The time of a world that is kept: however a process ends, the next begins no earlier than what was shown.
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openTimeKeeper } from '../../src/server/time-kept.ts'
import { type Clock, freeze, reopenedAt, resume } from '../../src/state/clock.ts'
import { openRandom } from '../../src/state/random.ts'
import { openWorld } from '../../src/state/world.ts'
import { emptyWorld, type Identity } from '../../src/state/world-records.ts'
import { memoryStore } from '../../src/stores/memory.ts'

const BEGIN = Date.UTC(2026, 0, 1)

/** A world on a wall that the test moves, and a log that the test writes. */
function open(start: Identity['start']) {
  let wall = 0
  let isFull = false
  /** The clock in each line; those before `written` are on the disk, any of the others may be. */
  const lines: Clock[] = [{ ...start, at: BEGIN, anchor: 0 }]
  let written = 1
  const waiting: { readonly line: number; done(): void }[] = []
  const store = {
    ...memoryStore(),
    lasts: true,
    logged: () =>
      written === lines.length
        ? undefined
        : new Promise<void>((done) => waiting.push({ line: lines.length, done })),
    failure: () => (isFull ? new Error('the disk is full') : undefined),
  }
  const world = openWorld(emptyWorld({ name: 'w', seed: 's', start }, wall), {
    wall: () => wall,
    react: () => {},
    beforeCommit: () => {},
    committed(_world, changes) {
      for (const { key, after } of changes) if (key === 'clock') lines.push(after as Clock)
      keeper.follow(changes)
    },
  })
  const keeper = openTimeKeeper(world, store)
  let shown = Number.NEGATIVE_INFINITY

  return {
    world,
    lines,
    pass: (ms: number) => {
      wall += ms
    },
    fill: () => {
      isFull = true
    },
    /** Shows the time as a reply does, once it is kept. */
    async look() {
      for (let kept = keeper.kept(); kept; kept = keeper.kept()) await kept
      shown = Math.max(shown, world.now)
    },
    /** Writes some of the lines, or all. */
    async write(count = lines.length) {
      written = Math.min(lines.length, written + count)
      for (const { line, done } of waiting.splice(0)) {
        if (line <= written) done()
        else waiting.push({ line, done })
      }
      await turn()
    },
    change: (clock: (clock: Clock, wall: number) => Clock) =>
      world.transaction(() => world.setClock(clock(world.clock, wall))),
    shown: () => shown,
    /** The earliest that a process could begin at that is started after a kill now. */
    earliest: () => Math.min(...lines.slice(written - 1).map(reopenedAt)),
  }
}

const running = { mode: 'running', rate: 1, at: BEGIN } as const
const frozen = { mode: 'frozen', rate: 1, at: BEGIN } as const

test('who looks first waits until the time is written, 10 s ahead; who looks then does not', async () => {
  const { look, write, pass, shown, lines } = open(running)
  pass(500)
  const first = look()
  await turn()
  expect([shown(), lines.at(-1)?.until]).toEqual([Number.NEGATIVE_INFINITY, BEGIN + 10_500])
  await write()
  await first
  pass(4000)
  await look()
  expect(shown()).toBe(BEGIN + 4500)
  expect(lines).toHaveLength(2)
})

test('what is written ahead is renewed before it is used up, and nobody waits for that', async () => {
  const { look, write, pass, shown, lines } = open(running)
  const first = look()
  await write()
  await first
  pass(6000)
  await look()
  expect([shown(), lines.at(-1)?.until]).toEqual([BEGIN + 6000, BEGIN + 16_000])
})

test('a world nobody looks at writes nothing', async () => {
  const { pass, lines } = open(running)
  pass(86_400_000)
  await turn()
  expect(lines).toHaveLength(1)
})

test('the time ahead goes by the rate of the clock', async () => {
  const { look, write, lines } = open({ ...running, rate: 60 })
  const first = look()
  await write()
  await first
  expect(lines.at(-1)?.until).toBe(BEGIN + 600_000)
})

test('a frozen clock writes nothing ahead: only where it was moved is waited for', async () => {
  const { look, write, change, shown, lines } = open(frozen)
  await look()
  expect(lines).toHaveLength(1)
  change((clock) => ({ ...clock, at: BEGIN + 1000 }))
  const looked = look()
  await turn()
  expect(shown()).toBe(BEGIN)
  await write()
  await looked
  expect([shown(), lines.length]).toEqual([BEGIN + 1000, 2])
})

test('where nothing can be written, what only reads is answered all the same', async () => {
  const { look, fill, pass, shown } = open(running)
  fill()
  pass(100)
  await look()
  expect(shown()).toBe(BEGIN + 100)
})

test.each(Array.from({ length: 40 }, (_, seed) => seed))(
  'whatever happens to a clock, no kill brings it back behind what it has shown (%d)',
  async (seed) => {
    const random = openRandom(`time kept ${seed}`)
    const sim = open(seed % 2 === 0 ? running : frozen)
    const acts: (() => unknown)[] = [
      () => sim.pass(random.integer(0, 8000)),
      () => void sim.look(),
      () => void sim.look(),
      () => sim.world.transaction(() => sim.world.next('x')),
      () => sim.write(random.integer(0, 3)),
      () => sim.write(),
      () => sim.world.holdTime(sim.world.now + random.integer(0, 3000)),
    ]
    // Nothing of this can be done while an advance holds the time.
    const commands: (() => unknown)[] = [
      () => sim.change((clock, wall) => freeze(clock, wall)),
      () => sim.change((clock, wall) => resume(clock, wall, random.integer(1, 100))),
    ]
    let isHeld: boolean = false
    for (let step = 0; step < 300; step += 1) {
      const possible: (() => unknown)[] = isHeld ? acts : [...acts, ...commands]
      const act = possible[random.integer(0, possible.length - 1)]
      await act?.()
      isHeld ||= act === acts.at(-1)
      if (isHeld && random.integer(0, 4) === 0) {
        const { now } = sim.world
        sim.change((clock, wall) => ({ ...clock, at: now, anchor: wall }))
        sim.world.holdTime(undefined)
        isHeld = false
      }
      await turn()
      expect(sim.earliest()).toBeGreaterThanOrEqual(sim.shown())
    }
    await sim.write()
    expect(sim.shown()).toBeGreaterThan(BEGIN)
  },
)
