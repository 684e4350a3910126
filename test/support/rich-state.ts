// A world with records in every collection, and calls that read and use all of it.
import { expect } from 'vitest'
import {
  type RunningSimulator,
  type StartOptions,
  type StateDocument,
  startSimulator,
} from '../../src/index.ts'
import {
  ACCOUNT,
  ACTIVATION as ORDER,
  SUBSCRIBER,
  SUBSCRIPTION,
  TEMPLATE,
  TOKEN_PATH,
} from './accounts-orders.ts'
import { call } from './control.ts'
import { COMPANY, ESIM as SIM_ID } from './highland.ts'
import { send } from './http.ts'
import { ACTIVATION, GPSI, ICCID as LINE } from './wholesale.ts'

const OWN = 'own_1GB'
const BUNDLE = 'esim_1GB_7D_GB_V2'
const KEY = { 'X-API-Key': 'test-esim-go-key' }

/** Faults that leave most answers as they are. */
const FAULTS = [
  {
    provider: 'highland',
    operation: '*',
    kind: 'delay',
    own: { delay: 'PT0.001S', clock: 'wall' },
  },
  {
    provider: 'esim-go',
    operation: 'getInventory',
    kind: 'delay',
    own: { delay: { uniform: ['PT0.001S', 'PT0.002S'] } },
  },
  {
    provider: 'esim-go',
    operation: 'getCatalogue',
    kind: 'delay',
    own: { delay: { logNormal: { median: 'PT0.001S', sigma: 0.5 } } },
    match: { query: { perPage: '1*' }, headers: { 'x-api-key': '*' } },
    nth: 2,
  },
  {
    provider: 'esim-go',
    operation: 'getOrganisation',
    when: 'before',
    kind: 'status',
    own: { status: 503, retryAfter: 'PT1M', headers: { 'X-Own': 'a' } },
    times: 1,
    until: 1_798_761_600_000,
  },
  {
    provider: 'esim-go',
    operation: 'listEsims',
    kind: 'schema',
    own: { pointer: '/esims/0/iccid' },
  },
  { provider: 'esim-go', operation: 'getEsim', kind: 'dribble', own: { bytes: 100, every: '1ms' } },
  {
    provider: 'accounts-orders',
    operation: '*',
    when: 'before',
    kind: 'rate-limit',
    own: { limit: 1000, window: 'PT1M', body: { too: 'many' } },
    counted: { endsAt: 1_767_225_700_000, calls: 3 },
  },
  {
    provider: 'esim-go',
    operation: 'applyBundle',
    kind: 'truncated',
    own: { bytes: 5 },
    match: { body: { '/name': 'nobody', '/iccid': 5 }, path: {} },
  },
] as const

/** Faults of callbacks that leave most of them as they are. */
const CALLBACK_FAULTS = [
  { kind: 'late', own: { by: 'PT1S' }, nth: 3 },
  { kind: 'reorder', own: { within: 'PT1S' }, times: 1 },
  { kind: 'truncated', own: { bytes: 5 }, match: { body: { '/iccid': '1' } } },
  { kind: 'content-type', own: { contentType: 'text/plain' } },
  { kind: 'expired-timestamp', own: { by: 'PT1H' } },
].map((fault) => ({ provider: 'wholesale', callback: '*', ...fault }))

