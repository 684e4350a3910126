// The command line but for `start`: commander, the help, and what is said to a mistake.
import { Command, CommanderError, Option as Flag } from 'commander'
import { packageVersion } from '../server/server.ts'
import { ACTIONS, type ActionDef, actionsNamed, mostArguments } from './actions.ts'
import { CannotRun } from './cannot-run.ts'
import type { OwnFlag } from './command.ts'
import { COMMANDS, type CommandDef, nameOf } from './commands.ts'
import type { Flags } from './config.ts'
import {
  argumentMissing,
  noValue,
  tooMany,
  unknownCommand,
  unknownOption,
  valueMissing,
} from './mistakes.ts'
import { type Option, type OptionName, options, spelled, variable } from './options.ts'

/** Help is as wide as the terminal, and no wider than can be read. */
const WIDEST = 80

/**
 * Runs a command. Returns the exit status: 0 fine, 1 findings, 2 could not run.
 * @throws CannotRun for a mistake on the command line
 */
export async function run(written: readonly string[]): Promise<number> {
  const args = withoutSynonyms(written)
  let status = 0
  const program = newCommand('esimulator')
    .description('Stateful stand-ins for eSIM provider APIs, with time travel and signed callbacks')
    .version(await packageVersion(), '-v, --version')
    .enablePositionalOptions()
    .addHelpText('after', '\nesimulator help COMMAND, or COMMAND ACTION, tells more.')
  for (const definition of COMMANDS) {
    const command = addCommand(program, definition, (ended) => {
      status = ended
    })
    if (!args.includes(command.name())) continue
    for (const flag of (await definition.ownFlags?.()) ?? []) command.addOption(ownFlag(flag))
  }
  const helped = helpOfAction(program, args)
  if (helped) return helped()
  const [first = ''] = args
  const names = program.commands.map((each) => each.name())
  // Asked for help, commander would print that of the whole, and say nothing of the mistake.
  if (first !== '' && !first.startsWith('-') && ![...names, 'help'].includes(first))
    throw unknownCommand(first, names, actionsNamed(first))

  try {
    await program.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return 0
    if (error.code === 'commander.help') return 2
    throw mistakeOf(error, program, args[0])
  }
  return status
}

/** `-V` and `version` are `--version`; `help sim use` is `sim use --help`; `events` always follows. */
function withoutSynonyms(args: readonly string[]): readonly string[] {
  const [first, ...rest] = args
  if (first === '-V' || first === 'version') return ['--version']
  if (first === 'help' && rest.length > 0) return [...rest, '--help']
  if (first === 'events') return args.filter((arg) => arg !== '--follow')
  return args
}

function newCommand(name: string): Command {
  return new Command(name)
    .exitOverride()
    .configureHelp({ minWidthToWrap: 20 })
    .configureOutput({
      getOutHelpWidth: () => Math.min(process.stdout.columns ?? WIDEST, WIDEST),
      getErrHelpWidth: () => Math.min(process.stderr.columns ?? WIDEST, WIDEST),
      // What is wrong is told by main.ts, as all else that is.
      outputError: () => {},
    })
}

function addCommand(
  program: Command,
  definition: CommandDef,
  onEnd: (status: number) => void,
): Command {
  const { usage, description, examples, load } = definition
  const command = program.command(usage).description(description).exitOverride()
  command.copyInheritedSettings(program)
  for (const option of definition.options) command.addOption(flagFor(option))
  if (!definition.isAlone) command.option('--config <FILE>', 'config file (esimulator.config.yaml)')
  if (definition.ofProvider) command.option('--provider <SLUG>', 'only of this provider')
  if (definition.passesOn) command.passThroughOptions()
  const name = command.name()
  const actions = ACTIONS[name]
  if (actions) command.addHelpText('after', `\n${actionsText(actions)}`)
  const lines = examples.map((example) => `  esimulator ${example}`)
  command.addHelpText('after', ['', 'Examples:', ...lines].join('\n'))

  command.action(async (...given: unknown[]) => {
    const flags: Flags = command.opts()
    // Behind the arguments commander hands over the flags and the command itself.
    const args = given.slice(0, -2).flat().filter(isText)
    checkCount(name, args)
    const runCommand = await (name === 'completion' ? loadCompletion() : load())
    const { defaultConfig, readConfig } = await import('./config.ts')
    if (definition.isAlone) return onEnd(await runCommand(defaultConfig(), args, flags))
    // A flag of its own may be called as an option is that it does not take.
    const ofConfig = ['config', ...definition.options].map((each) => [each, flags[each]])
    const config = await readConfig(Object.fromEntries(ofConfig))
    if (config.plugin.length > 0 && definition.options.includes('plugin'))
      await (await import('./plugins.ts')).loadPlugins(config)
    onEnd(await runCommand(config, args, flags))
  })
  return command
}

