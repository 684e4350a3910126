// Kills replicas with -9 under load, and restarts their PostgreSQL; or updates them, one after the other. Looks for what is lost.
import { parseArgs } from 'node:util'
import { RollingRun } from './crash/replicas/rolling.js'
import { PROMISED, ReplicaRun } from './crash/replicas/run.js'

const USAGE = `npm run crash:replicas -- [--replicas 3] [--kills 6] [--restarts 1] [--hold-ups 1] [--worlds 12] [--seed 1] [--rolling] [--home DIR]
  --replicas  simulators over one PostgreSQL
  --kills     how often one of them is killed with -9, and another begun
  --restarts  how often PostgreSQL is restarted, half of the times as after a crash
  --hold-ups  how often one of them is stopped for some seconds, and goes on
  --worlds    worlds that last; a few more come and go
  --rolling   instead: all are ended by SIGTERM, one after the other, and nobody may be refused anything
  --seed      chooses the moments and what is asked; the load takes its own time
  --home      where what is found is written down: the system's folder of temporary files unless told
Exit: 0 nothing found, 1 findings (the folder is kept), 2 could not run.`

const COUNTS = { replicas: 3, kills: 6, restarts: 1, 'hold-ups': 1, worlds: 12, seed: 1 }

function readArguments() {
  const text = (fallback) => ({ type: 'string', default: String(fallback) })
  const counts = Object.entries(COUNTS).map(([name, value]) => [name, text(value)])
  const { values } = parseArgs({
    options: {
      ...Object.fromEntries(counts),
      home: { type: 'string' },
      rolling: { type: 'boolean', default: false },
    },
  })
  const { home, rolling, ...texts } = values
  const numbers = Object.entries(texts).map(([name, value]) => [name, Number(value)])
  if (!numbers.every(([, value]) => Number.isInteger(value) && value >= 0)) throw new Error(USAGE)
  const { 'hold-ups': holdUps, ...others } = Object.fromEntries(numbers)
  return { ...others, holdUps, rolling, home }
}

function tell({ counts, findings, home }, seed) {
  for (const { kill, what, detail } of findings)
    console.log(`FOUND seed ${seed}, after kill ${kill}: ${what}\n      ${detail}`)
  if (findings.length > 0) console.log(`      to look at: ${home}`)
  console.log(
    Object.entries(counts)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  )
  const { slowestKill, slowestRestart, late } = counts
  console.log(
    `every world answered within ${slowestKill} ms of a kill, and within ${slowestRestart} ms of a restart ` +
      `of PostgreSQL; ${late} answers took more than ${PROMISED} ms`,
  )
}

try {
  const options = readArguments()
  const run = options.rolling ? new RollingRun(options) : new ReplicaRun(options)
  await run.play()
  tell(run, options.seed)
  const found = run.findings.length
  console.log(found === 0 ? 'crash-replicas: nothing found' : `crash-replicas: ${found} findings`)
  process.exitCode = found === 0 ? 0 : 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
