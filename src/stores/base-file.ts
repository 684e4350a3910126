// A world's base: every record in one JSON file, replaced as a whole through lowdb.
import { open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Low } from 'lowdb'
import { TextFile } from 'lowdb/node'
import { type Base, parseBase, renderBase } from './base-text.ts'
import { checkRegular, reason } from './disk-errors.ts'
import { StoreError } from './store.ts'

/**
 * Reads a base, or `undefined` where there is none.
 * @returns also the file's size in bytes
 * @throws StoreError when it cannot be read, is no base, or is of a newer format
 */
export async function readBase(file: string): Promise<{ base: Base; size: number } | undefined> {
  const low = lowBase(file, '', null)
  await checkRegular(file).catch((error) => {
    throw new StoreError(`cannot read ${file}: ${reason(error)}`)
  })
  await low.read()
  return low.data ? { base: low.data, size: (await stat(file)).size } : undefined
}

/**
 * Replaces a base. Whoever opens the folder meanwhile, or after a crash, finds the old one or the
 * new one, whole.
 * @param base its maps must not change until this resolves; the records in them never do
 * @returns the size in bytes
 */
export async function writeBase(file: string, version: string, base: Base): Promise<number> {
  try {
    await lowBase(file, version, base).write()
  } catch (error) {
    await discardStaged(file)
    throw error
  }
  return (await stat(file)).size
}

function lowBase(file: string, version: string, base: Base | null): Low<Base | null> {
  const staged = stagedFor(file)
  return new Low<Base | null>(
    {
      async read() {
        const text = await new TextFile(file).read().catch((error) => {
          throw new StoreError(`cannot read ${file}: ${reason(error)}`)
        })
        return text === null ? null : parseBase(file, text)
      },
      async write(data) {
        if (!data) return
        await new TextFile(staged).write(await renderBase(version, data))
        // lowdb does not sync. The log is deleted once this base stands: so the base has to be on
        // the disk first, whatever the durability.
        await syncFile(staged)
        await rename(staged, file)
        await syncFolder(dirname(file))
      },
    },
    base,
  )
}

const stagedFor = (file: string) => `${file}.new`

/**
 * Deletes what was left half-written beside a base: on a full disk, the room
 * the log needs.
 */
export async function discardStaged(file: string): Promise<void> {
  const staged = stagedFor(file)
  // the second is where lowdb's writer (steno) writes before it renames
  for (const left of [staged, join(dirname(staged), `.${basename(staged)}.tmp`)])
    await rm(left, { force: true }).catch(() => {})
}

async function syncFile(file: string) {
  await using handle = await open(file, 'r+')
  await handle.sync()
}

/** Waits until the names in a folder are on the disk. */
export async function syncFolder(dir: string): Promise<void> {
  // Windows opens no folders, and keeps names in its journal.
  if (process.platform === 'win32') return
  await using handle = await open(dir, 'r')
  await handle.sync()
}
