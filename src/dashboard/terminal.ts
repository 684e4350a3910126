// Commands of esimulator as they are typed in a terminal, each word quoted where the shell would take it apart.
import { rootUrl, worldName } from './place.ts'

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

/** Where a command looks for the simulator unless told. */
const USUAL_URL = 'http://127.0.0.1:4010'

/** What leads a command to the simulator of this page. */
const THERE: Options = { url: rootUrl === USUAL_URL ? undefined : rootUrl }

/** What leads it to the world of this page. */
const HERE: Options = { ...THERE, world: worldName === 'default' ? undefined : worldName }

/** A command for the simulator of this page, whatever the world. */
export const commandThere = (words: readonly string[], options: Options = {}): string =>
  commandOf(words, { ...options, ...THERE })

/** A command for the simulator and the world of this page. */
export const commandHere = (words: readonly string[], options: Options = {}): string =>
  commandOf(words, { ...options, ...HERE })

/**
 * A command as the simulator advises it, as it is typed for the world of this page.
 * @returns nothing for what is no command, or starts a simulator of its own
 */
export function typedHere(advised: string): string | undefined {
  const [, rest] = /^(?:npx )?esimulator (?!start\b|exec\b)(.+)$/.exec(advised) ?? []
  if (rest === undefined) return undefined
  const missing = Object.entries(HERE).filter(([name]) => !rest.includes(`--${name}`))
  return `npx esimulator ${rest}${commandOf([], Object.fromEntries(missing)).slice('npx esimulator'.length)}`
}
