// The processes of a run: started on free ports, timed, looked at, and never left behind.
import { fork, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** @typedef {import('./requests.js').Sendable} Sendable */
/** @typedef {{ status: number, type: string | undefined, length: string | undefined, body: string }} Reply */

/**
 * @typedef {object} Running
 * @property {import('./peers.js').Peer} peer
 * @property {number} pid
 * @property {(path: string) => string} url
 * @property {number} firstAnswer ms from the process's start to its first whole answer
 * @property {import('node:child_process').ChildProcess} child
 * @property {() => Promise<void>} stop
 */

/** A reply that is not what it has to be: the run is worth nothing. */
export class WrongReply extends Error {}

const START_LIMIT = 120_000
const STOP_LIMIT = 3_000
/** Between two tries to get a first answer, in ms. */
const TRY_EVERY = 2

/** What the caller has set for a simulator of their own is not measured. */
const ENVIRONMENT = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('ESIMULATOR_')),
)

/** @type {Set<import('node:child_process').ChildProcess>} */
const alive = new Set()
/** @type {string[]} */
const folders = []

process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
})
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
  process.on(signal, () => process.exit(130))

/** A folder that goes when this process does. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'esimulator-bench-'))
  folders.push(folder)
  return folder
}

/**
 * @template {import('node:child_process').ChildProcess} C
 * @param {C} child
 */
function watched(child) {
  alive.add(child)
  child.on('exit', () => alive.delete(child))
  return child
}

/** Forks a module that dies with this process. @param {string} file */
export function helper(file) {
  return watched(fork(file))
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((found, failed) => {
    const server = createServer().on('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => found(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/**
 * Sends a request over a connection of its own.
 * @param {string} url
 * @param {Sendable} sendable
 * @returns {Promise<Reply>}
 */
export function send(url, { method, headers, body }) {
  return new Promise((done, fail) => {
    const outgoing = httpRequest(
      url,
      { method, headers, agent: false, timeout: START_LIMIT },
      (reply) => {
        let text = ''
        reply.setEncoding('utf8')
        reply.on('data', (chunk) => {
          text += chunk
        })
        const type = reply.headers['content-type']
        reply.on('end', () =>
          done({
            status: reply.statusCode ?? 0,
            type,
            length: reply.headers['content-length'],
            body: text,
          }),
        )
        reply.on('error', fail)
      },
    )
    outgoing.on('error', fail)
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer from ${url}`)))
    outgoing.end(body)
  })
}

/**
 * Starts a peer and waits for its first answer.
 * @param {import('./peers.js').Peer} peer
 * @param {string} replies the file with the bytes the fixed peers send
 * @param {Sendable} first
 * @returns {Promise<Running>}
 */
export async function start(peer, replies, first) {
  const port = await freePort()
  // A folder of its own: no configuration file is found there.
  const folder = temporaryFolder()
  const args = peer.args(port, { state: join(folder, 'state'), replies })
  const url = (/** @type {string} */ path) => `http://127.0.0.1:${port}${peer.base}${path}`
  let complaint = ''
  const began = performance.now()
  const child = watched(
    spawn(process.execPath, args, {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...ENVIRONMENT, ...peer.env },
    }),
  )
  child.stderr?.setEncoding('utf8').on('data', (chunk) => {
    complaint = (complaint + chunk).slice(-2000)
  })
  const firstAnswer = await firstAnswerOf(peer, child, url(first.path), first, began).catch(
    (error) => {
      throw complaint ? new Error(`${error.message}\n${complaint}`) : error
    },
  )
  return { peer, pid: child.pid ?? 0, url, firstAnswer, child, stop: () => stop(child) }
}

/**
 * @param {import('./peers.js').Peer} peer
 * @param {import('node:child_process').ChildProcess} child
 * @param {string} url
 * @param {Sendable} first
 * @param {number} began
 */
async function firstAnswerOf(peer, child, url, first, began) {
  while (performance.now() - began < START_LIMIT) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`${peer.title} ended before it answered`)
    const reply = await send(url, first).catch(() => undefined)
    const took = performance.now() - began
    if (reply?.status === 200) return took
    if (reply)
      throw new WrongReply(
        `the first answer of ${peer.title} has status ${reply.status}: ${reply.body.slice(0, 200)}`,
      )
    await pause(TRY_EVERY)
  }
  throw new Error(`${peer.title} did not answer within ${START_LIMIT} ms`)
}

/** @param {import('node:child_process').ChildProcess} child */
async function stop(child) {
  if (!alive.has(child)) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT)
  await gone
  clearTimeout(late)
}

/** Resident memory in MB (10^6 bytes), where the system tells. @param {number} pid */
export function residentMegabytes(pid) {
  const file = `/proc/${pid}/status`
  if (!existsSync(file)) return undefined
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'))?.[1]
  return kilobytes === undefined ? undefined : (Number(kilobytes) * 1024) / 1e6
}

/** Processor time a process has used, in seconds, where the system tells. @param {number} pid */
export function processorSeconds(pid) {
  const file = `/proc/${pid}/stat`
  if (!existsSync(file)) return undefined
  // Fields 14 and 15, user and system time in ticks of 10 ms; the name before them may hold spaces.
  const [user, system] = readFileSync(file, 'utf8').split(') ')[1]?.split(' ').slice(11, 13) ?? []
  return (Number(user) + Number(system)) / 100
}

/** The processors this process may run on, where the system tells. @returns {number[]} */
function allowedProcessors() {
  const file = '/proc/self/status'
  const list = existsSync(file)
    ? (/^Cpus_allowed_list:\s+(\S+)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? '')
    : ''
  return list.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number)
    return first === undefined || last === undefined
      ? []
      : Array.from({ length: last - first + 1 }, (_, at) => first + at)
  })
}

/**
 * Gives the generator one processor and every server another. Left alone, Linux puts the two that talk on the same one
 * every so often, and bare node:http then shows half of what it can do. Only main threads are bound: the collector's and
 * the compiler's go where there is room, as they would without us.
 * @param {number} generator
 * @param {number[]} servers
 * @returns {boolean} false where it cannot be done
 */
export function setApart(generator, servers) {
  const processors = allowedProcessors()
  const bind = (/** @type {number} */ pid, /** @type {number | undefined} */ to) =>
    spawnSync('taskset', ['-p', '-c', `${to}`, `${pid}`], { stdio: 'ignore' }).status === 0
  return (
    processors.length > 1 &&
    bind(generator, processors.at(-1)) &&
    servers.every((pid) => bind(pid, processors[0]))
  )
}
