// One state folder under load, killed and started again as often as asked, and looked at after each start.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { leftovers } from './checks.js'
import { Client } from './clients.js'
import { Keeper } from './keepers.js'
import { Look } from './look.js'
import { openReceiver } from './receiver.js'
import { spawnSimulator } from './simulator.js'

const CLIENTS = 5
const KEEPERS = 2
/** Wall ms a start may take. */
const PATIENCE = 60_000
/** The longest a load lasts before its kill, in ms, once it is warm. */
const LONGEST = 1_500
/** A load is warm when so many writes are acknowledged, or after so long: specs are compiled then. */
const WARM = { writes: 12, ms: 15_000 }
/** A balance without test credit, which would expire. */
const SEED_FILE = 'esim-go: { balance: 1000000, testCredit: 0 }\n'

/** What may be said on standard error by a simulator that was killed. */
const TORN = /ends in a line that was never finished: that last change was dropped$/
const SEEDS =
  /^esimulator: the world "default" is there already: the seed file is laid into new worlds/

const pause = (ms) => new Promise((done) => setTimeout(done, ms))

/** Finds its way by `seed`: the same one kills at the same moments, of a load that goes as it goes. */
export class Run extends Look {
  constructor({ durability, seed, home }) {
    super({ durability, seed })
    this.durability = durability
    this.home = mkdtempSync(join(home ?? tmpdir(), `esimulator-crash-${durability}-`))
    this.folder = join(this.home, 'state')
    this.seedFile = join(this.home, 'stock.yaml')
    mkdirSync(this.folder)
    writeFileSync(this.seedFile, SEED_FILE)
    this.counts.torn = 0
    this.ledger.add('default', true)
  }

  /** Kills it so often. Ends early where it does not start or something is found. */
  async play(kills) {
    this.receiver = await openReceiver((what, detail) => this.find(what, detail))
    try {
      let killed = Date.now()
      while (this.counts.kills < kills && this.findings.length === 0) {
        if (!(await this.start())) break
        await this.look(killed)
        killed = await this.load()
        if (this.dice.chance(0.08)) await this.killStart()
      }
      if (this.findings.length === 0 && (await this.start())) {
        await this.look(killed)
        await this.stop()
      }
    } finally {
      await this.simulator?.kill()
      await this.receiver.close()
      if (this.findings.length === 0) rmSync(this.home, { recursive: true })
    }
  }

  spawn() {
    const { folder, durability, seedFile } = this
    const callbackUrl = this.receiver.url
    this.simulator = spawnSimulator({ folder, durability, callbackUrl, seedFile })
    return this.simulator
  }

  /** @returns false where it does not start */
  async start() {
    const began = Date.now()
    const simulator = this.spawn()
    const started = await Promise.race([simulator.started, pause(PATIENCE)])
    if (!started) {
      this.find('it does not start', simulator.said().join('\n'))
      return false
    }
    this.port = Number(new URL(started.url).port)
    this.counts.slowest = Math.max(this.counts.slowest, Date.now() - began)
    this.stopped = false
    return true
  }

  /** Kills a start under way. */
  async killStart() {
    const simulator = this.spawn()
    await pause(this.dice.whole(20, 700))
    await simulator.kill()
    this.counts.kills += 1
    this.count('startsKilled')
  }

  /** Clients at work until it is killed. @returns when that was */
  async load() {
    const clients = Array.from({ length: CLIENTS }, () => new Client(this))
    const keepers = Array.from({ length: KEEPERS }, () => new Keeper(this))
    const playing = [...clients, ...keepers].map((each) => each.play())
    const { simulator } = this
    const began = Date.now()
    if (this.dice.chance(0.8)) await this.warm(began)
    await this.moment()
    this.how = `${Date.now() - began} ms after the load began`
    if (this.dice.chance(0.07)) {
      this.how += ', as it was stopping'
      simulator.signal('SIGTERM')
      this.count('stopsKilled')
      await pause(this.dice.whole(0, 80))
    }
    const killed = Date.now()
    const gone = simulator.kill()
    this.stopped = true
    await gone
    this.counts.kills += 1
    await Promise.all(playing)
    this.hear()
    return killed
  }

  async warm(began) {
    const noted = () => {
      const lives = [...this.ledger.worlds.values()].flatMap(({ lives }) => lives)
      return lives.flatMap(({ writes }) => writes).filter(({ at }) => at >= began).length
    }
    while (noted() < WARM.writes && Date.now() < began + WARM.ms) await pause(20)
  }

  /** The moment of a kill: after a while, or just after something was asked for. */
  async moment() {
    const what = this.dice.weighted([
      [6, undefined],
      [1, 'create'],
      [1, 'remove'],
      [1, 'reset'],
      [1, 'import'],
      [0.5, 'snapshot'],
      [0.5, 'restore'],
      [1, 'advance'],
    ])
    if (what === undefined) return pause(this.dice.whole(50, LONGEST))
    await pause(this.dice.whole(50, LONGEST / 2))
    const reached = new Promise((done) => {
      this.aim = { what, after: this.dice.whole(0, 8), reached: done }
    })
    await Promise.race([reached, pause(LONGEST)])
    this.aim = undefined
  }

  /** Takes notice of what the simulator has said. */
  hear() {
    for (const line of this.simulator.said()) {
      if (TORN.test(line)) this.counts.torn += 1
      else if (!SEEDS.test(line)) this.find('it says on standard error', line)
    }
  }

  /** Looks at everything, after a start. @param killed when the load before it was */
  async look(killed) {
    const client = new Client(this)
    const health = await client.ask('GET', undefined, '/_sim/health')
    for (const kind of ['notOpened', 'writesRefused'])
      if (health.body[kind]) this.find(kind, JSON.stringify(health.body[kind]))
    const { worlds = [] } = (await client.ask('GET', undefined, '/_sim/worlds')).body
    this.checkWorlds(worlds)
    for (const { name } of worlds) {
      const world = this.ledger.worlds.get(name)
      if (world) await this.lookAt(client, world, killed)
    }
    client.sender.close()
    await this.lookForLeftovers(worlds.map(({ name }) => name))
    this.hear()
  }

  /** What is written just now goes within a moment. */
  async lookForLeftovers(names) {
    let left = []
    for (let tries = 0; tries < 20; tries += 1) {
      left = await leftovers(this.folder, names)
      if (left.length === 0) return
      await pause(100)
    }
    this.find('files that are of no world', left.join(', '))
  }

  /** Ends it as a user does. */
  async stop() {
    const { simulator } = this
    simulator.signal('SIGTERM')
    const end = await Promise.race([simulator.ended, pause(PATIENCE)])
    if (end !== 0) this.find(`after SIGTERM it ends with ${end}`, simulator.said().join('\n'))
  }
}
