// Tables for people: columns as wide as what is in them.

/**
 * Lines of left-aligned columns under their names; cells that are absent stay
 * empty.
 */
export function table(
  names: readonly string[],
  rows: readonly (readonly (string | number | undefined)[])[],
): string {
  const cells = [
    names,
    ...rows.map((row) => row.map((cell) => (cell === undefined ? '' : String(cell)))),
  ]
  const widths = names.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  return cells
    .map((row) =>
      widths
        .map((width, column) => (row[column] ?? '').padEnd(width))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
