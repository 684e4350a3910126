// How far a run has come: a line for each case that is done, and on a terminal one below that is rewritten.
import { caseText } from '../workflows/reports/text.ts'
import type { CaseResult } from '../workflows/result.ts'

/** Where a run is told. */
export interface RunOutput {
  /** On a terminal a line below the others tells what is under way. */
  readonly isTerminal: boolean
  /** Characters of a line. */
  readonly width: number
  readonly write: (text: string) => void
}

/** Standard output; CI servers keep what a terminal would write over. */
export function runOutputHere(): RunOutput {
  const { stdout, env } = process
  const isTerminal = stdout.isTTY === true && (env.CI ?? '') === '' && env.TERM !== 'dumb'
  return { isTerminal, width: stdout.columns || 80, write: (text) => void stdout.write(text) }
}

export interface RunProgress {
  /** A case begins. */
  started(title: string): void
  /** A case has come to its end. */
  done(title: string, result: CaseResult): void
  /** Nothing more comes. */
  end(): void
}

const TO_LINE_START = '\r\u001b[K'

/**
 * @param total how many cases there are
 * @param isBrief leaves out the lines of cases that are done
 */
export function runProgress(
  total: number,
  { isTerminal, width, write }: RunOutput,
  { isBrief = false } = {},
): RunProgress {
  const underWay = new Set<string>()
  let done = 0
  let failed = 0
  const rewrite = () => {
    if (!isTerminal || underWay.size === 0) return
    const soFar = `${done} of ${total} done${failed > 0 ? `, ${failed} failed` : ''}`
    write(TO_LINE_START + `${soFar}: ${[...underWay].join(', ')}`.slice(0, Math.max(1, width - 1)))
  }
  return {
    started(title) {
      underWay.add(title)
      rewrite()
    },
    done(title, result) {
      underWay.delete(title)
      done += 1
      if (result.outcome === 'failed') failed += 1
      if (!isBrief) write(`${isTerminal ? TO_LINE_START : ''}${caseText(result)}\n`)
      rewrite()
    },
    end() {
      if (isTerminal) write(TO_LINE_START)
    },
  }
}
