// What happens in a world, told to whoever listens: numbered, and kept for a while for who comes back.
import { reasonOf } from '../state/reason.ts'
import { Refusal } from '../state/refusal.ts'
import { breathe } from '../stores/turns.ts'
import type { News } from './news.ts'
import { wallNow } from './ticker.ts'

/** One thing that happened, with its number: each is higher than the one before. */
export interface Told {
  readonly number: number
  readonly news: News
}

/** Who listens. Neither may take long. */
export interface Listener {
  /** Told of each thing at once, in the middle of what causes it. */
  readonly hear?: (told: Told) => void
  /** Told in a later turn that there is more to be read. */
  readonly wake?: () => void
  /** The number of the last thing it has read: what comes after that is kept for it. */
  readonly position?: () => number
  /** Told why nothing more will come. */
  readonly ended: (why: string) => void
}

/** Where a listener stands. */
export interface Listening {
  /** The number of the latest thing when it began to listen. */
  readonly from: number
  stop(): void
}

export interface Feed {
  /** The number of the latest thing. */
  readonly last: number
  /** Tells of what happened. Where nobody listens nothing is made of it. */
  tell(news: () => readonly News[]): void
  /**
   * Begins to listen: what comes from now on is kept.
   * @throws Refusal `busy` where too many listen
   */
  listen(listener: Listener): Listening
  /** The first thing after a number; `undefined` where there is none yet, or no longer. */
  after(number: number): Told | undefined
  /** True where nothing after that number was missed. */
  keeps(number: number): boolean
  /** A number as it is given away: it means nothing to any other feed. */
  idOf(number: number): string
  /** The number an id was made of; `undefined` for an id of another feed. */
  numberOf(id: string): number | undefined
  /** Tells all who listen that nothing more will come. */
  end(why: string): void
}

/** How many things are kept for who comes back. */
export const FEED_LENGTH = 1000
/** How many are kept at most, while somebody who listens has yet to read them. */
export const MOST_KEPT = 20_000
/** How many may listen to one world at once. */
export const MOST_LISTENERS = 200

export function openFeed(report: (sentence: string) => void): Feed {
  return new WorldFeed(report)
}

/** A class, since its methods work on the same few things. */
class WorldFeed implements Feed {
  readonly #report: (sentence: string) => void
  readonly #tag = Math.floor(wallNow()).toString(36)
  readonly #listeners = new Set<Listener>()
  /** What is kept, by its number, the oldest first. */
  readonly #kept = new Map<number, Told>()
  /** False before the first listener, and once the last one is long gone: nothing is kept then. */
  #isAwake = false
  #first = 1
  #last = 0
  #isWaking = false
  /** Why nothing more will come. */
  #ended: string | undefined

  constructor(report: (sentence: string) => void) {
    this.#report = report
  }

  get last(): number {
    return this.#last
  }

  tell(news: () => readonly News[]): void {
    if (!this.#isAwake) {
      this.#pass()
      return
    }
    for (const each of news()) this.#keep(each)
    if (this.#listeners.size > 0) this.#wake()
  }

  listen(listener: Listener): Listening {
    if (this.#listeners.size >= MOST_LISTENERS)
      throw new Refusal('busy', `${MOST_LISTENERS} listen to this world already: end one first`)
    if (this.#ended !== undefined) throw new Refusal('busy', this.#ended)
    this.#listeners.add(listener)
    this.#isAwake = true
    return { from: this.#last, stop: () => void this.#listeners.delete(listener) }
  }

  after(number: number): Told | undefined {
    const next = Math.max(number + 1, this.#first)
    return this.#kept.get(next)
  }

  keeps(number: number): boolean {
    return number >= this.#first - 1 && number <= this.#last
  }

  idOf(number: number): string {
    return `${this.#tag}-${number}`
  }

  numberOf(id: string): number | undefined {
    const [, tag, number] = /^([0-9a-z]+)-(\d{1,15})$/.exec(id) ?? []
    return tag === this.#tag ? Number(number) : undefined
  }

  end(why: string): void {
    this.#ended ??= why
    const all = [...this.#listeners]
    this.#listeners.clear()
    for (const listener of all) this.#say(() => listener.ended(why))
  }

  /** Counts what is not kept, so that who comes back knows that something was missed. */
  #pass(): void {
    this.#last += 1
    this.#first = this.#last + 1
  }

  #keep(news: News): void {
    if (this.#listeners.size === 0 && this.#kept.size >= FEED_LENGTH) {
      // What the last listener has not heard would begin to go: nobody comes back for the rest.
      this.#isAwake = false
      this.#kept.clear()
    }
    if (!this.#isAwake) {
      this.#pass()
      return
    }
    this.#last += 1
    const told = { number: this.#last, news }
    this.#kept.set(this.#last, told)
    if (this.#kept.size > MOST_KEPT) this.#drop()
    for (const { hear } of this.#listeners) if (hear) this.#say(() => hear(told))
  }

  #drop(): void {
    this.#kept.delete(this.#first)
    this.#first += 1
  }

  /** Lets go of what is kept for nobody. */
  #trim(): void {
    let read = this.#last
    for (const { position } of this.#listeners) read = Math.min(read, position?.() ?? read)
    while (this.#kept.size > FEED_LENGTH && this.#first <= read) this.#drop()
  }

  /** Wakes all who listen, once for whatever happens in this turn. */
  #wake(): void {
    if (this.#isWaking) return
    this.#isWaking = true
    breathe().then(() => {
      this.#isWaking = false
      for (const { wake } of [...this.#listeners]) if (wake) this.#say(wake)
      this.#trim()
    })
  }

  /** What goes wrong with who listens does no harm to what is told of. */
  #say(speak: () => void): void {
    try {
      speak()
    } catch (error) {
      this.#report(`a listener failed: ${reasonOf(error)}`)
    }
  }
}
