// An answer as an agent reads it: whole where it is short, else with the beginnings of its lists and texts.

/** How many characters of an answer are told. */
export const MOST_TOLD = 24_000

/** How many entries of each list are tried to be told, and of each text how many characters. */
const STEPS = [
  [100, 4000],
  [50, 2000],
  [20, 1000],
  [10, 500],
  [5, 200],
  [2, 100],
] as const

/** A JSON value as text; where it is long, what is left out is said in its place. */
export function shortJson(value: unknown): string {
  const whole = JSON.stringify(value)
  if (whole.length <= MOST_TOLD) return whole
  let short = whole
  for (const [entries, characters] of STEPS) {
    short = JSON.stringify(cut(value, entries, characters))
    if (short.length <= MOST_TOLD) break
  }
  const note = `${whole.length} characters: shortened. Ask for less: a limit, a filter, or one by its id`
  return `${shortText(short)}\n(${note})`
}

/** A text, or its beginning. */
export function shortText(text: string): string {
  if (text.length <= MOST_TOLD) return text
  return `${text.slice(0, MOST_TOLD)}... (${text.length} characters)`
}

function cut(value: unknown, entries: number, characters: number): unknown {
  if (typeof value === 'string')
    return value.length <= characters
      ? value
      : `${value.slice(0, characters)}... (${value.length} characters)`
  if (Array.isArray(value)) {
    const told = value.slice(0, entries).map((each) => cut(each, entries, characters))
    return value.length <= entries ? told : [...told, `... and ${value.length - entries} more`]
  }
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).map(([name, each]) => [name, cut(each, entries, characters)])
  return Object.fromEntries(fields)
}
