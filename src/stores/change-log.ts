// A world's log: the changes since its base, one line a commit, each line all or nothing.
import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  writeSync,
} from 'node:fs'
import { type FileHandle, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Change, Records } from '../state/collection.ts'
import { syncFolder } from './base-file.ts'
import { checkRegular, codeOf, reason } from './disk-errors.ts'
import { isCount, isObject } from './json-shape.ts'
import { StoreError } from './store.ts'

/** `[collection, key, record]`, the record `null` where it was deleted. */
type LoggedChange = readonly [collection: string, key: string, record: object | null]

interface Line {
  /**
   * Counts commits, without a gap: a line up to the base's `logged` is in the
   * base already.
   */
  readonly n: number
  /** The world starts anew with this line: what was kept before it no longer counts. */
  readonly replaces?: true
  readonly changes: readonly LoggedChange[]
}

/** The line of one commit. */
export function changeLine(n: number, changes: readonly Change[]): string {
  return render({
    n,
    changes: changes.map(({ collection, key, after }) => [collection, key, after ?? null]),
  })
}

/**
 * The line that makes these records the whole world: so a reset is kept all or not at all, in its
 * order among the commits.
 */
export function replacingLine(n: number, records: Records): string {
  const changes: LoggedChange[] = []
  for (const [collection, byKey] of records)
    for (const [key, record] of byKey) changes.push([collection, key, record])
  return render({ n, replaces: true, changes })
}

const render = (line: Line) => `${JSON.stringify(line)}\n`

/**
 * How far a world has been read: its records, and the number of the last change
 * in them.
 */
export interface Progress {
  n: number
  records: Records
}

/**
 * Applies the lines of a log that a world does not hold yet.
 * @returns where the last whole line ends in bytes, and whether a torn one follows; `undefined`
 *   where there is no such file
 * @throws StoreError naming the file and line when anything but the end of it is not ours
 */
export async function replayLog(
  file: string,
  world: Progress,
): Promise<{ end: number; torn: boolean } | undefined> {
  const bytes = await checkRegular(file)
    .then(() => readFile(file))
    .catch((error) => {
      if (codeOf(error) === 'ENOENT') return undefined
      throw new StoreError(`cannot read ${file}: ${reason(error)}`)
    })
  if (!bytes) return undefined
  let end = 0
  for (let number = 1; end < bytes.length; number++) {
    const newline = bytes.indexOf(0x0a, end)
    // Only whole lines were acknowledged. A power cut can also leave a last line of anything.
    if (newline < 0) return { end, torn: true }
    const line = parseLine(bytes.toString('utf8', end, newline))
    if (!line && newline === bytes.length - 1) return { end, torn: true }
    if (!line)
      throw new StoreError(
        `${file} line ${number} is damaged: mend or remove it, ` +
          'or start with another --state folder',
      )
    apply(line, world, () => `${file} line ${number}`)
    end = newline + 1
  }
  return { end, torn: false }
}

function parseLine(text: string): Line | undefined {
  let line: unknown
  try {
    line = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isObject(line)) return undefined
  const { n, replaces, changes } = line
  if (!isCount(n) || !Array.isArray(changes) || !changes.every(isLoggedChange)) return undefined
  return replaces === true ? { n, replaces, changes } : { n, changes }
}

function isLoggedChange(value: unknown): value is LoggedChange {
  if (!Array.isArray(value) || value.length !== 3) return false
  const [collection, key, record]: unknown[] = value
  return (
    typeof collection === 'string' &&
    typeof key === 'string' &&
    (record === null || isObject(record))
  )
}

function apply({ n, replaces, changes }: Line, world: Progress, where: () => string) {
  if (n <= world.n) return
  // A base and a log that do not belong together make no world: some of it would be missing.
  if (n !== world.n + 1 && !replaces) {
    throw new StoreError(
      `${where()} is change ${n}, but what is kept before it ends at ${world.n}: ` +
        'bring back the missing file, or start with another --state folder',
    )
  }
  if (replaces) world.records.clear()
  for (const [collection, key, record] of changes) {
    const byKey = world.records.get(collection) ?? new Map<string, object>()
    world.records.set(collection, byKey)
    if (record) byKey.set(key, record)
    else byKey.delete(key)
  }
  world.n = n
}

/** A log being written, by one call at a time. */
export interface ChangeLog {
  /** Bytes of whole lines. */
  readonly size: number
  /**
   * Writes all of `bytes` after what is there; when it throws, none that would
   * be read again.
   */
  append(bytes: Buffer): Promise<void>
  /**
   * Does the same without waiting, as the process ends; an append of the same bytes may be under way.
   * @throws Error where they cannot be written
   */
  appendNow(bytes: Buffer): void
  /** Sets the log aside under another name and starts an empty one. */
  moveTo(file: string): Promise<void>
  close(): Promise<void>
}

/**
 * A log that goes on after `size` bytes. The file is first touched by the first append.
 * @param synced whether an append waits for the disk
 */
export function openChangeLog(file: string, size: number, synced: boolean): ChangeLog {
  let handle: FileHandle | undefined

  async function opened() {
    // Not the flag `a`: it would append behind a torn line instead of over it.
    const fresh = await open(file, constants.O_RDWR | constants.O_CREAT, 0o644)
    try {
      const found = (await fresh.stat()).size
      if (found < size) throw new Error('another program cut it short')
      if (found > size) await fresh.truncate(size)
      if (synced && size === 0) await syncFolder(dirname(file))
    } catch (error) {
      await fresh.close()
      throw error
    }
    return fresh
  }

  async function release() {
    const released = handle
    handle = undefined
    await released?.close()
  }

  return {
    get size() {
      return size
    },
    async append(bytes) {
      try {
        handle ??= await opened()
        let done = 0
        while (done < bytes.length)
          done += (await handle.write(bytes, done, bytes.length - done, size + done)).bytesWritten
        if (synced) await handle.datasync()
        size += bytes.length
      } catch (error) {
        // A part may be on the disk: it goes now, or else when the file is opened for the next try.
        await handle?.truncate(size).catch(() => {})
        await release().catch(() => {})
        throw error
      }
    },
    appendNow(bytes) {
      const fd = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o644)
      try {
        const found = fstatSync(fd).size
        // It was being set aside just now.
        if (found === 0) size = 0
        if (found < size) throw new Error('another program cut it short')
        ftruncateSync(fd, size)
        let done = 0
        while (done < bytes.length)
          done += writeSync(fd, bytes, done, bytes.length - done, size + done)
        if (synced) fdatasyncSync(fd)
        size += bytes.length
      } finally {
        closeSync(fd)
      }
    },
    async moveTo(other) {
      await release()
      await rename(file, other)
      size = 0
    },
    close: release,
  }
}
