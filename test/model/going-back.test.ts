// Any course of calls, clock moves, faults, callbacks, snapshots, restores, rewinds and resets: it repeats byte for byte, and goes back exactly.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Receiver,
  type RunningSimulator,
  startReceiver,
  startSimulator,
} from '../../src/index.ts'
import { RUNS_ALL } from '../support/cases.ts'
import { call } from '../support/control.ts'
import { COMPANY } from '../support/highland.ts'
import { send } from '../support/http.ts'
import { copyAsKilled } from '../support/killed-folder.ts'
import { ACTIVATION } from '../support/wholesale.ts'

interface Act {
  readonly kind: keyof typeof acts
  /** Chooses among what there is to choose from. */
  readonly pick: number
}

interface View {
  readonly records: object
  readonly shown: Record<string, string>
}

/** What is known of a simulator while it is played with. */
interface Played {
  readonly sim: RunningSimulator
  readonly receiver: Receiver
  /** What it answers. */
  readonly answer: { status: number }
  /** The world at the end of each step, and as each snapshot has it. */
  readonly afterStep: Map<number, View>
  readonly snapshots: Map<string, View>
  /** Every answer, in order. */
  readonly answers: string[]
}

const NAMES = ['a', 'b', 'c'] as const
const nameOf = (pick: number) => NAMES[pick % NAMES.length] ?? 'a'
const KEY = { 'X-API-Key': 'test-esim-go-key' }
const GO = '/esim-go/v2.4'

interface Asked {
  readonly json?: object
  readonly headers?: Readonly<Record<string, string>>
}

/** Asks, and writes the answer down as it came: a fault may have broken its JSON. */
async function ask(
  played: Played,
  method: string,
  path: string,
  { json, headers = {} }: Asked = {},
) {
  const { url } = played.sim
  const sent =
    json === undefined
      ? { method, headers }
      : {
          method,
          headers: { 'Content-Type': 'application/json', ...headers },
          body: JSON.stringify(json),
        }
  const answer = await fetch(`${url}${path}`, sent)
  const said = (await answer.text()).replaceAll(played.receiver.url, 'https://receiver.example')
  await settled(played.sim)
  played.answers.push(`${method} ${path} ${answer.status} ${said}`)
  return { status: answer.status }
}

/** Waits until every attempt that is due was made and noted. */
async function settled(sim: RunningSimulator): Promise<void> {
  for (;;) {
    const now = sim.clock.now().toISOString()
    const open = [...(await waiting(sim, 'pending')), ...(await waiting(sim, 'retrying'))]
    if (!open.some(({ nextAt }) => nextAt === undefined || nextAt <= now)) return
    await setTimeout(2)
  }
}

const waiting = async (sim: RunningSimulator, state: 'pending' | 'retrying') =>
  (await sim.callbacks.list({ state })).filter((each) => 'nextAt' in each || 'attempts' in each)

async function simOf({ sim }: Played, pick: number): Promise<string> {
  const every = await sim.sims()
  // Mostly those that were bought last: they have a bundle, and using it sends callbacks.
  const bought = every.filter(({ provider }) => provider === 'esim-go').slice(-3)
  const all = pick % 4 > 0 && bought.length > 0 ? bought : every
  const one = all[pick % all.length]
  return `${one?.iccid}?provider=${one?.provider}`
}

