// What a server counts as it goes, for its metrics: plain numbers, so that a request pays for nothing more.
import type { Answer, Trace } from './exchange.ts'
import type { Operation } from './spec.ts'
import { wallNow } from './ticker.ts'

/** Upper bounds of the buckets of times to answer, in seconds. */
export const BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const

/** How many times took how long. */
export interface Times {
  /** By the first bound that is not exceeded; the last is for all that took longer. */
  readonly counts: number[]
  /** Of all, in seconds. */
  sum: number
}

/** What a provider was asked and answered. */
export interface ProviderCounts {
  /** Answers by operation, each by the class of its status; class 0 is that of none at all. */
  readonly answers: Map<Operation | undefined, number[]>
  readonly refusals: Map<string, number>
  /** Faults that happened to calls and callbacks, by kind. */
  readonly faults: Map<string, number>
  readonly times: Times
  /** Attempts at callbacks that a receiver has taken, and the others. */
  readonly attempts: { taken: number; failed: number }
  /** Callbacks that nothing more comes of. */
  readonly callbacks: { delivered: number; dead: number }
}

/** Of one server, since its start. */
export interface Counts {
  readonly providers: ReadonlyMap<string, ProviderCounts>
  /** Exchanges that were written into journals. */
  exchanges: number
  /** Transactions that changed something and were given to the store. */
  commits: number
  /** Those that it did not take. */
  commitsRefused: number
  /** Answers that waited for the store. */
  readonly flushes: Times
  /** Requests for worlds of other replicas, which these have answered. */
  passedOn: number
  /** Worlds taken from the store, let go of, and lost to another replica. */
  readonly worlds: { taken: number; letGo: number; lost: number }
  /** What is counted of a provider. */
  of(slug: string): ProviderCounts
  /**
   * Counts an answer.
   * @param since when the request came, by `wallNow`
   */
  answered(slug: string, how: Answered, answer: Answer, since: number): void
}

/** What is looked at of the way of an exchange, and the code of the refusal where it was one. */
interface Answered extends Pick<Trace, 'operation' | 'faults'> {
  readonly code: string | undefined
}

export function openCounts(): Counts {
  return new OpenCounts()
}

/** A class, since its methods work on the same few things. */
class OpenCounts implements Counts {
  readonly providers = new Map<string, ProviderCounts>()
  exchanges = 0
  commits = 0
  commitsRefused = 0
  readonly flushes = newTimes()
  passedOn = 0
  readonly worlds = { taken: 0, letGo: 0, lost: 0 }

  of(slug: string): ProviderCounts {
    const known = this.providers.get(slug)
    if (known) return known
    const counts: ProviderCounts = {
      answers: new Map(),
      refusals: new Map(),
      faults: new Map(),
      times: newTimes(),
      attempts: { taken: 0, failed: 0 },
      callbacks: { delivered: 0, dead: 0 },
    }
    this.providers.set(slug, counts)
    return counts
  }

  answered(slug: string, how: Answered, answer: Answer, since: number): void {
    const { operation, faults, code } = how
    const counts = this.of(slug)
    let byClass = counts.answers.get(operation)
    if (!byClass) {
      byClass = [0, 0, 0, 0, 0, 0]
      counts.answers.set(operation, byClass)
    }
    const at = classOf(answer)
    byClass[at] = (byClass[at] ?? 0) + 1
    addTime(counts.times, wallNow() - since)
    if (code !== undefined) add(counts.refusals, code)
    for (const { kind } of faults) add(counts.faults, kind)
  }
}

function newTimes(): Times {
  return { counts: Array.from({ length: BUCKETS.length + 1 }, () => 0), sum: 0 }
}

/** Counts how long something took. @param ms wall ms */
export function addTime(times: Times, ms: number): void {
  const seconds = ms / 1000
  let at = 0
  while (at < BUCKETS.length && seconds > (BUCKETS[at] as number)) at += 1
  times.counts[at] = (times.counts[at] ?? 0) + 1
  times.sum += seconds
}

/** Counts one more of a name. */
export function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

/** The class of the status that leaves, as in 4 of 404; 0 where none does. */
function classOf(answer: Answer): number {
  switch (answer.kind) {
    case 'bytes':
      return Math.trunc(answer.status / 100)
    case 'cut':
    case 'dribble':
      return Math.trunc(answer.reply.status / 100)
    default:
      return 0
  }
}
