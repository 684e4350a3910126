// Compares two builds on the wire: plays one seeded history against each, tells what differs.
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { actsOf, SEEDED } from './history/acts.js'
import { CannotRun, checkout, freePorts, killAll } from './history/build.js'
import { openCoverage } from './history/coverage.js'
import { told, valueDifference } from './history/differences.js'
import { onStage, perform, repeat } from './history/play.js'
import { compareFolders } from './history/state-folders.js'

const USAGE = `node scripts/compare-builds.js OLD_CHECKOUT NEW_CHECKOUT
  [--calls 12000] [--seed 1] [--show 10] [--without seeded-worlds] [--state-folder]
  [--transcript FILE] [--quiet]`

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      calls: { type: 'string', default: '12000' },
      seed: { type: 'string', default: '1' },
      show: { type: 'string', default: '10' },
      without: { type: 'string', multiple: true, default: [] },
      transcript: { type: 'string' },
      'state-folder': { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
    },
  })
  const [calls, seed, show] = [values.calls, values.seed, values.show].map(Number)
  if (positionals.length !== 2 || ![calls, seed, show].every(Number.isInteger))
    throw new CannotRun(`usage: ${USAGE}`)
  if (values.without.some((name) => name !== SEEDED))
    throw new CannotRun(`--without knows ${SEEDED} alone`)
  return { ...values, calls, seed, show, folders: positionals }
}

const progressOf = (what, quiet) => (count) => {
  if (!quiet && count % 1000 === 0) process.stderr.write(`${what}: ${count} calls\n`)
}

/** Plays one act against both builds, one after the other, on the same ports. */
async function compareAct([old, next], act, quiet) {
  let began
  const records = await onStage(old, act, (stage) => {
    began = stage.server
    return perform(stage, act.history(), act.secrets, progressOf(`old, ${act.name}`, quiet))
  })
  const found = await onStage(next, act, async (stage) => {
    const later = await repeat(stage, records, act.secrets, progressOf(`new, ${act.name}`, quiet))
    const what = valueDifference('what start says', began.started, stage.server.started)
    tellErrors(act, began.said.join(''), stage.server.said.join(''))
    const request = { method: 'start', url: act.flags.join(' '), headers: {} }
    return what.length > 0 ? [{ at: -1, request, what }, ...later] : later
  })
  return { records, found: found.map((each) => ({ act: act.name, ...each })) }
}

/** Standard error is no part of the wire: it is shown where there is any, and not compared. */
function tellErrors({ name }, old, next) {
  for (const [whose, text] of Object.entries({ old, new: next }))
    if (text !== '') console.log(`the ${whose} build wrote in "${name}":\n${text.slice(0, 2000)}`)
}

async function compare(builds, options) {
  const [main, own, receiver] = await freePorts(3)
  const folder = mkdtempSync(join(tmpdir(), 'esimulator-compare-'))
  const acts = actsOf({ ...options, ports: { main, own, receiver }, folder })
  const coverage = openCoverage(builds[0].folder, own)
  const count = { replies: 0, callbacks: 0, differing: [] }
  try {
    for (const act of acts) {
      const { records, found } = await compareAct(builds, act, options.quiet)
      count.differing.push(...found)
      for (const record of records) {
        coverage.note(record)
        count.replies += 1
        count.callbacks += record.callbacks.length
        if (options.transcript) appendFileSync(options.transcript, lineOf(act, record))
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  console.log(coverage.lines().join('\n'))
  const thin = coverage.thin().map((each) => `\n  ${each}`)
  if (thin.length > 0)
    console.log(`\nreached less than 20 times, or never with success:${thin.join('')}`)
  return count
}

/** A call of the old build, for who wants to read the history: a line of JSON. */
function lineOf({ name }, { request, reply, callbacks }) {
  const text = (body) => body?.toString().slice(0, 4000)
  const sent = { method: request.method, url: request.url, headers: request.headers }
  const got = { status: reply.status, headers: reply.headers, body: text(reply.body) }
  const told = callbacks.map((each) => ({ ...each, body: text(each.body) }))
  const { damaged } = request
  return `${JSON.stringify({ act: name, ...sent, sent: text(request.body), damaged, got, told })}\n`
}

async function run() {
  const options = readArguments()
  const builds = options.folders.map(checkout)
  const check = options['state-folder'] ? compareFolders : compare
  const { replies, callbacks, differing } = await check(builds, options)
  for (const each of differing.slice(0, options.show)) console.log(`\n${told(each)}`)
  if (differing.length > options.show)
    console.log(`\n... and ${differing.length - options.show} more`)
  console.log(`\n${replies} replies, ${callbacks} callbacks, ${differing.length} differ`)
  return differing.length > 0 ? 1 : 0
}

for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    killAll()
    process.exit(2)
  })
process.on('exit', killAll)
try {
  process.exitCode = await run()
} catch (error) {
  console.error(error instanceof CannotRun ? error.message : error)
  process.exitCode = 2
}
