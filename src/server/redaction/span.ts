// Parts of a text that are struck out.

/** What stands in the place of a secret. */
export const REDACTED = '[redacted]'

/** A part of a text: from its first character to the one behind its last. */
export interface Span {
  readonly from: number
  readonly to: number
}

/**
 * A text without these parts, up to `end`; a part that begins before it is struck out whole.
 * @param spans in any order; they may overlap
 */
export function withoutSpans(text: string, spans: readonly Span[], end = text.length): string {
  let left = ''
  let done = 0
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    if (from >= end) break
    if (from >= done) left += text.slice(done, from) + REDACTED
    done = Math.max(done, to)
  }
  return done < end ? left + text.slice(done, end) : left
}
