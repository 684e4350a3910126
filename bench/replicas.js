// node bench/replicas.js: a hundred worlds on one process with lowdb, and on one, two and three replicas over PostgreSQL.
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '../scripts/postgres-server.js'
import { generator } from './generator.js'
import { CLI } from './peers.js'
import { residentMegabytes, send, start, temporaryFolder, WrongReply } from './processes.js'
import { spreadOf } from './report.js'
import { buyEsim, listEsims, request } from './requests.js'

/** @typedef {import('./requests.js').Sendable} Sendable */
/** @typedef {import('./processes.js').Running} Running */
/** @typedef {{ rate: number, p99: number }} Measured */
/** @typedef {{ name: string, key: string, iccid: string }} World */
/** @typedef {{ title: string, servers: Running[], worlds: World[], found: Map<string, Measured[]> }} Stage */

const BASE = '/esim-go/v2.4'
const CONNECTIONS = 24
/** What PostgreSQL with `written` has to reach of lowdb with `written`. */
const WANTED = 0.5
const WHOLE = { worlds: 100, seconds: 4, rounds: 3 }
const QUICK = { worlds: 12, seconds: 1, rounds: 1 }

const { quick } = parseArgs({
  options: { quick: { type: 'boolean', default: false } },
  strict: false,
}).values
const plan = quick ? QUICK : WHOLE

/** @param {string} sentence */
function say(sentence) {
  process.stderr.write(`${sentence}\n`)
}

/** Money for every order of a run. */
const seedFile = join(temporaryFolder(), 'seed.json')
writeFileSync(seedFile, JSON.stringify({ 'esim-go': { balance: 500_000_000 } }))
const given = ['--durability', 'written', '--seed-file', seedFile]

/** @param {string[]} kept flags that say where the state is */
function serverWith(kept) {
  return start(
    {
      id: 'lowdb',
      title: `esimulator ${kept.join(' ')}`,
      base: BASE,
      args: (port) => [CLI, 'start', '--port', `${port}`, ...given, ...kept],
    },
    '',
    listEsims,
  )
}

/** @param {Running} server @param {string} path @param {Sendable} what @returns {Promise<any>} the body of a 2xx */
async function ask(server, path, what) {
  const { status, body } = await send(new URL(server.url('')).origin + path, what)
  if (status >= 300)
    throw new WrongReply(
      `${what.method} ${path} was answered with ${status}: ${body.slice(0, 200)}`,
    )
  return JSON.parse(body)
}

/** A world with one eSIM, made by one of the servers in turn. @param {Running[]} servers @param {number} at @returns {Promise<World>} */
async function madeWorld(servers, at) {
  const server = servers[at % servers.length]
  if (!server) throw new Error('no server')
  const name = `world-${at + 1}`
  const body = { name, seed: 'bench', given: 'no subscriptions' }
  const made = await ask(server, '/_sim/worlds', request('POST', '', body))
  const key = made.credentials['esim-go'].apiKey
  const order = await ask(server, `/w/${name}${BASE}/orders`, withKey(buyEsim, key))
  return { name, key, iccid: order.order[0].iccids[0] }
}

/** @param {Sendable} what @param {string} key @returns {Sendable} */
const withKey = (what, key) => ({ ...what, headers: { ...what.headers, 'X-API-Key': key } })

/** @param {string} title @param {Running[]} servers @returns {Promise<Stage>} */
async function staged(title, servers) {
  say(`making ${plan.worlds} worlds on ${title}`)
  const worlds = []
  for (let at = 0; at < plan.worlds; at += 1) worlds.push(await madeWorld(servers, at))
  return { title, servers, worlds, found: new Map() }
}

/** What is asked of each world. @type {Record<string, (world: World) => Sendable>} */
const CASES = {
  'GET one eSIM': ({ iccid }) => request('GET', `/esims/${iccid}`),
  'POST order': () => buyEsim,
}

/**
 * Asks all worlds in turn, over connections to every server: a request comes where its world is as often as elsewhere.
 * @param {Stage} stage @param {string} title @param {ReturnType<typeof generator>[]} generators
 */
