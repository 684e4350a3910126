// What is waited for: what is there of it already, and what comes while somebody waits.
import type { Listening, Told } from '../server/feed.ts'
import { unknownName } from '../server/nearest.ts'
import type { CallbackRow } from '../server/news.ts'
import type { SimulatorServer } from '../server/server.ts'
import type { HostedWorld } from '../server/worlds.ts'
import {
  type Callback,
  callbacks,
  type UnsentCallback,
  unsentCallbacks,
} from '../state/callbacks.ts'
import { SEPARATOR } from '../state/collection.ts'
import { defined } from '../state/defined.ts'
import { timeline, type WorldEvent } from '../state/events.ts'
import { Refusal } from '../state/refusal.ts'
import { breathe } from '../stores/turns.ts'
import { type ExchangeCheck, type ExchangeFilter, exchangeFilter } from './exchange-filter.ts'
import { exchangeShown } from './exchange-shown.ts'
import { matches } from './filter.ts'
import { callbackShown, eventFired, type MatchShown, unsentShown } from './wire.ts'

/** What is asked of a callback; what is absent is not. */
export interface CallbackCondition {
  readonly provider?: string
  readonly type?: string
  readonly iccid?: string
  /** Unless given, any counts that was attempted. */
  readonly state?: Callback['state'] | 'unsent'
}

/** What is asked of an event of a SIM or a bundle. */
export interface EventCondition {
  readonly provider?: string
  readonly type?: string
  readonly iccid?: string
}

/** What is waited for: exactly one of these. */
export type Condition =
  | { readonly callbacks: CallbackCondition }
  | { readonly requests: ExchangeFilter }
  | { readonly event: EventCondition }

export interface SearchOptions {
  readonly server: SimulatorServer
  readonly hosted: HostedWorld
  readonly condition: Condition
  /** How many there have to be. */
  readonly count: number
  /** `now`, or the id after which they have to come; what is there counts where it is absent. */
  readonly after?: string | undefined
}

export interface Search {
  /** Looks at what is there already; in turns, as that may be much. */
  begin(): Promise<void>
  /** True once enough is there. */
  readonly isMet: boolean
  readonly found: number
  /** Why nothing more can come, where that is so. */
  readonly over: string | undefined
  /** Aborts when enough is there, or when nothing more can come. */
  readonly done: AbortSignal
  /** Those that were found, as far as the count. */
  shown(): MatchShown[]
  /** Where the next search goes on. */
  readonly next: string
  /** Lets go of the world. */
  stop(): void
}

/** Looks for one kind of thing. */
interface Finder {
  readonly size: number
  /** Looks at all that is there; `isEnough` ends it. */
  lookAtAll(isEnough: () => boolean): Promise<void>
  /** Looks at what has just happened. */
  look(told: Told): void
  shown(count: number): MatchShown[]
}

/**
 * Begins to listen for what is waited for.
 * @throws Refusal `invalid-request` for a condition or a place that cannot be, `busy` where too many
 *   listen
 */
export function openSearch(options: SearchOptions): Search {
  return new OpenSearch(options)
}

/** A class, since its methods work on the same few things. */
class OpenSearch implements Search {
  readonly #options: SearchOptions
  readonly #finder: Finder
  readonly #listening: Listening
  readonly #done = new AbortController()
  readonly #epoch: number
  #over: string | undefined
  /** The number of the last thing that was looked at. */
  #seen: number

  constructor(options: SearchOptions) {
    const { hosted, after } = options
    this.#options = options
    this.#finder = finderFor(options)
    this.#epoch = hosted.world.epoch
    this.#listening = hosted.feed.listen({
      hear: (told) => this.#hear(told),
      ended: (why) => this.#end(why),
    })
    this.#seen = this.#listening.from
    try {
      if (after !== undefined && after !== 'now') this.#goBack(after)
    } catch (error) {
      this.stop()
      throw error
    }
  }

  async begin(): Promise<void> {
    if (this.#options.after !== undefined) return
    await this.#finder.lookAtAll(() => this.isMet || this.#done.signal.aborted)
    if (this.isMet) this.#done.abort()
  }

  get isMet(): boolean {
    return this.found >= this.#options.count
  }

  get found(): number {
    return this.#finder.size
  }

  get over(): string | undefined {
    return this.#over
  }

  get done(): AbortSignal {
    return this.#done.signal
  }

  get next(): string {
    return this.#options.hosted.feed.idOf(this.#seen)
  }

  shown(): MatchShown[] {
    return this.#finder.shown(this.#options.count)
  }

  stop(): void {
    this.#listening.stop()
  }

  /** Looks at what has come since an id. @throws Refusal `invalid-request` where that is not kept */
  #goBack(after: string): void {
    const { feed } = this.#options.hosted
    const number = feed.numberOf(after)
    if (number === undefined || !feed.keeps(number)) {
      const how = 'leave `after` out, and what is there counts'
      throw new Refusal('invalid-request', `what came after ${after} is no longer kept: ${how}`)
    }
    this.#seen = number
    for (let told = feed.after(number); told && !this.isMet; told = feed.after(told.number))
      this.#hear(told)
  }

  #hear(told: Told): void {
    // What comes once enough is there is for the next search.
    if (this.#done.signal.aborted) return
    this.#seen = told.number
    if (told.news.type === 'world' || this.#epoch !== this.#options.hosted.world.epoch) {
      const isBack = told.news.type === 'world' && told.news.what === 'went-back'
      this.#end(`the world ${isBack ? 'went back' : 'was replaced'} meanwhile`)
      return
    }
    this.#finder.look(told)
    if (this.isMet) this.#done.abort()
  }

  #end(why: string): void {
    this.#over ??= why
    this.#done.abort()
  }
}

