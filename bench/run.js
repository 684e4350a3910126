// npm run bench: our built server against bare node:http, Express and Prism, on this machine, in this run.
import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { generator } from './generator.js'
import { measureLibrary } from './library.js'
import { measurePages } from './pages.js'
import { CLI, peers as peersOf } from './peers.js'
import {
  processorSeconds,
  residentMegabytes,
  send,
  setApart,
  start,
  temporaryFolder,
  WrongReply,
} from './processes.js'
import { figures, table } from './report.js'
import { buyEsim, listEsims, measuredRequests } from './requests.js'

/** @typedef {import('./peers.js').Peer} Peer */
/** @typedef {import('./processes.js').Running} Running */
/** @typedef {import('./processes.js').Reply} Reply */
/** @typedef {import('./requests.js').Request} Request */
/** @typedef {{ peer: Peer, server: Running, requests: Request[] }} Contestant */

const CONNECTIONS = 10
/** Times in seconds. Rounds are many and short: a noisy neighbour then hurts all who are compared alike. */
const WHOLE = {
  starts: 5,
  idle: 4,
  warmUp: 2,
  rounds: 8,
  round: 2,
  limit: 235,
  pages: { size: 100_000, rounds: 5, amount: 500 },
}
const QUICK = {
  starts: 1,
  idle: 2,
  warmUp: 1,
  rounds: 1,
  round: 1,
  limit: 60,
  pages: { size: 2_000, rounds: 3, amount: 300 },
}

/** @returns {{ quick: boolean, json: string | undefined }} */
function options() {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
  })
  return { quick: values.quick, json: values.json }
}

