// Every option of the command line with its flag, variable and key, and the help of every command.

import { type Option, type OptionName, options, spelled, variable } from '../../src/cli/options.ts'
import { run } from '../../src/cli/program.ts'
import { code, fence, page, type ReferencePage, table } from './markdown.ts'

export function optionsPage(): ReferencePage {
  const rows = Object.entries(options).map(([name, option]) => {
    const { value, many, says, form, fallback } = option as Option<unknown>
    const flag = `--${spelled(name)}${value === undefined ? '' : ` ${value}`}`
    const usual = typeof fallback === 'string' ? code(fallback) : ''
    const isInFile = form !== undefined || value !== undefined
    return [
      code(flag),
      code(variable(name as OptionName)),
      isInFile ? code(`${spelled(name)}:`) : '',
      usual,
      many ? `${says}; may be given several times` : says,
    ]
  })
  return page('options.md', [
    '# Options',
    'A flag wins over a variable, a variable over [the config file](../configuration.md#the-config-file). ' +
      'In a variable several values are separated by commas, in the file they are a list. ' +
      '[Which command takes which](cli.md).',
    table(['flag', 'variable', 'key', 'unless given', 'what it is'], rows),
  ])
}

/** What a command prints with --help. */
async function helpOf(args: readonly string[]): Promise<string> {
  const { write } = process.stdout
  let said = ''
  process.stdout.write = (piece: string | Uint8Array) => {
    said += String(piece)
    return true
  }
  try {
    await run([...args, '--help'])
  } finally {
    process.stdout.write = write
  }
  return said
}

const COMMAND = /^ {2}([a-z][\w-]*)/

export async function cliPage(): Promise<ReferencePage> {
  const all = await helpOf([])
  const commands = (all.split('Commands:\n')[1] ?? '')
    .split('\n')
    .flatMap((line) => COMMAND.exec(line)?.[1] ?? [])
    .filter((name) => name !== 'help')
  const parts = [
    '# Command line',
    'Exit codes: 0 fine, 1 findings, 2 could not run. What an option may be is told in [options](options.md).',
    fence('text', all),
  ]
  for (const name of commands) parts.push(`## ${name}`, fence('text', await helpOf([name])))
  return page('cli.md', parts)
}
