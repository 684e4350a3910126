// `esimulator state`: a whole world to a file, and back.
import { readFile, writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { ControlError } from '../control/client.ts'
import { controlClient } from '../control/node-client.ts'
import type { StateDocument, WorldShown } from '../control/wire.ts'
import { reason } from '../stores/disk-errors.ts'
import { whyNoJson } from '../stores/json-shape.ts'
import { unknownAction } from './actions.ts'
import { CannotRun } from './cannot-run.ts'
import type { Run } from './command.ts'
import type { Config } from './config.ts'
import { connect, placeOf, print } from './connection.ts'
import { envCommand } from './env.ts'

/** Stands for standard input or output. */
const STANDARD = '-'

export const state: Run = async (config, [action, file = STANDARD]) => {
  if (action === 'export') await exportTo(file, config)
  else if (action === 'import') await importFrom(file, config)
  else throw unknownAction('state', action ?? '')
  return 0
}

async function exportTo(file: string, config: Config): Promise<void> {
  const document = `${JSON.stringify(await connect(config).state(), null, 2)}\n`
  if (file === STANDARD) {
    process.stdout.write(document)
    return
  }
  await writeFile(file, document).catch((error: Error) => {
    throw new CannotRun(`cannot write ${file}: ${whyNot(error)}`)
  })
  if (!config.json) console.log(`written to ${file}; it holds the world's credentials`)
}

/** Why a file cannot be used, without its name once more. */
function whyNot(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'there is no such file or folder'
  return reason(error)
}

async function importFrom(file: string, config: Config): Promise<void> {
  const document = await readDocument(file)
  const world = await restored(config, document)
  print(
    config,
    world,
    ({ name, sims, clock }) =>
      `the world "${name}" is as in ${file}: ${sims} SIMs, ${clock.now}\n` +
      `in a shell: ${envCommand(config, name)}`,
  )
}

/** Puts a state in; a world that is named and not there yet is made for it. */
async function restored(config: Config, document: StateDocument): Promise<WorldShown> {
  const client = connect(config)
  try {
    return await client.restore(document)
  } catch (error) {
    const { world, token } = config
    if (world === undefined || !(error instanceof ControlError) || error.status !== 404) throw error
    const control = controlClient({ ...placeOf(config), token })
    await control.call('createWorld', { body: { name: world } })
    return client.restore(document)
  }
}

/** What is in a file, taken for a state: the simulator checks it. @throws CannotRun */
async function readDocument(file: string): Promise<StateDocument> {
  const reading = file === STANDARD ? text(process.stdin) : readFile(file, 'utf8')
  const written = await reading.catch((error: NodeJS.ErrnoException) => {
    throw new CannotRun(`cannot read ${file}: ${whyNot(error)}`)
  })
  try {
    return JSON.parse(written)
  } catch (error) {
    throw new CannotRun(`${file} is not JSON: ${whyNoJson(error)}`)
  }
}
