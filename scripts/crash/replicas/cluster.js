// Simulators that share a PostgreSQL, each a process of its own: killed, held up, ended, and begun anew.
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres } from '../../postgres-server.js'
import { spawnProcess } from '../simulator.js'

/** Wall ms a start may take. */
const PATIENCE = 60_000

const pause = (ms) => new Promise((done) => setTimeout(done, ms))

/** Those that run stand in `replicas`, each with the number it was started under and its port. */
export class Cluster {
  /** @param home folder of what they say: a file each */
  constructor({ home, seedFile, callbackUrl, durability = 'written', idle = '20s' }) {
    Object.assign(this, { home, seedFile, callbackUrl, durability, idle })
    this.replicas = []
    this.started = 0
  }

  async open() {
    this.postgres = await startPostgres({ isDurable: true })
    this.database = await this.postgres.newDatabase()
  }

  /** Starts one more. @throws Error with what it said where it does not start */
  async start() {
    this.started += 1
    const number = this.started
    // What it does in the database bears its number.
    const store = `${this.database}?application_name=replica-${number}`
    const kept = ['--store', store, '--durability', this.durability, '--idle', this.idle]
    const { home, callbackUrl, seedFile } = this
    const simulator = spawnProcess({ folder: home, kept, callbackUrl, seedFile })
    const started = await Promise.race([simulator.started, pause(PATIENCE)])
    const keep = () =>
      appendFileSync(join(home, `replica-${number}.log`), `${simulator.said().join('\n')}\n`)
    simulator.ended.then(keep)
    if (!started)
      throw new Error(`replica ${number} does not start: ${simulator.said().join('\n')}`)
    const replica = { number, simulator, port: Number(new URL(started.url).port), keep }
    this.replicas.push(replica)
    return replica
  }

  /** Nobody is told of it: the others find out. */
  async kill(replica) {
    this.#forget(replica)
    await replica.simulator.kill()
  }

  /** Ends it as an update does; resolves with its exit code. */
  async end(replica) {
    replica.simulator.signal('SIGTERM')
    const end = await Promise.race([replica.simulator.ended, pause(PATIENCE)])
    this.#forget(replica)
    return end
  }

  /** Does nothing while others act, as a process does that the system has no time for. */
  async holdUp(replica, act) {
    replica.simulator.signal('SIGSTOP')
    try {
      await act()
    } finally {
      replica.simulator.signal('SIGCONT')
    }
  }

  async close() {
    await Promise.all(this.replicas.map(({ simulator }) => simulator.kill()))
    await this.postgres?.close()
  }

  #forget(replica) {
    this.replicas = this.replicas.filter((each) => each !== replica)
  }
}
