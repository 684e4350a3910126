// What a crash or an older version left in a state folder, put in order when it is opened.
import { join } from 'node:path'
import { type Disk, PRIVATE_FILE } from './disk.ts'
import { reason } from './disk-errors.ts'
import { stagedLives } from './removed-lives.ts'
import { finishRemoval } from './saved-world.ts'
import { StoreError } from './store.ts'
import {
  filesIn,
  isOurs,
  removedFile,
  removedWorld,
  respelled,
  stagedWorld,
  worldFiles,
} from './world-files.ts'

/**
 * Finishes removals, deletes bases that were never finished, gives files the names and the
 * permissions they have now.
 * @throws StoreError where that cannot be done, and a world would be taken for another
 */
export async function tidyFolder(disk: Disk, dir: string): Promise<void> {
  const files = await filesIn(disk, dir)
  for (const file of files) {
    try {
      await tidy(disk, dir, file, files)
    } catch (error) {
      throw new StoreError(`cannot use state folder ${dir}: ${file}: ${reason(error)}`)
    }
  }
}

async function tidy(
  disk: Disk,
  dir: string,
  file: string,
  present: readonly string[],
): Promise<void> {
  const path = join(dir, file)
  const removed = removedWorld(file)
  if (removed !== undefined) return finishRemoval(disk, worldFiles(dir, removed))
  if (stagedWorld(file) !== undefined || path === stagedLives(removedFile(dir)))
    return disk.remove(path).catch(() => {})

  const name = respelled(file)
  if (name !== undefined && !present.includes(name)) await disk.rename(path, join(dir, name))
  else if (isOurs(file)) await makePrivate(disk, path)
}

/** Where it cannot be done the file is somebody else's: `doctor` tells of it. */
async function makePrivate(disk: Disk, file: string): Promise<void> {
  try {
    if (isOpenToOthers((await disk.stat(file)).mode)) await disk.chmod(file, PRIVATE_FILE)
  } catch {}
}

/** True where others than its owner may read a file. Windows knows no such thing. */
export function isOpenToOthers(mode: number): boolean {
  return process.platform !== 'win32' && (mode & 0o077) !== 0
}
