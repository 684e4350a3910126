// Which of the simulators that share a store has which world: a lease each, under a fencing number.

/** A simulator among those that share a store. */
export interface Replica {
  /** Another at each start. */
  readonly id: string
  /** Where the others reach it, as in `http://10.0.3.7:4010`. */
  readonly url: string
  /**
   * Drawn at each start, and told by the store alone: who sends it along is a replica that has read
   * it there. It is shown nowhere.
   */
  readonly key: string
}

/** What came of asking for a world. */
export type Taken =
  | {
      readonly by: 'us'
      /** Larger than that of everybody who had the world before: what they still write is refused. */
      readonly fence: number
      /** Wall ms since the world was let go; 0 where it never was, or its holder died. */
      readonly idle: number
    }
  | { readonly by: 'other'; readonly replica: Replica }
  | { readonly by: 'nobody'; readonly why: 'no-such-world' | 'nobody-can' }

/** A name that was asked for a new world. */
export type Claimed =
  | { readonly as: 'ours' }
  | { readonly as: 'taken' }
  /** There are as many worlds as there may be. */
  | { readonly as: 'too-many' }
  /** A credential that was chosen for it leads to another world. */
  | { readonly as: 'credential-taken'; readonly credential: string; readonly world: string }

/** A replica as its health tells of it. */
export interface ReplicaShown extends Replica {
  readonly worlds: number
  readonly isLeaving: boolean
}

/**
 * The leases of one replica. They last while it tells the store, time and again, that it is alive;
 * one that does not is declared dead by whoever wants one of its worlds.
 */
export interface Leases {
  readonly self: Replica
  /**
   * True while nobody else can have taken a world that is held here: then it may be read. Else
   * `confirmed` is awaited first.
   */
  readonly areSure: boolean
  /**
   * Resolves when leases are sure again, or those that were lost have been told of.
   * @throws Error where the store does not answer
   */
  confirmed(): Promise<void>
  /** Begins to tell that this replica is alive, and is told what is lost. */
  start(on: { readonly lost: (world: string, why: string) => void }): Promise<void>
  /** Takes a world that nobody living has. One that is held here stays so. */
  take(world: string): Promise<Taken>
  /**
   * Makes a name ours, for a new world; also tells `livesOf`, from then on.
   * @param credentials keys `<provider>/<secret>` that were chosen for it
   * @param most how many worlds there may be
   */
  claim(world: string, credentials: readonly string[], most: number): Promise<Claimed>
  /**
   * Lets go of a world, once all that was committed is kept: anybody may take it.
   * @param wakeAt wall ms since the epoch at which somebody has to look after it, where that is so
   */
  release(world: string, wakeAt: number | undefined): Promise<void>
  /** Tells the others that this replica takes no more worlds: what it lets go of is for them. */
  leave(): Promise<void>
  /** Worlds that nobody living has and that have to be looked after by now, a few at a time. */
  due(): Promise<readonly string[]>
  /** Every living replica. */
  replicas(): Promise<readonly ReplicaShown[]>
}
