// The second check: both builds open a state folder that the old one wrote, and find the same.
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ask } from './asking.js'
import { freePorts } from './build.js'
import { differencesOf } from './differences.js'
import { history, newTown } from './history.js'
import { slugs } from './moves/control.js'
import { onStage, openStage, perform, repeat } from './play.js'

/** Calls that fill a folder, and calls that go on with it once it is opened again. */
const WRITTEN = 500
const GOING_ON = 200

/** How a folder is left, and how it was kept until then. */
const endings = { SIGTERM: 'buffered', SIGKILL: 'written' }

const ofControl = [
  '/worlds',
  '/clock',
  '/state',
  '/sims?limit=1000',
  '/callbacks?limit=1000',
  '/messages?limit=1000',
  ...slugs.map((slug) => `/settings/${slug}`),
]
const ofProviders = {
  'esim-go': [
    '/v2.4/esims?perPage=100',
    '/v2.5/esims?perPage=100',
    '/v2.5/orders?limit=100',
    '/v2.4/inventory',
    '/v2.4/organisation',
    '/v2.5/catalogue?perPage=5',
  ],
  highland: ['summary', 'product_list'].map(
    (what) => `/b2b/company/${what}?company_id=1a9a1d8ddc9311f09e024c50dd6c0d86`,
  ),
  wholesale: [],
  'accounts-orders': ['accounts', 'subscribers', 'subscriptions', 'products', 'usage/items'].map(
    (list) => `/enterprise/${list}?limit=100`,
  ),
}

/** Paths about what replies told of: eSIMs, orders, transactions. */
function* seen({ known }) {
  const all = (kind) => [...(known.get(kind)?.values() ?? [])]
  for (const iccid of all('esim-go iccid'))
    for (const end of ['', '/bundles?includeUsed=true', '/history', '/location'])
      yield ['esim-go', `/v2.5/esims/${iccid}${end}`]
  for (const order of all('order')) yield ['accounts-orders', `/enterprise/orders/${order}`]
  for (const id of all('transaction'))
    yield ['wholesale', `/transactionStatus?partnerTransactionId=${encodeURIComponent(id)}`]
  for (const { company, sim } of all('highland sim'))
    yield ['highland', `/b2b/sim/product_usage/all_product?company_id=${company}&sim_id=${sim}`]
}

/** Asks after everything in every world, and changes nothing. */
function* questions(town) {
  for (const memory of town.worlds.values()) {
    const get = (path, slug) => ask(town, memory, { method: 'GET', path, slug, share: 0 })
    for (const path of ofControl) yield* get(`/_sim${path}`)
    yield* get(`/_sim/worlds/${memory.name}`)
    for (const [slug, paths] of Object.entries(ofProviders))
      for (const path of paths) yield* get(path, slug)
    for (const [slug, path] of [...seen(memory)]) yield* get(path, slug)
  }
}

/** What files a folder has besides its lock, and how much of it stands in logs. */
function contentsOf(folder) {
  const files = readdirSync(folder).filter((name) => /\.(json|log|old)$/.test(name))
  const sizeOf = (pattern) =>
    files
      .filter((name) => pattern.test(name))
      .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  const kB = (size) => `${Math.round(size / 1000)} kB`
  return `${kB(sizeOf(/\.json$/))} in bases, ${kB(sizeOf(/\.(log|old)$/))} in logs`
}

/** Writes a folder with the old build; how it ends is up to `signal`. */
async function written(old, act, town, signal) {
  const stage = await openStage(old, act)
  let ending = 'SIGKILL'
  try {
    await perform(stage, history(town, WRITTEN, true), town.secrets)
    const records = await perform(stage, questions(town), town.secrets)
    // What is kept without waiting for it is in the log within 100 ms.
    await new Promise((done) => setTimeout(done, 500))
    ending = signal
    return records
  } finally {
    await stage.close(ending)
  }
}

/** The same requests once more: the records with what is answered now. */
async function asked(stage, records, secrets) {
  const answered = []
  for (const { request } of records)
    answered.push({ request, ...(await stage.call(request, secrets)) })
  return answered
}

async function compareOne([old, next], { seed, signal, home, ports }) {
  const { main, receiver } = ports
  const [folder, ofOld, ofNew] = ['written', 'old', 'new'].map((name) => join(home, signal, name))
  const flags = ['--clock', 'frozen', '--port', `${main}`]
  const called = ['--callback-url', `http://127.0.0.1:${receiver}/ok`]
  const kept = ['--durability', endings[signal]]
  const actIn = (state) => ({ flags: [...flags, ...called, ...kept, '--state', state], ports })
  const town = newTown({ seed, ports })
  const before = await written(old, actIn(folder), town, signal)
  console.log(`${signal}: ${contentsOf(folder)}`)
  for (const copy of [ofOld, ofNew]) cpSync(folder, copy, { recursive: true })
  const records = await onStage(old, actIn(ofOld), async (stage) => [
    ...(await asked(stage, before, town.secrets)),
    ...(await perform(stage, history(town, GOING_ON, true), town.secrets)),
  ])
  // Worlds are in the order of their files then, and a credential of two may lead to the other.
  const changed = before.filter((record, at) => differencesOf(record, records[at]).length > 0)
  if (changed.length > 0)
    console.log(
      `${signal}: opened again, the old build itself answers ${changed.length} calls another way`,
    )
  const found = await onStage(next, actIn(ofNew), (stage) => repeat(stage, records, town.secrets))
  return {
    records,
    differing: found.map((each) => ({ act: `folder after ${signal}`, ...each })),
  }
}

/** Both endings: a folder that was closed, and one whose process was killed. */
export async function compareFolders(builds, { seed }) {
  const [main, receiver] = await freePorts(2)
  const home = mkdtempSync(join(tmpdir(), 'esimulator-folders-'))
  const count = { replies: 0, callbacks: 0, differing: [] }
  try {
    for (const [at, signal] of Object.keys(endings).entries()) {
      const options = { seed: seed * 16 + 8 + at, signal, home, ports: { main, receiver } }
      const { records, differing } = await compareOne(builds, options)
      count.replies += records.length
      count.callbacks += records.reduce((sum, { callbacks }) => sum + callbacks.length, 0)
      count.differing.push(...differing)
    }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
  return count
}