/** @throws CannotRun where an action is given more than it takes: it would be done without it */
function checkCount(name: string, [action = '', ...others]: readonly string[]): void {
  const actions = ACTIONS[name] ?? {}
  const found = Object.hasOwn(actions, action) ? actions[action] : undefined
  if (found && others.length > mostArguments(found)) throw tooMany(`${name} ${action}`, found.usage)
}

const loadCompletion = async () => (await import('./completion.ts')).completion

/** The actions of a command: those that fit beside what they are for, and the others above it. */
function actionsText(actions: Readonly<Record<string, ActionDef>>): string {
  const terms = Object.entries(actions).map(([name, { usage, says }]) => {
    return { term: [name, usage].filter(Boolean).join(' '), says }
  })
  const widest = Math.max(...terms.map(({ term }) => term.length))
  const help = newCommand('actions').createHelp()
  help.prepareContext({ helpWidth: WIDEST })
  const lines = terms.map(({ term, says }) => help.formatItem(term, widest, says, help))
  return ['Actions:', ...lines].join('\n')
}

/** The help of one action, where that is asked for. */
function helpOfAction(program: Command, args: readonly string[]): (() => number) | undefined {
  const [name = '', action = ''] = args
  const definition = COMMANDS.find((each) => nameOf(each) === name)
  const found = Object.hasOwn(ACTIONS[name] ?? {}, action) ? ACTIONS[name]?.[action] : undefined
  if (!found || !definition || !args.some((arg) => arg === '--help' || arg === '-h'))
    return undefined
  const whole = program.commands.find((each) => each.name() === name)
  const command = newCommand(`esimulator ${name} ${action}`)
    .description(found.says)
    .usage([found.usage, '[options]'].filter(Boolean).join(' '))
  for (const option of whole?.options ?? []) command.addOption(option)
  const own = definition.examples.filter((each) => each.startsWith(`${name} ${action}`))
  if (own.length > 0) {
    const lines = own.map((example) => `  esimulator ${example}`)
    command.addHelpText('after', ['', 'Examples:', ...lines].join('\n'))
  }
  return () => {
    command.outputHelp()
    return 0
  }
}

/** What commander found wrong, in our words. */
function mistakeOf(error: CommanderError, program: Command, first = ''): CannotRun {
  const command = program.commands.find((each) => each.name() === first)
  const name = command?.name()
  const [, quoted = ''] = /'(.*?)'/s.exec(error.message) ?? []
  const usage = command ? command.usage().replace(/^\[options\] ?/, '') : ''
  switch (error.code) {
    case 'commander.unknownOption': {
      const known = (command ?? program).options.flatMap(({ long }) => long ?? [])
      return unknownOption(quoted, [...known, '--help'], name)
    }
    case 'commander.optionMissingArgument':
      return valueMissing(quoted.replaceAll(/[<>]/g, ''), name)
    case 'commander.excessArguments':
      return tooMany(name ?? first, usage)
    case 'commander.missingArgument':
      return argumentMissing(name ?? first, usage)
    default:
      return error.message.includes('argument')
        ? noValue(quoted, name)
        : new CannotRun(error.message.replace(/^error: /, ''))
  }
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
