// Parts of a text that are struck out.

/** What stands in the place of a secret. */
export const REDACTED = '[redacted]'

/** A part of a text: from its first character to the one behind its last. */
export interface Span {
  readonly from: number
  readonly to: number
  /** Of JSON, and without quotes: what stands in its place gets some, so that it stays JSON. */
  readonly isBare?: true
}

/**
 * A text without these parts, up to `end`; a part that begins before it is struck out whole.
 * @param spans in any order; they may overlap
 */
export function withoutSpans(text: string, spans: readonly Span[], end = text.length): string {
  let left = ''
  let done = 0
  const inOrder = spans.toSorted((a, b) => a.from - b.from || b.to - a.to)
  for (const { from, to, isBare } of inOrder) {
    if (from >= end) break
    if (from >= done) left += text.slice(done, from) + (isBare ? `"${REDACTED}"` : REDACTED)
    done = Math.max(done, to)
  }
  return done < end ? left + text.slice(done, end) : left
}
