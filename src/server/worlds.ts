// The worlds of one server: opened, created, reset, removed; found by name or by credential.
import { targets } from '../state/callbacks.ts'
import type { Records } from '../state/collection.ts'
import { type Credential, chosenIn, credentials, setClaims } from '../state/credentials.ts'
import { defined } from '../state/defined.ts'
import type { PastRecord } from '../state/past.ts'
import { reasonOf } from '../state/reason.ts'
import { Refusal } from '../state/refusal.ts'
import { carrySnapshots } from '../state/snapshot-moves.ts'
import { emptyWorld } from '../state/world-records.ts'
import type { Claimed } from '../stores/leases.ts'
import { BrokenWorld, type Store, StoreError } from '../stores/store.ts'
import {
  type ChosenCredentials,
  choose,
  isChosen,
  readCredentials,
  splitSeedFile,
} from './chosen-credentials.ts'
import type { Counts } from './counts.ts'
import { type CredentialIndex, openCredentialIndex } from './credential-index.ts'
import { type Expiry, openExpiry } from './expiry.ts'
import { type GoneWorlds, openGoneWorlds } from './gone-worlds.ts'
import {
  checkWritable,
  type Host,
  type HostedWorld,
  type HostOptions,
  hostWorld,
  openHost,
} from './hosted-world.ts'
import { statesGiven } from './named-states.ts'
import type { WorldNews } from './news.ts'
import { whenProcessEnds } from './process-end.ts'
import { firstProblem, type RecordCheck, recordCheck } from './record-check.ts'
import { type KnownSecrets, openKnownSecrets } from './redaction/known-secrets.ts'
import { openRedactor, type Redactor, reportWithout } from './redaction/redactor.ts'
import { HeldElsewhere } from './replicas/held-elsewhere.ts'
import { openSharedWorlds, type SharedWorlds } from './replicas/shared-worlds.ts'
import {
  type NewWorldContent,
  populate,
  populateAgain,
  recordsOf,
  type WorldCredentials,
} from './seeding.ts'
import { wallNow } from './ticker.ts'
import {
  checkWorldName,
  identityOf,
  reborn,
  type StartDefaults,
  type WorldStart,
} from './world-start.ts'

export type { HostedWorld } from './hosted-world.ts'
export type { WorldStart } from './world-start.ts'

export interface WorldsOptions
  extends Omit<HostOptions, 'redactor'>,
    NewWorldContent,
    StartDefaults {
  readonly store: Store
  /** How many worlds there may be, open or not; `MOST_WORLDS` unless given. */
  readonly maxWorlds?: number
  /** Wall ms after which a world that nobody uses is let go, where replicas share the store. */
  readonly idle?: number
  /** How many worlds this replica may have open at once, where replicas share the store. */
  readonly maxHeld?: number
  /** What lets callers in at the control API. */
  readonly controlToken?: string | undefined
  /**
   * How `default` begins where the store keeps none. Its credentials count also where it is kept:
   * who chooses them expects them to be good.
   */
  readonly defaultWorld?: WorldStart
}

/** A world that is open, none, or one that has to be opened first. */
export type SoughtWorld = HostedWorld | undefined | Promise<HostedWorld | undefined>

