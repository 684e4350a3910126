// Files that may be as large as a world, read in chunks and in lines: no buffer holds all of one.
import type { FileHandle } from 'node:fs/promises'
import type { Disk } from './disk.ts'
import { codeOf, reason } from './disk-errors.ts'
import { StoreError } from './store.ts'

/** A file that is there and cannot be read. */
export class UnreadableFile extends StoreError {}

/** Bytes of a file that are read at once. */
const CHUNK = 1_048_576

/**
 * The bytes of a file in chunks, all but the last of the same size; or `undefined` where there is
 * none. The file is open until all of them were read, or nobody wants more.
 * @throws UnreadableFile where it cannot be read, or is no file: reading a device may never end
 */
export async function readInChunks(
  disk: Disk,
  file: string,
): Promise<AsyncGenerator<Buffer, void, undefined> | undefined> {
  try {
    const found = await disk.stat(file)
    if (!found.isFile() && !found.isDirectory()) throw new Error('it is not a regular file')
    return chunksOf(await disk.open(file, 'r'), file)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw unreadable(file, error)
  }
}

function unreadable(file: string, error: unknown): UnreadableFile {
  return new UnreadableFile(`cannot read ${file}: ${reason(error)}`)
}

async function* chunksOf(handle: FileHandle, file: string) {
  try {
    for (;;) {
      // Each a new one: a part of it may be kept until the next is there.
      const chunk = Buffer.allocUnsafeSlow(CHUNK)
      const size = await fill(chunk, handle).catch((error) => {
        throw unreadable(file, error)
      })
      if (size > 0) yield chunk.subarray(0, size)
      if (size < CHUNK) return
    }
  } finally {
    await handle.close()
  }
}

/** @returns how many bytes there were; fewer than it has room for at the end of the file */
async function fill(chunk: Buffer, handle: FileHandle): Promise<number> {
  let size = 0
  while (size < chunk.length) {
    const { bytesRead } = await handle.read(chunk, size, chunk.length - size)
    if (bytesRead === 0) break
    size += bytesRead
  }
  return size
}

/** A line of a file. */
export interface FileLine {
  /** Without its newline. */
  readonly bytes: Buffer
  /** Bytes of the file up to its end, its newline among them. */
  readonly end: number
  /** False where the file ends within it: it has no newline. */
  readonly isWhole: boolean
  /** Whether the file ends with it. */
  readonly isLast: boolean
}

const NEWLINE = 0x0a

/** The lines of a file; no more is held than two lines and a chunk. */
export async function* linesIn(
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<FileLine, void, undefined> {
  /** The beginning of the line that goes on in the next chunk. */
  let begun: Buffer[] = []
  let end = 0
  let before: FileLine | undefined
  for await (const chunk of chunks) {
    let start = 0
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
      const bytes = joined(begun, chunk.subarray(start, at))
      begun = []
      start = at + 1
      end += bytes.length + 1
      if (before) yield before
      before = { bytes, end, isWhole: true, isLast: false }
    }
    if (start < chunk.length) begun.push(chunk.subarray(start))
  }
  if (before) yield { ...before, isLast: begun.length === 0 }
  if (begun.length === 0) return
  const bytes = Buffer.concat(begun)
  yield { bytes, end: end + bytes.length, isWhole: false, isLast: true }
}

function joined(begun: readonly Buffer[], rest: Buffer): Buffer {
  return begun.length > 0 ? Buffer.concat([...begun, rest]) : rest
}
