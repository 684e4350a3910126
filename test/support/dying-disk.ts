// A disk that stops at its n-th operation, as at a kill; or that is full at that one only.
import type { FileHandle } from 'node:fs/promises'
import { type Disk, realDisk } from '../../src/stores/disk.ts'

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
    const end = () => underWay.delete(done)
    done.then(end, end)
    return done
  }

  async function counted<T>(name: string, whole: () => Promise<T>, half?: () => Promise<unknown>) {
    if (dead) throw new Error('the process is gone')
    operations.push(name)
    if (operations.length !== at) return whole()
    if (ending === 'a full disk at') {
      await half?.()
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    }
    dead = true
    if (ending === 'killed in the midst of') await half?.()
    stop()
    throw new Error('the process is gone')
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
      stat: (() => operation('fstat', () => handle.stat())) as FileHandle['stat'],
      truncate: (size) => operation('truncate', () => handle.truncate(size)),
      datasync: () => operation('datasync', () => handle.datasync()),
      sync: () => operation('sync', () => handle.sync()),
      write: ((bytes: Buffer, from: number, length: number, position: number) =>
        operation(
          'write',
          () => handle.write(bytes, from, length, position),
          () => handle.write(bytes, from, Math.floor(length / 2), position),
        )) as FileHandle['write'],
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
  }
}
