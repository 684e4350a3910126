// What a command of the command line is to the program that runs it.
import type { Config, Flags } from './config.ts'

/** A flag of one command. */
export interface OwnFlag {
  /** As commander writes it, as in `--status <VALUE>`. */
  readonly usage: string
  readonly says: string
  readonly many?: true
}

/**
 * Runs a command with its config and arguments. Returns the exit status: 0
 * fine, 1 findings.
 */
export type Run = (config: Config, args: readonly string[], flags: Flags) => Promise<number>
