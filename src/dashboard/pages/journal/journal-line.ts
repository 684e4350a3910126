// A line of the journal as the list shows it: what there is of it without headers and bodies.
import type { ExchangeShown } from '../../../control/wire.ts'
import { countedWords } from '../../kit/counted-words.ts'

export interface JournalLine {
  readonly id: number
  readonly at: string
  readonly method: string
  readonly url: string
  readonly what: string
  readonly status: number | undefined
  /** Why it was refused, in truth. */
  readonly reason: string | undefined
  /** What the client was told of that. */
  readonly told: string | undefined
  /** What it changed, in words. */
  readonly effects: string
  readonly fault: string | undefined
}

/** Characters of a text that a cell may show. */
const MOST = 300

export function lineOf(exchange: ExchangeShown): JournalLine {
  const { id, at, method, url, status, refusal, fault, provider, operation, replyBody } = exchange
  return {
    id,
    at,
    method,
    status,
    url: cut(url),
    what: [provider, operation].filter((each) => each !== undefined).join(' '),
    reason: refusal && cut(`${refusal.code}: ${refusal.reason}`),
    told: refusal && cut(replyBody ?? 'nothing'),
    effects: effectsInWords(exchange),
    fault: fault && cut(`${fault.id} (${fault.kind}): the client saw ${fault.saw}`),
  }
}

const cut = (text: string) => (text.length <= MOST ? text : `${text.slice(0, MOST)}…`)

/** What an exchange changed, as in `1 OrderPlaced; 3 records written; 1 callback`. */
export function effectsInWords({ effects }: Pick<ExchangeShown, 'effects'>): string {
  if (!effects) return ''
  const { changes, events, callbacks } = effects
  const records = Object.values(changes).reduce((sum, count) => sum + count, 0)
  const happened = Object.entries(events).map(([type, count]) =>
    count === 1 ? type : `${count} × ${type}`,
  )
  const parts = [
    happened.join(', '),
    records > 0 ? `${countedWords(records, 'record')} written` : '',
    callbacks.length > 0 ? countedWords(callbacks.length, 'callback') : '',
  ]
  return parts.filter((part) => part !== '').join('; ')
}
