// What is asked for over and over while the clock stands still: memory stays flat, and no call does more than the first.
import { Agent, request } from 'node:http'
import v8 from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { SortedKeys } from '../../src/state/sorted-keys.ts'
import { MSISDN, TOKEN_PATH } from '../support/accounts-orders.ts'
import { RUNS_ALL } from '../support/cases.ts'
import { COMPANY, ESIM, USA } from '../support/highland.ts'
import { send } from '../support/http.ts'
import { ACTIVATION, ICCID } from '../support/wholesale.ts'

v8.setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const agent = new Agent({ keepAlive: true, maxSockets: 4 })
afterAll(() => agent.destroy())

interface Asked {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly raw?: string
}

/** Asks on a connection that is there; fetch keeps more of its own than is measured here. */
function ask(port: number, { method, path, headers, json, raw }: Asked): Promise<number> {
  const type = json === undefined ? {} : { 'Content-Type': 'application/json' }
  return new Promise((done, fail) => {
    const asked = request(
      { agent, port, method, path, headers: { ...type, ...headers } },
      (answer) => {
        answer.resume()
        answer.on('end', () => done(answer.statusCode ?? 0))
      },
    )
    asked.on('error', fail)
    asked.end(json === undefined ? raw : JSON.stringify(json))
  })
}

const FORM = {
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  raw: 'grant_type=client_credentials&client_id=test-client&client_secret=test-secret',
}

async function bearer(sim: RunningSimulator, path: string) {
  const { body } = await send<{ access_token: string }>('POST', sim.url + path, FORM)
  return { Authorization: `Bearer ${body.access_token}` }
}

const LARGE = 'x'.repeat(20_000)

/** Something to ask over and over. */
interface Repeated {
  readonly what: string
  /** The statuses it may be answered with. */
  readonly statuses: readonly number[]
  readonly begin: (sim: RunningSimulator) => Promise<(time: number) => Asked>
}

const repeated: readonly Repeated[] = [
  {
    what: 'a token',
    statuses: [200],
    begin: async () => () => ({ method: 'POST', path: '/wholesale/oauth/token', ...FORM }),
  },
  {
    what: 'an SMS, each under a key of its own',
    statuses: [200],
    async begin(sim) {
      const token = await bearer(sim, `/accounts-orders${TOKEN_PATH}`)
      const json = { from: MSISDN, to: ['447700900123'], text: 'a' }
      return (time) => ({
        method: 'POST',
        path: '/accounts-orders/enterprise/sms',
        headers: { ...token, 'Idempotency-Key': `key-${time}` },
        json,
      })
    },
  },
  {
    what: 'data used on an eSIM whose callbacks go nowhere',
    statuses: [200],
    async begin(sim) {
      const [esim] = await sim.sims('esim-go')
      return (time) => ({
        method: 'POST',
        path: `/_sim/sims/${esim?.iccid}/${time % 2 === 0 ? 'attach' : 'detach'}`,
        json: time % 2 === 0 ? { country: 'GB' } : undefined,
      })
    },
  },
  {
    what: 'a refresh, and a network after it',
    statuses: [200],
    async begin(sim) {
      const [esim] = await sim.sims('esim-go')
      const headers = { 'X-API-Key': 'test-esim-go-key' }
      return (time) =>
        time % 2 === 0
          ? { method: 'POST', path: `/_sim/sims/${esim?.iccid}/attach`, json: { country: 'GB' } }
          : { method: 'GET', path: `/esim-go/v2.4/esims/${esim?.iccid}/refresh`, headers }
    },
  },
  {
    what: 'data used on an eSIM of Highland',
    statuses: [200],
    async begin(sim) {
      const json = { company_id: COMPANY, sim_id: ESIM, ...USA }
      await send('POST', `${sim.url}/highland/b2b/sim/product/add`, { json })
      const [esim] = await sim.sims('highland')
      await sim.device(esim?.iccid ?? '').attach('US')
      const path = `/_sim/sims/${esim?.iccid}/use`
      return () => ({ method: 'POST', path, json: { bytes: 1 } })
    },
  },
  {
    what: 'a line suspended and resumed',
    statuses: [200],
    async begin(sim) {
      await sim.set('wholesale', { settlingDelay: 'PT0S' })
      const headers = await bearer(sim, '/wholesale/oauth/token')
      await send('POST', `${sim.url}/wholesale/activate`, { headers, json: ACTIVATION })
      return (time) => ({
        method: 'POST',
        path: '/wholesale/updateStatus',
        headers,
        json: {
          partnerTransactionId: `t${time}`,
          iccid: ICCID,
          action: time % 2 === 0 ? 'Suspend' : 'Resume',
        },
      })
    },
  },
  {
    what: 'what is refused, large',
    statuses: [400],
    begin: async () => (time) => ({
      method: 'POST',
      path: '/esim-go/v2.4/orders',
      headers: { 'X-API-Key': 'test-esim-go-key', 'X-Large': LARGE.slice(0, 8000) },
      json: { type: LARGE, [`name${time}`]: LARGE },
    }),
  },
  {
    what: 'a path there is not',
    statuses: [404],
    begin: async () => (time) => ({ method: 'GET', path: `/_sim/${time}/${LARGE.slice(0, 8000)}` }),
  },
]

