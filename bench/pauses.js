// npm run bench, third part: how long the thread of a server with 100,000 eSIMs is held at once, operation by operation.
import { cpSync, existsSync, writeFileSync } from 'node:fs'
import { Agent, createServer, request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { CLI } from './peers.js'
import { helper, residentMegabytes, start, temporaryFolder, WrongReply } from './processes.js'

/** @typedef {import('./processes.js').Running} Running */
/** @typedef {import('./held-thread.js').Held} Held */
/** @typedef {{ title: string, seconds: number, waited: number } & Held} Row */
/** @typedef {{ method?: string, path: string, body?: string | Buffer | object, headers?: Record<string, string> }} Asked */

const WANTED = 50
const BUNDLE = 'esim_1GB_7D_GB_V2'
/** As many eSIMs as an order may have. */
const A_LOT = 1000
const HELD_THREAD = fileURLToPath(new URL('held-thread.js', import.meta.url))
const SHOP = 'esim-go/v2.4'

const { quick, keep, only } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    // A folder for the state that is measured, made where it is not there: for who measures again and again.
    keep: { type: 'string' },
    // What the title of a list must hold for it to be asked for.
    only: { type: 'string', default: '' },
  },
}).values
const SIZE = quick ? 2_000 : 100_000

/** @param {string} sentence */
function say(sentence) {
  process.stderr.write(`${sentence}\n`)
}

const agent = new Agent({ keepAlive: true })

/** Sends and reads all of the answer. @param {Running} server @param {Asked} asked @returns {Promise<Buffer>} */
function ask(server, { method = 'GET', path, body, headers = {} }) {
  const sent =
    typeof body === 'object' && !Buffer.isBuffer(body) ? Buffer.from(JSON.stringify(body)) : body
  const json = sent === undefined ? {} : { 'Content-Type': 'application/json' }
  return new Promise((done, fail) => {
    const outgoing = httpRequest(
      new URL(server.url('')).origin + path,
      { method, agent, headers: { ...json, ...headers } },
      (answer) => {
        /** @type {Buffer[]} */
        const chunks = []
        answer.on('data', (chunk) => chunks.push(chunk))
        answer.on('error', fail)
        answer.on('end', () => {
          const whole = Buffer.concat(chunks)
          const { statusCode: status = 0 } = answer
          if (status < 300) done(whole)
          else
            fail(new WrongReply(`${method} ${path}: ${status} ${whole.toString('utf8', 0, 300)}`))
        })
      },
    )
    outgoing.on('error', fail)
    outgoing.end(sent)
  })
}

/** @param {Running} server @param {Asked} asked @returns {Promise<any>} */
async function json(server, asked) {
  return JSON.parse((await ask(server, asked)).toString())
}

/** @param {string} state @param {string} durability */
function serverOn(state, durability) {
  const seedFile = join(temporaryFolder(), 'seed.json')
  writeFileSync(seedFile, JSON.stringify({ 'esim-go': { balance: 50_000_000 } }))
  /** @type {import('./peers.js').Peer} */
  const peer = {
    id: 'lowdb',
    title: 'esimulator --state DIR',
    base: '',
    args: (port) => [
      ...['--import', HELD_THREAD, CLI, 'start', '--port', `${port}`],
      ...['--state', state, '--durability', durability, '--seed-file', seedFile],
    ],
  }
  return start(peer, '', { method: 'GET', path: '/_sim/clock', headers: {} })
}

/** Calls for each, some at a time. @template T @param {readonly T[]} all @param {(each: T) => Promise<unknown>} call */
async function each(all, call) {
  const rest = all.values()
  const line = async () => {
    for (const one of rest) await call(one)
  }
  await Promise.all(Array.from({ length: 8 }, line))
}

/**
 * A world with so many eSIMs, each with a bundle; a tenth of them used, which sends callbacks.
 * @param {Running} server @param {string} name @param {number} size @returns {Promise<World>}
 */
