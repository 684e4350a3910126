// `esimulator state`: a whole world to a file, and back.
import { readFile, writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { WorldShown } from '../control/worlds.ts'
import { CannotRun } from './cannot-run.ts'
import { connect } from './connection.ts'
import type { Run } from './program.ts'

const STANDARD = '-'

async function readDocument(file: string): Promise<unknown> {
  const reading = file === STANDARD ? text(process.stdin) : readFile(file, 'utf8')
  const written = await reading.catch((error: NodeJS.ErrnoException) => {
    throw new CannotRun(
      `cannot read ${file}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`,
    )
  })
  try {
    return JSON.parse(written)
  } catch (error) {
    throw new CannotRun(`${file} is not JSON: ${error instanceof Error ? error.message : error}`)
  }
}

export const state: Run = async (config, [action, file = STANDARD]) => {
  const control = connect(config)
  if (action === 'export') {
    const document = `${JSON.stringify(await control.get('/state'), null, 2)}\n`
    if (file === STANDARD) process.stdout.write(document)
    else
      await writeFile(file, document).catch((error: Error) => {
        throw new CannotRun(`cannot write ${file}: ${error.message}`)
      })
    if (file !== STANDARD && !config.json)
      console.log(`written to ${file}; it holds the world's credentials`)
    return 0
  }
  if (action !== 'import')
    throw new CannotRun(`there is no "state ${action}"; there are: export, import`)
  const world = await control.send<WorldShown>('PUT', '/state', await readDocument(file))
  console.log(
    config.json
      ? JSON.stringify(world)
      : `the world "${world.name}" is as in ${file}: ${world.sims} SIMs, ${world.clock.now}`,
  )
  return 0
}
