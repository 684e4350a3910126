// What a value is and what it was to be, as lines of a difference.

/** A line that both have, or only one of them. */
export interface DifferenceLine {
  /** `-` was demanded and is not there, `+` is there and was not demanded. */
  readonly sign: ' ' | '-' | '+'
  readonly text: string
}

/** More lines than these are not compared one by one: that takes the square of them. */
const MOST = 400

/** Lines that stay the same around those that do not. */
const AROUND = 2

/** Compares two values of JSON, or two texts of several lines; empty where one line tells all. */
export function differenceOf(wanted: unknown, seen: unknown): DifferenceLine[] {
  const [before, after] = [linesOf(wanted), linesOf(seen)]
  if (before.length > MOST || after.length > MOST)
    return [...before.slice(0, MOST).map(removed), ...after.slice(0, MOST).map(added)]
  return shortened(compared(before, after))
}

const removed = (text: string): DifferenceLine => ({ sign: '-', text })
const added = (text: string): DifferenceLine => ({ sign: '+', text })

function linesOf(value: unknown): string[] {
  const isLong = typeof value === 'string' && value.includes('\n')
  const text = isLong ? value : (JSON.stringify(value, null, 2) ?? 'null')
  return text.split('\n')
}

/** The longest common lines stay; the rest is removed or added. */
function compared(before: readonly string[], after: readonly string[]): DifferenceLine[] {
  const width = after.length + 1
  const common = new Uint16Array((before.length + 1) * width)
  const at = (row: number, column: number) => common[row * width + column] ?? 0
  for (let row = before.length - 1; row >= 0; row -= 1)
    for (let column = after.length - 1; column >= 0; column -= 1)
      common[row * width + column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1))

  const lines: DifferenceLine[] = []
  let [row, column] = [0, 0]
  while (row < before.length || column < after.length) {
    const isSame = row < before.length && before[row] === after[column]
    if (isSame) lines.push({ sign: ' ', text: before[row] ?? '' })
    const takesBefore =
      isSame ||
      column === after.length ||
      (row < before.length && at(row + 1, column) >= at(row, column + 1))
    if (!isSame) lines.push(takesBefore ? removed(before[row] ?? '') : added(after[column] ?? ''))
    if (takesBefore) row += 1
    if (isSame || !takesBefore) column += 1
  }
  return lines
}

/** Without what stays the same far from what does not. */
function shortened(lines: readonly DifferenceLine[]): DifferenceLine[] {
  const isNear = lines.map((_, at) =>
    lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ sign }) => sign !== ' '),
  )
  const short: DifferenceLine[] = []
  for (const [at, line] of lines.entries()) {
    if (isNear[at]) short.push(line)
    else if (short.at(-1)?.text !== '...') short.push({ sign: ' ', text: '...' })
  }
  return short
}
