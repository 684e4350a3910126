// How many of something there are, in words.
import { numberShown } from '../shown.ts'

/** As in `1 callback`, `12 callbacks`. */
export const countedWords = (count: number, one: string, many = `${one}s`): string =>
  `${numberShown(count)} ${count === 1 ? one : many}`
