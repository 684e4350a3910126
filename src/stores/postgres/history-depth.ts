// How many of the commits since the base stay as they are: those that the latest steps can be undone by.
import { HISTORY_BYTES, HISTORY_STEPS } from '../../state/history.ts'

/** Of so many characters or commits that no step needs, the base takes them in. */
const FOLDED_LENGTH = 4_194_304
const FOLDED_COMMITS = 2_000

/** A commit as it is in the table. */
export interface KeptCommit {
  readonly n: number
  /** Characters of its changes. */
  readonly length: number
  readonly replaces: boolean
  /** The step it belongs to, where it made one. */
  readonly step: number | undefined
}

export interface HistoryDepth {
  /** Told of each commit that is kept, in their order. */
  add(commit: KeptCommit): void
  /** The commit up to which the base should take in all; `undefined` while there are few. */
  due(): number | undefined
  /** The base took in all up to the last that was due. */
  folded(): void
}

/** Commits of one step, the last of them. */
interface Span {
  readonly step: number
  n: number
  length: number
}

export function openHistoryDepth(): HistoryDepth {
  let spans: Span[] = []
  let length = 0
  let foldable = { n: 0, length: 0, commits: 0 }

  function leave(n: number, more: number, commits: number): void {
    foldable = {
      n,
      length: foldable.length + more,
      commits: foldable.commits + commits,
    }
  }

  function shorten(): void {
    while (spans.length > HISTORY_STEPS || length > HISTORY_BYTES) {
      const span = spans.shift()
      if (!span) return
      length -= span.length
      leave(span.n, span.length, 1)
    }
  }

  return {
    add(commit) {
      if (commit.replaces) {
        spans = []
        length = 0
      }
      const latest = spans.at(-1)
      if (latest && (commit.step === undefined || commit.step === latest.step)) {
        latest.n = commit.n
        latest.length += commit.length
        length += commit.length
      } else if (commit.step !== undefined && !commit.replaces) {
        spans.push({ step: commit.step, n: commit.n, length: commit.length })
        length += commit.length
      } else leave(commit.n, commit.length, 1)
      shorten()
    },
    due() {
      const isDue = foldable.length > FOLDED_LENGTH || foldable.commits > FOLDED_COMMITS
      return isDue ? foldable.n : undefined
    },
    folded() {
      foldable = { n: 0, length: 0, commits: 0 }
    },
  }
}
