// Worlds that others ask for or remove, too, while they are being removed, and whose names are taken anew.
import { cpSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type HostedWorld, openWorlds, type Worlds } from '../../src/server/worlds.ts'
import { type Disk, realDisk } from '../../src/stores/disk.ts'
import { lowdbStore } from '../../src/stores/lowdb.ts'
import type { Store } from '../../src/stores/store.ts'
import { fake, things } from '../support/fake-provider.ts'
import { foldersOf } from '../support/folders.ts'
import { type HeldDisk, heldDisk } from '../support/held-disk.ts'

const newFolder = foldersOf('removed')

interface Opened {
  readonly store: Store
  readonly worlds: Worlds
}

async function open(dir: string, disk: Disk = realDisk): Promise<Opened> {
  const store = await lowdbStore({ dir, version: '1', durability: 'written', disk })
  const policy = { allow: [], timeout: 2000 }
  const options = { simulators: [fake], clock: 'frozen', seed: 's', policy } as const
  const worlds = await openWorlds({ ...options, store, report: () => {} })
  await worlds.openAll()
  return { store, worlds }
}

async function create({ store, worlds }: Opened): Promise<HostedWorld> {
  const hosted = worlds.create('ci', {})
  await store.logged('ci')
  return hosted
}

async function make({ store }: Opened, hosted: HostedWorld, id: string): Promise<void> {
  hosted.world.transaction(() =>
    hosted.world.in(things).put({ id, serial: 1, colour: 'red', madeAt: 0 }),
  )
  await store.flushed('ci')
}

/** What a process finds in a folder when the one that has it is killed now. */
async function foundAfterKill(dir: string) {
  const left = newFolder()
  const isLock = (path: string) => /\.esimulator\.(.*lock|owner)/.test(path)
  cpSync(dir, left, { recursive: true, filter: (path) => !isLock(path) })
  const { worlds } = await open(left)
  const hosted = worlds.get('ci')
  const made = hosted && [...hosted.world.in(things).values()].map(({ id }) => id).toSorted()
  await worlds.close()
  return { notOpened: [...worlds.notOpened.values()], made }
}

/** Does something with each operation of the disk held back in turn, until it needs no more of them. */
async function atEveryOperation(play: (dir: string, disk: HeldDisk, at: number) => Promise<void>) {
  for (let at = 1; ; at += 1) {
    const disk = heldDisk()
    await play(newFolder(), disk, at)
    if ((await Promise.race([disk.reached, turn('free')])) === 'free') return at - 1
  }
}

test('a world that is asked for while it goes is not taken for the next of its name', async () => {
  const operations = await atEveryOperation(async (dir, disk, at) => {
    const opened = await open(dir, disk)
    const { worlds } = opened
    const first = await create(opened)
    disk.hold(at)
    const removed = worlds.remove(first)
    const hasLeft = async () => {
      while (worlds.get('ci')) await turn()
    }
    if ((await Promise.race([hasLeft(), disk.reached])) === 'held') disk.release()
    await hasLeft()
    const asked = worlds.open('ci')
    if ((await Promise.race([removed, disk.reached])) === 'held') disk.release()
    await removed
    await Promise.race([asked, disk.reached])

    const second = await create(opened)
    disk.release()
    expect([at, await asked]).toEqual([at, undefined])
    await make(opened, second, 'new')
    expect([at, worlds.get('ci') === second, worlds.list().length]).toEqual([at, true, 2])
    expect([at, await foundAfterKill(dir)]).toEqual([at, { notOpened: [], made: ['new'] }])
    await worlds.close()
  })
  expect(operations).toBeGreaterThan(5)
})

test('of two who remove a world at once, none is told so before it is gone', async () => {
  const operations = await atEveryOperation(async (dir, disk, at) => {
    const opened = await open(dir, disk)
    const first = await create(opened)
    await make(opened, first, 'old')
    disk.hold(at)
    let told = 0
    const both = [1, 2].map(async () => {
      await opened.worlds.remove(first)
      told += 1
    })
    await Promise.race([Promise.all(both), disk.reached])
    await turn()
    const { notOpened, made } = await foundAfterKill(dir)
    expect([at, notOpened]).toEqual([at, []])
    if (told > 0) expect([at, made]).toEqual([at, undefined])
    disk.release()
    await Promise.all(both)
    await opened.worlds.close()
  })
  expect(operations).toBeGreaterThan(5)
})

/** A disk on which nothing is renamed while `broken`, and no log opened. */
function readOnlyDisk() {
  const refused = () => Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' })
  const disk = {
    ...realDisk,
    broken: false,
    async rename(from: string, to: string) {
      if (disk.broken && !from.includes('.esimulator')) throw refused()
      await realDisk.rename(from, to)
    },
    openLog(file: string) {
      if (disk.broken) throw refused()
      return realDisk.openLog(file)
    },
  }
  return disk
}

test('a world that cannot be removed is there as before, for whoever asked meanwhile, too', async () => {
  const dir = newFolder()
  const disk = readOnlyDisk()
  const opened = await open(dir, disk)
  const { worlds } = opened
  const first = await create(opened)
  await make(opened, first, 'old')
  disk.broken = true
  const removals = [worlds.remove(first), worlds.remove(first)]
  while (worlds.get('ci') === first) await turn()
  const asked = worlds.open('ci')
  for (const each of await Promise.allSettled(removals))
    expect(each).toMatchObject({
      reason: { message: expect.stringContaining('is there as before') },
    })
  disk.broken = false

  const again = await asked
  expect(again).toBe(worlds.get('ci'))
  if (!again) throw new Error('it is not there')
  await make(opened, again, 'new')
  expect(await foundAfterKill(dir)).toEqual({ notOpened: [], made: ['new', 'old'] })
  await worlds.remove(again)
  expect(await foundAfterKill(dir)).toEqual({ notOpened: [], made: undefined })
  await worlds.close()
})

test('a name is free as soon as its world is taken back, however often', async () => {
  const dir = newFolder()
  const opened = await open(dir)
  const { worlds } = opened
  const takenBack = [1, 2, 3].map(() => worlds.takeBack(worlds.create('ci', {})))
  const last = await create(opened)
  await Promise.all(takenBack)
  await make(opened, last, 'last')
  expect(await foundAfterKill(dir)).toEqual({ notOpened: [], made: ['last'] })
  await worlds.close()
})

test('a world that can neither be written nor taken back does not keep its name', async () => {
  const dir = newFolder()
  const disk = readOnlyDisk()
  const opened = await open(dir, disk)
  const { worlds } = opened
  disk.broken = true
  for (const _ of [1, 2]) {
    const hosted = worlds.create('ci', {})
    await expect(opened.store.logged('ci')).rejects.toThrow('EROFS')
    await expect(worlds.takeBack(hosted)).rejects.toThrow('EROFS')
  }
  disk.broken = false
  await make(opened, await create(opened), 'new')
  expect(await foundAfterKill(dir)).toEqual({ notOpened: [], made: ['new'] })
  await worlds.close()
})
