// The names of tests in source texts, and the numbered statements they name.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const NUMBER = /\b[A-Z]{3}-\d{3}\b/g
/** What stands in a test file as the name of a test: the first text given to `test(...)` or to what `test.each(...)` made. */
const TEST_NAME = /(?:\btest|\))\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g

/** The names of the tests in a source text. */
export function testNames(source) {
  return [...source.matchAll(TEST_NAME)].map(([, , name = '']) => name)
}

/** The numbers of statements in texts, as often as they stand there. */
export function numbersIn(texts) {
  return texts.flatMap((text) => text.match(NUMBER) ?? [])
}

/** Every file of tests below a folder, by its path from there, with the names of its tests. */
export function testFiles(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => ({
      file: file.replaceAll('\\', '/'),
      names: testNames(readFileSync(join(folder, file), 'utf8')),
    }))
    .toSorted((a, b) => Number(a.file > b.file) - Number(a.file < b.file))
}
