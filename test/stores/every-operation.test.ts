// Worlds created, changed, reset, restored, compacted and removed, with the end at every single file operation.
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type HostedWorld, openWorlds, type Worlds } from '../../src/server/worlds.ts'
import { copyRecords } from '../../src/state/collection.ts'
import { pastOf, snapshotOf, takeSnapshot } from '../../src/state/snapshot-moves.ts'
import { snapshots } from '../../src/state/snapshots.ts'
import type { Disk } from '../../src/stores/disk.ts'
import { lowdbStore } from '../../src/stores/lowdb.ts'
import type { Durability, Store } from '../../src/stores/store.ts'
import { everyThird } from '../support/cases.ts'
import { type DyingDisk, dyingDisk, type Ending } from '../support/dying-disk.ts'
import { fake, things } from '../support/fake-provider.ts'
import { foldersOf } from '../support/folders.ts'

const newFolder = foldersOf('operations')

interface Opened {
  readonly dir: string
  readonly store: Store
  readonly worlds: Worlds
  readonly said: readonly string[]
}

async function open(dir: string, durability: Durability, disk?: Disk): Promise<Opened> {
  const said: string[] = []
  const warn = (sentence: string) => said.push(sentence)
  const store = await lowdbStore({ dir, version: '1', durability, warn, ...(disk && { disk }) })
  const policy = { allow: [], timeout: 2000 }
  const options = { simulators: [fake], store, clock: 'frozen', seed: 's', policy } as const
  try {
    const worlds = await openWorlds({ ...options, report: warn })
    await worlds.openAll()
    return { dir, store, worlds, said }
  } catch (error) {
    await store.close().catch(() => {})
    throw error
  }
}

/** What a world holds that tells its states apart; `undefined` where there is none. */
function shown(hosted: HostedWorld | undefined): string | undefined {
  if (!hosted) return undefined
  const made = [...hosted.world.in(things).values()].map(({ id }) => id.slice(0, 20))
  const { name } = hosted.world
  const counts = [hosted.world.in(things).size, hosted.world.in(snapshots).size]
  return [name, ...counts, ...made.toSorted()].join(' ')
}

function make(hosted: HostedWorld, ...ids: readonly string[]): void {
  hosted.world.transaction(() => {
    for (const id of ids) hosted.world.in(things).put({ id, serial: 1, colour: 'red', madeAt: 0 })
  })
}

/** Which life of `ci` there is, from 1; 0 where there is none. */
function lifeOf(worlds: Worlds | undefined): number {
  const hosted = worlds?.get('ci')
  return hosted ? (hosted.world.identity.life ?? 1) : 0
}

const world = (worlds: Worlds, name = 'ci') => {
  const hosted = worlds.get(name)
  if (!hosted) throw new Error(`there is no ${name}`)
  return hosted
}

/** What is done; it is acknowledged when what it returns has come to its end. */
type Step = (opened: Opened) => Promise<unknown>

const steps: readonly Step[] = [
  ({ worlds, store }) => {
    worlds.create('ci', {})
    return Promise.resolve(store.logged('ci'))
  },
  ({ worlds, store }) => {
    make(world(worlds), 'a', 'b')
    return Promise.resolve(store.flushed('ci'))
  },
  ({ worlds }) => worlds.reset(world(worlds), {}),
  ({ worlds, store }) => {
    make(world(worlds), 'c')
    return Promise.resolve(store.flushed('ci'))
  },
  ({ worlds, store }) => {
    takeSnapshot(world(worlds).world, 's')
    return Promise.resolve(store.flushed('ci'))
  },
  ({ worlds, store }) => {
    make(world(worlds), 'after-s')
    return Promise.resolve(store.flushed('ci'))
  },
  ({ worlds, store }) => {
    const own = world(worlds).world
    const snapshot = snapshotOf(own, 's')
    worlds.goBack(world(worlds), pastOf(own, snapshot), snapshot.at)
    return Promise.resolve(store.flushed('ci'))
  },
  ({ worlds }) => {
    const records = copyRecords(world(worlds, 'default').world.records)
    const own = records.get('world')
    own?.set('world', { ...own.get('world'), name: 'ci' })
    records.set(things.name, new Map([['r', { id: 'r', serial: 1, colour: 'green', madeAt: 0 }]]))
    return worlds.restore(world(worlds), records)
  },
  // The log outgrows its base: a new one is written while changes go on.
  async ({ worlds, store }) => {
    make(world(worlds), 'x'.repeat(1_200_000))
    await store.flushed('ci')
  },
  async ({ dir, worlds, store }) => {
    make(world(worlds), 'd')
    await store.flushed('ci')
    for (let turns = 0; turns < 10_000 && existsSync(join(dir, 'ci.log.old')); turns += 1)
      await turn()
  },
  // Now the log holds what the base does not.
  async ({ worlds, store }) => {
    make(world(worlds), 'late')
    await store.flushed('ci')
  },
  ({ worlds }) => worlds.remove(world(worlds)),
  ({ worlds, store }) => {
    worlds.create('ci', {})
    return Promise.resolve(store.logged('ci'))
  },
  async ({ worlds, store }) => {
    make(world(worlds), 'e')
    make(world(worlds, 'default'), 'f')
    await store.flushed('ci')
    await store.flushed('default')
  },
  ({ worlds }) => worlds.close(),
]

