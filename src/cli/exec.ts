// `esimulator exec -- COMMAND`: a command run against a simulator of its own, which ends with it.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { worldShown } from '../control/world-shown.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import { defined } from '../state/defined.ts'
import { CannotRun } from './cannot-run.ts'
import type { Run } from './command.ts'
import { type Config, type Flags, readConfig } from './config.ts'
import { trustOf, variablesOf } from './env.ts'
import { type Serving, serveFrom } from './start.ts'

/** Exit statuses of a command that could not be run, as shells have them. */
const NOT_FOUND = 127
const NOT_EXECUTABLE = 126

/**
 * A port of its own, nothing kept, and a clock that stands still, unless flags say otherwise; for the
 * clock a variable or the config file, too.
 */
async function ownConfig(config: Config, flags: Flags): Promise<Config> {
  const frozen = await readConfig({ config: flags.config }, { ...process.env }, undefined, {
    clock: 'frozen',
  })
  return {
    ...config,
    clock: flags.clock === undefined ? frozen.clock : config.clock,
    port: flags.port === undefined ? [{ port: 0 }] : config.port,
    ephemeral: (flags.state === undefined && flags.store === undefined) || config.ephemeral,
  }
}

/** The variables that `env` prints, for this simulator. */
async function variablesFor({ config, server, listening }: Serving) {
  const main = listening.endpoints.find(({ slug }) => slug === undefined)
  const hosted = await server.worlds.open(DEFAULT_WORLD)
  if (!main || !hosted)
    throw new CannotRun('the simulator has no port of its own: leave --port out')
  const variables = variablesOf(worldShown(server, hosted, config.publicUrl ?? main.url), main.url)
  return defined({ ...variables, ...trustOf(config), ESIMULATOR_TOKEN: config.token })
}

const PASSED_ON = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const

/** Runs the command to its end. Returns its exit status. @throws CannotRun */
function ended(command: readonly string[], variables: Readonly<Record<string, string>>) {
  const [file = '', ...args] = command
  // A world that a variable names is one of another simulator.
  const { ESIMULATOR_WORLD: _elsewhere, ...inherited } = process.env
  const child = spawn(file, args, {
    stdio: 'inherit',
    env: { ...inherited, ...variables },
    // Commands of npm are scripts there, which only a shell runs.
    shell: process.platform === 'win32',
  })
  // A terminal sends Ctrl-C to the command, too.
  const isTold = (signal: NodeJS.Signals) => signal === 'SIGINT' && process.stdin.isTTY === true
  const pass = (signal: NodeJS.Signals) => {
    if (!isTold(signal)) child.kill(signal)
  }
  for (const signal of PASSED_ON) process.on(signal, pass)
  return new Promise<number>((done) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'ENOENT'
      const why = isMissing ? 'there is no such command' : `it cannot be run (${error.code})`
      console.error(`esimulator: cannot run ${file}: ${why}: write it as in exec -- npm test`)
      done(isMissing ? NOT_FOUND : NOT_EXECUTABLE)
    })
    child.once('exit', (code, signal) => done(code ?? 128 + constants.signals[signal ?? 'SIGTERM']))
  }).finally(() => {
    for (const signal of PASSED_ON) process.off(signal, pass)
  })
}

/** Ends as the command does. */
export const exec: Run = async (given, command, flags) => {
  const serving = await serveFrom(await ownConfig(given, flags))
  const { server, listening } = serving
  listening.serve(server)
  try {
    return await ended(command, await variablesFor(serving))
  } finally {
    server.stop()
    await listening.close(0)
    await server.close()
  }
}