const acts = {
  async order(played: Played, pick: number) {
    const line = { type: 'bundle', quantity: 1 + (pick % 2), item: 'esim_1GB_7D_GB_V2' }
    const json = { type: 'transaction', assign: pick % 3 > 0, order: [line] }
    await ask(played, 'POST', `${GO}/orders`, { json, headers: KEY })
  },
  async refused(played: Played) {
    await ask(played, 'POST', `${GO}/orders`, { json: { type: 'none' }, headers: KEY })
  },
  async acquire(played: Played) {
    await ask(played, 'POST', '/highland/b2b/sim/acquire', { json: { company_id: COMPANY } })
  },
  async activate(played: Played, pick: number) {
    const raw = 'grant_type=client_credentials&client_id=test-client&client_secret=test-secret'
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const { url } = played.sim
    const token = await send<{ access_token: string }>('POST', `${url}/wholesale/oauth/token`, {
      raw,
      headers: form,
    })
    played.answers.push(token.body.access_token)
    const json = { ...ACTIVATION, partnerTransactionId: `T${pick % 4}` }
    const headers = { Authorization: `Bearer ${token.body.access_token}` }
    await ask(played, 'POST', '/wholesale/activate', { json, headers })
  },
  async use(played: Played, pick: number) {
    const [iccid, query] = (await simOf(played, pick)).split('?')
    await ask(played, 'POST', `/_sim/sims/${iccid}/install?${query}`)
    const json = { bytes: 1_000_000 * (pick % 1500) }
    await ask(played, 'POST', `/_sim/sims/${iccid}/use?${query}`, { json })
  },
  async advance(played: Played, pick: number) {
    const by = ['PT1S', 'PT2M', 'P3D', 'P8D', 'P200D'][pick % 5]
    await ask(played, 'POST', '/_sim/clock/advance', { json: { by } })
  },
  async fault(played: Played, pick: number) {
    const kinds = [
      { kind: 'status', status: 503, times: 2 },
      { kind: 'status', status: 429, retryAfter: 'PT30S', when: 'after' },
      { kind: 'rate-limit', limit: 2, window: 'PT1M' },
      { kind: 'schema', times: 1 },
      { kind: 'malformed', nth: 2 },
      { kind: 'stale', steps: 2, times: 3 },
    ]
    const operations = ['createOrder', 'acquireEsim', 'activateSubscription']
    const providers = ['esim-go', 'highland', 'wholesale']
    const at = pick % operations.length
    const about = { provider: providers[at], operation: operations[at] }
    const json = { ...about, ...kinds[Math.floor(pick / 3) % kinds.length] }
    await ask(played, 'POST', '/_sim/faults', { json })
  },
  async callbackFault(played: Played, pick: number) {
    const kinds = ['duplicate', 'late', 'drop', 'bad-signature', 'reorder']
    const provider = pick % 2 === 0 ? 'esim-go' : 'wholesale'
    const json = { provider, kind: kinds[pick % kinds.length], callback: '*' }
    await ask(played, 'POST', '/_sim/faults', { json })
  },
  async receive(played: Played, pick: number) {
    played.answer.status = pick % 3 === 0 ? 500 : 200
    const json = { url: played.receiver.url }
    for (const slug of ['esim-go', 'wholesale'])
      await ask(played, 'PUT', `/_sim/callbacks/target/${slug}`, { json })
  },
  async settings(played: Played, pick: number) {
    const json = { installationCodeLifetime: pick % 3 === 0 ? null : `PT${pick + 1}S` }
    await ask(played, 'PATCH', '/_sim/settings/highland', { json })
  },
  async save(played: Played, pick: number) {
    const name = nameOf(pick)
    const view = await viewOf(played.sim)
    await ask(played, 'PUT', `/_sim/snapshots/${name}`)
    played.snapshots.set(name, view)
  },
  async drop(played: Played, pick: number) {
    await ask(played, 'DELETE', `/_sim/snapshots/${nameOf(pick)}`)
    played.snapshots.delete(nameOf(pick))
  },
  async restore(played: Played, pick: number) {
    const name = nameOf(pick)
    const { status } = await ask(played, 'POST', `/_sim/snapshots/${name}/restore`)
    expect(status).toBe(played.snapshots.has(name) ? 200 : 404)
    if (status === 200) expect(await viewOf(played.sim)).toEqual(played.snapshots.get(name))
  },
  async rewind(played: Played, pick: number) {
    const { sim, afterStep } = played
    const undoable = await sim.history(1000)
    const steps = 1 + (pick % 6)
    const { status } = await ask(played, 'POST', '/_sim/rewind', { json: { steps } })
    expect(status).toBe(steps <= undoable.length ? 200 : 409)
    // Of a call that made two steps, the world between them was not looked at.
    const view = afterStep.get((undoable[0]?.id ?? 0) - steps)
    if (status === 200 && view) expect(await viewOf(sim)).toEqual(view)
  },
  async reset(played: Played, pick: number) {
    const given = pick % 2 === 0 ? 'an assigned bundle' : 'default'
    await ask(played, 'POST', '/_sim/reset', { json: { given } })
    played.afterStep.clear()
  },
}

/** All that a world is and shows, but for its snapshots and which life of it this is. */
async function viewOf(sim: RunningSimulator): Promise<View> {
  const { collections } = await sim.state()
  const { snapshots: _, 'snapshot-records': __, ...records } = collections
  const lists = [`${GO}/esims`, `${GO}/orders`, `${GO}/inventory`, '/_sim/sims', '/_sim/messages']
  const shown: View['shown'] = {}
  for (const path of lists) {
    const { status, body } = await call(sim.url, path, { headers: KEY })
    shown[path] = `${status} ${JSON.stringify(body)}`
  }
  return { records, shown }
}

const options = { publicUrl: 'https://sim.example', durability: 'written' } as const

async function play(sim: RunningSimulator, course: readonly Act[]): Promise<Played> {
  const answer = { status: 200 }
  await using receiver = await startReceiver({ answer: () => answer.status })
  const maps = { afterStep: new Map(), snapshots: new Map() }
  const played: Played = { sim, receiver, answer, ...maps, answers: [] }
  const last = async () => (await sim.history(1))[0]?.id
  let base = 0
  await acts.receive(played, 1)
  await acts.order(played, 1)
  played.afterStep.set((await last()) ?? 0, await viewOf(sim))
  for (const { kind, pick } of course) {
    await acts[kind](played, pick)
    const step = await last()
    if (step === undefined && kind === 'reset') base = Number.NaN
    const at = step ?? base
    if (!Number.isNaN(at)) played.afterStep.set(at, await viewOf(sim))
  }
  return played
}

const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom(...(Object.keys(acts) as (keyof typeof acts)[]), 'use', 'use', 'order'),
  pick: fc.nat(10_000),
})

test('a course of calls repeats byte for byte, and every way back leads to what was', async () => {
  const course = fc.array(act, { minLength: 8, maxLength: 25, size: 'max' })
  const runs = RUNS_ALL ? 300 : 6
  await fc.assert(
    fc.asyncProperty(course, async (acts) => {
      const stateDir = await mkdtemp(join(tmpdir(), 'esimulator-'))
      const copy = `${stateDir}-killed`
      try {
        await using sim = await startSimulator({ ...options, store: stateDir })
        const first = await play(sim, acts)
        await copyAsKilled(stateDir, copy)
        await using killed = await startSimulator({ ...options, store: copy })
        expect(await viewOf(killed)).toEqual(await viewOf(sim))

        await using again = await startSimulator(options)
        expect((await play(again, acts)).answers).toEqual(first.answers)
      } finally {
        await rm(stateDir, { recursive: true })
        await rm(copy, { recursive: true, force: true })
      }
    }),
    { seed: 1810084673, numRuns: runs, endOnFailure: !RUNS_ALL },
  )
}, 3_600_000)
