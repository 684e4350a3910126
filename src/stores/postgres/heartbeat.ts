// How a replica tells the others that it is alive, and how long it may be sure that they know.
import { randomBytes, randomUUID } from 'node:crypto'
import type { Replica } from '../leases.ts'
import type { Connections } from './connections.ts'
import { beginReplica, endReplica, LEASE, renewReplica } from './lease-queries.ts'
import { alarm, monotonic, persistently } from './pauses.ts'

/** From the sending of one renewal to that of the next, in wall ms. */
const EVERY = 1_000
/** How soon it is tried again where that failed, in wall ms. */
const AGAIN = 200
/** Two clocks never go alike: so much sooner than the others this replica believes its time over, in wall ms. */
const MARGIN = 300
/** How long whoever waits for PostgreSQL is kept waiting, in wall ms. */
export const PATIENCE = 5_000

export interface Heartbeat {
  /** Another after it was declared dead. */
  readonly self: Replica
  /** True while nobody else can have declared it dead. */
  readonly isSure: boolean
  readonly isLeaving: boolean
  /** @throws Error where PostgreSQL does not answer */
  begin(): Promise<void>
  /**
   * Resolves when it is sure again, be it under another id.
   * @throws Error where PostgreSQL does not answer at once
   */
  makeSure(): Promise<void>
  /** As `makeSure`, with patience. */
  confirmed(): Promise<void>
  /** Tells the others that it takes no more worlds. @throws Error where PostgreSQL does not answer */
  leave(): Promise<void>
  /** Ends it: nobody has to wait until its time is over. */
  stop(): Promise<void>
}

export interface HeartbeatOptions {
  /** Of its own: it waits behind nothing. */
  readonly connections: Connections
  /** Where the others reach this replica. */
  readonly url: string
  /** Called at once when somebody has declared it dead, with how long it had not been heard of, in wall ms. */
  readonly onDead: (silence: number) => void
}

export function openHeartbeat(options: HeartbeatOptions): Heartbeat {
  return new OpenHeartbeat(options)
}

/** A class, since its methods work on the same few things. */
class OpenHeartbeat implements Heartbeat {
  readonly #options: HeartbeatOptions
  #self: Replica
  /** True once there is a row of this id. */
  #isKnown = false
  #isLeaving = false
  #isStopped = false
  /** When the last renewal that was answered was sent, by the monotonic clock. */
  #renewed = Number.NEGATIVE_INFINITY
  #beating: Promise<void> | undefined
  #next = { takeBack() {} }

  constructor(options: HeartbeatOptions) {
    this.#options = options
    this.#self = newReplica(options.url)
  }

  get self(): Replica {
    return this.#self
  }

  get isSure(): boolean {
    return monotonic() < this.#renewed + LEASE - MARGIN
  }

  get isLeaving(): boolean {
    return this.#isLeaving
  }

  async begin(): Promise<void> {
    await this.#beat()
  }

  async makeSure(): Promise<void> {
    // An answer that took long says of little time that is left.
    while (!this.isSure) await this.#beat()
  }

  confirmed(): Promise<void> {
    return persistently(() => this.makeSure(), PATIENCE)
  }

  async leave(): Promise<void> {
    this.#isLeaving = true
    // One that is under way may have left without it.
    await this.#beating?.catch(() => {})
    await persistently(() => this.#beat(), PATIENCE)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#next.takeBack()
    await this.#beating?.catch(() => {})
    const { connections } = this.#options
    // Where that fails, its time ends by itself.
    if (this.#isKnown) await endReplica(connections.ask, this.#self.id).catch(() => {})
    await connections.close()
  }

  /** One at a time: whoever asks meanwhile waits for the same. */
  #beat(): Promise<void> {
    if (this.#isStopped) return Promise.reject(new Error('the store is closed'))
    this.#beating ??= this.#renew().finally(() => {
      this.#beating = undefined
    })
    return this.#beating
  }

  async #renew(): Promise<void> {
    this.#next.takeBack()
    const sent = monotonic()
    let wait = AGAIN
    try {
      while (!(await this.#tell())) this.#die()
      this.#renewed = sent
      wait = Math.max(0, sent + EVERY - monotonic())
    } finally {
      // A failure is told to those who wait; everybody else sees that it is not sure.
      if (!this.#isStopped) this.#next = alarm(wait, () => void this.#beat().catch(() => {}))
    }
  }

  /** @returns false where it was declared dead */
  async #tell(): Promise<boolean> {
    const { ask } = this.#options.connections
    const now = { ...this.#self, isLeaving: this.#isLeaving }
    if (this.#isKnown) return renewReplica(ask, now)
    await beginReplica(ask, now)
    this.#isKnown = true
    return true
  }

  /** Goes on as another: what this one had is for whoever takes it. */
  #die(): void {
    this.#self = newReplica(this.#options.url)
    this.#isKnown = false
    const silence = monotonic() - this.#renewed
    this.#renewed = Number.NEGATIVE_INFINITY
    this.#options.onDead(silence)
  }
}

function newReplica(url: string): Replica {
  return { id: randomUUID(), url, key: randomBytes(24).toString('base64url') }
}
