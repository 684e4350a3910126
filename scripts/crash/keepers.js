// Those who make, begin anew, copy and remove worlds, and move their clocks, while clients are at work.
import { Client } from './clients.js'
import { noteTime } from './ledger.js'

/** Few, so that a removed world's name is taken again; each spelled another way in the folder. */
const NAMES = ['w1', 'w2', 'CI', 'ci', 'con', '.hidden', 'a.b', 'nul.log']
const MOST = 7
/** What a simulator of no seed of its own gives its worlds. */
const SEED = 'esimulator'
/** Collections of which every record of an imported state has to be there. */
const COPIED = [
  'esim-go.orders',
  'esim-go.esims',
  'wholesale.transactions',
  'accounts-orders.orders',
]

export class Keeper extends Client {
  constructor(run) {
    super(run)
    /** Goes on asking for a world that is being removed. */
    this.straggler = new Client(run)
  }

  async play() {
    while (!this.run.stopped) {
      await this.act()
      await new Promise((done) => setTimeout(done, this.run.dice.whole(0, 60)))
    }
    this.sender.close()
    this.straggler.sender.close()
  }

  act() {
    const act = this.run.dice.weighted([
      [5, this.create],
      [3, this.remove],
      [2, this.makeAnew],
      [3, this.reset],
      [3, this.copy],
      [3, this.advance],
      [1, this.setClock],
      [2, this.snapshot],
      [1.5, this.goBack],
      [0.5, this.rewind],
    ])
    return act.call(this)
  }

  /** A world nobody else changes as a whole just now, or `undefined`. */
  idle(isMeant = () => true) {
    const all = [...this.run.ledger.worlds.values()]
    const idle = all.filter((world) => world.life && !world.busy && isMeant(world))
    return idle.length > 0 ? this.run.dice.pick(idle) : undefined
  }

  /** A seed of its own at times, else the one there is. */
  seed() {
    this.run.count('seeds')
    return this.run.dice.chance(0.5) ? { seed: `own-${this.run.counts.seeds}` } : {}
  }

  /** Mostly a small world: a large one is written as a base at once. */
  given() {
    return this.run.dice.chance(0.7) ? { given: 'no subscriptions' } : {}
  }

  /** @param names of which a free one is taken */
  async create(names = NAMES) {
    const { ledger, dice } = this.run
    const free = names.filter((name) => !ledger.worlds.has(name))
    if (free.length === 0 || ledger.worlds.size >= (this.run.mostWorlds ?? MOST)) return
    const world = ledger.add(dice.pick(free), true)
    const ttl = dice.chance(0.1) ? { ttl: `PT${dice.whole(1, 3)}S` } : {}
    const mode = dice.pick(['frozen', 'running'])
    const clock = mode === 'running' ? { mode, rate: dice.pick([1, 60, 1000]) } : { mode }
    // A world that may end by itself is never missed, also where a kill comes before the answer.
    Object.assign(world, { busy: true, ends: 'ttl' in ttl })
    this.run.asked('create')
    const json = { name: world.name, clock, ...ttl, ...this.seed(), ...this.given() }
    const { status, body } = await this.ask('POST', undefined, '/_sim/worlds', { json })
    if (status === 201) {
      ledger.begin(world, { seed: body.seed, credentials: body.credentials })
      this.run.count('created')
    } else if (status !== 0) {
      ledger.worlds.delete(world.name)
      if (status !== 409) this.run.find(`a creation is answered ${status}`, body.detail)
    }
    world.busy = status === 0
  }

  /** @returns its name, where it is gone */
  async remove() {
    const { ledger } = this.run
    const world = this.idle(({ name }) => name !== 'default')
    if (!world) return undefined
    Object.assign(world, { busy: true, life: undefined, pending: {}, mayBe: true })
    this.run.asked('remove')
    const removal = this.ask('DELETE', undefined, `/_sim/worlds/${world.name}`)
    this.askUntil(world, removal)
    const { status } = await removal
    if (status === 0) return undefined
    ledger.worlds.delete(world.name)
    if (status === 204) this.run.count('removed')
    else if (!world.ends) this.run.find(`a removal is answered ${status}`, world.name)
    return status === 204 ? world.name : undefined
  }

  /** Asks for a world that is going, over and over: nobody who does may get in the way of the next. */
  async askUntil(world, removal) {
    let isOver = false
    removal.then(() => {
      isOver = true
    })
    while (!isOver) await this.straggler.ask('GET', world, '/_sim/clock')
  }

