// Findings that a target file says are known: they are told as notes, and fail nothing until their day.
import type { Finding } from '../workflows/seen-exchange.ts'
import type { KnownDifference } from './target-file.ts'

/**
 * Findings with those that are known made notes.
 * @param now ms since the epoch
 */
export function withKnown(
  findings: readonly Finding[],
  known: readonly KnownDifference[],
  now: number,
): readonly Finding[] {
  return findings.map((finding) => {
    const found = known.find((each) => isAbout(each, finding) && !isOver(each, now))
    if (!found) return finding
    return { ...finding, severity: 'note', message: `${finding.message} (known: ${found.reason})` }
  })
}

function isAbout({ where }: KnownDifference, { check, operation = '' }: Finding): boolean {
  return [check, operation, `${check} ${operation}`].includes(where)
}

/** It holds up to the end of its day, UTC. */
function isOver({ until }: KnownDifference, now: number): boolean {
  return until !== undefined && now >= Date.parse(until) + 86_400_000
}
