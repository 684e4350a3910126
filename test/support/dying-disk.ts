// A disk that stops at its n-th operation, as at a kill; or that is full at that one only.
import type { FileHandle } from 'node:fs/promises'
import { type Disk, type OpenLog, realDisk } from '../../src/stores/disk.ts'

/** How it ends: before the operation, in the midst of a write, or the operation fails and no other. */
export type Ending = 'killed before' | 'killed in the midst of' | 'a full disk at'

export interface DyingDisk extends Disk {
  /** Operations so far. */
  readonly operations: readonly string[]
  /** Resolves when it has stopped. */
  readonly stopped: Promise<void>
  /** Resolves when the kernel has done what it was asked for. */
  readonly idle: () => Promise<unknown>
}

/** @param at the operation it ends at, from 1; 0 for never */
export function dyingDisk(at: number, ending: Ending): DyingDisk {
  const operations: string[] = []
  let dead = false
  let stop = () => {}
  const stopped = new Promise<void>((resolve) => {
    stop = resolve
  })

  const underWay = new Set<Promise<unknown>>()

  /** @param half does a part of it */
  function operation<T>(name: string, whole: () => Promise<T>, half?: () => Promise<unknown>) {
    const done = counted(name, whole, half)
    underWay.add(done)
    const ended = () => underWay.delete(done)
    done.then(ended, ended)
    return done
  }

  /** Counts an operation. @returns true where it is the one it ends at */
  function isEnd(name: string): boolean {
    if (dead) throw new Error('the process is gone')
    operations.push(name)
    if (operations.length !== at) return false
    dead = ending !== 'a full disk at'
    return true
  }

  const doesHalf = ending !== 'killed before'

  function end(): Error {
    if (ending === 'a full disk at')
      return Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    stop()
    return new Error('the process is gone')
  }

  async function counted<T>(name: string, whole: () => Promise<T>, half?: () => Promise<unknown>) {
    if (!isEnd(name)) return whole()
    if (doesHalf) await half?.()
    throw end()
  }

  /** The same of an operation that waits for nothing. */
  function atOnce<T>(name: string, whole: () => T, half?: () => unknown): T {
    if (!isEnd(name)) return whole()
    if (doesHalf) half?.()
    throw end()
  }

  function wrappedLog(log: OpenLog): OpenLog {
    return {
      size: () => atOnce('fstat', log.size),
      write: (bytes, position) =>
        atOnce(
          'write',
          () => log.write(bytes, position),
          () => log.write(bytes.subarray(0, bytes.length / 2), position),
        ),
      truncate: (size) => atOnce('truncate', () => log.truncate(size)),
      sync: () => operation('datasync', log.sync),
      syncNow: () => atOnce('datasync', log.syncNow),
      close() {
        try {
          atOnce('close', () => {})
        } finally {
          // A process that is gone has no file open.
          log.close()
        }
      },
    }
  }

  function wrapped(handle: FileHandle): FileHandle {
    const close = async () => {
      try {
        await operation('close', async () => {})
      } finally {
        // A process that is gone has no file open.
        await handle.close()
      }
    }
    const own: Partial<FileHandle> = {
      write: ((bytes: Buffer, from: number, length: number, position: number) =>
        operation(
          'write',
          () => handle.write(bytes, from, length, position),
          () => handle.write(bytes, from, Math.floor(length / 2), position),
        )) as FileHandle['write'],
      sync: () => operation('sync', () => handle.sync()),
      writeFile: (content) =>
        operation(
          'writeFile',
          () => handle.writeFile(content),
          () => handle.writeFile((content as Buffer).subarray(0, (content as Buffer).length / 2)),
        ),
      close,
      [Symbol.asyncDispose]: close,
    }
    return own as FileHandle
  }

  return {
    operations,
    stopped,
    idle: () => Promise.allSettled(underWay),
    open: async (file, flags, mode) =>
      wrapped(await operation('open', () => realDisk.open(file, flags, mode))),
    readFile: (file) => operation('readFile', () => realDisk.readFile(file)),
    readdir: (dir) => operation('readdir', () => realDisk.readdir(dir)),
    stat: (file) => operation('stat', () => realDisk.stat(file)),
    rename: (from, to) => operation('rename', () => realDisk.rename(from, to)),
    remove: (file) => operation('remove', () => realDisk.remove(file)),
    chmod: (file, mode) => operation('chmod', () => realDisk.chmod(file, mode)),
    openLog: (file) => wrappedLog(atOnce('open', () => realDisk.openLog(file))),
    renameNow: (from, to) => atOnce('rename', () => realDisk.renameNow(from, to)),
  }
}
