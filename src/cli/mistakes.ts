// Mistakes on a command line, told alike by whatever parses it: what is wrong, what was meant, where to look.
import { shortName } from '../server/bounded.ts'
import { nearest } from '../server/nearest.ts'
import { CannotRun } from './cannot-run.ts'

/** Where what there is can be read. */
function helpOf(command: string | undefined): string {
  return ['esimulator', command, '--help'].filter((word) => word !== undefined).join(' ')
}

function guess(meant: string | undefined): string {
  return meant === undefined ? ': ' : `: did you mean ${meant}? `
}

/**
 * @param known the names of the commands there are
 * @param actions commands with an action of this name, as in `clock advance`
 */
export function unknownCommand(
  name: string,
  known: Iterable<string>,
  actions: readonly string[] = [],
): CannotRun {
  const meant = guess(actions.length > 0 ? actions.join(' or ') : nearest(name, known))
  return new CannotRun(
    `there is no command "${shortName(name)}"${meant}${helpOf(undefined)} lists them`,
  )
}

/**
 * A flag there is not. Its value is never told: a mistyped flag may be a secret's.
 * @param flag as it was written
 * @param known flags that there are, with their dashes
 */
export function unknownOption(
  flag: string,
  known: Iterable<string>,
  command: string | undefined,
): CannotRun {
  const [name = ''] = flag.split('=', 1)
  const meant = guess(nearest(name, known))
  return new CannotRun(`there is no option ${shortName(name)}${meant}${helpOf(command)} lists them`)
}

/** @param usage the flag with its value, as help has it */
export function valueMissing(usage: string, command: string | undefined): CannotRun {
  const [flag = ''] = usage.split(' ', 1)
  return new CannotRun(`${flag} needs a value, as in ${usage}: ${helpOf(command)} tells more`)
}

export function noValue(flag: string, command: string | undefined): CannotRun {
  return new CannotRun(`${flag} takes no value: ${helpOf(command)} tells more`)
}

/** More arguments than a command takes. They are not repeated: one may be half a secret. */
export function tooMany(command: string, usage: string): CannotRun {
  const takes = usage === '' ? 'flags alone' : usage
  return new CannotRun(
    `that is one argument too many: ${command} takes ${takes}; put a value with blanks in quotes ` +
      `(${helpOf(command)})`,
  )
}

export function argumentMissing(command: string, usage: string): CannotRun {
  return new CannotRun(`something is missing: esimulator ${command} ${usage} (${helpOf(command)})`)
}
