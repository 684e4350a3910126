// What stands in a state folder, file by file: what is wrong with it, and what can be done about it.
import { basename, join } from 'node:path'
import { problemSentence } from '../state/record-check.ts'
import { readBase } from './base-file.ts'
import { reason } from './disk-errors.ts'
import { folderHold } from './folder-lock.ts'
import { readRemovedLives, saveRemovedLives, stagedLives, unknownLives } from './removed-lives.ts'
import {
  bringBack,
  giveNameBack,
  isFree,
  type Kept,
  keptOfAside,
  keptOfWorld,
  type RepairOptions,
  replaceWorld,
  setWorldApart,
} from './repair.ts'
import { readWorld } from './saved-world.ts'
import { BrokenWorld, MisplacedWorld, StoreError } from './store.ts'
import { isOpenToOthers } from './tidy-folder.ts'
import {
  asideFile,
  asideFiles,
  filesIn,
  isOurs,
  LAST_RUN_FILE,
  REPAIRED,
  removedFile,
  removedWorld,
  repairedWorld,
  respelled,
  stagedWorld,
  worldFiles,
  worldOfFile,
} from './world-files.ts'

/** One thing there is to say of a state folder. */
export interface Finding {
  /** False for what somebody has to see to. */
  readonly ok: boolean
  /** One sentence, with what to do. */
  readonly says: string
  /** Keeps what can be kept. @returns a sentence that tells what was done */
  readonly repair?: () => Promise<string>
}

/** What a folder holds, and what there is to say of it. */
export interface FolderCheck {
  /** How many worlds can be opened. */
  readonly worlds: number
  readonly findings: readonly Finding[]
}

const fine = (says: string): Finding => ({ ok: true, says })

/**
 * Looks at every file of a state folder that no process uses, and writes nothing.
 * @throws StoreError when the folder cannot be read
 */
export async function checkFolder(options: RepairOptions): Promise<FolderCheck> {
  const { disk, dir } = options
  const names = (await filesIn(disk, dir)).toSorted()
  const findings: Finding[] = []
  let worlds = 0
  for (const world of new Set(names.flatMap((name) => worldOfFile(name) ?? []))) {
    const found = await checkWorld(options, world)
    findings.push(...found)
    if (found.every(({ ok, repair }) => ok && !repair)) worlds += 1
  }
  findings.push(...(await checkAside(options, names)))
  for (const name of names) findings.push(...(await checkFile(options, name)))
  return { worlds, findings }
}

async function checkWorld(options: RepairOptions, world: string): Promise<Finding[]> {
  const { disk, dir, problemsOf } = options
  const files = worldFiles(dir, world)
  try {
    const read = await readWorld(disk, files)
    if (!read) return [fine(`${files.log} is a beginning of a world: the next start deletes it`)]
    for (const problem of problemsOf(read.records))
      if (problem) return [await damaged(options, world, problemSentence(problem))]
    const harmless = read.remarks.filter(({ isHarmless }) => isHarmless)
    const rest = read.remarks.filter(({ isHarmless }) => !isHarmless)
    const found = harmless.map(({ says }) => fine(says))
    for (const { says } of rest) found.push(await damaged(options, world, says))
    return found
  } catch (error) {
    if (error instanceof MisplacedWorld) return [await misplaced(options, world, error)]
    if (error instanceof BrokenWorld) return [await damaged(options, world, error.message)]
    if (error instanceof StoreError) return [await unreadable(options, world, error.message)]
    throw error
  }
}

const exceptFor = ({ lost }: Kept) => (lost.length === 0 ? '' : `, but for ${lost.join(' and ')}`)

const recordsOf = ({ size, world }: Kept) => `${size} records of the world "${world}"`

async function damaged(options: RepairOptions, world: string, why: string): Promise<Finding> {
  const kept = await keptOfWorld(options, world)
  if (!kept) {
    const says = `the world "${world}" is damaged: ${why}; --repair sets it aside: nothing can be kept`
    return { ok: false, says, repair: () => setApart(options, world) }
  }
  const what = `keeps ${recordsOf(kept)}${exceptFor(kept)}`
  return {
    ok: false,
    says: `the world "${world}" is damaged: ${why}; --repair ${what}`,
    async repair() {
      await replaceWorld(options, kept)
      return `kept ${recordsOf(kept)}${exceptFor(kept)}: what it was is in files *.repaired-*`
    },
  }
}

async function setApart(options: RepairOptions, world: string): Promise<string> {
  const files = await setWorldApart(options, world)
  return `the world "${world}" is set aside: ${files.map((file) => basename(file)).join(', ')}`
}

async function misplaced(
  options: RepairOptions,
  world: string,
  { message, said }: MisplacedWorld,
): Promise<Finding> {
  if (await isFree(options, said)) {
    return {
      ok: false,
      says: `${message}; --repair gives it its own name back`,
      async repair() {
        await giveNameBack(options, world, said)
        return `the files of "${world}" have the name of their world "${said}" again`
      },
    }
  }
  return damaged(options, world, `${message.replace(/: give .*/, '')}, which is there, too`)
}

