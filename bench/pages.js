// What a page in the middle of a long list of hypermedia costs beside the first one.
import { generator } from './generator.js'
import { CLI } from './peers.js'
import { processorSeconds, send, setApart, start, WrongReply } from './processes.js'

/** @typedef {{ size: number, rounds: { first: number, middle: number }[] }} Pages costs of one page, us of processor time or of the clock */

const BASE = '/accounts-orders'
const TOKEN = `${BASE}/auth/realms/enterprise-apis/protocol/openid-connect/token`
const LIST = `${BASE}/enterprise/subscriptions?limit=100`
const COLLECTION = 'accounts-orders.subscriptions'
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }
const CREDENTIALS = 'grant_type=client_credentials&client_id=test-client&client_secret=test-secret'

/** @type {import('./peers.js').Peer} */
const PEER = {
  id: 'ours',
  title: 'esimulator --ephemeral',
  base: '',
  args: (port) => [CLI, 'start', '--port', `${port}`, '--ephemeral'],
}

/** @param {string} url @param {import('./requests.js').Sendable} request @returns {Promise<any>} the body of a 200 */
async function ask(url, request) {
  const { status, body } = await send(url, request)
  if (status !== 200)
    throw new WrongReply(
      `${request.method} ${url} was answered with ${status}: ${body.slice(0, 200)}`,
    )
  return JSON.parse(body)
}

/**
 * Fills the world up to so many subscriptions: copies of the first one under ids of their own.
 * @param {import('./processes.js').Running} server
 * @param {number} size
 */
async function fill(server, size) {
  const get = /** @type {const} */ ({ method: 'GET', path: '', headers: {} })
  const state = await ask(server.url('/_sim/state'), get)
  const records = state.collections[COLLECTION]
  const [model] = Object.values(records)
  for (let at = Object.keys(records).length; at < size; at += 1) {
    const id = `sub_01KZ${String(at).padStart(22, '0')}`
    records[id] = { ...model, id, msisdn: String(440_000_000_000_000 + at) }
  }
  const body = JSON.stringify(state)
  await ask(server.url('/_sim/state'), {
    method: /** @type {any} */ ('PUT'),
    path: '',
    headers: { 'Content-Type': 'application/json' },
    body,
  })
}

/**
 * @param {{ size: number, rounds: number, amount: number }} plan `amount` is how many pages a round
 * @returns {Promise<Pages>}
 */
export async function measurePages({ size, rounds, amount }) {
  const server = await start(PEER, '', { method: 'GET', path: '/_sim/health', headers: {} })
  await ask(server.url('/_sim/clock/freeze'), {
    method: 'POST',
    path: '',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  })
  await fill(server, size)
  const { access_token: token } = await ask(server.url(TOKEN), {
    method: 'POST',
    path: '',
    headers: FORM,
    body: CREDENTIALS,
  })
  const page = (/** @type {string} */ path) => ({
    method: /** @type {const} */ ('GET'),
    path,
    headers: { Authorization: `Bearer ${token}` },
  })
  let middle = LIST
  for (let at = 0; at < Math.floor(size / 200); at += 1) {
    const { href } = (await ask(server.url(middle), page(middle)))._links.next
    middle = href.slice(new URL(href).origin.length)
  }
  const { pid, load } = generator()
  setApart(pid, [server.pid])
  const cost = async (/** @type {string} */ path) => {
    const before = processorSeconds(server.pid)
    const outcome = await load({
      url: server.url(''),
      requests: [page(path)],
      connections: 1,
      amount,
    })
    const after = processorSeconds(server.pid)
    if (Object.keys(outcome.statuses).join() !== '200' || outcome.failed > 0)
      throw new WrongReply(
        `${path}: ${JSON.stringify(outcome.statuses)}, ${outcome.failed} without an answer`,
      )
    const seconds = before === undefined || after === undefined ? outcome.seconds : after - before
    return (seconds / outcome.requests) * 1e6
  }
  await cost(LIST)
  await cost(middle)
  /** @type {Pages['rounds']} */
  const found = []
  for (let round = 0; round < rounds; round += 1) {
    // There and back: neither is always the one that comes second.
    if (round % 2 === 0) found.push({ first: await cost(LIST), middle: await cost(middle) })
    else found.push({ middle: await cost(middle), first: await cost(LIST) })
  }
  await server.stop()
  return { size, rounds: found }
}
