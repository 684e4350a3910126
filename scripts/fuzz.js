// Plays generated requests and raw bytes against the built simulator, and holds it to its documents.
import { parseArgs } from 'node:util'
import { replyProblem, worldProblems } from './fuzz/checks.js'
import { operationsOf } from './fuzz/operations.js'
import { openPool } from './fuzz/pool.js'
import { requestTo } from './fuzz/requests.js'
import { startReceiver, startServer } from './fuzz/server.js'
import { answerProblem, mutatedRequest, spoken } from './fuzz/sockets.js'
import { openDice } from './history/dice.js'
import { jsonOf, openSender } from './history/send.js'

const USAGE = `npm run fuzz -- [--requests 20000] [--seed 1] [--seeds 1] [--show 20]
  --requests  generated requests, over all seeds; one in 50 goes as mutated bytes on a socket of its own
  --seed      the first seed, --seeds how many from there on; a seed repeats its requests
Exit: 0 nothing found, 1 findings, 2 could not run.`

const MOUNTS = [
  { slug: 'esim-go', base: '/esim-go/v2.4', spec: 'esim-go.yaml' },
  { slug: 'esim-go', base: '/esim-go/v2.5', spec: 'esim-go-v2.5.yaml' },
  { slug: 'highland', base: '/highland', spec: 'highland.yaml' },
  { slug: 'wholesale', base: '/wholesale', spec: 'wholesale.yaml' },
  { slug: 'accounts-orders', base: '/accounts-orders', spec: 'accounts-orders.yaml' },
  { slug: 'control', base: '', spec: 'control.yaml' },
]

/** Providers that call back. */
const CALLING = ['esim-go', 'wholesale']
const JSON_BODY = { 'Content-Type': 'application/json' }
const SLUGS = [...new Set(MOUNTS.map(({ slug }) => slug))]

/**
 * Operations of the control API that would take the ground from under a run: what waits, and what
 * breaks replies on purpose.
 */
const LEFT_OUT = new Set([
  'putState',
  'setCallbackTarget',
  'streamEvents',
  'waitFor',
  'waitUntil',
  'addFault',
])

const BUNDLE = 'esim_1GB_7D_GB_V2'
const ORDER = { type: 'transaction', order: [{ type: 'bundle', quantity: 5, item: BUNDLE }] }

/** What a life begins with: an operation and its body. */
const FIRST = [
  [
    'activateSubscription',
    {
      partnerTransactionId: 'Txn1',
      subscriberId: 'Sub1',
      wholesalePlanId: 'Plan001',
      iccid: '11986621644523024501',
      location: { address: { zip: '80120' } },
    },
  ],
  ['createOrder', { ...ORDER, assign: true }],
  ['createOrder', { ...ORDER, assign: false }],
  ['listEsims'],
  ['acquireEsim', { company_id: '1a9a1d8ddc9311f09e024c50dd6c0d86' }],
]

/** Requests after which a world begins anew, so that settings and an empty account do not stay. */
const LIFE = 4000
/** Requests between two looks at the whole world. */
const LOOK = 1000
/** One refusal in so many is looked up in the journal. */
const EXPLAINED = 10
/** How much larger the heap may be after the last reset than after the first. */
const GROWTH = 1.1
/** Exchanges that the journal keeps: it outlasts a reset. */
const JOURNAL = 500
/** The part of a run after which the heap is first looked at: all code is loaded by then. */
const WARM = 0.4

/** Values that provoke a failure by design. */
const provokes = (value) =>
  /^8943108999999\d{6}$|_(BAD|SOLDOUT|LIMITED|BROKEN|BUSY|COSTLY|MISFIT|SLOW|STUCK|LATE|LOST)_V2$/.test(
    String(value),
  ) || [1400, 1402, 1429, 1503, 1599].includes(Number(value))

