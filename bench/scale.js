// npm run bench, second part: the same server with 100, 10,000 and 100,000 eSIMs, and a year's advance over 10,000 bundles.
// `node bench/scale.js --sizes 100,1000000 --states DIR` measures others, and keeps the worlds it makes for the next time:
// to make a million takes half an hour, and 6 GB of memory.
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { generator } from './generator.js'
import { CLI } from './peers.js'
import {
  residentMegabytes,
  send,
  setApart,
  start,
  temporaryFolder,
  WrongReply,
} from './processes.js'
import { spreadOf } from './report.js'
import { listEsims, request } from './requests.js'

/** @typedef {import('./requests.js').Sendable} Sendable */
/** @typedef {import('./processes.js').Running} Running */
/** @typedef {{ size: number, state: string, server: Running, iccids: string[] }} Stage */

const CONNECTIONS = 10
const BUNDLE = 'esim_1GB_7D_GB_V2'
/** eSIMs an order: few enough for an order to stay an ordinary one. */
const A_LOT = 100
/** How many eSIMs of a world take part in what is measured: the same number in each. */
const TAKING_PART = 100
const YEAR = 'P366D'
const WHOLE = {
  sizes: [100, 10_000, 100_000],
  rounds: 5,
  amount: 12_000,
  changes: 1000,
  advanced: 10_000,
}
const QUICK = { sizes: [100, 2_000], rounds: 1, amount: 500, changes: 100, advanced: 500 }

const { quick, sizes, states } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    sizes: { type: 'string' },
    states: { type: 'string' },
  },
}).values
const plan = quick ? QUICK : WHOLE
if (sizes !== undefined) plan.sizes = sizes.split(',').map(Number)

/** From so many eSIMs on, a world takes more memory than Node allows itself. */
const LARGE = 200_000

/** @param {string} sentence */
function say(sentence) {
  process.stderr.write(`${sentence}\n`)
}

/** A server over a state folder of its own. @param {string} state @param {number} size @param {string} [seedFile] */
function serverOn(state, size, seedFile) {
  const memory = size > LARGE ? ['--max-old-space-size=18000'] : []
  const seed = seedFile === undefined ? [] : ['--seed-file', seedFile]
  /** @type {import('./peers.js').Peer} */
  const peer = {
    id: 'lowdb',
    title: 'esimulator --state DIR',
    base: '/esim-go/v2.4',
    args: (port) => [...memory, CLI, 'start', '--port', `${port}`, '--state', state, ...seed],
  }
  return start(peer, '', listEsims)
}

/** @param {Running} server @param {Sendable} what @returns {Promise<any>} the body of a 200 */
async function ask(server, what) {
  const { status, body } = await send(server.url(what.path), what)
  if (status !== 200)
    throw new WrongReply(
      `${what.method} ${what.path} was answered with ${status}: ${body.slice(0, 200)}`,
    )
  return JSON.parse(body)
}