/** A world whose files cannot be read, or are newer. */
async function unreadable(options: RepairOptions, world: string, why: string): Promise<Finding> {
  const { disk, dir } = options
  const { base, oldLog, log } = worldFiles(dir, world)
  for (const file of [base, oldLog, log]) {
    const isFile = await disk.stat(file).then(
      (found) => found.isFile(),
      (error) => error.code !== 'ELOOP',
    )
    if (!isFile) return damaged(options, world, why)
  }
  return { ok: false, says: why }
}

/** Worlds that were set aside and not yet dealt with. */
async function checkAside(
  options: RepairOptions,
  names: readonly string[],
): Promise<readonly Finding[]> {
  const sets = new Map<string, { world: string; number: number }>()
  for (const { world, number } of names.flatMap((name) => asideFile(name) ?? []))
    sets.set(`${world} ${number}`, { world, number })
  const findings: Finding[] = []
  for (const aside of sets.values()) findings.push(await checkOneAside(options, aside))
  return findings
}

async function checkOneAside(
  options: RepairOptions,
  aside: { readonly world: string; readonly number: number },
): Promise<Finding> {
  const { world, number } = aside
  const file = asideFiles(options.dir, world, number).base.replace(/\.json(?=\.broken)/, '.*')
  const kept = await keptOfAside(options, world, number).catch((error: unknown) => {
    if (error instanceof StoreError) return error.message
    throw error
  })
  if (typeof kept === 'string') return { ok: false, says: kept }
  if (!kept) return fine(`${file} was set aside, and nothing of it can be kept: delete it`)
  const what = `${recordsOf(kept)}${exceptFor(kept)}`
  return {
    ok: false,
    says: `the world "${world}" was set aside as ${file}; --repair brings back ${what}`,
    async repair() {
      // Its name may be another's by now.
      const now = (await keptOfAside(options, world, number)) ?? kept
      await bringBack(options, now, aside)
      return `brought back ${recordsOf(now)}${exceptFor(now)}`
    },
  }
}

/** What there is to say of a file that is no part of a world. */
async function checkFile(options: RepairOptions, name: string): Promise<Finding[]> {
  const { disk, dir } = options
  const path = join(dir, name)
  if (name === '.esimulator.lock') return checkLock(dir)
  if (/^\.esimulator\.(door\.lock|owner)$/.test(name) || name === LAST_RUN_FILE) return []
  if (path === removedFile(dir)) return checkLives(options, path)
  if (path === stagedLives(removedFile(dir)) || stagedWorld(name) !== undefined)
    return [fine(`${path} was never finished: the next start deletes it`)]
  if (removedWorld(name) !== undefined)
    return [fine(`${path} is of a world that was removed: the next start deletes it`)]
  if (respelled(name) !== undefined)
    return [fine(`${path} is called as version 0.1.0 did: the next start calls it otherwise`)]
  if (repairedWorld(name) !== undefined || path === livesBefore(dir))
    return [fine(`${path} is from before a repair: delete it when it is not wanted`)]
  if (!isOurs(name)) return [await checkForeign(options, name)]
  const mode = await disk.stat(path).then(
    ({ mode }) => mode,
    () => 0,
  )
  return isOpenToOthers(mode)
    ? [fine(`${path} can be read by others: the next start ends that`)]
    : []
}

/** A lock whose process may be gone. */
async function checkLock(dir: string): Promise<Finding[]> {
  const hold = await folderHold(dir)
  if (hold?.isHeld) return []
  const pid = hold?.owner?.pid
  const who = pid === undefined ? 'an unknown process' : `process ${pid}, which is gone`
  return [fine(`${join(dir, '.esimulator.lock')} was left by ${who}: the next start takes it`)]
}

/** Where the file of lives goes that could not be read. */
const livesBefore = (dir: string) => `${removedFile(dir)}${REPAIRED}1`

async function checkLives({ disk, dir }: RepairOptions, file: string): Promise<Finding[]> {
  try {
    await readRemovedLives(disk, file)
    return []
  } catch (error) {
    const why = `${file} is damaged (${reason(error)}): how many lives removed worlds had is lost`
    return [
      {
        ok: false,
        says: `${why}; --repair has worlds count theirs from a million on`,
        async repair() {
          await disk.rename(file, livesBefore(dir))
          await saveRemovedLives(disk, file, unknownLives(), true)
          return `worlds of removed names count their lives from a million on`
        },
      },
    ]
  }
}

/** A file that has no name esimulator gives; it may be a world's all the same. */
async function checkForeign(options: RepairOptions, name: string): Promise<Finding> {
  const { disk, dir } = options
  const path = join(dir, name)
  const alone = fine(`${path} is none of esimulator's: it is left alone`)
  if (!name.endsWith('.json')) return alone
  const world = await readBase(disk, path).then(
    (read) => read?.base.world,
    () => undefined,
  )
  if (world === undefined || !(await isFree(options, world))) return alone
  const { base } = worldFiles(dir, world)
  return {
    ok: false,
    says: `${path} holds the world "${world}" under a name that is never read; --repair calls it ${base}`,
    async repair() {
      await disk.rename(path, base)
      return `${path} is ${base} now`
    },
  }
}
