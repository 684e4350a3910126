// What `esimulator doctor` says of a state folder, and how it repairs one.
import { constants } from 'node:fs'
import { access, readdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { recordCheck } from '../server/record-check.ts'
import { packageVersion } from '../server/server.ts'
import { knownSimulators } from '../simulators/index.ts'
import { reasonOf } from '../state/reason.ts'
import { realDisk } from '../stores/disk.ts'
import { checkFolder, type Finding, type FolderCheck } from '../stores/folder-check.ts'
import { folderHold, lockFolder } from '../stores/folder-lock.ts'
import type { RepairOptions } from '../stores/repair.ts'
import { tidyFolder } from '../stores/tidy-folder.ts'
import type { Config } from './config.ts'

/** Something there is to say of a folder. */
export type Said = Pick<Finding, 'ok' | 'says'>

/**
 * Checks every file of the folder, without its lock and without writing anything; with `--repair`
 * keeps what can be kept, and says what then is.
 */
export async function stateFolder({ state, ephemeral, repair }: Config): Promise<Said[]> {
  if (ephemeral) return [{ ok: true, says: 'nothing is kept (--ephemeral)' }]
  const dir = resolve(state)
  const missing = await whyMissing(dir)
  if (missing) return [missing]
  const hold = await folderHold(dir)
  if (hold?.isHeld) {
    const who = `process ${hold.owner?.pid ?? 'unknown'}`
    const says = `${dir} is in use by ${who}: stop it to have the files checked and repaired`
    return [{ ok: !repair, says }]
  }
  const options = {
    disk: realDisk,
    dir,
    version: await packageVersion(),
    problemsOf: recordCheck(knownSimulators()),
  }
  return repair ? repaired(options) : checked(dir, await checkFolder(options))
}

/** Why there is no folder to be looked at; `undefined` where there is one. */
async function whyMissing(dir: string): Promise<Said | undefined> {
  const files = await readdir(dir).catch((error: NodeJS.ErrnoException) => error)
  if (!(files instanceof Error)) {
    const isUsable = await isAccessible(dir, constants.W_OK | constants.R_OK)
    const says = `${dir} cannot be read and written: choose another folder with --state`
    return isUsable ? undefined : { ok: false, says }
  }
  if (files.code !== 'ENOENT') throw files
  if (await isAccessible(dirname(dir), constants.W_OK))
    return { ok: true, says: `${dir} will be made` }
  const says = `${dir} is not there and cannot be made: choose another folder with --state`
  return { ok: false, says }
}

const isAccessible = (dir: string, mode: number) =>
  access(dir, mode).then(
    () => true,
    () => false,
  )

function checked(dir: string, { worlds, findings }: FolderCheck): Said[] {
  const summary = `${dir} can be read and written: ${worlds} worlds can be opened`
  return [{ ok: true, says: summary }, ...findings]
}

/** Repairs one thing after the other, and looks again. @throws StoreError where the folder is in use */
async function repaired(options: RepairOptions): Promise<Said[]> {
  const { disk, dir } = options
  const unlock = await lockFolder(dir, () => {})
  const said: Said[] = []
  try {
    await tidyFolder(disk, dir)
    for (const finding of (await checkFolder(options)).findings) {
      const repair = finding.repair
      if (repair) said.push(await done(finding.says, repair))
    }
    return [...said, ...checked(dir, await checkFolder(options))]
  } finally {
    await unlock()
  }
}

async function done(says: string, repair: () => Promise<string>): Promise<Said> {
  try {
    return { ok: true, says: await repair() }
  } catch (error) {
    return {
      ok: false,
      says: `${says}: that failed: ${reasonOf(error)}`,
    }
  }
}
