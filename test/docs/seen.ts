// What a page says that a command prints, compared with what it printed: `…` stands for anything.

/** The first line of the page that the output does not have; `undefined` where it has all. */
export function missing(expected: string, output: string): string | undefined {
  const wanted = linesOf(expected)
  const said = linesOf(output)
  const [at, isAtEnd] = matched(wanted, said)
  if (at < wanted.length) return wanted[at]
  return isAtEnd ? undefined : 'the end of the output'
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')

/** How many lines of the page were found, one after the other, and whether nothing comes behind. */
function matched(wanted: readonly string[], said: readonly string[]): [number, boolean] {
  let at = 0
  let next = 0
  let isOpen = false
  for (const line of wanted) {
    if (line.trim() === '…') {
      isOpen = true
    } else {
      const found = said.slice(next).findIndex((each) => fits(line, each))
      if (found < 0 || (found > 0 && !isOpen)) return [at, false]
      next += found + 1
      isOpen = false
    }
    at += 1
  }
  return [at, isOpen || next === said.length]
}

/** Blanks that only align a table count as one. */
function fits(line: string, said: string): boolean {
  const pieces = line
    .split('…')
    .map((piece) => piece.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/ +/g, ' +'))
  return new RegExp(`^${pieces.join('.*?')}$`).test(said)
}
