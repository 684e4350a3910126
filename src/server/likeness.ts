// How much two words are alike, and which of several was meant.

/** Longer words are compared by their beginnings: the work grows with the square. */
const LONGEST = 64

/** From 0, nothing in common, to 1: the same. Letters that changed places count once. */
export function likeness(one: string, other: string): number {
  if (one === other) return 1
  const [a, b] = [one.slice(0, LONGEST).toLowerCase(), other.slice(0, LONGEST).toLowerCase()]
  const longest = Math.max(a.length, b.length)
  return longest === 0 ? 1 : 1 - stepsBetween(a, b) / longest
}

/** How many letters have to be put in, taken out, replaced or swapped with their neighbour. */
function stepsBetween(a: string, b: string): number {
  let earlier: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const kept = a[i - 1] === b[j - 1] ? 0 : 1
      const steps = [(last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + kept]
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (isSwapped) steps.push((earlier[j - 2] ?? 0) + 1)
      row.push(Math.min(...steps))
    }
    earlier = last
    last = row
  }
  return last[b.length] ?? 0
}

/** The word that was probably meant, if one is near enough. */
export function meant(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let most = 0.6
  for (const each of known) {
    const alike = likeness(word, each)
    if (alike <= most) continue
    best = each
    most = alike
  }
  return best
}
