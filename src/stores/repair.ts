// Damaged worlds made whole again, as far as they can be read; what they were is kept beside them.
import { dirname, join } from 'node:path'
import { viewOf } from '../state/record-view.ts'
import { isWorldName } from '../state/world-name.ts'
import { writeBase } from './base-file.ts'
import { type Disk, syncFolder } from './disk.ts'
import { codeOf } from './disk-errors.ts'
import { mendRecords, type ProblemsOf } from './mended-records.ts'
import { type Salvaged, salvage, sizeOf } from './salvage.ts'
import { nothingSaved, setWorldAside } from './saved-world.ts'
import {
  ASIDE,
  asideFiles,
  filesIn,
  REPAIRED,
  type WorldFiles,
  worldFiles,
  worldsIn,
} from './world-files.ts'

export interface RepairOptions {
  readonly disk: Disk
  readonly dir: string
  readonly version: string
  readonly problemsOf: ProblemsOf
}

/** What can be kept of a damaged world. */
export interface Kept extends Salvaged {
  /** What it is called from then on. */
  readonly world: string
  /** How many records there are. */
  readonly size: number
}

/**
 * Reads what can be kept of files, as a world of a name; `undefined` where that is nothing.
 * @throws StoreError where a file is newer than this program
 */
async function keptOf(
  { disk, problemsOf }: RepairOptions,
  files: WorldFiles,
  world: string,
): Promise<Kept | undefined> {
  const { records, lost } = await salvage(disk, files)
  const gone = mendRecords(records, world, problemsOf)
  if (gone === undefined) return undefined
  const all = gone === 0 ? lost : [...lost, `${gone} records that are none`]
  return { world, records, lost: all, size: sizeOf(records) }
}

/** What can be kept of a world where it is. */
export function keptOfWorld(options: RepairOptions, world: string): Promise<Kept | undefined> {
  return keptOf(options, worldFiles(options.dir, world), world)
}

/** What can be kept of a world that was set aside: under its name, where no other has that now. */
export async function keptOfAside(
  options: RepairOptions,
  world: string,
  number: number,
): Promise<Kept | undefined> {
  const free = await freeName(options, world, number)
  return keptOf(options, asideFiles(options.dir, world, number), free)
}

/** The name of a world that takes the place of one that was set aside. */
async function freeName({ disk, dir }: RepairOptions, world: string, number: number) {
  const taken = new Set(await worldsIn(disk, dir))
  let name = world
  for (let at = number; taken.has(name) || !isWorldName(name); at += 1) {
    const ending = `.repaired-${at}`
    name = world.slice(0, 64 - ending.length) + ending
  }
  return name
}

/** Where a base waits until it takes its place. */
const waiting = ({ base }: WorldFiles) => `${base}.new`

async function writeWaiting({ disk, dir, version }: RepairOptions, kept: Kept): Promise<string> {
  const { world, records } = kept
  const file = waiting(worldFiles(dir, world))
  const { generation } = nothingSaved()
  await writeBase(disk, file, version, { world, generation, logged: 1, view: viewOf(records) })
  return file
}

/** Puts what is kept in the place of a world; what it was is set aside. */
export async function replaceWorld(options: RepairOptions, kept: Kept): Promise<void> {
  const { disk, dir } = options
  const files = worldFiles(dir, kept.world)
  // Written first: where there is no room for it, nothing has happened.
  const file = await writeWaiting(options, kept)
  const [first = ''] = await setWorldAside(disk, dir, files)
  await disk.rename(file, files.base)
  await syncFolder(disk, dirname(files.base))
  await markRepaired(options, kept.world, Number(first.slice(first.lastIndexOf('-') + 1)))
}

/** Sets a world aside of which nothing can be kept. @returns the new names of its files */
export function setWorldApart({ disk, dir }: RepairOptions, world: string): Promise<string[]> {
  return setWorldAside(disk, dir, worldFiles(dir, world))
}

/** Makes what is kept of a world that was set aside a world again. */
export async function bringBack(
  options: RepairOptions,
  kept: Kept,
  { world, number }: { readonly world: string; readonly number: number },
): Promise<void> {
  const { disk, dir } = options
  const { base } = worldFiles(dir, kept.world)
  await disk.rename(await writeWaiting(options, kept), base)
  await syncFolder(disk, dir)
  await markRepaired(options, world, number)
}

/** Gives the files of a world that was set aside names that say that they are dealt with. */
async function markRepaired(
  { disk, dir }: RepairOptions,
  world: string,
  number: number,
): Promise<void> {
  const { base, oldLog, log } = asideFiles(dir, world, number)
  for (const file of [base, oldLog, log])
    await renameIfThere(disk, file, file.replace(`${ASIDE}${number}`, `${REPAIRED}${number}`))
}

async function renameIfThere(disk: Disk, from: string, to: string): Promise<void> {
  await disk.rename(from, to).catch((error) => {
    if (codeOf(error) !== 'ENOENT') throw error
  })
}

/** Gives the files of a world the name that they say they are of. */
export async function giveNameBack(
  { disk, dir }: RepairOptions,
  world: string,
  said: string,
): Promise<void> {
  const from = worldFiles(dir, world)
  const to = worldFiles(dir, said)
  for (const part of ['log', 'oldLog', 'base'] as const)
    await renameIfThere(disk, from[part], to[part])
}

/** True where a folder has no file of a world. */
export async function isFree({ disk, dir }: RepairOptions, world: string): Promise<boolean> {
  const { base, log, oldLog } = worldFiles(dir, world)
  const present = new Set((await filesIn(disk, dir)).map((name) => join(dir, name)))
  return ![base, log, oldLog].some((file) => present.has(file))
}