export interface Asked {
  readonly method: string
  readonly path: string
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface RichWorld {
  readonly sim: RunningSimulator
  /** The world as it was made. */
  readonly state: StateDocument
  /** Calls that read everything there is, then use it, then let time pass. */
  readonly calls: readonly Asked[]
}

/** A simulator whose world `default` has something of everything. */
export async function startRich(
  report: (sentence: string) => void,
  options: StartOptions = {},
): Promise<RichWorld> {
  const own = { name: OWN, description: 'Own', countries: ['GB'], dataAmount: 1000, duration: 7 }
  const stock = {
    'esim-go': {
      catalogue: [{ ...own, price: 5, groups: ['Mine'], speed: ['4G'] }],
      inventory: [{ bundle: OWN, quantity: 5 }],
      esims: [{ customerRef: 'alice', installed: true, msisdn: '4915550100', bundles: [OWN] }],
    },
  }
  const sim = await startSimulator({ stock, report, ...options })
  const ask = asking(sim)
  await sim.callbacks.target('wholesale', 'http://127.0.0.1:9/')
  await ask({ method: 'PATCH', path: '/_sim/settings/esim-go', json: { rateLimit: 1000 } })
  const wholesale = await bearer(sim, '/wholesale/oauth/token')
  const enterprise = await bearer(sim, `/accounts-orders${TOKEN_PATH}`)
  const iccid = (await sim.sims('esim-go'))[0]?.iccid ?? ''

  const go = '/esim-go/v2.4'
  const line = { type: 'bundle', item: BUNDLE, quantity: 1 }
  const bought = await ask<{ orderReference: string; order: [{ iccids: string[] }] }>({
    method: 'POST',
    path: `${go}/orders`,
    headers: KEY,
    json: { type: 'transaction', assign: true, order: [{ ...line, iccids: [iccid] }] },
  })
  await ask({ method: 'POST', path: `${go}/esims/apply`, headers: KEY, json: { iccid, name: OWN } })
  await sim
    .device(iccid)
    .attach('GB')
    .catch(() => {})
  await sim
    .device(iccid)
    .use('10MB')
    .catch(() => {})
  await ask({ method: 'DELETE', path: `${go}/esims/${iccid}/bundles/${BUNDLE}`, headers: KEY })
  const { body: acquired } = await ask<{ sim_id: string; iccid: string; bar_code: string }>({
    method: 'POST',
    path: '/highland/b2b/sim/acquire',
    json: { company_id: COMPANY },
  })
  const owned = { company_id: COMPANY, sim_id: SIM_ID }
  const product = { product_id: '852', market_id: '162' }
  await ask({
    method: 'POST',
    path: '/highland/b2b/sim/product/add',
    json: { ...owned, ...product },
  })
  await ask({ method: 'POST', path: '/wholesale/activate', headers: wholesale, json: ACTIVATION })
  const order = await ask<{ id: string; subscription_id: string }>({
    method: 'POST',
    path: '/accounts-orders/enterprise/orders',
    headers: enterprise,
    json: ORDER,
  })
  expect([bought.status, acquired.iccid.length > 0, order.status]).toEqual([200, true, 201])
  await sim.clock.advance('PT2M')
  for (const each of await sim.sims()) {
    const device = sim.device(each.iccid)
    await device.install().catch(() => {})
    await device.attach('US').catch(() => {})
    await device.use('1MB').catch(() => {})
  }
  await sim.snapshots.save('before')
  const again = {
    ...ORDER,
    subscriber: { ...ORDER.subscriber, email: 'b@bank.example', employee_id: 'E2' },
  }
  await ask({
    method: 'POST',
    path: '/accounts-orders/enterprise/orders',
    headers: { ...enterprise, 'Idempotency-Key': 'again' },
    json: again,
  })

  const state = withTheRest(await sim.state(), iccid)
  const ids = {
    iccid,
    reference: bought.body.orderReference,
    order: order.body.id,
    sold: order.body.subscription_id,
  }
  const headers = { wholesale, enterprise }
  return { sim, state, calls: [...reads(ids, headers), ...uses(ids, headers)] }
}

type Headers = Readonly<Record<string, string>>
interface Ids {
  readonly iccid: string
  readonly reference: string
  readonly order: string
  readonly sold: string
}
interface Tokens {
  readonly wholesale: Headers
  readonly enterprise: Headers
}

/** Makes a call; whatever it is answered. */
export function asking(sim: RunningSimulator) {
  return <T = unknown>({ method, path, ...sent }: Asked) =>
    call<T>(sim.url, path, { method, ...sent })
}

async function bearer(sim: RunningSimulator, path: string): Promise<Headers> {
  const raw = 'grant_type=client_credentials&client_id=test-client&client_secret=test-secret'
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const { body } = await send<{ access_token: string }>('POST', sim.url + path, { raw, headers })
  return { Authorization: `Bearer ${body.access_token}` }
}

type Collections = Record<string, Record<string, Record<string, unknown>>>

/** Adds what only much time would bring about, and leaves out much of what there is many of. */
function withTheRest(state: StateDocument, iccid: string): StateDocument {
  const all = structuredClone(state.collections) as Collections
  const esim = all['esim-go.esims']?.[iccid] ?? {}
  const gone = { ...esim, iccid: '8943108170000000099', brandingId: 'b', actionAt: 1, appliedAt: 1 }
  all['esim-go.returning'] = { [gone.iccid]: { esim: gone, leftAt: 1_767_225_600_000 } }
  const [bundle] = Object.values(all.bundles ?? {}).filter(({ provider }) => provider === 'esim-go')
  const off = { ...bundle, id: '77', state: 'queued' }
  const taken = { bundle: off, state: 'revoked', at: 1_767_225_600_000, refundTo: 'none' }
  all['esim-go.taken-off'] = { ...all['esim-go.taken-off'], 77: taken }
  all['wholesale.lines'] = Object.fromEntries(
    Object.entries(all['wholesale.lines'] ?? {}).map(([key, line]) => [
      key,
      { node: 'N1', eid: '89049032021008881300304741158317', ...line },
    ]),
  )
  for (const name of ['accounts-orders.usage', 'highland.esims', 'wholesale.stock'])
    all[name] = Object.fromEntries(Object.entries(all[name] ?? {}).slice(-3))
  const set = [...FAULTS.map((fault) => ({ when: 'after', ...fault })), ...CALLBACK_FAULTS]
  all.faults = Object.fromEntries(
    set.map((fault, at) => {
      const id = `fault_${at + 1}`
      const counts = { serial: at + 1, setAt: 1_767_225_600_000, seen: 0, hits: 0, counted: {} }
      return [id, { id, ...counts, ...fault }]
    }),
  )
  const [callback] = Object.values(all.callbacks ?? {})
  const [task] = Object.keys(all.tasks ?? {})
  const chosen = [{ id: 'fault_1', kind: 'expired-timestamp', own: { by: 'PT1H' } }]
  if (callback) Object.assign(callback, { faults: chosen, behind: Number(task) })
  const [delivery] = Object.values(all.deliveries ?? {})
  if (delivery) Object.assign(delivery, { faults: ['truncated'], note: 'short', body: '{' })
  return { ...state, collections: all }
}

/** Everything that can be read. */
function reads({ iccid, reference, order, sold }: Ids, tokens: Tokens): Asked[] {
  const of = (prefix: string, paths: readonly string[], headers: Headers = {}) =>
    paths.map((path) => ({ method: 'GET', path: prefix + path, headers }))
  const window = '&from=2025-12-01T00:00:00Z&to=2026-02-01T00:00:00Z'
  const owned = `company_id=${COMPANY}&sim_id=${SIM_ID}`
  return [
    ...of('/esim-go/v2.4', esimGoPaths(iccid, reference), KEY),
    ...of('/esim-go/v2.5', esimGoPaths(iccid, reference), KEY),
    ...of('/highland/b2b', [
      `/company/summary?company_id=${COMPANY}`,
      `/company/product_list?company_id=${COMPANY}`,
      `/sim/product_usage?${owned}`,
      `/sim/product_usage/window?${owned}${window}`,
      `/sim/product_usage/all_product/?${owned}`,
    ]),
    ...of(
      '/wholesale',
      [`/transactionStatus?partnerTransactionId=${ACTIVATION.partnerTransactionId}`],
      tokens.wholesale,
    ),
    ...of('/accounts-orders/enterprise', enterprisePaths(order, sold), {
      ...tokens.enterprise,
      Prefer: 'return=representation',
    }),
    ...of('/_sim', [
      '/health',
      '/worlds',
      '/worlds/default',
      '/clock',
      '/sims',
      `/sims/${iccid}`,
      `/sims/${LINE}`,
      '/messages',
      '/callbacks',
      '/callbacks?state=unsent',
      '/deliveries',
      '/settings/esim-go',
      '/stock/esim-go',
      '/stock/highland',
      '/stock/wholesale',
      '/snapshots',
      '/snapshots/before/diff/now',
      '/history',
      '/state',
    ]),
  ]
}

function esimGoPaths(iccid: string, reference: string): string[] {
  const esim = `/esims/${iccid}`
  return [
    '/organisation',
    '/organisation/groups',
    '/inventory',
    '/catalogue?perPage=100',
    '/catalogue?group=Mine&orderBy=price',
    `/catalogue/bundle/${OWN}`,
    '/networks?countries=GB',
    '/orders?includeIccids=true',
    `/orders/${reference}`,
    '/esims',
    '/esims?orderBy=actionDate&direction=desc',
    esim,
    `${esim}?additionalFields=appleInstallUrl`,
    `${esim}/history`,
    `${esim}/refresh`,
    `${esim}/location`,
    `${esim}/bundles?includeUsed=true`,
    `${esim}/bundles/${OWN}`,
    `${esim}/bundles/${BUNDLE}`,
    `${esim}/compatible/${OWN}`,
    `/esims/assignments?reference=${reference}`,
    `/esims/qr/${reference}`,
  ]
}

function enterprisePaths(order: string, sold: string): string[] {
  const of = (subscription: string) =>
    ['', '/phone-numbers', '/services', '/sim-profile'].map(
      (part) => `/subscriptions/${subscription}${part}`,
    )
  return [
    '/accounts',
    `/accounts/${ACCOUNT}`,
    '/order-templates',
    `/order-templates/${TEMPLATE}`,
    '/products',
    '/products?status=active',
    '/subscribers',
    `/subscribers/${SUBSCRIBER}`,
    '/subscriptions',
    ...of(SUBSCRIPTION),
    ...of(sold),
    `/orders/${order}`,
    '/usage/items?from-date=2025-12-01&to-date=2026-02-01',
  ]
}

/** What changes something, and then the time in which what was set going happens. */
function uses({ iccid, sold }: Ids, { wholesale, enterprise }: Tokens): Asked[] {
  const post = (path: string, json: unknown = {}, headers: Headers = {}) => ({
    method: 'POST',
    path,
    json,
    headers,
  })
  const go = '/esim-go/v2.4'
  const owned = { company_id: COMPANY, sim_id: SIM_ID }
  const id = { partnerTransactionId: 'T2', gpsi: Number(GPSI) }
  const assign = { type: 'transaction', assign: true }
  const device = (of: string) => [
    post(`/_sim/sims/${of}/attach`, { country: 'GB' }),
    post(`/_sim/sims/${of}/use`, { bytes: 1_000_000 }),
    post(`/_sim/sims/${of}/detach`),
  ]
  return [
    ...device(iccid),
    ...device(LINE),
    post(`${go}/orders`, { ...assign, order: [{ type: 'bundle', item: OWN, quantity: 1 }] }, KEY),
    post(`${go}/esims/apply`, { iccid, name: OWN }, KEY),
    post(`${go}/inventory/refund`, { usageId: 1, quantity: 1 }, KEY),
    { method: 'DELETE', path: `${go}/esims/${iccid}/bundles/${OWN}`, headers: KEY },
    post('/highland/b2b/sim/acquire', { company_id: COMPANY }),
    post('/highland/b2b/sim/product/add', { ...owned, product_id: '851', market_id: '162' }),
    post('/highland/b2b/sim/suspend', owned),
    post('/wholesale/activate', { ...ACTIVATION, partnerTransactionId: 'T3' }, wholesale),
    post('/wholesale/updateStatus', { ...id, action: 'Suspend' }, wholesale),
    post('/accounts-orders/enterprise/orders', ORDER, enterprise),
    post(
      '/accounts-orders/enterprise/orders',
      { type: 'suspend_subscription', subscription_id: sold, reason: 'lost_or_stolen' },
      enterprise,
    ),
    post('/_sim/clock/advance', { by: 'P2D', maxWall: '10s' }),
    post('/_sim/clock/advance', { by: 'P200D', maxWall: '10s' }),
    { method: 'GET', path: '/_sim/sims' },
    post('/_sim/rewind', { steps: 1 }),
    post('/_sim/snapshots/before/restore'),
    { method: 'GET', path: '/_sim/sims' },
    post('/_sim/clock/advance', { by: 'P1D', maxWall: '10s' }),
    post('/_sim/reset'),
  ]
}
