// A world's base: every record in one JSON file, replaced as a whole through lowdb.
import { basename, dirname, join } from 'node:path'
import { Low } from 'lowdb'
import type { RecordsView } from '../state/record-view.ts'
import { type Base, type BaseHeader, parseBase, renderBase, type Seal } from './base-text.ts'
import { type Disk, PRIVATE_FILE, syncFolder } from './disk.ts'
import { readInChunks } from './file-chunks.ts'

/** A base as it was read. */
export interface ReadBase {
  readonly base: Base
  /** Bytes of the file. */
  readonly size: number
  /** False where its text is not the one that was written: its checksum is another. */
  readonly isAsWritten: boolean
}

/**
 * Reads a base, or `undefined` where there is none.
 * @throws StoreError when it cannot be read, or is of a newer format
 * @throws BrokenWorld when it is no base
 */
export async function readBase(disk: Disk, file: string): Promise<ReadBase | undefined> {
  let read: { size: number; isAsWritten: boolean } | undefined
  const low = new Low<Base | null>(
    {
      async read() {
        const chunks = await readInChunks(disk, file)
        if (!chunks) return null
        const { size, isAsWritten, ...base } = await parseBase(file, chunks)
        read = { size, isAsWritten }
        return base
      },
      async write() {},
    },
    null,
  )
  await low.read()
  return low.data && read ? { base: low.data, ...read } : undefined
}

/** What a base is made of; the view is closed by who opened it. */
export interface NewBase extends BaseHeader {
  readonly view: RecordsView
}

/**
 * Replaces a base, in turns. Whoever opens the folder meanwhile, or after a crash, finds the old one
 * or the new one, whole.
 * @returns the size in bytes
 */
export async function writeBase(
  disk: Disk,
  file: string,
  version: string,
  base: NewBase,
): Promise<number> {
  const staged = stagedFor(file)
  let size = 0
  const low = new Low<NewBase>(
    {
      read: async () => null,
      async write(data) {
        size = await writeSynced(disk, staged, renderBase(version, data, data.view))
        await disk.rename(staged, file)
        await syncFolder(disk, dirname(file))
      },
    },
    base,
  )
  try {
    await low.write()
  } catch (error) {
    await discardStaged(disk, file)
    throw error
  }
  return size
}

const stagedFor = (file: string) => `${file}.new`

/**
 * Where what becomes a base is written; the second is that of version 0.1.0.
 * What a crash leaves there is nobody's.
 */
export function stagedFiles(file: string): readonly string[] {
  const staged = stagedFor(file)
  return [staged, join(dirname(staged), `.${basename(staged)}.tmp`)]
}

/**
 * Deletes what was left half-written beside a base: on a full disk, the room
 * the log needs.
 */
async function discardStaged(disk: Disk, file: string): Promise<void> {
  await disk.remove(stagedFor(file)).catch(() => {})
}

/** @returns the size in bytes */
async function writeSynced(
  disk: Disk,
  file: string,
  pieces: Generator<Buffer, Seal, undefined>,
): Promise<number> {
  await using handle = await disk.open(file, 'w', PRIVATE_FILE)
  const write = async (bytes: Buffer, position: number) => {
    let done = 0
    while (done < bytes.length)
      done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten
  }
  let size = 0
  let next = pieces.next()
  for (; !next.done; next = pieces.next()) {
    await write(next.value, size)
    size += next.value.length
  }
  await write(Buffer.from(next.value.digits), next.value.at)
  // The log is deleted once this base stands: so the base has to be on the disk first, whatever
  // the durability.
  await handle.sync()
  return size
}