export interface Worlds {
  /** A world that is open. */
  get(name: string): HostedWorld | undefined
  /**
   * The world of that name, opened where it was only kept; `undefined` where there is none, or no
   * longer: a damaged one is set aside.
   * @throws StoreError where it is there and cannot be opened
   * @throws HeldElsewhere where another replica has it; Refusal `writes-refused` where none can now
   */
  open(name: string): Promise<HostedWorld | undefined>
  /**
   * Every world that can be opened, opened; the others are in `notOpened`. Where replicas share the
   * store, only those that are open here.
   */
  openAll(): Promise<HostedWorld[]>
  /**
   * Worlds that were kept and could not be opened, and why: they were set aside
   * where they are damaged, else left as they are.
   */
  readonly notOpened: ReadonlyMap<string, string>
  /** The worlds that are open. */
  list(): HostedWorld[]
  /** What replicas do with the worlds of a store that they share; absent where none do. */
  readonly shared: SharedWorlds | undefined
  /** Tells of those that are no longer there. */
  readonly gone: Pick<GoneWorlds, 'whyNone' | 'whose'>
  /** Knows every secret of every world, and the token of the control API. */
  readonly redactor: Redactor
  /** What is counted of all worlds, and of what they are asked. */
  readonly counts: Counts
  /**
   * The world a credential belongs to; a promise where that may be one not open
   * yet.
   */
  byCredential(provider: string, secret: string): SoughtWorld
  /**
   * Lets time have its effect: tasks run when they are due and worlds go when they are over, in
   * those that are open and in each as it opens. Until then nothing happens by itself.
   */
  start(): Promise<void>
  /**
   * Makes a name ours before a world is created under it, where replicas share the store; else it is
   * free if `create` says so.
   * @throws Refusal as `create` does
   */
  claim(name: string, start: WorldStart): Promise<void>
  /**
   * @throws Refusal `invalid-request` for a bad name, an unknown seed state or bad credentials
   * @throws Refusal `busy` for a taken name, a credential of another world or too many worlds
   */
  create(name: string, start: WorldStart): HostedWorld
  /**
   * Begins a world anew, as at its start or as the named seed state. It keeps its snapshots and the
   * credentials that were chosen for it. Resolves when the new life is kept, whatever the durability.
   * @throws Refusal `writes-refused` where it cannot be: the old life goes on
   */
  reset(hosted: HostedWorld, start: Pick<WorldStart, 'seed' | 'given'>): Promise<void>
  /**
   * Replaces all that is in a world, at once, when the records have been looked at in turns: until
   * then the old life goes on, and what was kept of it meanwhile goes with it. Resolves when it is
   * kept, whatever the durability.
   * @param isWanted false once nobody waits for it: the old life then goes on
   * @throws Refusal `invalid-request` for records of no world, `writes-refused` where they cannot be
   *   kept: the old life goes on
   */
  restore(hosted: HostedWorld, records: Records, isWanted?: () => boolean): Promise<void>
  /**
   * Puts records of a world back as they were, and its clock with them.
   * @param at virtual ms that the clock shows then, where that is not what it showed at its last change
   * @throws Refusal `busy` while its clock is being advanced, `writes-refused` where nothing can be
   *   kept
   */
  goBack(hosted: HostedWorld, past: readonly PastRecord[], at?: number): void
  /**
   * Removes a world: what it still does reaches nothing.
   * @throws Refusal `writes-refused` where that cannot be kept: it is there as before
   */
  remove(hosted: HostedWorld): Promise<void>
  /** Takes back a world that was just created, of which nobody was told. */
  takeBack(hosted: HostedWorld): Promise<void>
  /** Breaks off what is under way: advances end and say so, and nothing happens by itself. */
  stop(): void
  /** Stops, keeps everything, and lets go of the store. */
  close(): Promise<void>
}

export const DEFAULT_WORLD = 'default'
/** How many worlds there are at most, open or not, unless told. */
export const MOST_WORLDS = 1000

/**
 * Opens the world `default`, made where there is none. The others follow one after the other, in
 * the background or when they are asked for.
 * @throws StoreError where the kept `default` is not damaged, and still cannot be opened
 * @throws Refusal `invalid-request` for bad credentials, `busy` for those of another world
 */
export async function openWorlds(options: WorldsOptions): Promise<Worlds> {
  const { chosen, stock } = splitSeedFile(options.stock)
  const start = options.defaultWorld
  const own = { ...chosen, ...start?.credentials } as ChosenCredentials
  const defaultWorld = { ...start, credentials: own }
  const kept = options.store.leases ? [] : await options.store.list()
  const worlds = new OpenWorlds({ ...options, stock, defaultWorld }, kept)
  await worlds.begin()
  return worlds
}

/** What a world was filled with as it began, and what decided that. */
interface Beginning {
  readonly like: string
  readonly records: readonly PastRecord[]
}

