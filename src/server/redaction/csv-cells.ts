// The cells of CSV, each with the name of its column and where it stands.
import type { Span } from './span.ts'

export interface Cell extends Span {
  /** What its first line has above it. */
  readonly name: string
  /** Without the quotes around it. */
  readonly text: string
}

/** A cell within quotes or not, what separates two, the end of a line. */
const CELL = /"([^"]*(?:""[^"]*)*)"|[^,;\t\r\n"]+|([,;\t])|(\r?\n)/g

/** Those below the first line; none of a text that is no table. */
export function cellsIn(text: string): Cell[] {
  const end = text.indexOf('\n')
  if (end < 0 || !/[,;\t]/.test(text.slice(0, end))) return []
  const cells: Cell[] = []
  const names: string[] = []
  let column = 0
  let isHeading = true
  for (const { index, 0: cell, 1: quoted, 2: separator, 3: lineEnd } of text.matchAll(CELL)) {
    const written = quoted ?? cell
    if (separator !== undefined) column += 1
    else if (lineEnd !== undefined) {
      column = 0
      isHeading = false
    } else if (isHeading) names[column] = written
    else {
      const from = quoted === undefined ? index : index + 1
      const about = { from, to: from + written.length, text: written.replaceAll('""', '"') }
      cells.push({ name: names[column] ?? '', ...about })
    }
  }
  return cells
}