/** More than are kept in one line of the log. */
const MANY = 10_001

/** A world that is too large for a line of the log, put into one that has a log. */
const largeSteps: readonly Step[] = [
  ({ worlds, store }) => {
    worlds.create('ci', {})
    make(world(worlds), 'a')
    return Promise.resolve(store.logged('ci'))
  },
  async ({ dir, worlds }) => {
    const hosted = world(worlds)
    const records = copyRecords(hosted.world.records)
    const thing = { serial: 1, colour: 'green', madeAt: 0 }
    const many = Array.from({ length: MANY }, (_, at) => ({ id: `r${at}`, ...thing }))
    records.set(things.name, new Map(many.map((each) => [each.id, each])))
    await worlds.restore(hosted, records)
    expect(existsSync(join(dir, 'ci.log'))).toBe(false)
  },
  async ({ worlds, store }) => {
    make(world(worlds), 'late')
    await store.flushed('ci')
  },
  // The same again, and a change while it is being written.
  async ({ worlds, store }) => {
    const hosted = world(worlds)
    const { epoch } = hosted.world
    let isOver = false
    const over = () => {
      isOver = true
    }
    const restored = worlds.restore(hosted, copyRecords(hosted.world.records))
    restored.then(over, over)
    while (hosted.world.epoch === epoch && !isOver) await turn()
    if (!isOver) make(hosted, 'meanwhile')
    await restored
    await store.flushed('ci')
  },
  ({ worlds }) => worlds.close(),
]

/** The states of `ci` after each step, in a run that nothing stops. */
async function expectedStates(
  durability: Durability,
  does: readonly Step[] = steps,
): Promise<(string | undefined)[]> {
  const opened = await open(newFolder(), durability)
  const states: (string | undefined)[] = [undefined]
  for (const step of does) {
    await step(opened)
    states.push(shown(opened.worlds.get('ci')))
  }
  return states
}

interface Run {
  readonly dir: string
  readonly disk: DyingDisk
  /** How many steps were acknowledged. */
  readonly acknowledged: number
  /** The latest life of `ci` that was acknowledged. */
  readonly life: number
  readonly failure: unknown
}

/** How a run ends, and what is done in it. */
interface Ended {
  readonly ending: Ending
  readonly durability: Durability
  readonly does?: readonly Step[]
}

/** @param at the operation it ends at, from 1; 0 for never */
async function run(at: number, { ending, durability, does = steps }: Ended): Promise<Run> {
  const dir = newFolder()
  const disk = dyingDisk(at, ending)
  let acknowledged = -1
  let life = 0
  let opened: Opened | undefined
  let failure: unknown
  try {
    opened = await open(dir, durability, disk)
    for (const step of does) {
      acknowledged += 1
      await Promise.race([step(opened), disk.stopped.then(() => Promise.reject(disk))])
      life = Math.max(life, lifeOf(opened.worlds))
    }
    acknowledged += 1
  } catch (error) {
    failure = error
  }
  await disk.idle()
  // What a killed process leaves is looked at as it is; a copy, since this process holds the lock.
  const left = newFolder()
  cpSync(dir, left, { recursive: true })
  for (const file of readdirSync(left))
    if (/^\.esimulator\.(.*lock|owner)$/.test(file)) rmSync(join(left, file), { recursive: true })
  await opened?.worlds.close().catch(() => {})
  return { dir: ending === 'a full disk at' ? dir : left, disk, acknowledged, life, failure }
}

