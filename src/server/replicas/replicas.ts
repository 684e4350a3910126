// A server among replicas: a request is served where its world is, here or by being passed on.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { Refusal } from '../../state/refusal.ts'
import type { Replica } from '../../stores/leases.ts'
import { hostNameOf } from '../access.ts'
import { cameBy, passedOnFrom } from '../came-by.ts'
import type { Counts } from '../counts.ts'
import type { HostedWorld } from '../hosted-world.ts'
import { pause, wallNow } from '../ticker.ts'
import { openForwarder, type Passing } from './forward.ts'
import { HeldElsewhere } from './held-elsewhere.ts'
import { tellNotHere } from './marks.ts'
import { noteArrival, PASSED_ON, passingHeaders } from './proof.ts'
import type { SharedWorlds } from './shared-worlds.ts'

/** Wall ms for which a world is sought whose replica does not answer: longer than a lease lasts. */
export const SOUGHT_FOR = 8000
/** Wall ms between two looks where it is by now. */
const AGAIN = 200
/** Wall ms that another replica may take to tell what it has. */
const TELLS_WITHIN = 2000
/** Wall ms without a request after which a replica that leaves is gone for the others; and at most. */
const QUIET = 1000
const QUIET_WITHIN = 5000

/** A request that may be passed on. */
export interface Reaching extends Omit<Passing, 'body'> {
  /**
   * Its body, read where it is short; `undefined` for one that goes as it comes.
   * @throws Refusal for one that cannot be passed on
   */
  readonly body: () => Promise<Passing['body']>
}

/** A world, none, or one that has to be opened first; rejects with `HeldElsewhere`. */
export type Sought = HostedWorld | undefined | Promise<HostedWorld | undefined>

export interface Replicas {
  readonly shared: SharedWorlds
  /** True once it hands its worlds over to the others. */
  readonly isLeaving: boolean
  /**
   * Takes down how a request came that was passed on.
   * @returns false where it was meant for another replica, and is answered so
   */
  arrive(request: IncomingMessage, response: ServerResponse): boolean
  /** Counts a world as in use until a response is closed; false where it is being let go. */
  use(hosted: HostedWorld, response: ServerResponse): boolean
  /**
   * The world a request is for, in use until that is answered; `passed-on` where another replica has
   * it, and answers.
   * @param seek called until the world is found
   * @throws what `seek` throws; Refusal `writes-refused` where nobody answers for the world
   */
  reach(seek: () => Sought, asked: Reaching): Promise<HostedWorld | undefined | 'passed-on'>
  /** What every other living replica answers to a GET; without those that do not answer. */
  gather(path: string, headers: OutgoingHttpHeaders): Promise<unknown[]>
  /**
   * Lets go of every world, where another replica can have it, and passes on what still comes.
   * Resolves when nothing more comes.
   */
  leave(): Promise<void>
  close(): void
}

export function openReplicas(shared: SharedWorlds, counts: Counts): Replicas {
  return new OpenReplicas(shared, counts)
}

/** A class, since its methods work on the same few things. */
class OpenReplicas implements Replicas {
  readonly shared: SharedWorlds
  readonly #counts: Counts
  readonly #forwarder
  /** Those who look again for a world look once. */
  readonly #lookingAgain = new Map<string, Promise<void>>()
  /** The wall time of the latest request for a world: who asks whether this one is ready is not one. */
  #cameAt = 0
  isLeaving = false

  constructor(shared: SharedWorlds, counts: Counts) {
    this.shared = shared
    this.#counts = counts
    this.#forwarder = openForwarder(() => shared.leases.self.id)
  }

  arrive(request: IncomingMessage, response: ServerResponse): boolean {
    // Who comes again finds another replica by then.
    if (this.isLeaving) response.shouldKeepAlive = false
    const sender = request.headers[PASSED_ON]
    if (sender === undefined || noteArrival(this.shared.leases.self, request)) return true
    tellNotHere(response, String(sender))
    return false
  }

  use(hosted: HostedWorld, response: ServerResponse): boolean {
    this.#cameAt = wallNow()
    return this.shared.use(hosted, response)
  }

  async reach(seek: () => Sought, asked: Reaching): Promise<HostedWorld | undefined | 'passed-on'> {
    this.#cameAt = wallNow()
    const until = this.#cameAt + SOUGHT_FOR
    const { request, response } = asked
    let passing: Passing | undefined
    for (;;) {
      const found = await soughtBy(seek)
      if (!(found instanceof HeldElsewhere)) {
        if (!found || this.use(found, response)) return found
        await this.shared.gone(found).catch(() => {})
        continue
      }
      const sender = passedOnFrom(request)?.sender
      if (sender !== undefined) {
        tellNotHere(response, sender)
        return 'passed-on'
      }
      passing ??= { ...asked, body: await asked.body() }
      if ((await this.#passOn(found.replica, passing)) === 'answered') {
        this.#counts.passedOn += 1
        return 'passed-on'
      }
      if (wallNow() > until) throw new Refusal('writes-refused', notAnswering(found))
      await this.shared.waitFor(found.world, () => this.#lookAgain(found.world))
    }
  }

  #passOn(to: Replica, passing: Passing) {
    const from = cameBy(passing.request, passing.ownSlug, this.shared.leases.self.id)
    return this.#forwarder.forward(to, passing, passingHeaders(to, from))
  }

  #lookAgain(world: string): Promise<void> {
    const known = this.#lookingAgain.get(world)
    if (known) return known
    const looking = pause(AGAIN).then(() => {
      this.#lookingAgain.delete(world)
      this.shared.forget(world)
    })
    this.#lookingAgain.set(world, looking)
    return looking
  }

  async gather(path: string, headers: OutgoingHttpHeaders): Promise<unknown[]> {
    const { leases } = this.shared
    const others = (await leases.replicas()).filter(({ id }) => id !== leases.self.id)
    // Who asks here under this name is let in: so it is there.
    const local = hostNameOf(String(headers.host ?? ''))
    const from = { caller: '', local, isEncrypted: false, sender: leases.self.id }
    const answers = others.map((to) => {
      const proof = Object.fromEntries(passingHeaders(to, from))
      return this.#forwarder.ask(to, path, { ...headers, ...proof }, TELLS_WITHIN)
    })
    return (await Promise.all(answers)).filter((answer) => answer !== undefined)
  }

  async leave(): Promise<void> {
    const { leases } = this.shared
    this.isLeaving = true
    // Where the store is away nobody can take over.
    const others = await leases
      .leave()
      .then(() => leases.replicas())
      .catch(() => [])
    if (!others.some(({ id, isLeaving }) => id !== leases.self.id && !isLeaving)) return
    await this.shared.letAllGo()
    const until = wallNow() + QUIET_WITHIN
    for (let now = wallNow(); now < until && now - this.#cameAt < QUIET; now = wallNow())
      await pause(QUIET / 4)
  }

  close(): void {
    this.#forwarder.close()
  }
}

/** A world, none, or who has it. */
async function soughtBy(seek: () => Sought): Promise<HostedWorld | undefined | HeldElsewhere> {
  try {
    return await seek()
  } catch (error) {
    if (error instanceof HeldElsewhere) return error
    throw error
  }
}

function notAnswering({ world, replica }: HeldElsewhere): string {
  return `the replica ${replica.id} has the world "${world}" and does not answer: try again`
}
