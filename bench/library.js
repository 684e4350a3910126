// What the library costs a test, in processor time: a start in a fresh process and in a warm one, a reset, a world. Prints JSON.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { send } from './processes.js'

/** @typedef {{ fresh: number, warm: number, reset: number, world: number }} Library ms of processor time each */

const THIS = fileURLToPath(import.meta.url)
const INDEX = new URL('../dist/index.js', import.meta.url).href
const WARM_UP = 20
const TIMES = 30

/** Processor time of each call, in ms: all threads of this process, the compiler's and the collector's, too. */
async function cost(
  /** @type {number} */ times,
  /** @type {(turn: number) => Promise<unknown>} */ act,
) {
  const before = process.cpuUsage()
  for (let turn = 0; turn < times; turn += 1) await act(turn)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / times
}

async function measure() {
  const { startSimulator } = await import(INDEX)
  let sim = { close: async () => {}, reset: async () => {}, url: '' }
  const fresh = await cost(1, async () => {
    sim = await startSimulator()
  })
  const start = async () => (await startSimulator({ providers: ['esim-go'] })).close()
  await cost(WARM_UP, start)
  const warm = await cost(TIMES, start)
  await cost(WARM_UP, () => sim.reset())
  const reset = await cost(TIMES, () => sim.reset())
  const world = (/** @type {string} */ name) =>
    send(`${sim.url}/_sim/worlds`, {
      method: 'POST',
      path: '',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name }),
    })
  await cost(WARM_UP, (turn) => world(`before-${turn}`))
  const made = await cost(TIMES, (turn) => world(`w-${turn}`))
  await sim.close()
  console.log(JSON.stringify({ fresh, warm, reset, world: made }))
}

/** Measures in so many processes, one after the other. @param {number} processes @returns {Library[]} */
export function measureLibrary(processes) {
  return Array.from({ length: processes }, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [THIS], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${THIS} ended with ${status}: ${stderr.slice(0, 500)}`)
    return JSON.parse(stdout)
  })
}

if (process.argv[1] === THIS) await measure()
