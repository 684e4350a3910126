// `esimulator state`: a whole world to a file, and back; no more of it is held than a piece.
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { ControlError } from '../control/client.ts'
import { controlClient } from '../control/node-client.ts'
import type { WorldShown } from '../control/wire.ts'
import { reason } from '../stores/disk-errors.ts'
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
  const pieces = connect(config).control.stream('getState', {})
  if (file === STANDARD) {
    await pipeline(pieces, process.stdout, { end: false })
    return
  }
  await write(file, pieces)
  if (!config.json) console.log(`written to ${file}; it holds the world's credentials`)
}

/** Writes a file, which stays as it is until the first piece is there. @throws CannotRun */
async function write(file: string, pieces: AsyncIterable<string>): Promise<void> {
  const cannotWrite = (error: Error) => {
    throw new CannotRun(`cannot write ${file}: ${whyNot(error)}`)
  }
  let handle: FileHandle | undefined
  try {
    for await (const piece of pieces) {
      handle ??= await open(file, 'w').catch(cannotWrite)
      await handle.writeFile(piece).catch(cannotWrite)
    }
  } finally {
    await handle?.close().catch(cannotWrite)
  }
}

/** Why a file cannot be used, without its name once more. */
function whyNot(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'there is no such file or folder'
  return reason(error)
}

async function importFrom(file: string, config: Config): Promise<void> {
  const from = await reader(file)
  const world = await restored(config, { file, from })
  print(
    config,
    world,
    ({ name, sims, clock }) =>
      `the world "${name}" is as in ${file}: ${sims} SIMs, ${clock.now}\n` +
      `in a shell: ${envCommand(config, name)}`,
  )
}

/** What is read, taken for a state: the simulator checks it. @throws CannotRun */
async function reader(file: string): Promise<NodeJS.ReadableStream> {
  if (file === STANDARD) return process.stdin
  const handle = await open(file, 'r').catch((error: Error) => {
    throw new CannotRun(`cannot read ${file}: ${whyNot(error)}`)
  })
  return createReadStream(file, { fd: handle })
}

/** Puts a state in; a world that is named and not there yet is made for it. */
async function restored(
  config: Config,
  { file, from }: { readonly file: string; readonly from: NodeJS.ReadableStream },
): Promise<WorldShown> {
  const { world, token } = config
  const client = connect(config)
  if (world !== undefined) {
    await client.show().catch(async (error: unknown) => {
      if (!(error instanceof ControlError) || error.status !== 404) throw error
      const control = controlClient({ ...placeOf(config), token })
      await control.call('createWorld', { body: { name: world } })
    })
  }
  let unread: Error | undefined
  from.once('error', (error) => {
    unread = error
  })
  try {
    return await client.control.upload('putState', from as AsyncIterable<Uint8Array>)
  } catch (error) {
    if (unread) throw new CannotRun(`cannot read ${file}: ${whyNot(unread)}`)
    if (!(error instanceof ControlError) || error.problem.code !== 'malformed-body') throw error
    throw new CannotRun(error.message.replace(/^the body/, file))
  }
}
