// Plays a history against one build: for the first time, or again to compare what comes.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CannotRun, startBuild } from './build.js'
import { differencesOf } from './differences.js'
import { openReceiver } from './receiver.js'
import { jsonOf, openSender } from './send.js'
import { settledCallback, settledReply } from './wall-clock.js'

/** How long a callback that is due may take to be sent and settled, in ms. */
const SETTLING = 8000
const pause = (ms) => new Promise((done) => setTimeout(done, ms))

/**
 * Waits until what is due in a world has been sent: the receiver must have seen it before the next
 * call.
 * @returns false where it was waited for in vain
 */
async function settled(send, { main }, token, world, thorough) {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  const get = (path) =>
    send({ port: main, method: 'GET', url: `/w/${world}/_sim${path}`, headers }).then(jsonOf)
  const isDue = async () => {
    const pending = await get('/callbacks?state=pending&limit=1')
    if (pending?.callbacks?.length > 0) return true
    if (!thorough) return false
    const [retrying, clock] = [
      await get('/callbacks?state=retrying&limit=1000'),
      await get('/clock'),
    ]
    return retrying?.callbacks?.some(({ nextAt }) => nextAt <= clock?.now) === true
  }
  const until = Date.now() + SETTLING
  while (await isDue()) {
    if (Date.now() > until) return false
    await pause(1)
  }
  return true
}

/** A server with its receiver, on the ports of the act. */
export async function openStage(build, { flags, ports, token }) {
  const cwd = mkdtempSync(join(tmpdir(), 'esimulator-history-'))
  const receiver = await openReceiver(ports.receiver)
  const sender = openSender()
  /** Worlds whose callbacks were waited for in vain: they are waited for no more. */
  const stuck = new Set()
  let server
  const close = async (signal) => {
    sender.close()
    await server?.stop(signal)
    await receiver.close()
    rmSync(cwd, { recursive: true, force: true })
  }
  try {
    server = await startBuild(build, flags, cwd)
  } catch (error) {
    await close()
    throw error
  }
  /** One call with what follows from it: the reply, and the callbacks until all is quiet again. */
  async function call(request, secrets) {
    const raw = await sender.send(request)
    const reply = settledReply(raw, request, build.version, secrets)
    const thorough = request.method === 'PUT' && request.url.includes('/_sim/state')
    for (const world of request.after.filter((each) => !stuck.has(each)))
      if (!(await settled(sender.send, ports, token, world, thorough))) stuck.add(world)
    const callbacks = receiver.taken().map((each) => settledCallback(each, secrets))
    return { raw, reply, callbacks }
  }
  return { call, close, server, stuck }
}

/** Plays on a stage that is taken down whatever happens. */
export async function onStage(build, act, play) {
  const stage = await openStage(build, act)
  try {
    return await play(stage)
  } finally {
    await stage.close()
  }
}

/** Plays an act for the first time; what the generator `history` asked is kept with what came. */
export async function perform(stage, history, secrets, progress = () => {}) {
  const records = []
  let next = history.next()
  while (!next.done) {
    const request = next.value
    const { raw, reply, callbacks } = await stage.call(request, secrets)
    records.push({ request, reply, callbacks })
    progress(records.length)
    const where = `call ${records.length}, ${request.method} ${request.url}`
    if (stage.server.ended) throw new CannotRun(`the old server ended at ${where}`)
    if (stage.stuck.size > 0)
      throw new CannotRun(`callbacks of the old build are stuck at ${where}`)
    next = history.next(raw)
  }
  return records
}

/** Asks the same of another build, and tells how what came differs, by call. */
export async function repeat(stage, records, secrets, progress = () => {}) {
  const found = []
  for (const [at, record] of records.entries()) {
    const { reply, callbacks } = await stage.call(record.request, secrets)
    const what = differencesOf(record, { reply, callbacks })
    if (what.length > 0) found.push({ at, request: record.request, what })
    progress(at + 1)
    if (!stage.server.ended) continue
    found.push({ at, request: record.request, what: ['the server ended here'] })
    break
  }
  return found
}
