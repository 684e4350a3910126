// The commands and their help. Each is loaded when it is run.
import { Command, CommanderError, Option as Flag } from 'commander'
import { packageVersion } from '../server/server.ts'
import type { Config, Flags } from './config.ts'
import {
  CLIENT,
  type Option,
  type OptionName,
  options,
  START,
  spelled,
  variable,
} from './options.ts'

/** What a command does with its config and arguments; returns the exit status. */
export type Run = (config: Config, args: readonly string[], flags: Flags) => Promise<number>

/** Runs a command. Returns the exit status: 0 fine, 1 findings, 2 could not run. */
export async function run(args: readonly string[]): Promise<number> {
  let status = 0
  const program = new Command('esimulator')
    .description('Stateful stand-ins for eSIM provider APIs, with time travel and signed callbacks')
    .version(await packageVersion())
    .exitOverride()
    .showHelpAfterError('(--help lists what there is)')

  const command = (
    usage: string,
    says: string,
    names: readonly OptionName[],
    load: () => Promise<Run>,
  ) => {
    const made = program.command(usage).description(says).exitOverride()
    for (const name of names) made.addOption(flagFor(name))
    made.option('--config <FILE>', 'config file (esimulator.config.yaml)')
    return made.action(async (...given: unknown[]) => {
      const flags = (made.opts() ?? {}) as Flags
      const { readConfig } = await import('./config.ts')
      const words = given
        .slice(0, -2)
        .flat()
        .filter((word) => word !== undefined) as string[]
      status = await (await load())(await readConfig(flags), words, flags)
    })
  }

  command('start', 'start the simulator', START, async () => {
    throw new Error('start is run by main.ts')
  })
  command(
    'wait-ready',
    'wait until the simulator answers',
    ['url', 'timeout', 'json'],
    async () => (await import('./wait-ready.ts')).waitReady,
  )
  command(
    'env',
    'print base URLs and credentials as shell lines, for eval',
    CLIENT,
    async () => (await import('./env.ts')).env,
  )
  command(
    'doctor',
    'check what keeps the simulator from running',
    [...START.filter((name) => name !== 'json'), 'url', 'json'],
    async () => (await import('./doctor.ts')).doctor,
  )
  command(
    'clock [action] [value]',
    'show | advance P3D | freeze [INSTANT] | resume [RATE]',
    CLIENT,
    async () => (await import('./clock.ts')).clock,
  )
  command(
    'sim [action] [args...]',
    'list | show ICCID | download, install, enable, disable, delete, detach ICCID | attach ICCID COUNTRY [OPERATOR] | use ICCID 500MB',
    CLIENT,
    async () => (await import('./sim.ts')).sim,
  ).option('--provider <SLUG>', 'only of this provider')
  command(
    'state <action> <file>',
    'export FILE | import FILE; - is standard output or input',
    CLIENT,
    async () => (await import('./state.ts')).state,
  )
  command(
    'provenance [provider]',
    'what is documented, and what is invented',
    CLIENT,
    async () => (await import('./provenance.ts')).provenance,
  )

  try {
    await program.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? 0 : 2
  }
  return status
}

function flagFor(name: OptionName): Flag {
  const { value, many, says } = options[name] as Option<unknown>
  const flag = `--${spelled(name)}${value === undefined ? '' : ` <${value}>`}`
  const made = new Flag(flag, `${says} [${variable(name)}]`)
  if (many)
    made.argParser((text: string, before: unknown) => [
      ...(Array.isArray(before) ? before : []),
      text,
    ])
  return made
}
