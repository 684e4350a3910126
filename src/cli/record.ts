// `esimulator record`: what was played by hand, as a workflow that can be run.
import { existsSync, writeFileSync } from 'node:fs'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import { reasonOf } from '../state/reason.ts'
import { schemaPath } from '../workflows/editor-comment.ts'
import type { Since } from '../workflows/record/played.ts'
import { CannotRun } from './cannot-run.ts'
import type { OwnFlag, Run } from './command.ts'
import type { Config, Flags } from './config.ts'
import { connect } from './connection.ts'

export const recordFlags: readonly OwnFlag[] = [
  {
    usage: '--since <ID|INSTANT>',
    says: 'only from this exchange of the journal, or this instant of the world, on',
  },
  { usage: '--workflow <ID>', says: 'what the workflow is called (recorded)' },
  { usage: '--force', says: 'write over a file that is there' },
]

/** From where a file finds the schema that editors use. */

export const record: Run = async (config, [file], flags) => {
  const since = sinceOf(flags)
  const workflowId = workflowIdOf(flags)
  if (file !== undefined && existsSync(file) && flags.force !== true)
    throw new CannotRun(
      `${file} is there already: name another file, or write over it with --force`,
    )

  const { record: recorded, NothingToRecord } = await import('../workflows/record/record.ts')
  const { startSimulator } = await import('../library/running-simulator.ts')
  const { startReceiver } = await import('../library/receiver.ts')
  const { simulatorTarget } = await import('../workflows/simulator-target.ts')
  await using receiver = await startReceiver()
  // Where it is tried with other seeds: as `run` will.
  const { knownSimulators } = await import('../simulators/index.ts')
  await using sim = await startSimulator({ providers: knownSimulators() })
  const options = {
    since,
    workflowId,
    world: worldOf(config),
    schema: schemaPath('workflow', file),
    receiver: receiver.url,
    targetFor: (seed: string) => simulatorTarget({ url: sim.url, seed, keep: false }),
  }
  const { text, notes, passes, steps } = await recorded(connect(config), options).catch((error) => {
    throw error instanceof NothingToRecord ? new CannotRun(error.message) : error
  })

  if (file === undefined) process.stdout.write(text)
  else write(file, text, flags)
  for (const note of notes) console.error(note)
  if (file !== undefined && !config.json && passes)
    console.log(`${steps} steps in ${file}: esimulator run ${file}`)
  return passes ? 0 : 1
}

const worldOf = ({ world = DEFAULT_WORLD }: Config) => world

/** @throws CannotRun */
function sinceOf({ since }: Flags): Since | undefined {
  if (typeof since !== 'string') return undefined
  if (/^[1-9]\d{0,14}$/.test(since)) return { exchange: Number(since) }
  const at = /^\d{4}-\d\d-\d\dT/.test(since) ? Date.parse(since) : Number.NaN
  if (!Number.isNaN(at)) return { at }
  throw new CannotRun(
    `--since "${since}": give the number of an exchange, or an instant as in 2026-01-01T00:00:00Z`,
  )
}

/** @throws CannotRun */
function workflowIdOf({ workflow = 'recorded' }: Flags): string {
  if (typeof workflow === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(workflow)) return workflow
  throw new CannotRun(`--workflow "${workflow}": give 1 to 64 of A-Z a-z 0-9 _ -`)
}

/** @throws CannotRun */
function write(file: string, text: string, { force }: Flags): void {
  try {
    writeFileSync(file, text, { flag: force === true ? 'w' : 'wx' })
  } catch (error) {
    throw new CannotRun(`cannot write ${file}: ${reasonOf(error)}`)
  }
}
