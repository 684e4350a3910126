// The text of the build, and a change to a place in it as the list of mutants has them.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const BUILT = fileURLToPath(new URL('../../../build/', import.meta.url))

/** The built text of a file below `src/`, named without its ending. */
export const builtText = (file) => readFileSync(`${BUILT}${file}.js`, 'utf8')

/** A spec as it was built. */
export const builtSpec = (name) => JSON.parse(readFileSync(`${BUILT}specs/${name}.json`, 'utf8'))

/** The built files below a folder, without their endings, in their order. */
export function filesBelow(folder) {
  return readdirSync(BUILT + folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => `${folder}/${name.slice(0, -'.js'.length)}`)
    .sort()
}

/**
 * What a mutant changes: the text from `start` to `end` becomes `replacement`. What is looked for
 * reaches back so many lines that it stands once in the file.
 */
export function change(file, { start, end }, replacement) {
  const text = builtText(file)
  let from = start
  while (from > 0 && text.split(text.slice(from, end)).length > 2)
    from = Math.max(0, text.lastIndexOf('\n', from - 2) + 1)
  const before = text.slice(from, start)
  return { file, find: before + text.slice(start, end), replace: before + replacement }
}

/** Where a group of a match stands; the expression has the flag `d`. */
export function placeOf(match, group, offset = 0) {
  const [start, end] = match.indices[group]
  return { start: start + offset, end: end + offset }
}
