// What of the worlds there are is as it was acknowledged: the ledger of a run held against what a simulator shows.
import { openDice } from '../history/dice.js'
import { allowedLosses, bookProblems, losses, undoneProblems } from './checks.js'
import { openLedger } from './ledger.js'

/** A run keeps its ledger here, and what was found; `receiver` of it takes the callbacks. */
export class Look {
  constructor({ durability, seed }) {
    this.dice = openDice(seed)
    this.ledger = openLedger(durability)
    this.findings = []
    this.counts = { kills: 0, writes: 0, allowed: 0, slowest: 0 }
  }

  count(what, by = 1) {
    this.counts[what] = (this.counts[what] ?? 0) + by
  }

  find(what, detail = '') {
    this.findings.push({ kill: this.counts.kills, what, detail: String(detail).slice(0, 600) })
  }

  /** Told that something is asked for just now: a kill may wait for it. */
  asked(what) {
    if (what !== this.aim?.what) return
    setTimeout(this.aim.reached, this.aim.after)
    this.aim = undefined
  }

  /** Those that have to be there are, and no others. */
  checkWorlds(worlds) {
    const there = new Set(worlds.map(({ name }) => name))
    for (const { name, mayBe, ends } of [...this.ledger.worlds.values()]) {
      if (there.has(name)) continue
      if (!mayBe && !ends) this.find(`the world "${name}" is lost`)
      this.ledger.worlds.delete(name)
    }
    for (const name of there)
      if (!this.ledger.worlds.has(name)) this.find(`the world "${name}" was removed and is there`)
  }

  async lookAt(client, world, killed) {
    const shown = (await client.ask('GET', undefined, `/_sim/worlds/${world.name}`)).body
    const { status, body: state } = await client.ask('GET', world, '/_sim/state')
    if (status !== 200) {
      if (!world.ends) this.find(`the state of "${world.name}" is answered ${status}`)
      return
    }
    const where = (problem) => `world ${world.name}: ${problem}`
    for (const problem of bookProblems(state)) this.find(where(problem))
    const possible = this.ledger.candidates(world, killed)
    const found = possible.filter(({ seed }) => seed === undefined || seed === shown.seed)
    if (possible.length > 0 && found.length === 0)
      this.find(where(`it is of the seed ${shown.seed}`), possible.map(({ seed }) => seed).join())
    const life = found.length === 1 ? found[0] : undefined
    if (life) await this.lookAtLife(client, { world, life, state, killed })
    else this.count('ambiguous')
    this.ledger.settle(world, life, shown)
  }

  /** What was acknowledged in the life a world is in. */
  async lookAtLife(client, { world, life, state, killed }) {
    const where = (problem) => `world ${world.name}: ${problem}`
    const holds = (at) => this.ledger.holds(at, killed)
    for (const { problem, at } of losses(state, life, holds))
      this.find(where(problem), `acknowledged ${killed - at} ms before the kill, ${this.how}`)
    this.count('writes', life.writes.filter(({ at }) => holds(at)).length)
    this.count('allowed', allowedLosses(state, life, holds))
    life.writes = life.writes.filter((write) => holds(write.at))
    const now = new Date(state.collections.world.clock.at).toISOString()
    if (now < life.shown) this.find(where(`its clock went back from ${life.shown} to ${now}`))
    if (!life.copied)
      for (const problem of undoneProblems(state, life, this.receiver.told.values()))
        this.find(where(problem))
    for (const { path, headers } of life.writes.filter((write) => write.path).slice(-3)) {
      const { status } = await client.ask('GET', world, path, { headers })
      // A world with a time to live may end between two questions.
      if (status !== 200 && !world.ends) this.find(where(`GET ${path} is answered ${status}`))
    }
  }
}
