// Replicas over one PostgreSQL under load: one is killed and another begun as often as asked, PostgreSQL is restarted.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '../clients.js'
import { noteTime } from '../ledger.js'
import { Look } from '../look.js'
import { openReceiver } from '../receiver.js'
import { auditCounts, auditProblems, auditRows, beginAudit } from './audit.js'
import { Balancer } from './balancer.js'
import { Cluster } from './cluster.js'
import { oftenProblems } from './often.js'
import { Caretaker, Player } from './players.js'
import { toldProblems } from './told.js'
import { openUnaware, Witness } from './witness.js'

const PLAYERS = 8
const CARETAKERS = 2
const WITNESSES = 2
/** Wall ms after which others take the worlds of a replica that is held up. */
const LEASE = 3_000
/** So long before a replica that is held up goes on it is asked, in wall ms. */
const ASKED_BEFORE = 50
/** Kills from one look at everything to the next. */
const KILLS_OF_LOOK = 6
/** Wall ms within which a world answers again, as is promised; and beyond which it is a finding. */
export const PROMISED = 5_000
const BOUND = 10_000
/** The longest a load lasts before its kill, in wall ms. */
const LONGEST = 3_000
/** A balance without test credit, which would expire. */
const SEED_FILE = 'esim-go: { balance: 1000000, testCredit: 0 }\n'
/** Those that a world is made of and that send callbacks. */
const CALLING = ['esim-go', 'wholesale']

const pause = (ms) => new Promise((done) => setTimeout(done, ms))

export class ReplicaRun extends Look {
  constructor({ seed, home, replicas, kills, restarts, holdUps, worlds }) {
    super({ durability: 'written', seed })
    Object.assign(this, { replicas, kills, restarts, holdUps })
    this.home = mkdtempSync(join(home ?? tmpdir(), 'esimulator-crash-replicas-'))
    this.seedFile = join(this.home, 'stock.yaml')
    writeFileSync(this.seedFile, SEED_FILE)
    /** What caretakers asked for. */
    this.acts = []
    this.names = Array.from({ length: worlds }, (_, at) => `world-${at + 1}`)
    this.mostWorlds = worlds + 6
    Object.assign(this.counts, { restarts: 0, holdUps: 0, slowestKill: 0, slowestRestart: 0 })
    Object.assign(this.counts, { late: 0 })
    this.ledger.add('default', true)
  }

  openSender(options) {
    return this.balancer.openSender(options)
  }

  ports() {
    return this.cluster.replicas.map(({ port }) => port)
  }

  /** Kills so often. Ends early where something is found. */
  async play() {
    this.receiver = await openReceiver((what, detail) => this.find(what, detail))
    const { home, seedFile } = this
    this.cluster = new Cluster({ home, seedFile, callbackUrl: this.receiver.url })
    this.balancer = new Balancer(
      () => this.ports(),
      (what) => this.count(what),
    )
    try {
      await this.cluster.open()
      await this.begin()
      for (const round of this.rounds()) {
        await this.load(round)
        await this.look(Date.now())
        if (this.findings.length > 0) break
      }
      if (this.findings.length === 0) await this.lookAtTheEnd()
      Object.assign(this.counts, await auditCounts(this.cluster.database))
    } finally {
      if (this.findings.length > 0) await this.keep()
      await this.cluster.close()
      await this.receiver.close()
      if (this.findings.length === 0) rmSync(this.home, { recursive: true })
    }
  }

  async begin() {
    await this.cluster.start()
    await beginAudit(this.cluster.database)
    while (this.cluster.replicas.length < this.replicas) await this.cluster.start()
    this.client = new Client(this)
    await Promise.all(this.names.map((name, at) => this.make(name, at)))
    await this.look(Date.now())
  }