/** A class, since every method works on the same few things. */
class OpenWorlds implements Worlds {
  readonly #options: WorldsOptions
  readonly #host: Host
  readonly #check: RecordCheck
  readonly #hosted = new Map<string, HostedWorld>()
  readonly #credentials: CredentialIndex = openCredentialIndex()
  readonly #expiry: Expiry = openExpiry(
    () => this.list(),
    (hosted) => void this.remove(hosted).catch((error) => this.#tell(hosted, error)),
  )
  /** Of every world, open or not: as the store lists them, then as they were made. */
  readonly #names: Set<string>
  /** Names that are made ours for worlds which are not there yet. */
  readonly #claimed = new Set<string>()
  /** How worlds began that were reset. */
  readonly #beginnings = new WeakMap<HostedWorld, Beginning>()
  /**
   * Worlds on their way, and those being removed: each resolves with who is there then. One that
   * could not be opened stays, so that whoever asks is told why.
   */
  readonly #opening = new Map<string, Promise<HostedWorld | undefined>>()
  readonly #removals = new WeakMap<HostedWorld, Promise<void>>()
  readonly notOpened = new Map<string, string>()
  readonly gone = openGoneWorlds()
  readonly shared: SharedWorlds | undefined
  #rest: Promise<void> | undefined
  #started = false
  #closed = false
  #timesKept = false
  /** Takes back what is done where the process ends before it has closed. */
  #atEnd = () => {}

  readonly #secrets: KnownSecrets
  readonly redactor: Redactor
  readonly counts: Counts

