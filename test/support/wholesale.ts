// The wholesale API on a real port for tests: a partner with a token, the vendor's own examples, and calls as a partner makes them.
import { expect } from 'vitest'
import {
  type CallbackShown,
  type RunningSimulator,
  type StartOptions,
  startSimulator,
} from '../../src/index.ts'
import type { components } from '../../src/simulators/wholesale/spec.d.ts'
import { extended, type HttpAnswer, jsonOrText, send } from './http.ts'

export type Schemas = components['schemas']
export type Action = Schemas['StatusUpdate']['action']

/** The vendor's request samples, exactly as they are printed. */
export const ACTIVATION = {
  partnerTransactionId: 'Txn101010101',
  subscriberId: 'Sub001',
  wholesalePlanId: 'Plan001',
  bucketRefId: ['1000001'],
  location: {
    address: {
      addressLine1: '5701 SANTA FE DR',
      addressLine2: 'Suite 102',
      city: 'Littleton',
      state: 'CO',
      zip: '80120',
    },
  },
  billCycleFrequency: 'MONTHLY',
  billCycleStartDay: 1,
  gpsi: '19459986891',
  gpsiReservationId: 'GRID368599719',
  iccid: '11986621644523024501',
  pei: '2288151828896431',
  eSIMDeliveryMethod: 'QR',
  products: [
    {
      productId: 'Plan001-DATA',
      action: 'Update',
      characteristics: [
        { key: 'Download Speed', value: '128 bps' },
        { key: 'Upload Speed', value: '128 bps' },
      ],
    },
  ],
}
export const SUSPENSION = {
  partnerTransactionId: 'Txn101010101',
  gpsi: 19459986891,
  action: 'Suspend',
}

export const ICCID = ACTIVATION.iccid
export const GPSI = ACTIVATION.gpsi
export const EID = '89049032021008881300304741158317'
/** The first card and the first eSIM of the stock. */
export const CARD = '8901313340000000011'
export const ESIM = '8901313340000000516'
/** What an activation must have; the SIM is an eSIM. */
export const MINIMAL = {
  subscriberId: 'Sub042',
  wholesalePlanId: 'Plan001',
  location: { address: { zip: '80202' } },
  eid: EID,
}
export const SUCCESS = { status: 'Success' }

export type Answer<T = Record<string, unknown>> = Pick<HttpAnswer<T>, 'status' | 'headers' | 'body'>
type Headings = Readonly<Record<string, string>>

export interface Wholesale extends RunningSimulator {
  readonly base: string
  /** Fetches another token, and calls with it from now on. */
  authorize(): Promise<Answer>
  call<T = Record<string, unknown>>(
    method: string,
    path: string,
    json?: unknown,
    headers?: Headings,
  ): Promise<Answer<T>>
  /** The minimal activation with a transaction of its own, unless told otherwise; `undefined` leaves a field out. */
  activate(fields?: object, headers?: Headings): Promise<Answer>
  /** Of the vendor's line, unless told otherwise. */
  update(action: Action, fields?: object, headers?: Headings): Promise<Answer>
  query(partnerTransactionId: string, headers?: Headings): Promise<Answer>
  /** Lets all that is pending settle. */
  settle(): Promise<unknown>
  /** What was told, oldest first. */
  told(): Promise<Schemas['Notification'][]>
  /** Deliveries, oldest first. */
  deliveries(): Promise<CallbackShown[]>
}

/** A world whose notifications go nowhere that answers, unless `callbackUrl` says where. */
export async function startWholesale(options: StartOptions = {}): Promise<Wholesale> {
  const sim = await startSimulator({ callbackUrl: 'http://127.0.0.1:9/', ...options })
  const base = sim.baseUrl('wholesale')
  let token = ''
  let last = 0
  const fresh = () => {
    last += 1
    return { partnerTransactionId: `T-${last}` }
  }
  const call: Wholesale['call'] = (method, path, json, headers) =>
    send(method, base + path, jsonOrText(json, { Authorization: `Bearer ${token}`, ...headers }))

  const wholesale: Wholesale = extended(sim, {
    base,
    call,
    async authorize() {
      const { clientId = '', clientSecret = '' } = sim.credentials.wholesale ?? {}
      const form = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
      })
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded;charset=UTF-8' }
      const answer = await send<{ access_token: string }>('POST', `${base}/oauth/token`, {
        raw: String(form),
        headers,
      })
      token = answer.body.access_token
      return answer
    },
    activate: (fields: object = {}, headers: Headings = {}) =>
      call('POST', '/activate', { ...MINIMAL, ...fresh(), ...fields }, headers),
    update: (action: Action, fields: object = {}, headers: Headings = {}) =>
      call('POST', '/updateStatus', { ...fresh(), iccid: ICCID, action, ...fields }, headers),
    query(partnerTransactionId: string, headers: Headings = {}) {
      const query = new URLSearchParams({ partnerTransactionId })
      return call('GET', `/transactionStatus?${query}`, undefined, headers)
    },
    settle: () => sim.clock.advance('PT2S'),
    deliveries: async () =>
      [...(await sim.callbacks.list({ provider: 'wholesale', limit: 1000 }))].reverse(),
    told: async () => (await wholesale.deliveries()).map(({ body }) => JSON.parse(body)),
  })
  await wholesale.authorize()
  return wholesale
}

/** Makes a call that must be refused in the API's words, for the reason the journal tells, with nothing changed. */
export async function expectFailure(
  sim: Wholesale,
  call: () => Promise<Answer<unknown>>,
  expected: {
    readonly status: number
    readonly code: string
    readonly refusal: string
    readonly reason?: RegExp
  },
): Promise<void> {
  const { status, code, refusal, reason = /./ } = expected
  const before = JSON.stringify(await sim.state())
  const answer = await call()
  expect(answer.body).toEqual({ status: 'Failure', code, message: expect.stringMatching(/./) })
  expect(answer.status).toBe(status)
  const [newest] = await sim.journal.list({ limit: 1 })
  expect(newest).toMatchObject({
    status,
    refusal: { code: refusal, reason: expect.stringMatching(reason) },
    violations: [],
  })
  expect(JSON.stringify(await sim.state())).toBe(before)
}
