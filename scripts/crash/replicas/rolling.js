// An update of all replicas, one after the other, under load: nobody is refused anything.
import { request } from 'node:http'
import { openSender } from '../../history/send.js'
import { NOBODY, whole } from './balancer.js'
import { Player } from './players.js'
import { ReplicaRun } from './run.js'

const PLAYERS = 6
/** Wall ms between two questions whether a replica is ready, as a load balancer asks. */
const ASKED_EVERY = 100

const pause = (ms) => new Promise((done) => setTimeout(done, ms))

/** As a run that kills; but each replica is ended by SIGTERM, and what is refused is a finding. */
export class RollingRun extends ReplicaRun {
  constructor(options) {
    super({ ...options, kills: 0, restarts: 0, holdUps: 0 })
    this.rounds = () => [['update']]
    /** Ports of those that said last that they are ready. */
    this.ready = new Set()
  }

  ports() {
    return super.ports().filter((port) => this.ready.has(port))
  }

  /** Once, of a replica that was ready; what it refuses is found. */
  openSender() {
    const sender = openSender()
    const send = async (asked) => {
      for (;;) {
        const port = this.balancer.port()
        if (port === undefined) await pause(ASKED_EVERY)
        const reply = port === undefined ? NOBODY : whole(await sender.send({ ...asked, port }))
        // Nothing was sent: a load balancer asks the next one.
        if (reply.error === 'ECONNREFUSED') {
          this.count('passedOver')
          this.ready.delete(port)
          continue
        }
        this.count('requests')
        if (reply.status === 0 || reply.status >= 500) this.refused(asked, reply, port)
        return reply.status === 503 ? { status: 0, unsure: 1 } : reply
      }
    }
    return { send, close: sender.close }
  }

  refused({ method, url }, { status, error, body }, port) {
    this.find(
      `${method} ${url} is answered ${status} during an update`,
      `${error ?? body}, by ${port}`,
    )
  }

  async begin() {
    this.looking = this.lookWhoIsReady()
    await super.begin()
  }

  /** As a load balancer does. One that is being started is asked, too. */
  async lookWhoIsReady() {
    while (!this.isOver) {
      await Promise.all(super.ports().map((port) => this.lookAtOne(port)))
      await pause(ASKED_EVERY)
    }
  }

  async lookAtOne(port) {
    const isReady = (await readiness(port)) === 200
    if (isReady) this.ready.add(port)
    else this.ready.delete(port)
  }

  /** A new one, then an old one ends: as often as there are replicas. */
  async update() {
    for (const old of [...this.cluster.replicas]) {
      const next = await this.cluster.start()
      while (!this.ready.has(next.port)) await pause(ASKED_EVERY)
      await pause(1000)
      const began = Date.now()
      const end = await this.cluster.end(old)
      if (end !== 0)
        this.find(
          `replica ${old.number} ends with ${end} after SIGTERM`,
          old.simulator.said().join('\n'),
        )
      this.counts.slowestEnd = Math.max(this.counts.slowestEnd ?? 0, Date.now() - began)
      this.count('updated')
    }
  }

  openPlayers() {
    return Array.from({ length: PLAYERS }, () => new Player(this))
  }

  async play() {
    try {
      await super.play()
    } finally {
      this.isOver = true
      await this.looking
    }
  }
}

/** The status of /_sim/ready, over a connection of its own; 0 where there is none. */
function readiness(port) {
  return new Promise((done) => {
    const asked = request({ host: '127.0.0.1', port, path: '/_sim/ready', agent: false })
    asked.setTimeout(2000, () => asked.destroy())
    asked.on('error', () => done(0))
    asked.on('response', (answer) => {
      answer.resume()
      done(answer.statusCode)
    })
    asked.end()
  })
}
