// Reads while others write: what was acknowledged is seen by whoever asks afterwards, whichever replica is asked.
import { jsonOf, openSender } from '../../history/send.js'
import { Client } from '../clients.js'

const CLOCK = '/_sim/clock'
/** Wall ms between two reads. */
const EVERY = 20

const pause = (ms) => new Promise((done) => setTimeout(done, ms))

/** What a world has acknowledged by now, to be held against a reply that is asked for from now on. */
export function acknowledged({ shown, writes }) {
  return { shown, write: writes.findLast(({ path }) => path) }
}

/** What a reply shows that is older than what was acknowledged before it was asked for, or `undefined`. */
export function staleProblem({ shown, write }, { status, body }, asked) {
  if (asked === write?.path)
    return isRefused(status) ? `${asked} was acknowledged, and is answered ${status}` : undefined
  if (status !== 200 || body?.now === undefined || body.now >= shown) return undefined
  return `its clock showed ${body.now} after ${shown}`
}

/** What a provider refuses for another reason than that it is asked too often. */
function isRefused(status) {
  return status >= 400 && status < 500 && status !== 429
}

/** Reads only worlds that last: nobody takes them back to what they were. */
export class Witness extends Client {
  async step(world) {
    await pause(EVERY)
    if (world.isFleeting !== false) return
    const { life } = world
    const known = acknowledged(life)
    const path = known.write && this.run.dice.chance(0.5) ? known.write.path : CLOCK
    const headers = path === known.write?.path ? known.write.headers : {}
    const reply = await this.ask('GET', world, path, { headers })
    // It was looked at between two loads: what is known is of before.
    if (world.life !== life) return
    this.run.count('witnessed')
    const problem = staleProblem(known, reply, path)
    if (problem) this.run.find(`world ${world.name}: ${problem}`)
  }
}

/**
 * Connects to one replica alone, a connection for each of these worlds, as a balancer does that will not
 * hear that it is held up: what is sent meanwhile is the first that it finds when it goes on.
 * @param worlds tells them
 */
export async function openUnaware(port, worlds) {
  const all = worlds().map(({ name }) => ({ name, sender: openSender() }))
  const send = ({ name, sender }) => sender.send({ port, method: 'GET', url: `/w/${name}${CLOCK}` })
  await Promise.all(all.map(send))

  /** What is wrong with its reply for a world, or `undefined`. */
  async function problemOf(each, { name, life }) {
    const known = acknowledged(life)
    const reply = await send(each)
    each.sender.close()
    const seen = reply.error === undefined ? { ...reply, body: jsonOf(reply) } : { status: 0 }
    const problem = staleProblem(known, seen, CLOCK)
    return { status: seen.status, problem: problem && `world ${name}: ${problem}` }
  }
  /** Asks once more; what came of it, one for each world. */
  return { ask: () => Promise.all(worlds().map((world, at) => problemOf(all[at], world))) }
}
