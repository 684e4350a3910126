// A copy of a state folder in use: what a process that is killed now would leave, without its lock.
import { cp, readdir, rm } from 'node:fs/promises'

const isOfItsOwner = (path: string) => /esimulator\.(lock|owner)/.test(path)

/** Copies a folder between two rewrites of its files. */
export async function copyAsKilled(from: string, to: string): Promise<void> {
  for (;;) {
    const before = (await readdir(from)).join()
    await rm(to, { recursive: true, force: true })
    const done = await cp(from, to, { recursive: true, filter: (path) => !isOfItsOwner(path) })
      .then(() => true)
      .catch((reason: NodeJS.ErrnoException) => {
        // A file that was renamed in the middle.
        if (reason.code === 'ENOENT') return false
        throw reason
      })
    if (done && !before.includes('.new') && before === (await readdir(from)).join()) return
  }
}
