// The commands and their help. Each is loaded when it is run.
import { Command, CommanderError, Option as Flag } from 'commander'
import { packageVersion } from '../server/server.ts'
import type { OwnFlag, Run } from './command.ts'
import type { Flags } from './config.ts'
import {
  CLIENT,
  DIFF,
  IMPORT,
  type Option,
  type OptionName,
  options,
  PACT,
  PROXY,
  RUN,
  START,
  spelled,
  variable,
} from './options.ts'

interface CommandDef {
  /** Its name and arguments, as commander writes them. */
  readonly usage: string
  readonly description: string
  readonly options: readonly OptionName[]
  /** Whether it needs no config: a broken one does not hinder it. */
  readonly isAlone?: true
  /** Whether it takes `--provider`, too. */
  readonly ofProvider?: true
  /** Flags that are no options of the config; looked at where the command is asked for. */
  readonly ownFlags?: () => Promise<readonly OwnFlag[]>
  readonly load: () => Promise<Run>
}

const COMMANDS: readonly CommandDef[] = [
  {
    usage: 'start',
    description: 'start the simulator',
    options: START,
    async load() {
      throw new Error('start is run by main.ts')
    },
  },
  {
    usage: 'wait-ready',
    description: 'wait until the simulator answers',
    options: ['url', 'timeout', 'json'],
    load: async () => (await import('./wait-ready.ts')).waitReady,
  },
  {
    usage: 'env',
    description: 'print base URLs and credentials as shell lines, for eval',
    options: CLIENT,
    load: async () => (await import('./env.ts')).env,
  },
  {
    usage: 'doctor',
    description: 'check what keeps the simulator, or with --target FILE a suite, from running',
    options: [
      ...START.filter((name) => name !== 'json'),
      ...(['url', 'repair', 'target', 'provider', 'allow', 'maxWait', 'receiver'] as const),
      'json',
    ],
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    usage: 'clock [action] [value]',
    description: 'show | advance P3D | freeze [INSTANT] | resume [RATE]',
    options: CLIENT,
    load: async () => (await import('./clock.ts')).clock,
  },
  {
    usage: 'sim [action] [args...]',
    description:
      'list | show ICCID | download, install, enable, disable, delete, detach ICCID | ' +
      'attach ICCID COUNTRY [OPERATOR] | use ICCID 500MB',
    options: CLIENT,
    ofProvider: true,
    load: async () => (await import('./sim.ts')).sim,
  },
  {
    usage: 'journal [action] [id]',
    description: 'list | ID | explain ID | har',
    options: CLIENT,
    ofProvider: true,
    ownFlags: async () => (await import('./journal.ts')).journalFlags,
    load: async () => (await import('./journal.ts')).journal,
  },
  {
    usage: 'callbacks [action] [args...]',
    description: 'list | deliveries | redeliver ID | send PROVIDER TYPE',
    options: CLIENT,
    ofProvider: true,
    ownFlags: async () => (await import('./callbacks.ts')).callbackFlags,
    load: async () => (await import('./callbacks.ts')).callbacks,
  },
  {
    usage: 'fault [action] [args...]',
    description:
      'list | kinds | add PROVIDER OPERATION KIND (or a callback) | remove ID | clear; ' +
      "'*' is every operation",
    options: CLIENT,
    ownFlags: async () => (await import('./fault.ts')).faultFlags,
    load: async () => (await import('./fault.ts')).fault,
  },
  {
    usage: 'snapshot [action] [names...]',
    description: 'list | save NAME | restore NAME | diff NAME [OTHER] | delete NAME',
    options: CLIENT,
    load: async () => (await import('./snapshot.ts')).snapshot,
  },
  {
    usage: 'rewind [back]',
    description: 'STEPS | INSTANT; without either, the steps there are to undo',
    options: CLIENT,
    load: async () => (await import('./rewind.ts')).rewind,
  },
  {
    usage: 'state <action> <file>',
    description: 'export FILE | import FILE; - is standard output or input',
    options: CLIENT,
    load: async () => (await import('./state.ts')).state,
  },
  {
    usage: 'world [action] [name]',
    description: 'list | create NAME | show NAME | env NAME | remove NAME',
    options: CLIENT,
    ownFlags: async () => (await import('./world.ts')).worldFlags,
    load: async () => (await import('./world.ts')).world,
  },
  {
    usage: 'run [files...]',
    description: 'run workflows (Arazzo) against a simulator: each case in a world of its own',
    options: RUN,
    ownFlags: async () => (await import('./run.ts')).runFlags,
    load: async () => (await import('./run.ts')).run,
  },
  {
    usage: 'diff [files...]',
    description:
      'run the same workflows on two sides and tell what differs: exit 1 where something does',
    options: DIFF,
    load: async () => (await import('./diff.ts')).diff,
  },
  {
    usage: 'record [file]',
    description: 'write what was played in a world as a workflow (Arazzo) for run',
    options: CLIENT,
    ownFlags: async () => (await import('./record.ts')).recordFlags,
    load: async () => (await import('./record.ts')).record,
  },
  {
    usage: 'pact [action] [files...]',
    description:
      'verify FILES --provider SLUG | states: what their provider states may be | export: ' +
      'contracts of the contract suite',
    options: PACT,
    load: async () => (await import('./pact.ts')).pact,
  },
  {
    usage: 'proxy',
    description: 'pass calls on to a real endpoint, and hold each to the spec',
    options: PROXY,
    load: async () => (await import('./proxy.ts')).proxy,
  },
  {
    usage: 'spec [action] [versions...]',
    description:
      'diff OLD NEW: what a new version of an API breaks; files, URLs or esimulator:<provider>',
    options: [],
    isAlone: true,
    ownFlags: async () => (await import('./spec.ts')).specFlags,
    load: async () => (await import('./spec.ts')).spec,
  },
  {
    usage: 'import',
    description:
      'read an account over its API, and write it as a seed file for start: --target is the file of ' +
      'a real endpoint or the URL of a simulator, --provider whose API it is, --input what its reads ask for',
    options: IMPORT,
    ownFlags: async () => (await import('./import.ts')).importFlags,
    load: async () => (await import('./import.ts')).runImport,
  },
  {
    usage: 'schema [name]',
    description:
      'print a JSON Schema: workflow | result | diff | config | seed-file | cassette | spec-diff',
    options: [],
    isAlone: true,
    load: async () => (await import('./schema.ts')).schema,
  },
  {
    usage: 'provenance [provider]',
    description: 'what is documented, and what is invented',
    options: CLIENT,
    load: async () => (await import('./provenance.ts')).provenance,
  },
]