/**
 * What stands in a folder when it is opened; it takes changes, and keeps them.
 * @param life of `ci`, which no other of its name may have after it is gone
 */
async function reopened(dir: string, life: number) {
  const first = await open(dir, 'written')
  const found = shown(first.worlds.get('ci'))
  make(world(first.worlds, 'default'), 'after')
  if (found === undefined) first.worlds.create('ci', {})
  expect(lifeOf(first.worlds)).toBeGreaterThanOrEqual(found === undefined ? life + 1 : life)
  make(world(first.worlds), 'after')
  const went = shown(world(first.worlds))
  await first.worlds.close()
  const second = await open(dir, 'written')
  expect(shown(world(second.worlds))).toBe(went)
  await second.worlds.close()
  const files = readdirSync(dir).toSorted()
  return { found, files, notOpened: [...first.worlds.notOpened.values()] }
}

const all = () => true
const writes = (operation: string) => operation.startsWith('write')
const syncs = (operation: string) => operation.endsWith('sync')

test.each<[Ending, string, Durability, (operation: string) => boolean]>([
  ['killed before', 'any operation', 'written', all],
  ['killed before', 'any wait for the disk', 'synced', syncs],
  ['killed in the midst of', 'any write', 'written', writes],
])(
  '%s %s, %s: every world is there whole or not at all',
  async (ending, _, durability, isMeant) => {
    const states = await expectedStates(durability)
    const whole = await run(0, { ending, durability })
    expect([whole.acknowledged, whole.failure]).toEqual([steps.length, undefined])
    const { operations } = whole.disk
    expect(operations.filter(isMeant).length).toBeGreaterThan(5)
    for (const [index, operation] of operations.entries()) {
      if (!isMeant(operation)) continue
      const { dir, acknowledged, life } = await run(index + 1, { ending, durability })
      const where = `${index + 1}: ${operation}`
      const { found, files, notOpened } = await reopened(dir, life)
      expect([where, notOpened]).toEqual([where, []])
      const worldFiles = files.filter((file) => file !== '.esimulator.removed')
      expect([where, worldFiles]).toEqual([where, ['ci.json', 'default.json']])
      // What was acknowledged is there, and of what was under way all or nothing.
      const done = Math.max(0, acknowledged)
      expect(states.slice(done, done + 2), where).toContain(found)
    }
  },
  120_000,
)

test('a full disk at any file operation: what was acknowledged is there, and all of it opens', async () => {
  const states = await expectedStates('written')
  const full = { ending: 'a full disk at', durability: 'written' } as const
  const { disk } = await run(0, full)
  for (let at = 1; at <= disk.operations.length; at += 1) {
    const { dir, acknowledged, life } = await run(at, full)
    const where = `${at}: ${disk.operations[at - 1]}`
    const { found, notOpened } = await reopened(dir, life)
    expect([where, notOpened]).toEqual([where, []])
    const done = Math.max(0, acknowledged)
    expect(states.slice(done, done + 2), where).toContain(found)
  }
}, 120_000)

/** A state without most of what is many in it. */
const brief = (state: string | undefined) => state?.replace(/( r\d+)+/, ' r...')

/** What changes something on the disk. */
const changes = (operation: string) => /write|rename|remove|truncate|sync/i.test(operation)

test.each<[Ending, (operation: string) => boolean, from: number]>([
  ['killed before', changes, 0],
  ['killed in the midst of', writes, 1],
  ['a full disk at', changes, 2],
])(
  '%s an operation, a world too large for a line of the log: it is there whole or not at all',
  async (ending, isMeant, from) => {
    const ended = { ending, durability: 'written', does: largeSteps } as const
    const states = (await expectedStates('written', largeSteps)).map(brief)
    const whole = await run(0, ended)
    expect([whole.acknowledged, whole.failure]).toEqual([largeSteps.length, undefined])
    const meant = [...whole.disk.operations.entries()].filter(([, each]) => isMeant(each))
    const tried = everyThird(meant, from)
    expect(tried.length).toBeGreaterThan(3)
    for (const [index, operation] of tried) {
      const { dir, acknowledged, life } = await run(index + 1, ended)
      const where = `${index + 1}: ${operation}`
      const { found, notOpened } = await reopened(dir, life)
      expect([where, notOpened]).toEqual([where, []])
      const done = Math.max(0, acknowledged)
      expect(states.slice(done, done + 2), where).toContain(brief(found))
    }
  },
  120_000,
)
