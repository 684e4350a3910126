// A disk that can be full and not be any more, and a simulator on it.
import type { FileHandle } from 'node:fs/promises'
import { controlApp } from '../../src/control/app.ts'
import { listen } from '../../src/server/listen.ts'
import { openServer } from '../../src/server/server.ts'
import { simulators } from '../../src/simulators/index.ts'
import { type Disk, type OpenLog, realDisk } from '../../src/stores/disk.ts'
import { lowdbStore } from '../../src/stores/lowdb.ts'
import type { Durability } from '../../src/stores/store.ts'

export interface FillableDisk extends Disk {
  /** While it is, files can be made, renamed, cut and removed, and nothing fits in that is written. */
  full: boolean
}

export function fillableDisk(): FillableDisk {
  const full = () => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })

  function fillableLog(log: OpenLog): OpenLog {
    // The kernel takes what still fits, and refuses the rest.
    let room = 7
    return {
      ...log,
      write(bytes, position) {
        if (!disk.full) return log.write(bytes, position)
        if (room === 0) throw full()
        const written = log.write(bytes.subarray(0, room), position)
        room -= written
        return written
      },
    }
  }

  const disk: FillableDisk = {
    ...realDisk,
    full: false,
    async open(file, flags, mode) {
      const handle = await realDisk.open(file, flags, mode)
      const [write, writeFile] = [handle.write.bind(handle), handle.writeFile.bind(handle)]
      handle.writeFile = async (...content) => {
        if (disk.full) throw full()
        await writeFile(...content)
      }
      handle.write = (async (bytes: Buffer, from: number, length: number, position: number) => {
        if (disk.full) throw full()
        return write(bytes, from, length, position)
      }) as FileHandle['write']
      return handle
    },
    openLog: (file) => fillableLog(realDisk.openLog(file)),
  }
  return disk
}

/** A simulator on a disk of the test's own. */
export async function startOn(disk: Disk, dir: string, durability: Durability) {
  const said: string[] = []
  const report = (sentence: string) => void said.push(sentence)
  const listening = await listen('127.0.0.1', [{ port: 0 }])
  const store = await lowdbStore({ dir, durability, version: '1', warn: report, disk })
  const server = await openServer({
    simulators,
    store,
    clock: 'frozen',
    seed: 'full',
    policy: { allow: [], timeout: 2000 },
    access: { token: undefined, hosts: [], cors: [] },
    checked: true,
    report,
    rest: controlApp,
  })
  listening.serve(server)
  const close = async () => {
    await listening.close(0)
    await server.close()
  }
  return { url: listening.endpoints[0]?.url ?? '', said, close }
}