  /** A world that lasts: its callbacks come to a place of its own. */
  async make(name, at) {
    const mode = at % 2 === 0 ? { mode: 'frozen' } : { mode: 'running', rate: [1, 60, 600][at % 3] }
    const json = { name, clock: mode, seed: `own-${name}`, given: 'no subscriptions' }
    const client = new Client(this)
    const { status, body } = await client.ask('POST', undefined, '/_sim/worlds', { json })
    if (status !== 201)
      throw new Error(`world ${name} is answered ${status}: ${JSON.stringify(body)}`)
    const world = this.ledger.add(name, false)
    world.isFleeting = false
    this.ledger.begin(world, { seed: body.seed, credentials: body.credentials })
    const url = `${this.receiver.url}${name}`
    for (const slug of CALLING)
      await client.ask('PUT', world, `/_sim/callbacks/target/${slug}`, { json: { url } })
    client.sender.close()
  }

  /** What happens, a round from look to look: kills, with those that hold up or restart spread among them. */
  *rounds() {
    const { kills, restarts, holdUps } = this
    const happen = [
      ...spread('kill', kills),
      ...spread('restart', restarts),
      ...spread('holdUp', holdUps),
    ]
    const all = happen.sort((a, b) => a.at - b.at).map(({ what }) => what)
    for (let at = 0; at < all.length; at += KILLS_OF_LOOK) yield all.slice(at, at + KILLS_OF_LOOK)
  }

  /** Clients at work until all of this has happened. */
  async load(happen) {
    this.stopped = false
    const playing = this.openPlayers().map((each) => each.play())
    for (const what of happen) {
      await pause(this.dice.whole(300, LONGEST))
      await this[what]()
    }
    await pause(500)
    this.stopped = true
    await Promise.all(playing)
  }

  openPlayers() {
    const players = Array.from({ length: PLAYERS }, () => new Player(this))
    const witnesses = Array.from({ length: WITNESSES }, () => new Witness(this))
    const caretakers = Array.from({ length: CARETAKERS }, () => new Caretaker(this))
    return [...players, ...witnesses, ...caretakers]
  }

  async kill() {
    const replica = this.dice.pick(this.cluster.replicas)
    this.how = `replica ${replica.number} was killed`
    const killed = this.cluster.kill(replica)
    const answered = this.probe('slowestKill', `after replica ${replica.number} was killed`)
    await killed
    this.counts.kills += 1
    await Promise.all([this.cluster.start(), answered])
  }

  /** Half of the times as in a crash, and now and then with a kill at the same time. */
  async restart() {
    const signal = this.dice.pick(['INT', 'QUIT'])
    this.how = `PostgreSQL was restarted by SIG${signal}`
    await this.cluster.postgres.stop(signal)
    await pause(this.dice.pick([0, 0, 500, 2000]))
    const starting = this.cluster.postgres.start()
    this.counts.restarts += 1
    await starting
    await this.probe('slowestRestart', `after PostgreSQL was restarted by SIG${signal}`)
  }

  /** For longer than a lease lasts: it goes on with worlds that others have by then. */
  async holdUp() {
    const replica = this.dice.pick(this.cluster.replicas)
    this.how = `replica ${replica.number} was held up`
    const others = this.cluster.replicas.filter((each) => each !== replica)
    this.count('holdUps')
    this.cluster.replicas = others
    const ms = this.dice.whole(2_000, 6_000)
    const unaware = await openUnaware(replica.port, () => this.lasting())
    let asked = []
    await this.cluster.holdUp(replica, async () => {
      await pause(ms)
      if (ms > LEASE) await this.moveOn()
      asked = unaware.ask()
      await pause(ASKED_BEFORE)
    })
    for (const { status, problem } of await asked) {
      this.count(status === 200 ? 'answeredAfterHoldUp' : 'refusedAfterHoldUp')
      if (problem) this.find(problem, this.how)
    }
    this.cluster.replicas = [...others, replica]
  }

  /** Clocks go on at replicas that are not held up, so that there is something to be behind of. */
  async moveOn() {
    const moved = this.lasting().map(async (world) => {
      const { life } = world
      const client = new Client(this)
      const json = { by: 'PT1S', maxWall: '2s' }
      const { status, body } = await client.ask('POST', world, '/_sim/clock/advance', { json })
      if (status === 200) {
        noteTime(world, life, body.to)
        this.count('movedOn')
      }
      client.sender.close()
    })
    await Promise.all(moved)
  }

  lasting() {
    return this.names.map((name) => this.ledger.worlds.get(name))
  }

