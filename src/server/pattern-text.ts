// A text that fits a pattern, for the plain patterns that specs have.

/** An escaped character, a class, an anchor, any character, or a literal; and how often. */
const PART =
  /(?:\\(?<escaped>.)|\[(?<negated>\^?)(?<members>(?:\\.|[^\]\\])*)\]|(?<anchor>[$^])|(?<literal>[^\\[\](){}|?*+$^]))(?:\{(?<least>\d+)(?:,\d*)?\}|(?<some>[?*+]))?/gy

/** What stands for a class of characters. */
const OF_CLASS: Readonly<Record<string, string>> = {
  d: '0',
  w: 'x',
  s: ' ',
  D: 'x',
  W: '-',
  S: 'x',
}

/** A pattern asks for no more than so many of anything. */
const MOST = 1000

/**
 * The shortest text of its first characters; `undefined` for patterns with groups or alternatives, and
 * where it does not come out right.
 */
export function textFitting(pattern: string): string | undefined {
  let text = ''
  let end = 0
  for (const { 0: part, groups = {}, index } of pattern.matchAll(PART)) {
    if (index !== end) return undefined
    end += part.length
    text += characterOf(groups).repeat(countOf(groups))
  }
  return end === pattern.length && new RegExp(pattern).test(text) ? text : undefined
}

type Groups = Readonly<Record<string, string | undefined>>

function characterOf({ escaped, negated, members, anchor, literal = '' }: Groups): string {
  if (anchor !== undefined) return ''
  if (escaped !== undefined) return OF_CLASS[escaped] ?? escaped
  if (members === undefined) return literal === '.' ? 'x' : literal
  if (negated === '^') return ['x', '0', '-'].find((each) => isOf(`[^${members}]`, each)) ?? ''
  const [, special] = /^\\(.)/.exec(members) ?? []
  return special === undefined ? members.slice(0, 1) : (OF_CLASS[special] ?? special)
}

const isOf = (characters: string, one: string) => new RegExp(`^${characters}$`).test(one)

function countOf({ least, some, anchor }: Groups): number {
  if (anchor !== undefined || some === '?' || some === '*') return 0
  return least === undefined ? 1 : Math.min(Number(least), MOST)
}