/** Runs a command. Returns the exit status: 0 fine, 1 findings, 2 could not run. */
export async function run(args: readonly string[]): Promise<number> {
  let status = 0
  const program = new Command('esimulator')
    .description('Stateful stand-ins for eSIM provider APIs, with time travel and signed callbacks')
    .version(await packageVersion())
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(withoutValues(text)) })
    .showHelpAfterError('(--help lists what there is)')
  for (const definition of COMMANDS) {
    const command = addCommand(program, definition, (ended) => {
      status = ended
    })
    if (!args.includes(command.name())) continue
    for (const flag of (await definition.ownFlags?.()) ?? []) command.addOption(ownFlag(flag))
  }

  try {
    await program.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? 0 : 2
  }
  return status
}

/** What commander says, without the value of a flag: a mistyped one may be a secret's. */
function withoutValues(text: string): string {
  return text.replaceAll(/'(--[^'=]*)=.*'/g, "'$1'")
}

function addCommand(
  program: Command,
  definition: CommandDef,
  onEnd: (status: number) => void,
): Command {
  const { usage, description, load } = definition
  const command = program.command(usage).description(description).exitOverride()
  for (const name of definition.options) command.addOption(flagFor(name))
  if (!definition.isAlone) command.option('--config <FILE>', 'config file (esimulator.config.yaml)')
  if (definition.ofProvider) command.option('--provider <SLUG>', 'only of this provider')

  command.action(async (...given: unknown[]) => {
    const flags: Flags = command.opts()
    // Behind the arguments commander hands over the flags and the command itself.
    const args = given.slice(0, -2).flat().filter(isText)
    const runCommand = await load()
    const { defaultConfig, readConfig } = await import('./config.ts')
    if (definition.isAlone) return onEnd(await runCommand(defaultConfig(), args, flags))
    // A flag of its own may be called as an option is that it does not take.
    const ofConfig = ['config', ...definition.options].map((name) => [name, flags[name]])
    onEnd(await runCommand(await readConfig(Object.fromEntries(ofConfig)), args, flags))
  })
  return command
}

function ownFlag({ usage, says, many }: OwnFlag): Flag {
  const flag = new Flag(usage, says)
  if (many) flag.argParser((text: string, before: unknown) => [...listOf(before), text])
  return flag
}

const isText = (arg: unknown) => typeof arg === 'string'

function flagFor(name: OptionName): Flag {
  const { value, many, says } = options[name] as Option<unknown>
  const names = `--${spelled(name)}${value === undefined ? '' : ` <${value}>`}`
  const flag = new Flag(names, `${says} [${variable(name)}]`)
  if (many) flag.argParser((text: string, before: unknown) => [...listOf(before), text])
  return flag
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
