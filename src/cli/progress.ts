// What a long call has come to, told while it is under way.
import { pause, wallNow } from '../server/ticker.ts'

/** Where progress is told, and how often. */
export interface Telling {
  /** On a terminal one line is written over and over, else one below the other. */
  readonly isTerminal: boolean
  /** Wall ms. */
  readonly every: number
  readonly write: (text: string) => void
}

/** On standard error, so that what is printed stays what was answered. */
function tellingHere(): Telling {
  // CI servers keep what a terminal would write over.
  const isTerminal = process.stderr.isTTY === true && (process.env.CI ?? '') === ''
  const write = (text: string) => void process.stderr.write(text)
  return { isTerminal, every: isTerminal ? 1000 : 30_000, write }
}

const TO_LINE_START = '\r\u001b[K'

/**
 * Waits for work and tells how far it has come.
 * @param look asked each time; where it cannot tell, nothing is told
 */
export async function withProgress<T>(
  work: Promise<T>,
  look: () => Promise<string>,
  { isTerminal, every, write }: Telling = tellingHere(),
): Promise<T> {
  const ended = new AbortController()
  const began = wallNow()
  const tell = async () => {
    let isTold = false
    for (;;) {
      await pause(every, ended.signal)
      const text = ended.signal.aborted ? undefined : await look().catch(() => undefined)
      if (ended.signal.aborted) break
      if (text === undefined) continue
      const line = `${text}, after ${Math.round((wallNow() - began) / 1000)} s`
      write(isTerminal ? TO_LINE_START + line : `${line}\n`)
      isTold = true
    }
    if (isTold && isTerminal) write(TO_LINE_START)
  }
  const telling = tell()
  try {
    return await work
  } finally {
    ended.abort()
    await telling
  }
}
