#!/usr/bin/env node
// The command line: finds the command and tells why one could not run.
import { nodeProblem } from './node-version.ts'

/** The status of a command that SIGPIPE ended: 128 and its number. */
const BROKEN_PIPE = 141

const args = process.argv.slice(2)
const wantsHelp = args.some((arg) => arg === '--help' || arg === '-h')

// Readers may stop, as `| head -1` does, or a terminal is closed: what serves goes on, all else ends.
const serves = ['start', 'proxy', 'exec'].includes(args[0] ?? '')
process.stdout.on('error', () => serves || process.exit(BROKEN_PIPE))
process.stderr.on('error', () => {})

try {
  const problem = nodeProblem()
  if (problem !== undefined) throw problem
  // Commander costs the server's start more than all else that `start` needs of the command line.
  if (args[0] === 'start' && !wantsHelp) await (await import('./start.ts')).start(args.slice(1))
  else process.exitCode = await (await import('./program.ts')).run(args)
} catch (error) {
  const { toldError } = await import('./foreseen.ts')
  console.error(toldError(error, args))
  process.exit(2)
}
