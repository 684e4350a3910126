// What the event stream carries: each event by its name, and its data as JSON.
import type { Told } from '../server/feed.ts'
import type { Journal } from '../server/journal.ts'
import type {
  AdvanceStep,
  CallbackNews,
  CallbackRow,
  ChangeNews,
  ClockNews,
  ExchangeNews,
  News,
  WorkflowNews,
  WorldNews,
} from '../server/news.ts'
import { type Redactor, redactedTexts } from '../server/redaction/redactor.ts'
import type { HostedWorld } from '../server/worlds.ts'
import { defined } from '../state/defined.ts'
import { iso } from '../state/instant.ts'
import { type EventShown, eventShown } from './wire.ts'

/** An instant of the world, as ISO 8601. */
interface At {
  readonly at: string
}

/** The data of each event, by its name. */
export interface StreamData {
  /** The first of all: what happens from now on is told. */
  readonly open: At & { readonly world: string }
  /** What one transaction wrote; `more` beyond the first 50. */
  readonly change: At & Pick<ChangeNews, 'changes' | 'more'>
  readonly callback: At & {
    readonly what: CallbackNews['what']
    readonly callback: Omit<CallbackRow, 'nextAt'> & { readonly nextAt?: string }
  }
  /** What happened to a SIM or a bundle. */
  readonly event: EventShown & { readonly provider: string; readonly iccid: string }
  /** A line of the journal, by its number; without its URL where that has gone from there. */
  readonly exchange: At & Omit<ExchangeNews, 'type' | 'at'> & { readonly url?: string }
  readonly clock: At &
    Pick<ClockNews, 'mode' | 'rate'> & {
      readonly advance?: Omit<AdvanceStep, 'from' | 'to'> & {
        readonly from: string
        readonly to: string
      }
    }
  /** Another life of the world began. */
  readonly world: At & Pick<WorldNews, 'what'>
  /** How far a run of a workflow has come. */
  readonly workflow: At & Omit<WorkflowNews, 'type' | 'at'>
  /** Some were missed: what follows comes later than the one that was asked for. */
  readonly gap: { readonly after: string; readonly why: string }
  /** Nothing more comes. */
  readonly end: { readonly why: string }
}

export type StreamName = keyof StreamData

/** An event as a client reads it; those with an `id` can be come back to. */
export type StreamEvent = {
  readonly [Name in StreamName]: {
    readonly name: Name
    readonly id?: string
    readonly data: StreamData[Name]
  }
}[StreamName]

const LONGEST_URL = 500

function shortUrl(url: string | undefined): string | undefined {
  return url === undefined || url.length <= LONGEST_URL ? url : `${url.slice(0, LONGEST_URL)}...`
}

/** The data of one thing that happened. */
function dataOf(news: News, journal: Journal): StreamData[News['type']] {
  const at = iso(news.at)
  switch (news.type) {
    case 'change':
      return { at, changes: news.changes, more: news.more }
    case 'callback': {
      const { nextAt, ...row } = news.callback
      const next = nextAt === undefined ? undefined : iso(nextAt)
      return { at, what: news.what, callback: defined({ ...row, nextAt: next }) }
    }
    case 'event': {
      const { provider, iccid } = news.event
      return { provider, iccid, ...eventShown(news.event) }
    }
    case 'exchange': {
      const { type: _, ...row } = news
      return defined({ ...row, at, url: shortUrl(journal.get(news.id)?.url) })
    }
    case 'clock': {
      const { mode, rate, advance } = news
      if (!advance) return { at, mode, rate }
      const step = { ...advance, from: iso(advance.from), to: iso(advance.to) }
      return { at, mode, rate, advance: step }
    }
    case 'world':
      return { at, what: news.what }
    case 'workflow': {
      const { type: _, ...row } = news
      return { ...row, at }
    }
  }
}

/** Written once, however many listen. */
const written = new WeakMap<Told, string>()

/** What is needed to tell what happened. */
export interface Telling {
  readonly redactor: Redactor
  readonly hosted: HostedWorld
}

/** One thing that happened as it goes over the wire, without secrets. */
export function toldText(told: Told, { redactor, hosted }: Telling): string {
  const before = written.get(told)
  if (before !== undefined) return before
  const { type } = told.news
  const data = redactedTexts(dataOf(told.news, hosted.journal), redactor)
  const text = eventText(type, data as StreamData[typeof type], hosted.feed.idOf(told.number))
  written.set(told, text)
  return text
}

/** An event of the stream: the lines of its name, its data and its id, where it has one. */
export function eventText<Name extends StreamName>(
  name: Name,
  data: StreamData[Name],
  id?: string,
): string {
  const head = id === undefined ? '' : `id: ${id}\n`
  return `${head}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