  /** Removes a world and takes its name at once. */
  async makeAnew() {
    const name = await this.remove()
    if (name !== undefined) await this.create([name])
  }

  async reset() {
    const world = this.idle()
    if (!world) return
    const json = { ...this.seed(), ...this.given() }
    await this.renew(world, { what: 'reset', seed: json.seed ?? world.life.seed }, () =>
      this.ask('POST', world, '/_sim/reset', { json }),
    )
  }

  /** Puts the state of one world into another, or its own of before into itself. */
  async copy() {
    const from = this.idle()
    if (!from) return
    from.life.copied = true
    const { status, body: document } = await this.ask('GET', from, '/_sim/state')
    const world = this.idle()
    if (status !== 200 || !world) return
    const own = document.collections.world.world
    Object.assign(own, this.seed())
    await this.renew(world, { what: 'import', seed: own.seed ?? SEED, document }, () =>
      this.ask('PUT', world, '/_sim/state', { json: document }),
    )
  }

  /** Takes a snapshot: what was acknowledged before it was asked for is in it. */
  async snapshot() {
    const world = this.idle()
    if (!world) return
    const { life } = world
    const writes = [...life.writes]
    this.run.asked('snapshot')
    const { status } = await this.ask('PUT', world, '/_sim/snapshots/s')
    if (status >= 300 || status === 0 || world.life !== life) return
    life.snapshot = writes
    this.run.count('snapshots')
  }

  /** Goes back to the snapshot of a world: from there on it is another life, with the same seed. */
  async goBack() {
    const world = this.idle(({ life }) => life.snapshot)
    if (!world) return
    const { seed, snapshot } = world.life
    await this.renew(world, { what: 'restore', seed, writes: snapshot }, () =>
      this.ask('POST', world, '/_sim/snapshots/s/restore', { json: {} }),
    )
  }

  /** Undoes the latest steps, whatever they are. */
  async rewind() {
    const world = this.idle()
    if (!world) return
    const { seed } = world.life
    await this.renew(world, { what: 'rewind', seed }, () =>
      this.ask('POST', world, '/_sim/rewind', { json: { steps: this.run.dice.whole(1, 3) } }),
    )
  }

  /** Begins another life of a world. */
  async renew(world, { what, seed, document, writes = [] }, ask) {
    const { ledger } = this.run
    const { credentials } = world.life
    Object.assign(world, { busy: true, life: undefined, pending: { begins: { seed } } })
    this.run.asked(what)
    const { status, body } = await ask()
    if (status === 0) return
    world.busy = false
    if (status === 200) {
      const life = ledger.begin(world, { seed, credentials, ...shownIn(body) })
      life.writes.push(...copiesIn(document, life.at), ...writes)
      this.run.count(what)
      return
    }
    ledger.goOn(world)
    // An advance may be under way, or the history begin later.
    const isExpected = status === 409 && ['restore', 'rewind'].includes(what)
    if (!world.ends && !isExpected) this.run.find(`a ${what} is answered ${status}`, body.detail)
  }

  async advance() {
    const world = this.idle()
    if (!world) return
    const { life } = world
    const json = { by: this.run.dice.pick(['PT2S', 'PT10M', 'PT3H']), maxWall: '2s' }
    this.run.asked('advance')
    const { status, body } = await this.ask('POST', world, '/_sim/clock/advance', { json })
    if (status !== 200) return
    noteTime(world, life, body.to)
    this.run.count('advanced')
  }

  async setClock() {
    const world = this.idle()
    if (!world) return
    const { life } = world
    const { dice } = this.run
    const { status, body } = dice.chance(0.5)
      ? await this.ask('POST', world, '/_sim/clock/freeze', { json: {} })
      : await this.ask('POST', world, '/_sim/clock/resume', { json: { rate: dice.pick([1, 100]) } })
    if (status === 200) noteTime(world, life, body.now)
  }
}

/** What a reply that shows a world tells of its life. */
function shownIn({ seed, credentials }) {
  return seed === undefined ? {} : { seed, credentials }
}

/** What has to be there of a state that was put. */
function copiesIn(document, at) {
  if (!document) return []
  return COPIED.flatMap((collection) =>
    Object.keys(document.collections[collection] ?? {}).map((key) => ({ at, collection, key })),
  )
}
