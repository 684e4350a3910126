// What has to hold of a simulator that was started again: nothing acknowledged is lost, the books agree.
import { readdir } from 'node:fs/promises'
import { worldProblems } from '../fuzz/checks.js'

/** What every account begins with, in cents: the seed file says so. */
const START = 100_000_000

const records = (state, collection) => Object.values(state.collections[collection] ?? {})
const sum = (numbers) => numbers.reduce((total, each) => total + each, 0)

/** The money of eSIM Go: the balance is what there was, less what was bought, plus what was given back. */
function moneyProblem(state) {
  const account = state.collections['esim-go.account']?.account
  if (!account) return 'there is no account of eSIM Go'
  const paid = sum(records(state, 'esim-go.orders').map(({ total }) => total))
  const lots = records(state, 'esim-go.inventory')
  const taken = sum(lots.map(({ total, remaining, price }) => (total - remaining) * price))
  const supplied = [
    ...records(state, 'bundles'),
    ...records(state, 'esim-go.taken-off').map(bundleIn),
  ]
  const applied = supplied.filter(({ extra = {} }) => extra.lot !== undefined)
  const back = taken - sum(applied.map(({ extra }) => Number(extra.price)))
  const found = account.balance + account.testCredit
  const due = START - paid + back
  return found === due ? undefined : `the balance is ${found} cents, the orders make it ${due}`
}

/** Every eSIM of an order is there with its bundle. */
function* orderProblems(state) {
  const all = [...records(state, 'bundles'), ...records(state, 'esim-go.taken-off').map(bundleIn)]
  const supplied = new Set(all.map(({ iccid }) => iccid))
  for (const { reference, lines } of records(state, 'esim-go.orders'))
    for (const iccid of lines.flatMap(({ iccids = [] }) => iccids)) {
      if (!state.collections.sims?.[`esim-go/${iccid}`]) yield `order ${reference}: no SIM ${iccid}`
      if (!supplied.has(iccid)) yield `order ${reference}: no bundle on ${iccid}`
    }
}

const bundleIn = ({ bundle }) => bundle

/** Bytes an eSIM has used of its bundles, whatever became of them. */
function usedOf(state, iccid) {
  const all = [...records(state, 'bundles'), ...records(state, 'esim-go.taken-off').map(bundleIn)]
  return sum(all.filter((each) => each.iccid === iccid).map(({ usedBytes }) => usedBytes))
}

/** What was acknowledged and is not there, or `undefined`. */
function writeProblem(state, { collection, key, token, until, lot, remaining, iccid, used }) {
  if (collection !== undefined)
    return state.collections[collection]?.[key] ? undefined : `${collection} ${key} is lost`
  if (token !== undefined) {
    return until <= state.collections.world.clock.at || state.collections.credentials?.[token]
      ? undefined
      : `token ${token} is lost`
  }
  if (lot !== undefined) {
    const found = state.collections['esim-go.inventory']?.[lot]
    return found?.remaining <= remaining ? undefined : `a refund of lot ${lot} is lost`
  }
  const all = usedOf(state, iccid)
  return all >= used ? undefined : `of ${used} bytes that ${iccid} has used ${all} are left`
}

/** What is wrong with a world, whatever it was told. */
export function bookProblems(state) {
  return [...worldProblems(state), ...[moneyProblem(state) ?? []].flat(), ...orderProblems(state)]
}

/** What was acknowledged in a life and is not there. @param holds tells whether it has to be */
export function* losses(state, { writes }, holds) {
  for (const write of writes) {
    const problem = writeProblem(state, write)
    if (problem !== undefined && holds(write.at)) yield { problem, at: write.at }
  }
}

/** How much was lost that may be lost. */
export function allowedLosses(state, { writes }, holds) {
  return writes.filter((write) => !holds(write.at) && writeProblem(state, write)).length
}

/** What was told of a life by a callback, and is not so. @param told bodies of notifications */
export function* undoneProblems(state, { number }, told) {
  for (const body of told) {
    const { partnerTransactionId: id, action, result } = JSON.parse(body)
    if (!id.startsWith(`${number}.`)) continue
    const key = JSON.stringify([action === 'Activate' ? 'activate' : 'update', null, id])
    const found = state.collections['wholesale.transactions']?.[key]
    const is = found?.state === 'Failed' ? 'Failure' : found?.state
    if (is !== result) yield `a callback told of transaction ${id}: ${result}, and it is ${is}`
  }
}

/** How a world's name begins its files. */
function spelled(name) {
  const low = name.replace(/^\.|[A-Z]/g, (sign) => `+${sign.toLowerCase()}`)
  return /^(con|nul)(\.|$)/.test(low) ? `+_${low}` : low
}

/** Files of a folder that are none of the worlds there are, nor of the running process. */
export async function leftovers(folder, names) {
  const endings = ['.json', '.log', '.log.old']
  const own = names.flatMap((name) => endings.map((ending) => spelled(name) + ending))
  const process = ['.esimulator.lock', '.esimulator.owner', '.esimulator.removed']
  const known = new Set([...own, ...process])
  return (await readdir(folder)).filter((file) => !known.has(file))
}
