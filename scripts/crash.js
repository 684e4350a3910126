// Kills the built simulator with -9 under load, starts it again, and looks for what was acknowledged and is lost.
import { parseArgs } from 'node:util'
import { Run } from './crash/run.js'

const USAGE = `npm run crash -- [--kills 6] [--durability all] [--seed 1] [--home DIR]
  --kills       kills of each durability
  --durability  buffered, written, synced or all
  --seed        chooses the moments of the kills and what is asked; the load takes its own time
  --home        where the state folders are: the system's folder of temporary files unless told
Exit: 0 nothing found, 1 findings (the folder is kept), 2 could not run.`

const DURABILITIES = ['buffered', 'written', 'synced']
/** Kills of one folder; then another begins, so that none grows beyond measure. */
const KILLS_OF_FOLDER = 25

function readArguments() {
  const text = (fallback) => ({ type: 'string', default: fallback })
  const options = { kills: text('6'), durability: text('all'), seed: text('1') }
  const { values } = parseArgs({ options: { ...options, home: { type: 'string' } } })
  const [kills, seed] = [Number(values.kills), Number(values.seed)]
  const durabilities = values.durability === 'all' ? DURABILITIES : [values.durability]
  if (![kills, seed].every((value) => Number.isInteger(value) && value >= 0)) throw new Error(USAGE)
  if (!durabilities.every((each) => DURABILITIES.includes(each))) throw new Error(USAGE)
  return { kills, seed, durabilities, home: values.home }
}

/** Adds what was counted; of the slowest, the slowest. */
function added(all, counts) {
  for (const [name, value] of Object.entries(counts))
    all[name] = name === 'slowest' ? Math.max(all[name] ?? 0, value) : (all[name] ?? 0) + value
}

function tell({ durability, folder, findings }, seed) {
  for (const { kill, what, detail } of findings)
    console.log(`FOUND ${durability}, seed ${seed}, after kill ${kill}: ${what}\n      ${detail}`)
  console.log(`      the folder is kept: ${folder}`)
}

async function playAll({ kills, seed, durabilities, home }) {
  let found = 0
  for (const [at, durability] of durabilities.entries()) {
    const counts = {}
    for (let folder = 0; (counts.kills ?? 0) < kills; folder += 1) {
      const own = seed * 10_000 + at * 1_000 + folder
      const run = new Run({ durability, seed: own, home })
      await run.play(Math.min(KILLS_OF_FOLDER, kills - (counts.kills ?? 0)))
      added(counts, run.counts)
      if (run.findings.length === 0) continue
      found += run.findings.length
      tell(run, seed)
      if (run.counts.kills === 0) break
    }
    const told = Object.entries(counts).map(([name, value]) => `${name} ${value}`)
    console.log(`${durability}: ${told.join(', ')}`)
  }
  return found
}

try {
  const found = await playAll(readArguments())
  console.log(found === 0 ? 'crash: nothing found' : `crash: ${found} findings`)
  process.exitCode = found === 0 ? 0 : 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
