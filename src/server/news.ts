// What is told of a world: what was written, sent, asked, and what became of the clock.
import { isBookkeeping } from '../state/bookkeeping.ts'
import {
  type Callback,
  callbacks,
  type UnsentCallback,
  unsentCallbacks,
} from '../state/callbacks.ts'
import type { Clock } from '../state/clock.ts'
import type { Change } from '../state/collection.ts'
import { shownKey } from '../state/credentials.ts'
import { defined } from '../state/defined.ts'
import { timeline, type WorldEvent } from '../state/events.ts'
import { worldRecords } from '../state/world-records.ts'
import { shortName } from './bounded.ts'
import type { Distinction } from './journal.ts'

/** One thing that happened, at a virtual time. */
export type News =
  | ChangeNews
  | CallbackNews
  | EventNews
  | ExchangeNews
  | ClockNews
  | WorldNews
  | WorkflowNews

/** The kinds of news, as a listener names them. */
export const NEWS_TYPES = [
  'change',
  'callback',
  'event',
  'exchange',
  'clock',
  'world',
  'workflow',
] as const
export type NewsType = (typeof NEWS_TYPES)[number]

/** Records that one transaction wrote; the first of many. */
export interface ChangeNews {
  readonly type: 'change'
  readonly at: number
  readonly changes: readonly Written[]
  /** How many there are beyond these. */
  readonly more: number
}

export interface Written {
  readonly collection: string
  readonly key: string
  readonly kind: 'created' | 'changed' | 'deleted'
}

/** What became of a callback. */
export interface CallbackNews {
  readonly type: 'callback'
  readonly at: number
  readonly what: 'queued' | 'attempted' | 'unsent' | 'changed'
  readonly callback: CallbackRow
}

/** A callback without its body. */
export interface CallbackRow {
  readonly id: string
  readonly provider: string
  readonly type: string
  readonly iccid?: string
  readonly state: Callback['state'] | 'unsent'
  /** How many attempts there were. */
  readonly attempts: number
  /** Of the latest attempt. */
  readonly status?: number
  readonly error?: string
  readonly nextAt?: number
  /** Why it was not sent. */
  readonly reason?: string
}

export interface EventNews {
  readonly type: 'event'
  readonly at: number
  readonly event: WorldEvent
}

/** An exchange: what the journal has of it beyond this may hold secrets, and is looked up there. */
export interface ExchangeNews {
  readonly type: 'exchange'
  readonly at: number
  readonly id: number
  readonly provider?: string
  readonly operation?: string
  readonly method: string
  readonly status?: number
  /** The code of its refusal. */
  readonly refused?: string
}

/** The clock was frozen, let go or given another rate, or an advance began or ended. */
export interface ClockNews {
  readonly type: 'clock'
  readonly at: number
  readonly mode: Clock['mode']
  readonly rate: number
  readonly advance?: AdvanceStep
}

/** The beginning of an advance, a receiver that has not answered in time during it, or its end. */
export interface AdvanceStep {
  readonly step: 'begins' | 'unanswered' | 'ends'
  readonly from: number
  readonly to: number
  /** How many things happened; at its end. */
  readonly fired?: number
  /** Why it ended early. */
  readonly stopped?: string
  /** Host and port of who has not answered. */
  readonly receiver?: string
  /** How many attempts at callbacks there were so far; where one was not answered. */
  readonly attempts?: number
  /** How many of them had no answer in time. */
  readonly unanswered?: number
}

/** Another life of the world began: anew, with a state that was put in, or at an earlier time. */
export interface WorldNews {
  readonly type: 'world'
  readonly at: number
  readonly what: 'reset' | 'replaced' | 'went-back'
}

/** A run of a workflow that was asked for in the world has come further. */
export interface WorkflowNews {
  readonly type: 'workflow'
  readonly at: number
  /** Its id. */
  readonly run: string
  readonly state: 'running' | 'paused' | 'passed' | 'failed' | 'stopped'
  /** The step that is paused at, begun or done; absent where the run itself begins or ends. */
  readonly step?: string
  readonly stepState?: 'paused' | 'running' | 'passed' | 'failed'
}

/** How many changes of one transaction are told. */
const MOST_CHANGES = 50

/** What a transaction at `at` tells: what it wrote, what happened, what became of callbacks. */
export function newsOf(at: number, changes: readonly Change[]): News[] {
  const written = changes.filter((change) => !isBookkeeping(change))
  const news: News[] = []
  const moved = clockNews(at, changes)
  if (moved) news.push(moved)
  if (written.length > 0) {
    const told = written.slice(0, MOST_CHANGES).map(writtenBy)
    news.push({ type: 'change', at, changes: told, more: written.length - told.length })
  }
  // What is put back as it was has not happened again.
  if (changes.some(beginsLife)) return news
  for (const change of written) {
    const own = newsIn(at, change)
    if (own) news.push(own)
  }
  return news
}

function beginsLife({ collection, key }: Change): boolean {
  return collection === worldRecords.name && key === 'world'
}

function writtenBy({ collection, key, before, after }: Change): Written {
  return { collection, key: shortName(shownKey(collection, key)), kind: kindOf(before, after) }
}

function kindOf(before: object | undefined, after: object | undefined): Written['kind'] {
  if (before === undefined) return 'created'
  return after === undefined ? 'deleted' : 'changed'
}

function newsIn(at: number, { collection, before, after }: Change): News | undefined {
  if (after === undefined) return undefined
  switch (collection) {
    case timeline.name:
      return before ? undefined : { type: 'event', at, event: after as WorldEvent }
    case callbacks.name:
      return callbackNews(at, before as Callback | undefined, after as Callback)
    case unsentCallbacks.name: {
      const { id, provider, type, iccid, reason } = after as UnsentCallback
      const row = { id, provider, type, iccid, state: 'unsent' as const, attempts: 0, reason }
      return { type: 'callback', at, what: 'unsent', callback: defined(row) }
    }
    default:
      return undefined
  }
}

/** How many attempts there were, those that are forgotten, too. */
function attemptsOf({ attempts, earlierAttempts = 0 }: Callback): number {
  return earlierAttempts + attempts.length
}

function callbackNews(at: number, before: Callback | undefined, after: Callback): CallbackNews {
  const { id, provider, type, iccid, state, nextAt } = after
  const { status, error } = after.attempts.at(-1) ?? {}
  const attempts = attemptsOf(after)
  const row = { id, provider, type, iccid, state, attempts, status, error, nextAt }
  const isAttempt = attempts > (before ? attemptsOf(before) : 0)
  const isQueued = before === undefined || (state === 'pending' && before.nextAt === undefined)
  const what = isQueued ? 'queued' : 'changed'
  return { type: 'callback', at, what: isAttempt ? 'attempted' : what, callback: defined(row) }
}

/** The clock goes another way; that it shows another time is no news. */
function clockNews(at: number, changes: readonly Change[]): ClockNews | undefined {
  const change = changes.find(
    ({ collection, key }) => collection === worldRecords.name && key === 'clock',
  )
  if (!change?.before || !change.after) return undefined
  const [before, { mode, rate }] = [change.before as Clock, change.after as Clock]
  if (before.mode === mode && before.rate === rate) return undefined
  return { type: 'clock', at, mode, rate }
}

/** What an exchange tells. */
export function exchangeNews(exchange: Distinction): ExchangeNews {
  const { at, id, provider, operation, method, status, refusal } = exchange
  const row = { at, id, provider, operation, method, status, refused: refusal?.code }
  return { type: 'exchange', ...defined(row) }
}
