// What may keep a command from running: errors whose message says all there is to say.
import { ControlError, NoAnswer } from '../control/client.ts'
import { ListenError } from '../server/listen.ts'
import { namesOnly } from '../server/redaction/redactor.ts'
import { printable } from '../state/printable.ts'
import { Refusal } from '../state/refusal.ts'
import { StoreError } from '../stores/store.ts'
import { CannotRun } from './cannot-run.ts'

const FORESEEN = [CannotRun, ControlError, ListenError, NoAnswer, Refusal, StoreError]

/**
 * The sentence for what kept a command from running. What nobody foresaw comes
 * with its stack.
 */
export function sentenceFor(error: unknown): string {
  if (!(error instanceof Error)) return namesOnly.redacted(String(error), 'sentence')
  const isForeseen = FORESEEN.some((kind) => error instanceof kind)
  const text = isForeseen ? error.message : (error.stack ?? error.message)
  return namesOnly.redacted(text, 'sentence')
}

/** Whether a machine reads what a command prints. */
function isForMachine(args: readonly string[]): boolean {
  const [own] = [args.includes('--') ? args.slice(0, args.indexOf('--')) : args]
  return own.includes('--json') || /^(?:true|1|yes|on)$/i.test(process.env.ESIMULATOR_JSON ?? '')
}

/** What is told of an error on standard error: a sentence, or one line of JSON where that is asked for. */
export function toldError(error: unknown, args: readonly string[]): string {
  const sentence = sentenceFor(error)
  if (!isForMachine(args)) return `esimulator: ${printable(sentence)}`
  const { status, problem } = error instanceof ControlError ? error : {}
  return JSON.stringify({ error: sentence, status, code: problem?.code })
}