  constructor(options: WorldsOptions, kept: readonly string[]) {
    const worlds = () => this.list().map(({ world }) => world)
    this.#secrets = openKnownSecrets({ ...options, worlds })
    this.redactor = openRedactor(() => this.#secrets.index())
    const report = reportWithout(this.redactor, options.report)
    this.#options = { ...options, report }
    this.#host = openHost({ ...options, report, redactor: this.redactor })
    this.counts = this.#host.counts
    this.#check = recordCheck(options.simulators)
    this.#names = new Set(kept)
    const { store, idle, maxHeld } = options
    this.shared =
      store.leases &&
      openSharedWorlds({
        store,
        leases: store.leases,
        list: () => this.list(),
        open: (name) => this.open(name),
        drop: (hosted, why) => {
          this.counts.worlds.letGo += 1
          this.#drop(hosted, why)
        },
        report,
        idle,
        maxHeld,
      })
  }

  /** Opens `default`, and begins to open the others. */
  async begin(): Promise<void> {
    if (this.shared) return this.#beginShared(this.shared)
    if (this.#names.has(DEFAULT_WORLD)) await this.open(DEFAULT_WORLD)
    else await this.openAll()
    const kept = this.#hosted.get(DEFAULT_WORLD)
    if (kept) await this.#chooseLater(kept)
    else {
      this.create(DEFAULT_WORLD, this.#options.defaultWorld ?? {})
      if (this.notOpened.has(DEFAULT_WORLD))
        this.#options.report(`A NEW WORLD "${DEFAULT_WORLD}" IS MADE: it holds nothing of the old`)
    }

    if (this.#options.store.lasts) this.#atEnd = whenProcessEnds(() => this.#keepNow())
    // Whoever waits for all of them is told what went wrong.
    this.openAll().catch(() => {})
  }

  /** Opens `default`, or makes it, unless another replica has it. */
  async #beginShared({ leases }: SharedWorlds): Promise<void> {
    await leases.start({
      lost: (name, why) => {
        const hosted = this.#hosted.get(name)
        if (!hosted) return
        this.counts.worlds.lost += 1
        this.#drop(hosted, why)
      },
    })
    this.#atEnd = whenProcessEnds(() => this.#keepNow())
    const start = this.#options.defaultWorld ?? {}
    try {
      const kept = (await this.open(DEFAULT_WORLD)) ?? (await this.#makeDefault(start))
      if (kept) await this.#chooseLater(kept)
    } catch (error) {
      if (!(error instanceof HeldElsewhere)) throw error
    }
  }

  /** @returns `default` where another replica was faster and has let it go */
  async #makeDefault(start: WorldStart): Promise<HostedWorld | undefined> {
    try {
      await this.claim(DEFAULT_WORLD, start)
    } catch (error) {
      const there = await this.open(DEFAULT_WORLD)
      if (there) return there
      throw error
    }
    this.create(DEFAULT_WORLD, start)
    return undefined
  }

  get(name: string): HostedWorld | undefined {
    return this.#hosted.get(name)
  }

  open(name: string): Promise<HostedWorld | undefined> {
    const hosted = this.#hosted.get(name)
    if (hosted) return Promise.resolve(hosted)
    if (this.#closed) return Promise.reject(stopping())
    if (this.#claimed.has(name)) return Promise.resolve(undefined)
    if (this.shared) return this.shared.waitFor(name, () => this.#openShared(name))
    if (!this.#names.has(name)) return Promise.resolve(undefined)
    const opening = this.#opening.get(name) ?? this.#load(name)
    this.#opening.set(name, opening)
    return opening
  }

  /** One that cannot be had now is asked for again: it may be here the next time. */
  #openShared(name: string): Promise<HostedWorld | undefined> {
    const known = this.#opening.get(name)
    if (known) return known
    const opening = this.#load(name).catch((error: unknown) => {
      this.#opening.delete(name)
      throw error
    })
    this.#opening.set(name, opening)
    return opening
  }

  async openAll(): Promise<HostedWorld[]> {
    this.#rest ??= this.#openRest()
    await this.#rest
    return this.list()
  }

  list(): HostedWorld[] {
    return [...this.#names].flatMap((name) => this.#hosted.get(name) ?? [])
  }

  byCredential(provider: string, secret: string): SoughtWorld {
    const key = `${provider}/${secret}`
    const owner = this.#credentials.owner(key)
    const isComplete = this.#hosted.size === this.#names.size && this.shared === undefined
    return isComplete || this.#credentials.isFirst(key) ? owner : this.#openOwner(key)
  }

  async start(): Promise<void> {
    this.#started = true
    this.#expiry.check()
    // Where callbacks go somewhere, the first one does not wait for what sends it.
    if (this.list().some(sendsCallbacks)) await this.#host.attempts.prepare()
    for (const hosted of this.list()) this.#wake(hosted)
    this.shared?.start()
  }

  async claim(name: string, start: WorldStart): Promise<void> {
    if (!this.shared) return
    const { simulators, maxWorlds: most = MOST_WORLDS } = this.#options
    // What cannot be made is not claimed.
    checkWorldName(name)
    statesGiven(start.given ?? this.#options.given, simulators)
    const chosen = readCredentials(start.credentials ?? {}, simulators)
    const keys = chosen.map((each) => credentials.key(each))
    if (this.#claimed.has(name)) throw nameTaken(name)
    this.#claimed.add(name)
    try {
      // Who asks for it already would take what is claimed here for a world that can be read.
      await this.#opening.get(name)?.catch(() => {})
      await this.shared.makeRoom()
      const claimed = await this.shared.leases.claim(name, keys, most)
      refuseClaim(claimed, { name, chosen, most })
    } catch (error) {
      this.#claimed.delete(name)
      throw error
    }
  }

  create(name: string, start: WorldStart): HostedWorld {
    this.#claimed.delete(name)
    const { store, simulators, maxWorlds: most = MOST_WORLDS } = this.#options
    checkWorldName(name)
    const kept = this.#opening.has(name) && this.notOpened.get(name)
    if (kept) throw new Refusal('busy', kept)
    if (this.#names.has(name)) throw nameTaken(name)
    if (!this.shared && this.#names.size >= most) throw tooManyWorlds(most)
    const given = statesGiven(start.given ?? this.#options.given, simulators)
    const chosen = readCredentials(start.credentials ?? {}, simulators)
    this.#checkFree(chosen)

    const identity = identityOf(name, start, this.#options, store.livesOf(name))
    const hosted = this.#add(name, emptyWorld(identity, wallNow()))
    const claimOf = this.#credentials.claimsIn(hosted)
    // Whole, and not only what the seeds change: a world's own records are in no change list.
    store.rewrite(name)
    try {
      populate(hosted.world, simulators, given, { ...this.#options, chosen, claimOf })
    } catch (error) {
      this.takeBack(hosted).catch((failure) => this.#tell(hosted, failure))
      throw error
    }
    this.#goOn(hosted)
    const from = start.given ?? this.#options.given
    hosted.commands.begin(defined({ at: hosted.world.now, given: from }))
    return hosted
  }

  async reset(
    hosted: HostedWorld,
    { seed, given }: Pick<WorldStart, 'seed' | 'given'>,
  ): Promise<void> {
    const { store, simulators } = this.#options
    const { world } = hosted
    const from = given ?? this.#options.given
    // Looked at before anything is done.
    statesGiven(from, simulators)

    this.#checkThere(hosted)
    const before = timeKept(hosted)
    const chosen = chosenIn(world)
    const claimOf = this.#credentials.claimsIn(hosted)
    this.#leaveCredentials(hosted)
    world.replace(emptyWorld(reborn(world.identity, seed), wallNow()))
    // What is under way in the old life is not waited for.
    hosted.runner.abandon()
    hosted.delays.abandon()
    store.rewrite(world.name)
    tellOfLife(hosted, 'reset')
    try {
      this.#begin(hosted, from, { chosen, claimOf })
      world.transaction(() => carrySnapshots(world, before))
    } catch (error) {
      world.replace(before)
      tellOfLife(hosted, 'replaced')
      this.#takeCredentials(hosted)
      this.#wake(hosted)
      throw error
    }
    hosted.history.forget('the world was reset')
    await this.#newLifeKept(hosted, before)
    hosted.journal.clear()
    hosted.commands.begin(defined({ at: hosted.world.now, given: from }))
  }

  /**
   * Fills a world that begins anew. Tests reset theirs over and over: where all is as at its last
   * beginning, it is filled with the same records.
   */
  #begin(hosted: HostedWorld, given: string | undefined, content: WorldCredentials): void {
    const { world } = hosted
    const { seed, ownSeed, start } = world.identity
    const like = JSON.stringify([seed, ownSeed, start, given, content.chosen])
    const last = this.#beginnings.get(hosted)
    if (last?.like === like) {
      populateAgain(world, last.records, content.claimOf)
      return
    }

    const { simulators } = this.#options
    const states = statesGiven(given, simulators)
    const filled = populate(world, simulators, states, { ...this.#options, ...content })
    // A clock that goes shows another time at each beginning.
    if (start.mode === 'frozen') this.#beginnings.set(hosted, { like, records: recordsOf(filled) })
  }

  async restore(
    hosted: HostedWorld,
    records: Records,
    isWanted: () => boolean = () => true,
  ): Promise<void> {
    this.#checkThere(hosted)
    checkWritable(this.#options.store, hosted.world)
    const problem = await firstProblem(this.#check, records)
    if (problem !== undefined)
      throw new Refusal('invalid-request', `this is no state of a world: ${problem}`)
    if (!isWanted()) throw new Refusal('invalid-request', 'its sender has gone: nothing was done')
    // Others had their turns meanwhile; from here on nobody has.
    this.#checkThere(hosted)
    checkWritable(this.#options.store, hosted.world)
    const before = timeKept(hosted)
    setClaims(records, this.#credentials.claimsIn(hosted))
    this.#leaveCredentials(hosted)
    try {
      hosted.world.replace(records)
      hosted.runner.abandon()
      hosted.delays.abandon()
    } catch (error) {
      throw new Refusal('invalid-request', reasonOf(error))
    } finally {
      this.#takeCredentials(hosted)
    }
    hosted.history.forget('a state was put in')
    this.#options.store.rewrite(hosted.world.name)
    tellOfLife(hosted, 'replaced')
    await this.#newLifeKept(hosted, before)
    hosted.journal.clear()
    hosted.commands.begin(undefined)
  }

  /**
   * Waits until the life that has just begun is kept.
   * @param before the records of the life that goes on where it cannot be
   * @throws Refusal `writes-refused`
   */
  async #newLifeKept(hosted: HostedWorld, before: Records): Promise<void> {
    const { store } = this.#options
    const { world } = hosted
    const { epoch } = world
    try {
      await store.logged(world.name)
    } catch (error) {
      if (this.#hosted.get(world.name) === hosted && world.epoch === epoch) {
        this.#leaveCredentials(hosted)
        world.replace(before)
        tellOfLife(hosted, 'replaced')
        hosted.runner.abandon()
        this.#takeCredentials(hosted)
        store.rewrite(world.name)
      }
      throw new Refusal('writes-refused', reasonOf(error))
    } finally {
      this.#wake(hosted)
    }
  }

  goBack(hosted: HostedWorld, past: readonly PastRecord[], at?: number): void {
    this.#checkThere(hosted)
    hosted.runner.checkIdle()
    // What waits for a task would take its going for its time.
    hosted.delays.abandon()
    hosted.world.goBack(past, at)
    hosted.runner.abandon()
    tellOfLife(hosted, 'went-back')
    this.#wake(hosted)
  }

  async remove(hosted: HostedWorld): Promise<void> {
    const { name } = hosted.world
    const { store } = this.#options
    try {
      const noted = store.noteLives(name, lifeOf(hosted))
      if (noted) await Promise.all([noted, store.logged(name)])
      // Another call removes it, or has; another world may have its name already.
      if (this.#hosted.get(name) !== hosted) return await this.#removals.get(hosted)
      if (noted && store.livesOf(name) < lifeOf(hosted)) return await this.remove(hosted)

      this.gone.note(hosted.world)
      this.#forget(hosted)
      await this.#erase(hosted)
    } catch (error) {
      if (error instanceof Refusal) throw error
      this.gone.forget(name)
      const why = `the world "${name}" cannot be removed and is there as before: ${reasonOf(error)}`
      throw new Refusal('writes-refused', why)
    }
  }

  /**
   * Removes what is kept of a world. Whoever asks for it meanwhile waits: if its files were read now,
   * those of the next world of its name could be taken for them.
   * @throws Error where that cannot be done: all of it was kept, and it comes back as at a start
   */
  #erase(hosted: HostedWorld): Promise<void> {
    const { name } = hosted.world
    const erased = this.#options.store.remove(name)
    const left = erased.then(
      () => this.#freeName(name),
      () => this.#load(name),
    )
    this.#opening.set(name, left)
    const removed = left.catch(() => {}).then(() => erased)
    this.#removals.set(hosted, removed)
    return removed
  }

  #freeName(name: string): undefined {
    this.#opening.delete(name)
    this.#names.delete(name)
  }

  async takeBack(hosted: HostedWorld): Promise<void> {
    const { name } = hosted.world
    if (this.#hosted.get(name) !== hosted) return
    this.#forget(hosted)
    this.#names.delete(name)
    await this.#options.store.remove(name).catch(async (error) => {
      // What is left of it is looked at as at a start, unless another has its name.
      if (!this.#names.has(name)) {
        this.#names.add(name)
        await this.open(name).catch(() => {})
      }
      throw error
    })
  }

  /** Forgets a world that another replica has, or may have from now on. */
  #drop(hosted: HostedWorld, why: string): void {
    const { name } = hosted.world
    if (this.#hosted.get(name) !== hosted) return
    this.#forget(hosted, why)
    this.#names.delete(name)
  }

  /** What a world still does reaches nothing. Its name stays taken. */
  #forget(hosted: HostedWorld, why = 'the world was removed'): void {
    hosted.runner.stop(why)
    hosted.feed.end(why)
    hosted.world.end()
    hosted.delays.abandon()
    this.#hosted.delete(hosted.world.name)
    this.#leaveCredentials(hosted)
  }

  stop(): void {
    this.#closed = true
    this.shared?.stop()
    this.#expiry.stop()
    for (const { runner, feed } of this.#hosted.values()) {
      runner.stop()
      feed.end('the simulator is stopping')
    }
  }

  async close(): Promise<void> {
    const { store } = this.#options
    this.stop()
    await Promise.allSettled(this.#opening.values())
    await Promise.all(this.list().map(({ runner }) => runner.idle()))

    await this.shared?.letAllGo()
    this.#keepTimes()
    this.#timesKept = true
    await store.close().finally(this.#atEnd)
  }

  /** Writes down what each clock shows, so that it goes on from there. */
  #keepTimes(): void {
    for (const { world } of this.#hosted.values()) {
      if (world.clock.mode !== 'running' || this.#options.store.failure(world.name)) continue
      try {
        world.transaction(() => world.keepTime())
      } catch (error) {
        // The others are kept all the same.
        this.#options.report(`world ${world.name}: ${reasonOf(error)}`)
      }
    }
  }

  /** Keeps what it can, as the process ends. */
  #keepNow(): void {
    try {
      if (!this.#timesKept) this.#keepTimes()
      this.#options.store.writeNow()
    } catch (error) {
      this.#options.report(reasonOf(error))
    }
  }

  /** @throws Refusal `writes-refused` for a world that was removed while its call was read */
  #checkThere(hosted: HostedWorld): void {
    const { name } = hosted.world
    if (this.#hosted.get(name) !== hosted)
      throw new Refusal('writes-refused', `the world "${name}" was removed meanwhile`)
  }

  /** Opens what is kept, one world after the other. */
  async #openRest(): Promise<void> {
    for (const name of [...this.#names]) {
      if (this.#closed) return
      await this.open(name).catch((error: unknown) => {
        if (!(error instanceof StoreError) && !this.#closed) throw error
      })
    }
  }

  async #load(name: string): Promise<HostedWorld | undefined> {
    let hosted: HostedWorld | undefined
    try {
      const records = await (this.shared ?? this.#options.store).load(name)
      if (this.#closed) throw stopping()
      hosted = records && (await this.#reopen(name, records))
    } catch (error) {
      await this.#leaveOut(name, error)
    }
    if (!hosted) return this.#freeName(name)
    this.counts.worlds.taken += 1
    this.#opening.delete(name)
    this.#goOn(hosted)
    return hosted
  }

  /** Gives the kept `default` what was chosen for it at this start. */
  async #chooseLater(hosted: HostedWorld): Promise<void> {
    const { simulators, defaultWorld } = this.#options
    const { world } = hosted
    const chosen = readCredentials(defaultWorld?.credentials ?? {}, simulators)
    const ofEach = simulators.flatMap((simulator) => {
      const own = chosen.filter(({ provider }) => provider === simulator.slug)
      return own.length > 0 && !isChosen(world, simulator.slug, own) ? [{ simulator, own }] : []
    })
    if (ofEach.length === 0) return
    // Only once all worlds are open it is known which credentials are free.
    await this.openAll()
    this.#checkFree(chosen, hosted)
    await this.#checkFreeElsewhere(chosen, hosted)
    world.transaction(() => {
      for (const { simulator, own } of ofEach) choose(world, simulator, own)
    })
  }

  /** @throws Refusal `busy` for a credential that leads to another world */
  #checkFree(chosen: readonly Credential[], hosted?: HostedWorld): void {
    for (const credential of chosen) {
      const owner = this.#credentials.owner(credentials.key(credential))
      if (!owner || owner === hosted) continue
      throw credentialTaken(credential, owner.world.name)
    }
  }

  /** @throws Refusal `busy` for a credential of a world that is not open here */
  async #checkFreeElsewhere(chosen: readonly Credential[], { world }: HostedWorld): Promise<void> {
    for (const credential of this.shared ? chosen : []) {
      const owner = await this.shared?.ownerOf(credentials.key(credential))
      if (owner !== undefined && owner !== world.name) throw credentialTaken(credential, owner)
    }
  }

  async #reopen(name: string, records: Records): Promise<HostedWorld | undefined> {
    const problem = await firstProblem(this.#check, records)
    if (problem !== undefined) throw new BrokenWorld(problem)
    if (this.#closed) throw stopping()
    try {
      return this.#add(name, records)
    } catch (error) {
      throw error instanceof StoreError ? error : new BrokenWorld(reasonOf(error))
    }
  }

  /**
   * Tells of a world that cannot be opened, and sets it aside where it is damaged.
   * @throws StoreError where it stays as it is
   */
  async #leaveOut(name: string, error: unknown): Promise<void> {
    if (!(error instanceof StoreError)) throw error
    const { store, report } = this.#options
    const aside = error instanceof BrokenWorld ? await store.setAside(name).catch(reasonOf) : ''
    const what = `the world "${name}" cannot be opened: ${error.message}`
    if (Array.isArray(aside)) {
      const sentence = `${what}; ${asideTold(store, aside)}`
      this.notOpened.set(name, sentence)
      report(sentence)
      return
    }

    // Nothing is served without `default`: who starts it is told, and once.
    if (name === DEFAULT_WORLD) throw new StoreError([what, aside].filter(Boolean).join('; '))
    const next = 'it is not served, all others are: mend that, and start again'
    const how = [aside, next].filter(Boolean).join(': ')
    const sentence = `${what}; ${how}`
    this.notOpened.set(name, sentence)
    report(sentence)
    throw new StoreError(sentence)
  }

  #add(name: string, records: Records): HostedWorld {
    const hosted = hostWorld(name, records, this.#host, (changed, changes) => {
      // What happens to a world that was removed leaves no trace.
      if (this.#hosted.get(name) !== changed) return
      this.#credentials.follow(changed, changes)
      this.#secrets.follow(changes)
    })
    this.#names.add(name)
    this.gone.forget(name)
    this.#hosted.set(name, hosted)
    this.#takeCredentials(hosted)
    return hosted
  }

  #takeCredentials(hosted: HostedWorld): void {
    this.#credentials.add(hosted)
    this.#secrets.add()
  }

  #leaveCredentials(hosted: HostedWorld): void {
    this.#credentials.remove(hosted)
    this.#secrets.remove(hosted.world)
  }

  async #openOwner(key: string): Promise<HostedWorld | undefined> {
    if (this.shared) return this.#openOwnerShared(key, this.shared)
    const name = await this.#options.store.worldOf(key)
    // The store does not tell of a world that is on its way.
    if (name === undefined) await Promise.allSettled(this.#opening.values())
    else await this.open(name)
    return this.#credentials.owner(key)
  }

  async #openOwnerShared(key: string, shared: SharedWorlds): Promise<HostedWorld | undefined> {
    const name = await shared.ownerOf(key)
    // The store does not tell of those that are open here.
    if (name === undefined) return this.#credentials.owner(key)
    const hosted = await this.open(name)
    if (hosted) return hosted
    // It went a moment ago, and another may have the credential since.
    const next = await shared.ownerOf(key, true)
    return next === undefined ? undefined : this.open(next)
  }

  /** Lets time have its effect in a world that is new here. */
  #goOn(hosted: HostedWorld): void {
    if (this.#started) this.#expiry.add(hosted)
    this.#wake(hosted)
  }

  #wake({ runner }: HostedWorld): void {
    if (this.#started) runner.wake()
  }

  #tell({ world }: HostedWorld, error: unknown): void {
    this.#options.report(`world ${world.name}: ${reasonOf(error)}`)
  }
}

/** What was claimed, in the words of a refusal. */
interface Wanted {
  readonly name: string
  readonly chosen: readonly Credential[]
  readonly most: number
}

/** @throws Refusal `busy` unless a name was made ours */
function refuseClaim(claimed: Claimed, { name, chosen, most }: Wanted): void {
  if (claimed.as === 'taken') throw nameTaken(name)
  if (claimed.as === 'too-many') throw tooManyWorlds(most)
  if (claimed.as === 'ours') return
  const taken = chosen.find((each) => credentials.key(each) === claimed.credential)
  if (taken) throw credentialTaken(taken, claimed.world)
}

function nameTaken(name: string): Refusal {
  return new Refusal('busy', `the world "${name}" exists already`)
}

function tooManyWorlds(most: number): Refusal {
  const how = 'remove one, give worlds a ttl, or start with --max-worlds'
  return new Refusal('busy', `there are ${most} worlds already: ${how}`)
}

/** Where a damaged world is now, and what can be made of it. */
function asideTold({ kind }: Store, aside: readonly string[]): string {
  const names = aside.join(', ')
  if (kind === 'postgres')
    return `it is set aside as ${names}: a back-up of the database has it whole`
  return `its files are now ${names}: \`esimulator doctor --repair\` keeps what can be kept`
}

/** The world is there, and this process opens it no more. */
function stopping(): Refusal {
  return new Refusal('writes-refused', 'the simulator is stopping: ask again')
}

function credentialTaken({ provider, position = 0 }: Credential, world: string): Refusal {
  const what = `${provider} credentials[${position}] leads to the world "${world}" already`
  return new Refusal('busy', `${what}: choose another, or remove that world`)
}

function tellOfLife({ world, feed }: HostedWorld, what: WorldNews['what']): void {
  feed.tell(() => [{ type: 'world', at: world.now, what }])
}

/**
 * The records of a world, with the time it shows.
 * @throws Refusal `writes-refused` where nothing can be kept
 */
function timeKept({ world }: HostedWorld): Records {
  world.transaction(() => world.keepTime())
  return world.records
}

/** Which life of its world this is, from 1. */
function lifeOf({ world }: HostedWorld): number {
  return world.identity.life ?? 1
}

function sendsCallbacks({ world }: HostedWorld): boolean {
  return world.in(targets).size > 0
}
