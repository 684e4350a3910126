#!/usr/bin/env node
// The command line: finds the command and tells why one could not run.
import { CannotRun } from './cannot-run.ts'

const args = process.argv.slice(2)
const wantsHelp = args.some((arg) => arg === '--help' || arg === '-h')

try {
  // Commander costs the server's start more than all else that `start` needs of the command line.
  if (args[0] === 'start' && !wantsHelp) await (await import('./start.ts')).start(args.slice(1))
  else process.exitCode = await (await import('./program.ts')).run(args)
} catch (error) {
  console.error(`esimulator: ${sentenceFor(error)}`)
  process.exit(2)
}

/** What kept a command from running. What nobody foresaw comes with its stack. */
function sentenceFor(error: unknown): string {
  const foreseen = ['CannotRun', 'StoreError', 'ListenError', 'NoAnswer', 'ControlError', 'Refusal']
  if (
    error instanceof CannotRun ||
    (error instanceof Error && foreseen.includes(error.constructor.name))
  )
    return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
