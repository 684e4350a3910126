// One process a state folder: proper-lockfile's lock, and who holds it.
import { constants } from 'node:fs'
import { access, mkdir, readFile, realpath, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { check, type LockOptions, lock } from 'proper-lockfile'
import { PRIVATE_FILE, PRIVATE_FOLDER } from './disk.ts'
import { codeOf, reason } from './disk-errors.ts'
import { isObject } from './json-shape.ts'
import { StoreError } from './store.ts'

/** A holder renews its lock every 2 s; a lock not renewed for 10 s is nobody's. */
const options: LockOptions = { realpath: false, update: 2_000, stale: 10_000 }

/** Long enough for a lock without a living holder to become stale. */
const untilStale = { retries: 12, factor: 1, minTimeout: 1_000, maxTimeout: 1_000 }

/** The process that holds a folder, or has left its lock there. */
export interface Owner {
  readonly pid: number
  readonly host: string
}

/** What a folder's lock says. */
export interface FolderHold {
  /** False where it was left by a process that is gone. */
  readonly isHeld: boolean
  /** Absent where nobody knows. */
  readonly owner: Owner | undefined
}

/** Looks at the lock of a folder, and leaves it; `undefined` where there is none. */
export async function folderHold(dir: string): Promise<FolderHold | undefined> {
  const lockFile = join(dir, `${LOCK}.lock`)
  if (!(await stat(lockFile).catch(() => undefined))) return undefined
  const owner = await readOwner(dir)
  const isFresh = await check(join(dir, LOCK), options).catch(() => false)
  const isGone = owner?.host === hostname() && !isAlive(owner.pid)
  return { isHeld: isFresh && !isGone, owner }
}

const LOCK = '.esimulator'

/**
 * Folders this very process holds. Its own pid in an owner file does not say so: after the restart
 * of a container every process is 1.
 */
const held = new Set<string>()

/**
 * Makes the folder where it is missing, and takes it for this process. A lock whose owner ran on
 * this host and is gone is taken over at once; one of another host when it has become stale.
 * @param onLost called when the lock is found to be no longer ours
 * @returns releases the folder
 * @throws StoreError when another process holds the folder, or it cannot be made or written
 */
export async function lockFolder(dir: string, onLost: () => void): Promise<() => Promise<void>> {
  try {
    await makeFolder(resolve(dir))
    // A lock that cannot be made is tried for seconds, whatever the reason.
    await access(`${resolve(dir)}/.`, constants.W_OK | constants.X_OK)
    return await enter(await realpath(dir), dir, onLost)
  } catch (error) {
    if (error instanceof StoreError) throw error
    const why = codeOf(error) === 'ENOENT' ? 'it cannot be made there (ENOENT)' : reason(error)
    throw new StoreError(
      `cannot use state folder ${dir}: ${why}: choose another with --state DIR, or --ephemeral`,
    )
  }
}

/**
 * Makes a folder and those above it, one by one: by itself, mkdir never returns
 * below /proc. They are their owner's alone.
 */
async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { mode: PRIVATE_FOLDER })
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return
    const above = dirname(dir)
    if (codeOf(error) !== 'ENOENT' || (await stat(above).catch(() => undefined))) throw error
    await makeFolder(above)
    await mkdir(dir, { mode: PRIVATE_FOLDER })
  }
}

async function enter(folder: string, dir: string, onLost: () => void) {
  const inUse = async () => {
    const owner = await readOwner(folder)
    const elsewhere = owner && owner.host !== hostname() ? ` on ${owner.host}` : ''
    return new StoreError(
      `state folder ${dir} is in use by process ${owner?.pid ?? 'unknown'}${elsewhere}: ` +
        'stop it, or use another --state folder',
    )
  }
  const lockedIs = (error: unknown) => (codeOf(error) === 'ELOCKED' ? inUse() : error)
  // Of two processes that find the same dead owner, the second would remove the lock that the first
  // has just taken: so they look one at a time.
  const unlockDoor = await lock(join(folder, '.esimulator.door'), {
    ...options,
    update: 1_000,
    stale: 2_000,
    retries: { retries: 15, minTimeout: 20, maxTimeout: 300 },
    onCompromised: () => {},
  }).catch(async (error) => {
    throw await lockedIs(error)
  })
  try {
    const unlock = await take(folder, onLost).catch(async (error) => {
      throw await lockedIs(error)
    })
    const release = async () => {
      held.delete(folder)
      // Before the lock, not after: then the next holder may already have put its own there.
      await rm(ownerFile(folder), { force: true }).catch(() => {})
      await unlock()
    }
    held.add(folder)
    try {
      await writeFile(
        ownerFile(folder),
        `${JSON.stringify({ pid: process.pid, host: hostname() } satisfies Owner)}\n`,
        { mode: PRIVATE_FILE },
      )
    } catch (error) {
      await release()
      throw error
    }
    return release
  } finally {
    await unlockDoor().catch(() => {})
  }
}

async function take(folder: string, onLost: () => void): Promise<() => Promise<void>> {
  const path = join(folder, LOCK)
  const whole = { ...options, onCompromised: onLost }
  try {
    return await lock(path, whole)
  } catch (error) {
    if (codeOf(error) !== 'ELOCKED' || held.has(folder)) throw error
    const owner = await readOwner(folder)
    if (!owner || owner.host !== hostname()) return lock(path, { ...whole, retries: untilStale })
    if (owner.pid !== process.pid && isAlive(owner.pid)) throw error
    await rmdir(`${path}.lock`).catch(() => {})
    return lock(path, whole)
  }
}

const ownerFile = (folder: string) => join(folder, '.esimulator.owner')

async function readOwner(folder: string): Promise<Owner | undefined> {
  try {
    const owner: unknown = JSON.parse(await readFile(ownerFile(folder), 'utf8'))
    if (!isObject(owner)) return undefined
    const { pid, host } = owner
    return typeof pid === 'number' &&
      Number.isSafeInteger(pid) &&
      pid > 0 &&
      typeof host === 'string'
      ? { pid, host }
      : undefined
  } catch {
    return undefined
  }
}

function isAlive(pid: number) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) !== 'ESRCH'
  }
}