function finderFor(options: SearchOptions): Finder {
  const { condition, server, hosted } = options
  if ('callbacks' in condition) return callbackFinder(server, hosted, condition.callbacks)
  if ('event' in condition) return eventFinder(hosted, condition.event)
  return exchangeFinder(server, hosted, exchangeFilter(server, condition.requests))
}

/** @throws Refusal for a type that no provider sends: nobody would see why it never comes */
function checkType({ providers }: SimulatorServer, { provider, type }: CallbackCondition): void {
  if (type === undefined) return
  const known = [...providers.values()]
    .filter(({ simulator }) => provider === undefined || simulator.slug === provider)
    .flatMap(({ simulator }) => simulator.callbacks?.types ?? [])
  if (known.includes(type)) return
  const what = provider === undefined ? 'no callback' : `no callback of ${provider}`
  throw new Refusal('invalid-request', unknownName(what, type, new Set(known)))
}

/** Callbacks by their ids: one that is tried again counts once. */
function callbackFinder(
  server: SimulatorServer,
  { world }: HostedWorld,
  condition: CallbackCondition,
): Finder {
  checkType(server, condition)
  const { redactor } = server
  const { state, ...asked } = condition
  const found = new Set<string>()
  const isUnsent = state === 'unsent'
  const isAsked = (callback: Callback) =>
    matches(callback, asked) &&
    (state === undefined ? callback.attempts.length > 0 : callback.state === state)
  const lookAt = ({ id }: Pick<CallbackRow, 'id'>) => {
    const unsent = isUnsent ? world.in(unsentCallbacks).get(id) : undefined
    const sent = isUnsent ? undefined : world.in(callbacks).get(id)
    if ((unsent && matches(unsent, asked)) || (sent && isAsked(sent))) found.add(id)
    else found.delete(id)
  }
  const all = (): Iterable<Callback | UnsentCallback> =>
    isUnsent ? world.in(unsentCallbacks).values() : world.in(callbacks).values()
  return {
    get size() {
      return found.size
    },
    lookAtAll: (isEnough) => inTurns(all(), lookAt, isEnough),
    look({ news }) {
      if (news.type === 'callback') lookAt(news.callback)
    },
    shown: (count) =>
      [...found].slice(0, count).flatMap((id) => {
        const unsent = world.in(unsentCallbacks).get(id)
        const sent = world.in(callbacks).get(id)
        return sent
          ? callbackShown(sent, redactor)
          : (unsent && unsentShown(unsent, redactor)) || []
      }),
  }
}

function eventFinder({ world }: HostedWorld, condition: EventCondition): Finder {
  const found = new Map<number, WorldEvent>()
  const lookAt = (event: WorldEvent) => {
    if (matches(event, condition)) found.set(event.id, event)
  }
  const { provider, iccid } = condition
  const ofOne = iccid !== undefined && provider !== undefined
  const all = () =>
    ofOne
      ? world.in(timeline).matching('sim', provider + SEPARATOR + iccid + SEPARATOR)
      : world.in(timeline).values()
  return {
    get size() {
      return found.size
    },
    lookAtAll: (isEnough) => inTurns(all(), lookAt, isEnough),
    look({ news }) {
      if (news.type === 'event') lookAt(news.event)
    },
    shown: (count) => [...found.values()].slice(0, count).map(eventFired),
  }
}

function exchangeFinder(
  server: SimulatorServer,
  { world, journal }: HostedWorld,
  { byKind, byText }: ExchangeCheck,
): Finder {
  const found = new Set<number>()
  const lookAt = (id: number) => {
    if (!journal.has(id, byKind)) return
    const entry = byText && journal.get(id)
    if (!byText || (entry && byText(entry))) found.add(id)
  }
  return {
    get size() {
      return found.size
    },
    lookAtAll: (isEnough) => inTurns(journal.find(byKind).reverse(), lookAt, isEnough),
    look({ news }) {
      if (news.type === 'exchange') lookAt(news.id)
    },
    shown: (count) =>
      [...found].slice(0, count).flatMap((id) => {
        const entry = journal.get(id)
        return entry ? exchangeShown(server, world, entry) : []
      }),
  }
}

/** Entries that are looked at in one turn. */
const AT_ONCE = 5000

async function inTurns<T>(
  entries: Iterable<T>,
  look: (entry: T) => void,
  isEnough: () => boolean,
): Promise<void> {
  let left = AT_ONCE
  for (const entry of entries) {
    if (isEnough()) return
    look(entry)
    left -= 1
    if (left > 0) continue
    await breathe()
    left = AT_ONCE
  }
}

/** What is waited for, in words. */
export function conditionText(condition: Condition): string {
  const [kind = '', asked = {}] = Object.entries(condition)[0] ?? []
  const parts = Object.entries(defined(asked as object)).map(([name, value]) => `${name} ${value}`)
  const what = kind === 'event' ? 'events' : kind
  return parts.length === 0 ? what : `${what} of ${parts.join(', ')}`
}
