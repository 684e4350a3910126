// Which files of the state folder hold a world, and which world a file holds.
import { join } from 'node:path'
import { isWorldName } from '../state/world-name.ts'
import type { Disk } from './disk.ts'
import { reason } from './disk-errors.ts'
import { StoreError } from './store.ts'

/**
 * Where a world is: its base, the changes since, and those set aside while a
 * base is written.
 */
export interface WorldFiles {
  readonly world: string
  readonly base: string
  readonly log: string
  readonly oldLog: string
  /** There while the world is being removed: whatever else is there counts no longer. */
  readonly removed: string
}

/** What follows the name of a file that was set aside; a number follows it. */
export const ASIDE = '.broken-'

/** What follows the name of a file of which all that could be was kept; a number follows it. */
export const REPAIRED = '.repaired-'

/** What Windows takes for a device, whatever follows a dot behind it. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/
const MARK = '+_'

// A capital is spelled `+` and its small letter: where the file system ignores case, `CI` and `ci`
// are still two worlds. A leading dot is spelled `+.`: no world hides from `ls`, and none looks
// like the lock or a temporary file. What would be a device has `+_` before it.
function encode(world: string): string {
  const spelled = world.replace(/^\.|[A-Z]/g, (sign) => `+${sign.toLowerCase()}`)
  return DEVICE.test(spelled) ? MARK + spelled : spelled
}

function decode(name: string): string {
  const spelled = name.startsWith(MARK) ? name.slice(MARK.length) : name
  return spelled.replace(/\+(.)/g, (_, sign: string) => sign.toUpperCase())
}

/**
 * The files of a world. Two worlds never share one: what follows a world's name is one of a few
 * endings, none of them the end of another.
 * @throws StoreError when `world` is not 1 to 64 letters, digits, dots, underscores or hyphens
 */
export function worldFiles(dir: string, world: string): WorldFiles {
  if (!isWorldName(world)) {
    throw new StoreError(
      `${JSON.stringify(world)} cannot name a world: ` +
        'use 1 to 64 letters, digits, dots, underscores or hyphens',
    )
  }
  return filesAt(world, join(dir, encode(world)))
}

function filesAt(world: string, path: string): WorldFiles {
  return {
    world,
    base: `${path}.json`,
    log: `${path}.log`,
    oldLog: `${path}.log.old`,
    removed: `${path}.removed`,
  }
}

/** The world of a name as files have it; `undefined` where it is none of ours. */
function worldSpelled(name: string | undefined): string | undefined {
  if (name === undefined) return undefined
  const world = decode(name)
  return isWorldName(world) && encode(world) === name ? world : undefined
}

/** Where it stands how many lives removed worlds had: no world's file begins with a dot. */
export const removedFile = (dir: string) => join(dir, '.esimulator.removed')

/** Where `run` notes which workflows failed, in the state folder of where it is started. */
export const LAST_RUN_FILE = '.last-run.json'

/**
 * The world a file of the state folder belongs to; `undefined` where the file
 * is none of ours.
 */
export function worldOfFile(file: string): string | undefined {
  return worldSpelled(/^(.+?)\.(?:json|log|log\.old)$/.exec(file)?.[1])
}

/** The world whose removal a file of the state folder tells of. */
export function removedWorld(file: string): string | undefined {
  return worldSpelled(/^(.+)\.removed$/.exec(file)?.[1])
}

/** The world a file was to be the base of and never became. */
export function stagedWorld(file: string): string | undefined {
  // The second is how version 0.1.0 began to write one.
  const [, name, older] = /^(?:(.+)\.json(?:\.new){1,2}|\.(.+)\.json\.new\.tmp)$/.exec(file) ?? []
  return worldSpelled(name ?? older)
}

/** A file that was set aside: which world it was of, which part of it, and its number. */
export interface AsideFile {
  readonly world: string
  readonly ending: string
  readonly number: number
}

/** What a file that was set aside was; `undefined` where it is none. */
export function asideFile(file: string): AsideFile | undefined {
  const [, name, ending = '', number] =
    /^(.+?)(\.(?:json|log|log\.old))\.broken-(\d{1,9})$/.exec(file) ?? []
  const world = worldSpelled(name)
  return world === undefined ? undefined : { world, ending, number: Number(number) }
}

/** Where the files of a world are that was set aside under a number. */
export function asideFiles(dir: string, world: string, number: number): WorldFiles {
  const { base, log, oldLog, removed } = worldFiles(dir, world)
  const aside = (file: string) => `${file}${ASIDE}${number}`
  return { world, base: aside(base), log: aside(log), oldLog: aside(oldLog), removed }
}

/** The world a file was of, before all that could be kept of it was. */
export function repairedWorld(file: string): string | undefined {
  return worldSpelled(/^(.+?)\.(?:json|log|log\.old)\.repaired-\d{1,9}$/.exec(file)?.[1])
}

/** The name a file has now, where version 0.1.0 gave it one that Windows takes for a device. */
export function respelled(file: string): string | undefined {
  return DEVICE.test(file) && worldOfFile(MARK + file) !== undefined ? MARK + file : undefined
}

/**
 * The worlds of a state folder, by name.
 * @throws StoreError when the folder cannot be read
 */
export async function worldsIn(disk: Disk, dir: string): Promise<string[]> {
  const files = await filesIn(disk, dir)
  return [...new Set(files.flatMap((file) => worldOfFile(file) ?? []))].sort()
}

/** The files of a state folder. @throws StoreError when the folder cannot be read */
export async function filesIn(disk: Disk, dir: string): Promise<string[]> {
  return disk.readdir(dir).catch((error) => {
    throw new StoreError(`cannot read state folder ${dir}: ${reason(error)}`)
  })
}

/** True for a file that holds a part of a world, or did. */
export function isOurs(file: string): boolean {
  return [worldOfFile, asideFile, repairedWorld].some((is) => is(file) !== undefined)
}
