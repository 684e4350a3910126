// The latest steps of a world: each is an outside command with all that it set off, and can be undone.
import type { Change } from './collection.ts'
import { type PastRecord, recordsBefore } from './past.ts'

/** How many steps a world can go back. */
export const HISTORY_STEPS = 1000
/** Bytes that the records of these steps may hold, about. */
export const HISTORY_BYTES = 16_777_216

const OLDER_GONE = `${HISTORY_STEPS} steps and ${HISTORY_BYTES} bytes are kept: older ones are gone`

/** A step, and what caused it. */
export interface Step<Cause> {
  /** Counted from 1 since the world was opened, or on from the steps that were kept. */
  readonly id: number
  readonly cause: Cause
  /** Virtual ms since the epoch that its latest change was made at. */
  readonly at: number
  /** How many records it wrote; one written twice counts twice. */
  readonly records: number
}

/** What one transaction of a step changed, as it was kept. */
export interface KeptChanges<Cause> {
  readonly step: Pick<Step<Cause>, 'id' | 'cause' | 'at'>
  readonly changes: readonly Change[]
}

/** A step with what it takes to undo it. */
interface OpenStep<Source, Cause> extends Step<Cause> {
  /** Absent where it was made before the world was opened. */
  readonly source: Source | undefined
  at: number
  records: number
  readonly changes: (readonly Change[])[]
  size: number
}

export interface History<Source, Cause> {
  /** The command whose changes come now; absent where nobody gave one. */
  readonly source: Source | undefined
  /** Makes what `act` changes a part of the step of `source`. */
  within<R>(source: Source | undefined, act: () => R): R
  /**
   * Adds what a transaction changed, at virtual time `at`. Without a source it belongs to the latest
   * step, as what that set off.
   * @returns the step; `undefined` where there is none yet
   */
  note(changes: readonly Change[], at: number): Step<Cause> | undefined
  /** Goes on from steps that were kept, the oldest first, before anything else is noted. */
  goOnFrom(kept: readonly KeptChanges<Cause>[]): void
  /** The steps that can be undone, the oldest first. */
  readonly steps: readonly Step<Cause>[]
  /** The latest step that ever was; 0 where none was. */
  readonly last: number
  /** Why it does not go back further; absent where it goes back to the beginning. */
  readonly cut: string | undefined
  /** What was at the end of a step, which is `last`, one of `steps` or the one before them. */
  before(step: number): readonly PastRecord[]
  /** Forgets every step. @param why told to who asks for more */
  forget(why: string): void
}

export function openHistory<Source extends object, Cause>(
  describe: (source: Source) => Cause,
): History<Source, Cause> {
  return new OpenHistory(describe)
}

/** A class, since its methods work on the same few things. */
class OpenHistory<Source extends object, Cause> implements History<Source, Cause> {
  readonly #describe: (source: Source) => Cause
  #source: Source | undefined
  #steps: OpenStep<Source, Cause>[] = []
  #last = 0
  #size = 0
  #cut: string | undefined

  constructor(describe: (source: Source) => Cause) {
    this.#describe = describe
  }

  get source(): Source | undefined {
    return this.#source
  }

  get steps(): readonly Step<Cause>[] {
    return this.#steps
  }

  get last(): number {
    return this.#last
  }

  get cut(): string | undefined {
    return this.#cut
  }

  within<R>(source: Source | undefined, act: () => R): R {
    const before = this.#source
    this.#source = source
    try {
      return act()
    } finally {
      this.#source = before
    }
  }

  note(changes: readonly Change[], at: number): Step<Cause> | undefined {
    const step = this.#stepOf(this.#source, at)
    if (step) this.#add(step, changes, at)
    return step
  }

  goOnFrom(kept: readonly KeptChanges<Cause>[]): void {
    for (const { step, changes } of kept) {
      const latest = this.#steps.at(-1)
      const open = latest?.id === step.id ? latest : this.#begin(undefined, step)
      this.#add(open, changes, step.at)
    }
    const [oldest] = this.#steps
    if (oldest && oldest.id > 1) this.#cut ??= OLDER_GONE
  }

  #add(step: OpenStep<Source, Cause>, changes: readonly Change[], at: number): void {
    const size = sizeOf(changes)
    step.changes.push(changes)
    step.at = at
    step.records += changes.length
    step.size += size
    this.#size += size
    this.#shorten()
  }

  before(step: number): readonly PastRecord[] {
    const undone = this.#steps.filter(({ id }) => id > step)
    return recordsBefore(undone.flatMap(({ changes }) => changes))
  }

  forget(why: string): void {
    this.#steps = []
    this.#size = 0
    this.#cut = why
  }

  /** The step that changes belong to; a new one for a source that did not make the latest. */
  #stepOf(source: Source | undefined, at: number): OpenStep<Source, Cause> | undefined {
    const latest = this.#steps.at(-1)
    if (source === undefined || latest?.source === source) return latest
    return this.#begin(source, { id: this.#last + 1, cause: this.#describe(source), at })
  }

  #begin(
    source: Source | undefined,
    { id, cause, at }: KeptChanges<Cause>['step'],
  ): OpenStep<Source, Cause> {
    const step = { id, source, cause, at, records: 0, changes: [], size: 0 }
    this.#last = id
    this.#steps.push(step)
    return step
  }

  /** Forgets the oldest steps where there are too many, or too large ones. */
  #shorten(): void {
    while (this.#steps.length > HISTORY_STEPS || this.#size > HISTORY_BYTES) {
      const dropped = this.#steps.shift()
      if (!dropped) return
      this.#size -= dropped.size
      this.#cut = OLDER_GONE
    }
  }
}

/** Bytes of a change beside the record it keeps. */
const CHANGE = 64

/** About how many bytes changes keep that nothing else does: records as they were before. */
function sizeOf(changes: readonly Change[]): number {
  let size = 0
  for (const { before } of changes) size += CHANGE + (before ? sizeOfValue(before) : 0)
  return size
}

/** About how many bytes a value takes. */
function sizeOfValue(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  let size = 16
  for (const name in value) size += 16 + sizeOfValue(value[name as keyof typeof value])
  return size
}
