// Commands of esimulator as they are typed in a terminal, each word quoted where the shell would take it apart.
import { worldName } from './place.ts'

/** A word as a POSIX shell takes it for one. */
export const quoted = (word: string): string =>
  /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** What is said behind a command, by the names of its options; `true` where it has no value. */
export type Options = Readonly<Record<string, string | true | readonly string[] | undefined>>

/** A command with its options; those that are `undefined` are left out. */
export function commandOf(words: readonly string[], options: Options = {}): string {
  const said = Object.entries(options).flatMap(([name, value = []]) => {
    if (value === true) return [`--${name}`]
    return [value].flat().flatMap((each) => [`--${name}`, quoted(each)])
  })
  return ['npx', 'esimulator', ...words.map(quoted), ...said].join(' ')
}

/** A command for the world of this page. */
export const commandHere = (words: readonly string[], options: Options = {}): string =>
  commandOf(words, { ...options, world: worldName === 'default' ? undefined : worldName })
