// What is on the disk of one world: its base and the logs of the changes since.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Records } from '../state/collection.ts'
import { worldRecords } from '../state/world-records.ts'
import { readBase, stagedFiles } from './base-file.ts'
import type { Base } from './base-text.ts'
import { type Progress, type ReplayedLog, replayLog } from './change-log.ts'
import type { Disk } from './disk.ts'
import { codeOf } from './disk-errors.ts'
import { BrokenWorld, MisplacedWorld } from './store.ts'
import { ASIDE, REPAIRED, type WorldFiles } from './world-files.ts'

/** How far the files of a world go. */
export interface Saved {
  /** The number of the last change kept. */
  readonly n: number
  readonly base: { readonly logged: number; readonly size: number }
  /** Bytes of whole lines in the log. */
  readonly logSize: number
  /** Whether the log says whose it is. */
  readonly isLogHeaded: boolean
  readonly hasOldLog: boolean
  /** What tells its files from those of another world that has its name. */
  readonly generation: string
}

/** Where nothing is kept of a world. */
export function nothingSaved(): Saved {
  return {
    n: 0,
    base: { logged: 0, size: 0 },
    logSize: 0,
    isLogHeaded: false,
    hasOldLog: false,
    generation: randomBytes(8).toString('hex'),
  }
}

/** A world as its files have it. */
export interface SavedWorld {
  readonly records: Records
  readonly saved: Saved
  readonly remarks: readonly Remark[]
}

/** What was read over in a world. */
export interface Remark {
  /** One sentence. */
  readonly says: string
  /** True where nothing is lost by it that was ever acknowledged. */
  readonly isHarmless: boolean
}

/**
 * Reads a world, or `undefined` where there is none: no file, or a beginning that was never
 * finished.
 * @throws StoreError when its files cannot be read, are newer than this program, or of another world
 *   (MisplacedWorld)
 * @throws BrokenWorld when they are damaged
 */
export async function readWorld(disk: Disk, files: WorldFiles): Promise<SavedWorld | undefined> {
  // The base is of the time of the old log's end, or later; the old log comes before the log. Each
  // line counts once, by its number.
  const read = await readBase(disk, files.base)
  const base = read?.base
  const logged = base?.logged ?? 0
  const progress: Progress = { n: logged, records: base?.records ?? new Map() }
  checkName(files.base, base?.world, files.world)
  const oldLog = await replayLog(disk, files.oldLog, progress)
  checkBelongs(files.oldLog, oldLog, base, files.world)
  const log = await replayLog(disk, files.log, progress)
  checkBelongs(files.log, log, base, files.world)
  if (!base && progress.n === 0) {
    const damaged = [oldLog?.torn, log?.torn].includes('damaged')
    if (damaged) throw new BrokenWorld(`the first line of ${files.log} is damaged`)
    return undefined
  }

  checkName(files.base, nameIn(progress.records), files.world)
  const remarks: Remark[] = []
  if (read && !read.isAsWritten) {
    const how = 'where nobody edited it, look at it or bring back a copy'
    const says = `${files.base} is not as esimulator wrote it, its checksum is another: ${how}`
    remarks.push({ says, isHarmless: false })
  }
  remarks.push(...tornRemarks(files.oldLog, oldLog), ...tornRemarks(files.log, log))
  const generation = base?.generation ?? log?.header?.generation ?? oldLog?.header?.generation
  return {
    records: progress.records,
    saved: {
      n: progress.n,
      base: { logged, size: read?.size ?? 0 },
      logSize: log?.end ?? 0,
      isLogHeaded: log?.header !== undefined,
      hasOldLog: oldLog !== undefined,
      generation: generation ?? nothingSaved().generation,
    },
    remarks,
  }
}

/** The name in the record of a world, where it has one. */
function nameIn(records: Records): string | undefined {
  const own = records.get(worldRecords.name)?.get('world')
  return own && 'name' in own && typeof own.name === 'string' ? own.name : undefined
}

/** @throws MisplacedWorld where a file says it is of another world than its name says */
function checkName(file: string, said: string | undefined, world: string): void {
  if (said === undefined || said === world) return
  throw new MisplacedWorld(
    `${file} holds the world "${said}", and by its name the world "${world}": give the file its ` +
      `own name back, or take it out and PUT it to /w/${world}/_sim/state. It was left as it is`,
    said,
  )
}

function checkBelongs(
  file: string,
  log: ReplayedLog | undefined,
  base: Base | undefined,
  world: string,
): void {
  if (!log?.header) return
  checkName(file, log.header.world, world)
  const { generation } = log.header
  if (base?.generation !== undefined && base.generation !== generation)
    throw new BrokenWorld(`${file} does not go with the base beside it: it is of another life`)
}

function tornRemarks(file: string, log: ReplayedLog | undefined): Remark[] {
  if (!log?.torn) return []
  const isHarmless = log.torn === 'unfinished'
  const end = isHarmless ? 'a line that was never finished' : 'a damaged line'
  return [{ says: `${file} ends in ${end}: that last change was dropped`, isHarmless }]
}

/** Renames a file. @returns false where there is none */
async function renamed(disk: Disk, from: string, to: string): Promise<boolean> {
  try {
    await disk.rename(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

/**
 * Makes a world one that is gone, by its first rename: what is still there of it counts no longer,
 * and `finishRemoval` sees to that.
 * @throws Error where the world is still there
 */
export async function beginRemoval(disk: Disk, files: WorldFiles): Promise<void> {
  const { base, oldLog, log, removed } = files
  for (const file of [base, oldLog, log]) if (await renamed(disk, file, removed)) return
}

/** Removes what is left of a world that was being removed. */
export async function finishRemoval(disk: Disk, files: WorldFiles): Promise<void> {
  const { log, oldLog, base, removed } = files
  for (const file of [log, oldLog, base, removed, ...stagedFiles(base)]) await disk.remove(file)
}

/** Removes a beginning that was never finished: no reply told of that world. */
export async function removeUnfinished(disk: Disk, files: WorldFiles): Promise<void> {
  for (const file of [files.log, files.oldLog]) await disk.remove(file)
}

/**
 * Gives the files of a world names that no world has.
 * @returns the new names
 */
export async function setWorldAside(
  disk: Disk,
  dir: string,
  { base, oldLog, log }: WorldFiles,
): Promise<string[]> {
  // The base first: a crash leaves logs that no base goes before, and never an older world.
  const parts = [base, oldLog, log]
  const present = new Set((await disk.readdir(dir)).map((name) => join(dir, name)))
  let number = 1
  const isTaken = (file: string) =>
    [ASIDE, REPAIRED].some((mark) => present.has(`${file}${mark}${number}`))
  while (parts.some(isTaken)) number += 1

  const aside: string[] = []
  for (const file of parts) {
    const name = `${file}${ASIDE}${number}`
    if (await renamed(disk, file, name)) aside.push(name)
  }
  return aside
}