function prepare() {
  if (!existsSync(CLI)) throw new Error('there is no built server: npm run build makes it')
  const folder = fileURLToPath(new URL('.', import.meta.url))
  if (existsSync(join(folder, 'node_modules/autocannon'))) return
  const { status } = spawnSync('npm', ['ci', '--prefix', folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error(`npm ci --prefix bench ended with ${status}`)
}

/** @param {string} sentence */
function say(sentence) {
  process.stderr.write(`${sentence}\n`)
}

/** @param {string} file @param {Record<'GET' | 'POST', string>} bytes */
function teach(file, bytes) {
  writeFileSync(file, JSON.stringify(bytes))
  return file
}

/** Times the start of every peer, turn by turn, and looks at its memory once it has been left alone for a while. */
async function measureStarts(
  /** @type {Peer[]} */ peers,
  /** @type {string} */ replies,
  /** @type {{ starts: number, idle: number }} */ plan,
) {
  /** @type {Record<string, import('./report.js').Startup>} */
  const found = Object.fromEntries(
    peers.map(({ id }) => [id, { firstAnswer: [], idle: undefined }]),
  )
  for (let turn = 1; turn <= plan.starts; turn += 1) {
    const servers = []
    for (const peer of peers) {
      const server = await start(peer, replies, listEsims)
      found[peer.id]?.firstAnswer.push(server.firstAnswer)
      if (turn === plan.starts) servers.push(server)
      else await server.stop()
    }
    if (servers.length > 0) await pause(plan.idle * 1000)
    for (const { peer, pid } of servers)
      Object.assign(found[peer.id] ?? {}, { idle: residentMegabytes(pid) })
    await Promise.all(servers.map((server) => server.stop()))
  }
  return found
}

/**
 * Buys the eSIM that is asked for.
 * @param {Running} server
 * @returns {Promise<string>} its ICCID
 */
async function buy(server) {
  const reply = await send(server.url(buyEsim.path), buyEsim)
  const iccid = reply.status === 200 ? JSON.parse(reply.body).order[0].iccids[0] : undefined
  if (typeof iccid !== 'string')
    throw new WrongReply(
      `${server.peer.title} sold no eSIM: ${reply.status} ${reply.body.slice(0, 200)}`,
    )
  return iccid
}

/** Starts everybody, ours first: the fixed peers send what ours answers. */
async function line(/** @type {Peer[]} */ peers, /** @type {string} */ replies) {
  /** @type {Map<string, Contestant>} */
  const contestants = new Map()
  const enter = async (
    /** @type {Peer} */ peer,
    /** @type {(server: Running) => Promise<string>} */ iccidOf,
  ) => {
    const server = await start(peer, replies, listEsims)
    contestants.set(peer.id, { peer, server, requests: measuredRequests(await iccidOf(server)) })
  }
  let iccid = ''
  for (const peer of peers.filter(({ id }) => id === 'ours' || id === 'lowdb'))
    await enter(peer, buy)
  const ours = /** @type {Contestant} */ (contestants.get('ours'))
  const [get, post] = await answers(ours)
  iccid = JSON.parse(get.body).iccid
  teach(replies, { GET: get.body, POST: post.body })
  for (const peer of peers.filter(({ id }) => !contestants.has(id)))
    await enter(peer, async () => iccid)
  return peers.map(({ id }) => /** @type {Contestant} */ (contestants.get(id)))
}

/** @param {Contestant} contestant @returns {Promise<[Reply, Reply]>} to the two requests */
async function answers({ peer, server, requests }) {
  const replies = []
  for (const request of requests) {
    const reply = await send(server.url(request.path), request)
    if (reply.status !== 200)
      throw new WrongReply(
        `${peer.title} answers ${request.title} with ${reply.status}: ${reply.body.slice(0, 200)}`,
      )
    replies.push(reply)
  }
  return /** @type {[Reply, Reply]} */ (replies)
}

/** What must not differ between two replies: all but the moment a quote was made at. @param {Reply} reply */
function essence({ type, length, body }) {
  return JSON.stringify([type, length, body.replaceAll(/"created?Date":"[^"]*"/g, '')])
}

/** Checks that everybody answers what it has to: ours its eSIM and its quote, the fixed peers the very same bytes. */
async function check(/** @type {Contestant[]} */ contestants) {
  const ours = contestants.find(({ peer }) => peer.id === 'ours')
  if (!ours) throw new Error('our server is not among the peers')
  const expected = (await answers(ours)).map(essence)
  for (const contestant of contestants) {
    const { peer, requests } = contestant
    const [get, post] = await answers(contestant)
    if (peer.id === 'bare' || peer.id === 'express') {
      if (JSON.stringify([get, post].map(essence)) !== JSON.stringify(expected))
        throw new WrongReply(`${peer.title} does not send what ours sends`)
      continue
    }
    const { iccid } = JSON.parse(get.body)
    const quote = JSON.parse(post.body)
    if (peer.id !== 'prism' && !requests[0]?.path.endsWith(`/${iccid}`))
      throw new WrongReply(`${peer.title} answers with another eSIM: ${get.body}`)
    if (typeof iccid !== 'string' || quote.total !== 2.28 || quote.valid !== true)
      throw new WrongReply(`${peer.title} answers ${get.body} and ${post.body}`)
  }
}

/**
 * @param {Contestant} contestant
 * @param {number} at which of its requests
 * @param {ReturnType<typeof generator>['load']} load
 * @param {number} seconds
 * @returns {Promise<import('./report.js').Sample>}
 */
async function sample({ peer, server, requests }, at, load, seconds) {
  const request = /** @type {Request} */ (requests[at])
  const before = processorSeconds(server.pid)
  const outcome = await load({
    url: server.url(''),
    requests: [request],
    connections: CONNECTIONS,
    seconds,
  })
  const after = processorSeconds(server.pid)
  const wrong = Object.entries(outcome.statuses).filter(([status]) => status !== '200')
  if (wrong.length > 0 || outcome.failed > 0 || outcome.requests === 0)
    throw new WrongReply(
      `${peer.title}, ${request.title}: ${JSON.stringify(outcome.statuses)}, ${outcome.failed} without an answer`,
    )
  const busy =
    before === undefined || after === undefined ? undefined : (after - before) / outcome.seconds
  return { rate: outcome.requests / outcome.seconds, p50: outcome.p50, p99: outcome.p99, busy }
}

/** Every peer in turn, round after round, there and back: none is always the first on a machine that has just warmed up. */
async function measureLoads(
  /** @type {Contestant[]} */ contestants,
  /** @type {{ warmUp: number, rounds: number, round: number }} */ plan,
) {
  const { pid, load } = generator()
  if (
    !setApart(
      pid,
      contestants.map(({ server }) => server.pid),
    )
  )
    say('the generator and the servers share their processors: expect a wide spread')
  const titles = contestants[0]?.requests.map(({ title }) => title) ?? []
  const ours = /** @type {Contestant} */ (contestants.find(({ peer }) => peer.id === 'ours'))
  const bytes = (await answers(ours)).map(({ body }) => Buffer.byteLength(body))
  /** @type {import('./report.js').Load[]} */
  const loads = titles.map((title, at) => ({ title, bytes: bytes[at] ?? 0, rounds: [] }))
  for (const contestant of contestants)
    for (const at of titles.keys()) await sample(contestant, at, load, plan.warmUp)
  for (let round = 0; round < plan.rounds; round += 1) {
    say(`round ${round + 1} of ${plan.rounds}`)
    for (const at of titles.keys()) {
      /** @type {Record<string, import('./report.js').Sample>} */
      const samples = {}
      const turn = round % 2 === 0 ? contestants : contestants.toReversed()
      for (const contestant of turn)
        samples[contestant.peer.id] = await sample(contestant, at, load, plan.round)
      loads[at]?.rounds.push(samples)
    }
  }
  return loads
}

async function main() {
  const { quick, json } = options()
  const plan = quick ? QUICK : WHOLE
  prepare()
  setTimeout(
    () => fail(new Error(`the run was not over after ${plan.limit} s`)),
    plan.limit * 1000,
  ).unref()
  const peers = peersOf()
  const replies = teach(join(temporaryFolder(), 'replies.json'), { GET: '{}', POST: '{}' })
  say('timing starts')
  const startups = await measureStarts(peers, replies, plan)
  say('starting and checking')
  const contestants = await line(peers, replies)
  await check(contestants)
  const loads = await measureLoads(contestants, plan)
  await check(contestants)
  await Promise.all(contestants.map(({ server }) => server.stop()))
  say(`paging through ${plan.pages.size} subscriptions`)
  const pages = await measurePages(plan.pages)
  say('the library in processes of its own')
  const library = measureLibrary(plan.starts)
  const found = figures(peers, loads, startups, { pages, library })
  const machine = {
    node: process.version,
    system: `${process.platform} ${process.arch}`,
    processors: cpus().length,
    model: cpus()[0]?.model ?? '',
  }
  console.log(
    `Node ${machine.node}, ${machine.system}, ${machine.processors} processors (${machine.model.trim()}), ${CONNECTIONS} connections, ` +
      `${plan.rounds} rounds of ${plan.round} s a peer and request. Medians; ratios are formed within a round.\n`,
  )
  console.log(table(peers, found))
  if (json)
    writeFileSync(
      json,
      `${JSON.stringify({ machine, connections: CONNECTIONS, ...plan, ...found }, null, 2)}\n`,
    )
  process.exit(0)
}

/** A wrong reply is a finding (1); anything else, a run that could not be made (2). @param {unknown} error */
function fail(error) {
  say(`bench: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(error instanceof WrongReply ? 1 : 2)
}

main().catch(fail)
