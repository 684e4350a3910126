// The file operations a store is made of: one seam, so that a test can stop at any of them.
import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { chmod, type FileHandle, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { codeOf } from './disk-errors.ts'

/** What a store does with files; every operation is one call. */
export interface Disk {
  readonly open: (file: string, flags: string | number, mode?: number) => Promise<FileHandle>
  readonly readFile: (file: string) => Promise<Buffer>
  readonly readdir: (dir: string) => Promise<string[]>
  readonly stat: (file: string) => Promise<{
    readonly size: number
    readonly mode: number
    isFile(): boolean
    isDirectory(): boolean
  }>
  readonly rename: (from: string, to: string) => Promise<void>
  /** A file that is not there is no error. */
  readonly remove: (file: string) => Promise<void>
  readonly chmod: (file: string, mode: number) => Promise<void>
  /** Opens a log to write into it, made where it is missing; it waits for nothing. */
  readonly openLog: (file: string) => OpenLog
  /** `rename` without waiting. */
  readonly renameNow: (from: string, to: string) => void
}

/** A log that is open; but for `sync` nothing waits. */
export interface OpenLog {
  /** Bytes it has. */
  size(): number
  /** Writes a part of `bytes`, or all. @returns how many of them */
  write(bytes: Buffer, position: number): number
  truncate(size: number): void
  /** Resolves when what was written is on the disk. */
  sync(): Promise<void>
  syncNow(): void
  close(): void
}

/** The disk there is. */
export const realDisk: Disk = {
  open,
  readFile: (file) => readFile(file),
  readdir: (dir) => readdir(dir),
  stat: (file) => stat(file),
  rename,
  remove: (file) => rm(file, { force: true }),
  chmod,
  openLog,
  renameNow: renameSync,
}

const syncData = promisify(fdatasync)

function openLog(file: string): OpenLog {
  // Not the flag `a`: it would append behind a torn line instead of over it.
  const fd = openSync(file, constants.O_RDWR | constants.O_CREAT, PRIVATE_FILE)
  return {
    size: () => fstatSync(fd).size,
    write: (bytes, position) => writeSync(fd, bytes, 0, bytes.length, position),
    truncate: (size) => ftruncateSync(fd, size),
    sync: () => syncData(fd),
    syncNow: () => fdatasyncSync(fd),
    close: () => closeSync(fd),
  }
}

/** What is kept are secrets, too: files are their owner's alone. */
export const PRIVATE_FILE = 0o600
export const PRIVATE_FOLDER = 0o700

/** Waits until the names in a folder are on the disk. */
export async function syncFolder(disk: Disk, dir: string): Promise<void> {
  // Windows opens no folders, and keeps names in its journal.
  if (process.platform === 'win32') return
  await using handle = await disk.open(dir, 'r')
  await handle.sync()
}

/**
 * The whole of a small file, or `undefined` where there is none.
 * @throws Error where something else than a file stands there: reading a device may never end
 */
export async function readWhole(disk: Disk, file: string): Promise<Buffer | undefined> {
  try {
    const found = await disk.stat(file)
    if (!found.isFile() && !found.isDirectory()) throw new Error('it is not a regular file')
    return await disk.readFile(file)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