/** Bytes of heap that are in use. */
function heap(): number {
  for (let round = 0; round < 3; round += 1) collectGarbage()
  return process.memoryUsage().heapUsed
}

const MEGABYTE = 1_048_576
/** So often it is asked for before it is measured. */
const TIMES = 1200
/** So often it is asked for again. */
const AGAIN = RUNS_ALL ? TIMES : TIMES / 2

test.each(repeated)(
  '$what: memory is flat',
  async ({ statuses, begin }) => {
    await using sim = await startSimulator({ given: 'an assigned bundle', report: () => {} })
    const next = await begin(sim)
    let time = 0
    const repeat = async (times: number) => {
      for (let round = 0; round < times; round += 1) {
        const status = await ask(sim.port, next(time))
        time += 1
        if (!statuses.includes(status)) expect([time, status]).toEqual([time, statuses[0]])
      }
    }
    // The journal, the history and all that is small are full by then.
    await repeat(TIMES)
    const before = heap()
    await repeat(AGAIN)
    const grown = heap() - before
    // A token or a usage item takes some hundred bytes until its own bound, of 10,000, is reached.
    expect(grown / MEGABYTE).toBeLessThan(6 * (AGAIN / TIMES))
  },
  300_000,
)

/** How many entries of maps and indexes are looked at while something is done. */
async function lookedAt(act: () => Promise<unknown>): Promise<number> {
  let count = 0
  const steps = Object.getPrototypeOf(new Map().values()) as { next: () => unknown }
  const { next } = steps
  const { slice, startingWith } = SortedKeys.prototype
  steps.next = function (this: unknown) {
    count += 1
    return next.call(this)
  }
  SortedKeys.prototype.slice = function (from, to) {
    const found = slice.call(this, from, to)
    count += found.length
    return found
  }
  SortedKeys.prototype.startingWith = function (prefix) {
    const found = startingWith.call(this, prefix)
    count += found.length
    return found
  }
  try {
    await act()
  } finally {
    steps.next = next
    SortedKeys.prototype.slice = slice
    SortedKeys.prototype.startingWith = startingWith
  }
  return count
}

const steady = repeated.filter(({ what }) => /token|SMS|line|Highland|callbacks/.test(what))

test.each(steady)(
  '$what: the thousandth looks at no more than the hundredth',
  async ({ begin }) => {
    await using sim = await startSimulator({ given: 'an assigned bundle', report: () => {} })
    const next = await begin(sim)
    let time = 0
    const repeat = async (times: number) => {
      for (let round = 0; round < times; round += 1) {
        await ask(sim.port, next(time))
        time += 1
      }
    }
    // What is bounded by hundreds, such as a timeline, is full by then.
    await repeat(250)
    const early = await lookedAt(() => repeat(10))
    await repeat(1000)
    const late = await lookedAt(() => repeat(10))
    expect(late).toBeLessThan(1.3 * early + 200)
  },
  300_000,
)