async function staged(server, name, size) {
  const receiver = createServer((request, answer) => {
    request.resume().on('end', () => answer.end())
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => receiver.once('listening', () => listening(undefined)))
  const { port } = /** @type {import('node:net').AddressInfo} */ (receiver.address())
  await ask(server, {
    method: 'POST',
    path: '/_sim/worlds',
    body: { name, clock: { mode: 'frozen' } },
  })
  const world = await worldNamed(server, name)
  await world.ask({
    method: 'PUT',
    path: '_sim/callbacks/target/esim-go',
    body: { url: `http://127.0.0.1:${port}/` },
  })
  /** @type {string[]} */
  const iccids = []
  while (iccids.length < size) {
    const { order: lines } = await world.json(order(Math.min(A_LOT, size - iccids.length)))
    iccids.push(...lines[0].iccids)
  }
  // Orders of more than 5 are processed for 10 seconds.
  await world.ask({ method: 'POST', path: '_sim/clock/advance', body: { by: 'PT10S' } })
  await each(iccids.slice(0, size / 10), async (iccid) => {
    await world.ask({ method: 'POST', path: `_sim/sims/${iccid}/install`, body: {} })
    await world.ask({ method: 'POST', path: `_sim/sims/${iccid}/use`, body: { data: '900MB' } })
  })
  for (let left = 1; left > 0; await pause(100))
    left = (await world.json({ path: '_sim/callbacks?state=pending' })).callbacks.length
  await world.ask({ method: 'DELETE', path: '_sim/callbacks/target/esim-go' })
  receiver.close()
  receiver.closeAllConnections()
  return world
}

/** @typedef {{ ask: (asked: Asked) => Promise<Buffer>, json: (asked: Asked) => Promise<any> }} World paths are below the world's prefix */

/** @param {Running} server @param {string} name @returns {Promise<World>} */
async function worldNamed(server, name) {
  const { credentials } = await json(server, { path: `/_sim/worlds/${name}` })
  const headers = { 'X-API-Key': credentials['esim-go'].apiKey }
  const here = (/** @type {Asked} */ asked) => ({
    ...asked,
    headers,
    path: `/w/${name}/${asked.path}`,
  })
  return {
    ask: (asked) => ask(server, here(asked)),
    json: (asked) => json(server, here(asked)),
  }
}

/** @param {number} quantity @returns {Asked} */
const order = (quantity) => ({
  method: 'POST',
  path: `${SHOP}/orders`,
  body: {
    type: 'transaction',
    assign: true,
    order: [{ type: 'bundle', quantity, item: BUNDLE }],
  },
})

/** What measures one server. @param {Running} server */
function stopwatch(server) {
  const other = helper(fileURLToPath(new URL('heartbeat.js', import.meta.url)))
  other.send(`${new URL(server.url('')).origin}/_sim/clock`)
  /** @template T @param {import('node:child_process').ChildProcess} child @param {number} since @returns {Promise<T>} */
  const told = (child, since) =>
    new Promise((done) => {
      child.once('message', (message) => done(/** @type {T} */ (message)))
      child.send(since)
    })
  /** @type {Row[]} */
  const rows = []
  return {
    rows,
    /** @template T @param {string} title @param {() => Promise<T>} act */
    async measure(title, act) {
      const since = performance.timeOrigin + performance.now()
      const result = await act()
      const seconds = (performance.timeOrigin + performance.now() - since) / 1000
      // What the operation left to be done belongs to it; and the observer of the collector is told late.
      await pause(50)
      const held = await /** @type {Promise<Held>} */ (told(server.child, since))
      const waited = await /** @type {Promise<number>} */ (told(other, since))
      const row = { title, seconds, ...held, waited }
      rows.push(row)
      say(line(row))
      return result
    },
    stop: () => other.kill(),
  }
}

/** @param {number | undefined} ms */
const inMs = (ms) => (ms === undefined ? '?' : ms.toFixed(0))

/** @param {Row} row */
const line = ({ title, seconds, waited, held, busy, collected }) =>
  `| ${[title, (seconds * 1000).toFixed(0), ...[waited, held, busy, collected].map(inMs)].join(' | ')} |`

/** Every list and filter. @param {string} iccid @param {number} size @returns {[title: string, asked: Asked][]} */
function lists(iccid, size) {
  const filters = [
    ['iccid', iccid.slice(-6)],
    ['iccid', `gte:${iccid}`],
    ['customerRef', 'nobody'],
    ['lastAction', 'eSIM Utilisation*'],
    ['assignedDate', 'gte:2020-01-01T00:00:00Z'],
    ['actionDate', '2026*'],
  ]
  const columns = ['iccid', 'customerRef', 'lastAction', 'actionDate', 'assignedDate', 'physical']
  const catalogue = ['', 'description=*Germany*', 'region=Europe&orderBy=price', 'countries=DE,FR']
  const paths = [
    ...columns.map((column) => `${SHOP}/esims?orderBy=${column}&perPage=50&page=${size / 50}`),
    ...filters.map(
      ([by = '', filter = '']) =>
        `${SHOP}/esims?filterBy=${by}&filter=${encodeURIComponent(filter)}&perPage=50`,
    ),
    `${SHOP}/orders?limit=99`,
    `${SHOP}/orders?limit=99&includeIccids=false&createdAt=gte:2020-01-01T00:00:00Z`,
    ...catalogue.map((query) => `${SHOP}/catalogue?perPage=100&${query}`),
    ...['inventory', 'organisation', 'organisation/groups'].map((path) => `${SHOP}/${path}`),
    ...['', '/bundles', '/history', '/location'].map((path) => `${SHOP}/esims/${iccid}${path}`),
    `_sim/sims?limit=1000&offset=${size - 1000}`,
    ...['esim-go', 'highland'].map((slug) => `_sim/sims?provider=${slug}&limit=1000`),
    `_sim/sims/${iccid}`,
    '_sim/callbacks?limit=1000',
    '_sim/callbacks?type=none',
    `_sim/callbacks?iccid=${iccid}`,
    '_sim/callbacks?state=unsent&limit=1000',
    '_sim/messages?limit=1000',
    '_sim/journal?limit=500',
    '_sim/worlds',
    '_sim/health',
  ]
  return paths.map((path) => [`GET /${path}`, { path }])
}

/** @typedef {<T>(title: string, act: () => Promise<T>) => Promise<T>} Measure */

/** Every operation once. @param {World} world @param {number} size @param {Measure} measure */
async function operations(world, size, measure) {
  const first = await measure('the first list: GET /esims', () =>
    world.json({ path: `${SHOP}/esims?page=1&perPage=50` }),
  )
  const [{ iccid }] = first.esims
  for (const [title, asked] of lists(iccid, size))
    if (title.includes(only)) await measure(title, () => world.ask(asked))
  await measure('POST /orders of 1,000 eSIMs', () => world.ask(order(A_LOT)))
  const use = { method: 'POST', path: `_sim/sims/${iccid}/use`, body: { data: '1MB' } }
  await measure('use of one eSIM', () => world.ask(use))
  await back(world, iccid, measure)
  const document = await measure('GET /_sim/state', () => world.ask({ path: '_sim/state' }))
  const put = { method: 'PUT', path: '_sim/state', body: document }
  await measure(`PUT /_sim/state of ${(document.length / 1e6).toFixed(0)} MB`, () => world.ask(put))
  await measure('the first list after it', () => world.ask({ path: `${SHOP}/esims` }))
  await measure('the first use after it', () => world.ask(use))
  await measure('the clock advanced by a year', () =>
    world.ask({ method: 'POST', path: '_sim/clock/advance', body: { by: 'P366D' } }),
  )
  await measure('POST /_sim/reset', () =>
    world.ask({ method: 'POST', path: '_sim/reset', body: {} }),
  )
  await measure('PUT /_sim/state once more', () => world.ask(put))
}

/** As many steps as a world remembers. */
const STEPS = 1000

/** Snapshots and rewinding, with the first read and write after each. @param {World} world @param {string} iccid @param {Measure} measure */
async function back(world, iccid, measure) {
  const use = { method: 'POST', path: `_sim/sims/${iccid}/use`, body: { data: '1kB' } }
  const after = async (/** @type {string} */ what) => {
    await measure(`the first list after ${what}`, () => world.ask({ path: `${SHOP}/esims` }))
    await measure(`the first use after ${what}`, () => world.ask(use))
  }
  const save = { method: 'PUT', path: '_sim/snapshots/before' }
  await measure('a snapshot', () => world.ask(save))
  await after('it')
  await measure('its restore', () =>
    world.ask({ method: 'POST', path: '_sim/snapshots/before/restore' }),
  )
  await after('it')
  for (let step = 0; step < STEPS; step += 1) await world.ask(use)
  await measure('a diff after 1,000 uses', () =>
    world.ask({ path: '_sim/snapshots/before/diff/now' }),
  )
  await measure('a rewind of 1,000 steps', () =>
    world.ask({ method: 'POST', path: '_sim/rewind', body: { steps: STEPS } }),
  )
  await after('it')
  await world.ask(order(A_LOT))
  await measure('a restore that takes back an order of 1,000', () =>
    world.ask({ method: 'POST', path: '_sim/snapshots/before/restore' }),
  )
  await measure('its removal', () => world.ask({ method: 'DELETE', path: '_sim/snapshots/before' }))
}

/** @param {string} state a folder that holds the world @returns {Promise<Row[]>} */
async function measured(state) {
  const server = await serverOn(state, 'buffered')
  const { rows, measure, stop } = stopwatch(server)
  const world = await measure('open the world', () => worldNamed(server, 'big'))
  // What is compiled at its first use is compiled now: that has nothing to do with how much there is.
  const small = await staged(server, 'small', 100)
  for (let round = 0; round < 2; round += 1) await operations(small, 1000, (_, act) => act())
  await operations(world, SIZE, measure)
  await measure('DELETE /_sim/worlds/{name}', () =>
    ask(server, { method: 'DELETE', path: '/_sim/worlds/big' }),
  )
  await measure('POST /_sim/worlds', () =>
    ask(server, { method: 'POST', path: '/_sim/worlds', body: { name: 'another' } }),
  )
  await measure('nothing', () => pause(1000))
  say(`RSS ${inMs(residentMegabytes(server.pid))} MB`)
  stop()
  await server.stop()
  return rows
}

async function main() {
  const state = keep ?? join(temporaryFolder(), 'state')
  if (!existsSync(state)) {
    say(`making a world of ${SIZE} eSIMs`)
    const server = await serverOn(state, 'buffered')
    await staged(server, 'big', SIZE)
    await server.stop()
  }
  const copy = join(temporaryFolder(), 'state')
  cpSync(state, copy, { recursive: true })
  const rows = await measured(copy)
  console.log(
    '| ms | in all | longest wait of others | thread held | of that on the processor | garbage collection |',
  )
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |')
  for (const row of rows) console.log(line(row))
  const late = rows.filter(({ waited }) => waited > WANTED).length
  console.log(
    `\n${late} of ${rows.length} operations kept others waiting for more than ${WANTED} ms`,
  )
  process.exit(0)
}

/** A wrong reply is a finding (1); anything else, a run that could not be made (2). @param {unknown} error */
function fail(error) {
  say(`bench: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(error instanceof WrongReply ? 1 : 2)
}

main().catch(fail)
