// A command of `esimulator` as it is typed for the world of this page.
import { worldName } from '../place.ts'

/** `esimulator journal`, with the world where that is not the one that is meant without a name. */
export const worldCommand = (command: string): string =>
  worldName === 'default' ? command : `${command} --world ${shellWord(worldName)}`

/** A text as one word of a POSIX shell, whatever is in it. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