/** @param {Running} server @param {string} path @param {object} [body] */
function control(server, path, body) {
  const url = new URL(server.url('')).origin + path
  const headers = { 'Content-Type': 'application/json' }
  return send(url, {
    method: body ? 'POST' : 'GET',
    path,
    headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
}

/** @param {number} quantity @param {boolean} [assign] */
const order = (quantity, assign = true) =>
  request('POST', '/orders', {
    type: 'transaction',
    assign,
    order: [{ type: 'bundle', quantity, item: BUNDLE }],
  })

/** A world with so many eSIMs, each with a bundle and a past; a tenth of them installed and in use. @param {number} size @returns {Promise<Stage>} */
async function staged(size) {
  const folder = temporaryFolder()
  const seedFile = join(folder, 'seed.json')
  writeFileSync(seedFile, JSON.stringify({ 'esim-go': { balance: 500_000_000 } }))
  const state = join(states ?? folder, `${size}`)
  const isKept = existsSync(join(state, 'default.json'))
  const server = await serverOn(state, size, seedFile)
  /** @type {string[]} */
  const iccids = isKept ? await someIccids(server) : []
  if (!isKept) await fill(server, size, iccids)
  // What is applied comes from the inventory.
  await ask(server, order(plan.changes * (plan.rounds + 1), false))
  return { size, state, server, iccids }
}

/** ICCIDs of eSIMs of a world that is kept. @param {Running} server @returns {Promise<string[]>} */
async function someIccids(server) {
  const { esims } = await ask(server, request('GET', `/esims?perPage=${TAKING_PART}`))
  return esims.map((/** @type {{ iccid: string }} */ { iccid }) => iccid)
}

/** Orders eSIMs, and uses a tenth of them. @param {Running} server @param {number} size @param {string[]} iccids */
async function fill(server, size, iccids) {
  while (iccids.length < size) {
    const { order: lines } = await ask(server, order(Math.min(A_LOT, size - iccids.length)))
    iccids.push(...lines[0].iccids)
  }
  // Orders of more than 5 are processed for 10 seconds: until then nothing else goes onto their eSIMs.
  await control(server, '/_sim/clock/advance', { by: 'PT10S' })
  for (const iccid of iccids.filter((_, at) => at % 10 === 0)) {
    await control(server, `/_sim/sims/${iccid}/install`, {})
    await control(server, `/_sim/sims/${iccid}/use`, { data: '600MB' })
  }
}

/** What is measured at every size, and how often it is sent a round. @param {Stage} stage */
function cases({ size, iccids }) {
  const some = iccids.slice(-TAKING_PART)
  const page = (/** @type {number} */ number) =>
    request('GET', `/esims?page=${number}&perPage=50&orderBy=assignedDate`)
  return [
    {
      title: 'GET one eSIM',
      amount: plan.amount,
      requests: some.map((iccid) => request('GET', `/esims/${iccid}`)),
    },
    {
      title: 'GET its bundles',
      amount: plan.amount,
      requests: some.map((iccid) => request('GET', `/esims/${iccid}/bundles`)),
    },
    { title: 'list eSIMs, first page', amount: plan.changes, requests: [page(1)] },
    {
      title: 'list eSIMs, middle page',
      amount: plan.changes,
      requests: [page(Math.max(1, Math.ceil(size / 100)))],
    },
    { title: 'order an eSIM', amount: plan.changes, requests: [order(1)] },
    {
      title: 'apply a bundle',
      amount: plan.changes,
      requests: some.map((iccid) => request('POST', '/esims/apply', { iccid, name: BUNDLE })),
    },
  ]
}

/** Bytes of all files below a folder. @param {string} folder @returns {number} */
function bytesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

/** What ten orders add on disk, an order. @param {Stage} stage */
async function bytesPerOrder({ server, state }) {
  await pause(500)
  const before = bytesBelow(state)
  for (let at = 0; at < 10; at += 1) await ask(server, order(1))
  await pause(500)
  return (bytesBelow(state) - before) / 10
}

const nothing = { requests: [], amount: 0 }

/** Requests/s of every case at every size, the sizes taking turns. @param {Stage[]} stages */
async function measureRates(stages) {
  const { pid, load } = generator()
  setApart(
    pid,
    stages.map(({ server }) => server.pid),
  )
  /** @type {Map<string, number[][]>} by case, rates by size */
  const rates = new Map()
  const all = stages.map(cases)
  // The first of each waits for its indexes: at a million eSIMs longer than the generator waits.
  for (const [which, stage] of stages.entries())
    for (const { requests } of all[which] ?? [])
      for (const first of requests.slice(0, 1)) await ask(stage.server, first)
  for (let round = 0; round <= plan.rounds; round += 1) {
    say(round === 0 ? 'warming up' : `round ${round} of ${plan.rounds}`)
    for (const [at, { title }] of (all[0] ?? []).entries()) {
      for (const [which, stage] of stages.entries()) {
        const { requests, amount } =
          /** @type {ReturnType<typeof cases>} */ (all[which])[at] ?? nothing
        const outcome = await load({
          url: stage.server.url(''),
          requests,
          connections: CONNECTIONS,
          amount,
        })
        if (Object.keys(outcome.statuses).join() !== '200' || outcome.failed > 0)
          throw new WrongReply(
            `${title} at ${stage.size}: ${JSON.stringify(outcome.statuses)}, ${outcome.failed} without an answer`,
          )
        if (round === 0) continue
        const kept = rates.get(title) ?? stages.map(() => [])
        kept[which]?.push(outcome.requests / outcome.seconds)
        rates.set(title, kept)
      }
    }
  }
  return rates
}

/**
 * Advances a year over a world of bundles, and asks for an eSIM all the while.
 * @param {Stage} stage
 */
async function measureAdvance({ server, iccids }) {
  const one = request('GET', `/esims/${iccids[0]}`)
  let over = false
  /** @type {number[]} */
  const waits = []
  const began = performance.now()
  const advanced = control(server, '/_sim/clock/advance', { by: YEAR }).finally(() => {
    over = true
  })
  while (!over) {
    const asked = performance.now()
    await send(server.url(one.path), one)
    waits.push(performance.now() - asked)
    await pause(1)
  }
  const { status, body } = await advanced
  if (status !== 200)
    throw new WrongReply(`advance was answered with ${status}: ${body.slice(0, 200)}`)
  const seconds = (performance.now() - began) / 1000
  const { fired, unlisted = 0 } = JSON.parse(body)
  const events = fired.length + unlisted
  return { events, seconds, longest: Math.max(...waits), asked: waits.length }
}

/** @param {string[]} cells */
const row = (cells) => `| ${cells.join(' | ')} |`

async function main() {
  if (!quick) say('this takes some minutes')
  /** @type {Stage[]} */
  const stages = []
  for (const size of plan.sizes) {
    say(`making a world of ${size} eSIMs`)
    stages.push(await staged(size))
  }
  const rates = await measureRates(stages)
  const [least] = stages
  console.log(
    row([
      'requests/s',
      ...plan.sizes.map((size) => `${size} eSIMs`),
      'largest of smallest, wanted 0.8',
    ]),
  )
  console.log(row(['---', ...plan.sizes.map(() => '---:'), '---:']))
  for (const [title, bySize] of rates) {
    const ratios = (bySize.at(-1) ?? []).map((rate, round) => rate / (bySize[0]?.[round] ?? rate))
    const medians = bySize.map((found) => (spreadOf(found)?.median ?? 0).toFixed(0))
    console.log(row([title, ...medians, (spreadOf(ratios)?.median ?? 0).toFixed(2)]))
  }
  const memory = stages.map(({ server }) => residentMegabytes(server.pid) ?? 0)
  const per =
    ((memory.at(-1) ?? 0) - (memory[0] ?? 0)) / ((plan.sizes.at(-1) ?? 0) - (least?.size ?? 0))
  console.log(
    `\nRSS ${memory.map((megabytes) => megabytes.toFixed(0)).join(', ')} MB: ${(per * 1000).toFixed(2)} kB an eSIM`,
  )
  const written = []
  for (const stage of stages) written.push(await bytesPerOrder(stage))
  console.log(`An order writes ${written.map((bytes) => bytes.toFixed(0)).join(', ')} bytes`)
  for (const { server } of stages) await server.stop()
  for (const { size, state } of stages) {
    const again = await serverOn(state, size)
    console.log(
      `Opening ${size} eSIMs from disk: first answer after ${again.firstAnswer.toFixed(0)} ms`,
    )
    await again.stop()
  }
  say(`advancing a year over ${plan.advanced} bundles`)
  const year = await staged(plan.advanced)
  const { events, seconds, longest, asked } = await measureAdvance(year)
  await year.server.stop()
  console.log(
    `A year over ${plan.advanced} bundles: ${events} events in ${seconds.toFixed(1)} s, ${(events / seconds).toFixed(0)} a second; ` +
      `the longest of ${asked} other requests took ${longest.toFixed(0)} ms (wanted 50)`,
  )
  process.exit(0)
}

/** A wrong reply is a finding (1); anything else, a run that could not be made (2). @param {unknown} error */
function fail(error) {
  say(`bench: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(error instanceof WrongReply ? 1 : 2)
}

main().catch(fail)