  /** Asks every lasting world until it answers; notes which took how long. */
  async probe(slowest, when) {
    const began = Date.now()
    const asked = this.names.map(async (name) => {
      const sender = this.openSender()
      let status = 0
      while (status !== 200 && Date.now() < began + 3 * BOUND)
        status = (await sender.send({ method: 'GET', url: `/w/${name}/_sim/clock` })).status
      sender.close()
      return { name, status, took: Date.now() - began }
    })
    const all = (await Promise.all(asked)).sort((a, b) => b.took - a.took)
    this.counts[slowest] = Math.max(this.counts[slowest], all[0]?.took ?? 0)
    this.acts.push({ when, slowest: all[0], median: all[all.length >> 1]?.took, ended: Date.now() })
    this.count('late', all.filter(({ took }) => took > PROMISED).length)
    for (const { name, status, took } of all.filter((each) => each.took > BOUND).slice(0, 3))
      this.find(`world ${name} is answered ${status} ${took} ms ${when}`)
  }

  /** Looks at everything, while nobody asks for anything. */
  async look(now) {
    const began = Date.now()
    const listed = (await this.client.ask('GET', undefined, '/_sim/worlds')).body
    for (const each of listed.notOpened ?? []) this.find('notOpened', JSON.stringify(each))
    const names = [...(listed.worlds ?? []).map(({ name }) => name), ...(listed.resting ?? [])]
    this.checkWorlds(names.map((name) => ({ name })))
    for (const name of names) {
      const world = this.ledger.worlds.get(name)
      if (world) await this.lookAt(this.client, world, now)
    }
    for (const { what, rows } of await auditProblems(this.cluster.database))
      this.find(what, JSON.stringify(rows))
    this.count('lookedMs', Date.now() - began)
  }

  async lookAtLife(client, looked) {
    await super.lookAtLife(client, looked)
    const { world, life, state } = looked
    if (world.isFleeting === false)
      for (const problem of oftenProblems(state, life)) this.find(`world ${world.name}: ${problem}`)
  }

  /** Once all callbacks have arrived that are still to come. */
  async lookAtTheEnd() {
    this.receiver.takeAll()
    for (const name of this.names) {
      const world = this.ledger.worlds.get(name)
      await this.client.ask('POST', world, '/_sim/clock/freeze', { json: {} })
      for (let tries = 0; tries < 3; tries += 1)
        await this.client.ask('POST', world, '/_sim/clock/advance', { json: { by: 'P2D' } })
      const { body: state } = await this.client.ask('GET', world, '/_sim/state')
      const arrived = this.receiver.arrivedAt(`/${name}`)
      this.count('callbacks', new Set(arrived).size)
      this.count('arrivals', arrived.length)
      for (const problem of toldProblems(state, arrived)) this.find(`world ${name}: ${problem}`)
    }
    await this.look(Date.now())
  }

  /** Writes down what there is to look at. */
  async keep() {
    for (const { keep } of this.cluster.replicas) keep()
    const write = (file, value) =>
      writeFileSync(join(this.home, file), `${JSON.stringify(value, null, 2)}\n`)
    write('findings.json', this.findings)
    write('audit.json', await auditRows(this.cluster.database).catch(String))
    write('acts.json', this.acts)
    for (const name of namedIn(this.findings)) {
      const world = this.ledger.worlds.get(name)
      const { body } = await this.client.ask('GET', { name }, '/_sim/state')
      write(`state-${encodeURIComponent(name)}.json`, body)
      write(`arrived-${encodeURIComponent(name)}.json`, this.receiver.arrivedAt(`/${name}`))
      write(`ledger-${encodeURIComponent(name)}.json`, world)
    }
  }
}

/** The worlds that something was found of. */
function namedIn(findings) {
  const names = findings.map(({ what }) => /world "?([^\s":]+)/.exec(what)?.[1])
  return new Set(names.filter((name) => name !== undefined))
}

/** So many of a kind, spread evenly over the whole. */
function spread(what, count) {
  return Array.from({ length: count }, (_, at) => ({ what, at: (at + 0.5) / count }))
}