async function measure({ servers, worlds, found }, title, generators) {
  const requests = worlds.map((world) => {
    const what = withKey(/** @type {any} */ (CASES[title])(world), world.key)
    return { ...what, path: `/w/${world.name}${BASE}${what.path}` }
  })
  const connections = CONNECTIONS / servers.length
  const outcomes = await Promise.all(
    servers.map((server, at) => {
      const from = Math.floor((at * requests.length) / servers.length)
      const turned = [...requests.slice(from), ...requests.slice(0, from)]
      const url = new URL(server.url('')).origin
      const task = { url, requests: turned, connections, seconds: plan.seconds }
      return /** @type {any} */ (generators[at]).load(task)
    }),
  )
  for (const { statuses, failed } of outcomes)
    if (failed > 0 || Object.keys(statuses).some((status) => status !== '200'))
      throw new WrongReply(`${title}: ${JSON.stringify(statuses)}, ${failed} without an answer`)
  const rate = outcomes.reduce((sum, each) => sum + each.requests / each.seconds, 0)
  const p99 = Math.max(...outcomes.map((each) => each.p99))
  found.set(title, [...(found.get(title) ?? []), { rate, p99 }])
}

/** @param {string[]} cells */
const row = (cells) => `| ${cells.join(' | ')} |`

/** @param {number[]} values */
const median = (values) => spreadOf(values)?.median ?? 0

/** @param {Stage[]} stages */
function tell(stages) {
  console.log(
    row(
      ['100 worlds', ...stages.map(({ title }) => title)].map((cell) =>
        cell.replace('100', `${plan.worlds}`),
      ),
    ),
  )
  console.log(row(['---', ...stages.map(() => '---:')]))
  for (const title of Object.keys(CASES)) {
    const all = stages.map(({ found }) => found.get(title) ?? [])
    const rates = all.map((each) => median(each.map(({ rate }) => rate)).toFixed(0))
    console.log(row([`${title}, requests/s`, ...rates]))
    console.log(
      row([
        `${title}, p99 ms`,
        ...all.map((each) => median(each.map(({ p99 }) => p99)).toFixed(1)),
      ]),
    )
    const [lowdb = [], ...others] = all
    const ratios = others.map((each) =>
      median(each.map(({ rate }, round) => rate / (lowdb[round]?.rate ?? rate))).toFixed(2),
    )
    console.log(row([`${title}, of lowdb`, '1', ...ratios]))
  }
  const sizes = stages.map(({ servers }) =>
    servers.map(({ pid }) => (residentMegabytes(pid) ?? 0).toFixed(0)).join(' + '),
  )
  console.log(row(['RSS, MB', ...sizes]))
  console.log(
    `\nWanted of one replica with \`written\`: ${WANTED} of lowdb with \`written\`. Measured on ${availableParallelism()} processors, ` +
      'which the load, PostgreSQL and all replicas share: what more replicas carry where each has its own is not measured here.',
  )
}

/** @param {import('../scripts/postgres-server.js').PostgresServer} postgres */
async function measureAll(postgres) {
  const generators = [generator(), generator(), generator()]
  const lowdb = await serverWith(['--state', join(temporaryFolder(), 'state')])
  const stages = [await staged('lowdb, one process', [lowdb])]
  for (const count of [1, 2, 3]) {
    const store = await postgres.newDatabase()
    const servers = []
    for (let at = 0; at < count; at += 1) servers.push(await serverWith(['--store', store]))
    stages.push(await staged(`PostgreSQL, ${count} replica${count > 1 ? 's' : ''}`, servers))
  }
  for (let round = 0; round <= plan.rounds; round += 1) {
    say(round === 0 ? 'warming up' : `round ${round} of ${plan.rounds}`)
    for (const stage of stages)
      for (const title of Object.keys(CASES)) await measure(stage, title, generators)
    // The first round has what is only done once.
    if (round === 0) for (const { found } of stages) found.clear()
  }
  tell(stages)
  for (const server of stages.flatMap(({ servers }) => servers)) await server.stop()
}

async function main() {
  if (!quick) say('this takes some minutes')
  const postgres = await startPostgres({ isDurable: true })
  try {
    await measureAll(postgres)
  } finally {
    await postgres.close()
  }
}

/** A wrong reply is a finding (1); anything else, a run that could not be made (2). @param {unknown} error */
function fail(error) {
  say(`bench: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(error instanceof WrongReply ? 1 : 2)
}

main().then(() => process.exit(0), fail)