const TOKENS = {
  wholesale: '/wholesale/oauth/token',
  'accounts-orders': '/accounts-orders/auth/realms/enterprise-apis/protocol/openid-connect/token',
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '1' },
      show: { type: 'string', default: '20' },
    },
  })
  const read = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Number(value)]),
  )
  if (!Object.values(read).every((value) => Number.isInteger(value) && value >= 0))
    throw new Error(USAGE)
  return read
}

/** What was found, each kind counted; the first of a kind is kept with its request. */
function openFindings() {
  const kinds = new Map()
  return {
    add(kind, detail, request) {
      const found = kinds.get(kind)
      if (found) found.count += 1
      else kinds.set(kind, { kind, detail, request, count: 1 })
    },
    list: () => [...kinds.values()],
  }
}

/** The JSON a request carried, if any. */
function jsonIn({ body = '' }) {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** One seed's requests against a server of its own. */
class Run {
  constructor(seed, operations, findings) {
    this.seed = seed
    this.operations = operations
    this.findings = findings
    this.dice = openDice(seed)
    this.pools = Object.fromEntries(SLUGS.map((slug) => [slug, openPool(this.dice, provokes)]))
    this.sender = openSender()
    this.tokens = {}
    this.counts = { requests: 0, refused: 0, explained: 0, sockets: 0, good: 0 }
    this.reached = new Map()
  }

  async begin() {
    this.server = await startServer(`fuzz-${this.seed}`)
    this.receiver = await startReceiver()
    await this.open()
    await this.loadLate()
  }

  /** Has all code loaded that waits for its first call: it stays, and is no leak. */
  async loadLate() {
    const headers = { ...(await this.headersFor('esim-go')), ...JSON_BODY }
    await this.ask('POST', '/esim-go/v2.4/orders', headers, '{}')
    for (const slug of SLUGS.filter((each) => each !== 'control'))
      await this.ask('GET', `/_sim/calls/${slug}`)
    const call = JSON.stringify({ provider: 'esim-go', operation: 'listEsims' })
    await this.ask('POST', '/_sim/calls', JSON_BODY, call)
    const { workflows = [] } = jsonOf(await this.ask('GET', '/_sim/workflows')) ?? {}
    for (const { file } of workflows.slice(0, 4))
      await this.ask('POST', '/_sim/workflows/runs', JSON_BODY, JSON.stringify({ file }))
    await this.ask('POST', '/_sim/workflows/record', JSON_BODY, '{}')
  }

  ask(method, url, headers = {}, body = undefined) {
    return this.sender.send({ port: this.server.port, method, url, headers, body })
  }

  async headersFor(slug) {
    if (slug === 'esim-go') return { 'X-API-Key': 'test-esim-go-key' }
    const path = TOKENS[slug]
    if (!path) return {}
    this.tokens[slug] ??= await this.fetchToken(path)
    return { Authorization: `Bearer ${this.tokens[slug]}` }
  }

  async fetchToken(path) {
    const form = 'grant_type=client_credentials&client_id=test-client&client_secret=test-secret'
    const reply = await this.ask(
      'POST',
      path,
      { 'Content-Type': 'application/x-www-form-urlencoded' },
      form,
    )
    return jsonOf(reply)?.access_token ?? 'none'
  }

  async play(requests) {
    let baseline
    for (let at = 1; at <= requests && !this.server.ended(); at += 1) {
      if (at % 50 === 0) await this.playBytes()
      else await this.playRequest()
      if (at % LOOK === 0) await this.look()
      if (at % LIFE === 0) await this.reset()
      if (at === Math.ceil(requests * WARM)) baseline = await this.emptyHeap()
    }
    if (this.server.ended()) this.findings.add('the simulator ended', this.server.ended())
    else if (baseline !== undefined) await this.compareHeap(baseline)
  }

  async makeRequest() {
    const control = this.dice.chance(0.2)
    const pickable = control ? this.operations.control : this.operations.providers
    const operation = this.dice.pick(pickable)
    const request = requestTo(
      operation,
      this.dice,
      this.pools[operation.slug],
      await this.headersFor(operation.slug),
    )
    return { operation, request }
  }

  async playRequest() {
    const { operation, request } = await this.makeRequest()
    const reply = await this.ask(request.method, request.url, request.headers, request.body)
    this.counts.requests += 1
    const problem = replyProblem(operation, request, reply)
    if (problem)
      this.findings.add(
        `${operation.slug} ${operation.id}: ${problem.slice(0, 160)}`,
        this.bodyOf(reply),
        request,
      )
    if (reply.status === 401) delete this.tokens[operation.slug]
    if (reply.status >= 200 && reply.status < 300) {
      this.counts.good += 1
      this.reached.set(operation, (this.reached.get(operation) ?? 0) + 1)
      const body = jsonOf(reply)
      if (body) this.learn(operation, body)
      // It only acknowledges: what was asked is all there is to speak of.
      if (operation.slug === 'wholesale') this.pools.wholesale.learn(jsonIn(request))
      if (operation.id === 'resetWorld') await this.begun()
    } else if (reply.status >= 400) await this.refused(operation, request, reply)
  }

  bodyOf({ status, body, error }) {
    return `${status} ${error ?? body?.toString('utf8').slice(0, 400)}`
  }

  /** A refusal is explained: in the reply of the control API, in the journal for a provider's. */
  async refused(operation, request, reply) {
    this.counts.refused += 1
    if (operation.slug === 'control') {
      if (!jsonOf(reply)?.detail)
        this.findings.add(
          `${operation.id}: a refusal without its reason`,
          this.bodyOf(reply),
          request,
        )
      return
    }
    if (this.counts.refused % EXPLAINED !== 0) return
    // A request of bytes may be answered late, and be written down behind it.
    const { entries = [] } = jsonOf(await this.ask('GET', '/_sim/journal?limit=5')) ?? {}
    const entry = entries.find(({ refusal, status }) => refusal && status === reply.status)
    this.counts.explained += 1
    if (!entry?.refusal?.reason)
      this.findings.add(
        `${operation.slug} ${operation.id}: a refusal the journal does not explain`,
        this.bodyOf(reply),
        request,
      )
  }

  async playBytes() {
    const { request } = await this.makeRequest()
    const answer = await spoken(this.server.port, mutatedRequest(request, this.dice))
    this.counts.sockets += 1
    const problem = answerProblem(answer)
    if (problem) this.findings.add(`raw bytes: ${problem}`, answer.slice(0, 400), request)
  }

  async look() {
    const state = jsonOf(await this.ask('GET', '/_sim/state'), 100_000_000)
    if (!state) return
    for (const problem of worldProblems(state))
      this.findings.add(problem.replaceAll(/\d{6,}/g, '#'), problem)
  }

  async reset() {
    // They stay where a world begins anew.
    const { snapshots = [] } = jsonOf(await this.ask('GET', '/_sim/snapshots'), 10_000_000) ?? {}
    for (const { name } of snapshots) await this.ask('DELETE', `/_sim/snapshots/${name}`)
    await this.ask('POST', '/_sim/reset', JSON_BODY, '{}')
    const { worlds = [] } = jsonOf(await this.ask('GET', '/_sim/worlds'), 10_000_000) ?? {}
    for (const { name } of worlds)
      if (name !== 'default') await this.ask('DELETE', `/_sim/worlds/${name}`)
    await this.begun()
  }

  /** A new life: tokens and ids of the old one mean nothing any more. */
  async begun() {
    this.tokens = {}
    await this.open()
  }

  /** Gives a new life something to speak of: the calls a client begins with. */
  async open() {
    for (const pool of Object.values(this.pools)) pool.forget()
    for (const slug of SLUGS.filter((slug) => slug !== 'control')) {
      this.pools.control.keep('slug', slug)
      const settings = jsonOf(await this.ask('GET', `/_sim/settings/${slug}`)) ?? {}
      for (const [name, { value }] of Object.entries(settings.settings ?? {}))
        this.pools.control.keep('setting', JSON.stringify([name, value]))
    }
    for (const slug of CALLING)
      await this.ask(
        'PUT',
        `/_sim/callbacks/target/${slug}`,
        JSON_BODY,
        JSON.stringify({ url: this.receiver.url }),
      )
    for (const [id, body] of FIRST) {
      const operation = this.operations.providers.find((each) => each.id === id)
      const headers = { ...(await this.headersFor(operation.slug)), ...JSON_BODY }
      const url = operation.base + operation.path
      const reply = await this.ask(operation.method, url, headers, body && JSON.stringify(body))
      if (reply.status < 300) this.learn(operation, jsonOf(reply))
      else this.findings.add(`the first call ${id} was refused`, this.bodyOf(reply))
    }
  }

  /** What a provider's reply tells is known to the control API, too. */
  learn({ slug }, body) {
    this.pools[slug].learn(body)
    if (slug !== 'control') this.pools.control.learn(body)
  }

  /** The heap of a simulator whose worlds are as they begin, without runs, and whose journal has the same each time. */
  async emptyHeap() {
    await this.reset()
    // They are kept, some at a time, whatever becomes of the world that asked for them.
    const { runs = [] } = jsonOf(await this.ask('GET', '/_sim/workflows/runs')) ?? {}
    for (const { id } of runs) await this.ask('DELETE', `/_sim/workflows/runs/${id}`)
    const headers = await this.headersFor('esim-go')
    for (let count = 0; count < JOURNAL; count += 1)
      await this.ask('GET', '/esim-go/v2.4/organisation/groups', headers)
    return this.server.heap()
  }

  async compareHeap(baseline) {
    const heap = await this.emptyHeap()
    const shown = `${(baseline / 1e6).toFixed(1)} MB after the first reset, ${(heap / 1e6).toFixed(1)} MB after the last`
    console.log(`seed ${this.seed}: heap ${shown}`)
    if (heap > baseline * GROWTH) this.findings.add('the heap has grown', shown)
  }

  async end() {
    this.sender.close()
    this.receiver.close()
    await this.server.stop()
    const said = this.server.said().trim()
    if (said) this.findings.add('written to standard error', said.slice(0, 1500))
  }
}

/** @returns exit code */
async function main() {
  const { requests, seed, seeds, show } = readArguments()
  const all = operationsOf(MOUNTS).filter(({ id }) => !LEFT_OUT.has(id))
  const operations = {
    control: all.filter(({ slug }) => slug === 'control'),
    providers: all.filter(({ slug }) => slug !== 'control'),
  }
  const findings = openFindings()
  const reached = new Set()
  for (let at = 0; at < seeds; at += 1) {
    const run = new Run(seed + at, operations, findings)
    await run.begin()
    const began = performance.now()
    await run.play(Math.ceil(requests / seeds))
    await run.end()
    for (const operation of run.reached.keys()) reached.add(operation)
    const seconds = (performance.now() - began) / 1000
    const { counts } = run
    console.log(
      `seed ${run.seed}: ${counts.requests} requests (${counts.good} 2xx, ${counts.refused} refused, ` +
        `${counts.explained} looked up), ${counts.sockets} as raw bytes, ${seconds.toFixed(0)} s`,
    )
  }
  const unreached = all.filter((operation) => !reached.has(operation))
  if (unreached.length > 0)
    console.log(
      `never answered 2xx: ${unreached.map(({ base, id }) => `${base} ${id}`).join(', ')}`,
    )
  const found = findings.list()
  for (const { kind, detail, request, count } of found.slice(0, show)) {
    console.log(`\n${count} x ${kind}\n  ${detail}`)
    if (request)
      console.log(
        `  ${request.method} ${request.url} ${JSON.stringify(request.headers)}\n  ${request.body?.slice(0, 600) ?? ''}`,
      )
  }
  console.log(`\n${found.length} kinds of findings`)
  return found.length > 0 ? 1 : 0
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
