// Which files of the state folder hold a world, and which world a file holds.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isWorldName } from '../state/world-name.ts'
import { reason } from './disk-errors.ts'
import { StoreError } from './store.ts'

/**
 * Where a world is: its base, the changes since, and those set aside while a
 * base is written.
 */
export interface WorldFiles {
  readonly base: string
  readonly log: string
  readonly oldLog: string
}

// A capital is spelled `+` and its small letter: where the file system ignores case, `CI` and `ci`
// are still two worlds. A leading dot is spelled `+.`: no world hides from `ls`, and none looks
// like the lock or a temporary file.
const encode = (world: string) => world.replace(/^\.|[A-Z]/g, (sign) => `+${sign.toLowerCase()}`)
const decode = (name: string) => name.replace(/\+(.)/g, (_, sign: string) => sign.toUpperCase())

/**
 * The files of a world. Two worlds never share one: what follows a world's name is one of three
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
  const path = join(dir, encode(world))
  return { base: `${path}.json`, log: `${path}.log`, oldLog: `${path}.log.old` }
}

/** Where it stands how many lives removed worlds had: no world's file begins with a dot. */
export const removedFile = (dir: string) => join(dir, '.esimulator.removed')

/**
 * The world a file of the state folder belongs to; `undefined` where the file
 * is none of ours.
 */
function worldOfFile(file: string): string | undefined {
  const name = /^(.+?)\.(?:json|log|log\.old)$/.exec(file)?.[1]
  if (name === undefined) return undefined
  const world = decode(name)
  return isWorldName(world) && encode(world) === name ? world : undefined
}

/**
 * The worlds of a state folder, by name.
 * @throws StoreError when the folder cannot be read
 */
export async function worldsIn(dir: string): Promise<string[]> {
  const files = await readdir(dir).catch((error) => {
    throw new StoreError(`cannot read state folder ${dir}: ${reason(error)}`)
  })
  return [...new Set(files.flatMap((file) => worldOfFile(file) ?? []))].sort()
}
