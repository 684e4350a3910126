// A world played at random for tests: calls of one provider, the handset, the clock, faults, and bad requests between.
import type { WorldClient } from '../../src/control/world-client.ts'
import type { ProviderSlug, RunningSimulator } from '../../src/index.ts'
import { ACCOUNT, ADA, TEMPLATE } from './accounts-orders.ts'
import { type Dice, diceOf } from './dice.ts'
import { COMPANY, USA } from './highland.ts'
import { send } from './http.ts'
import { MINIMAL } from './wholesale.ts'

type Json = Record<string, unknown>
type Headers = Readonly<Record<string, string>>

/** The world that is played: that of a simulator, or any other. */
export type Played = Pick<
  RunningSimulator,
  'baseUrl' | 'credentials' | 'sims' | 'device' | 'faults' | 'snapshots'
> & { readonly clock: Pick<WorldClient['clock'], 'advance'> }

/** What is played with: the texts that answers had, by their names. */
interface Table {
  readonly sim: Played
  readonly slug: ProviderSlug
  readonly dice: Dice
  readonly found: Map<string, string[]>
  headers: Headers
  call(method: string, path: string, json?: unknown, headers?: Headers): Promise<void>
  /** One of the texts that answers had under a name; now and then one that is wrong. */
  some(name: string): string
}

type Move = (table: Table) => Promise<unknown>

/** Plays so many moves. A call that is refused is a move, too. */
export async function playAtRandom(
  sim: Played,
  slug: ProviderSlug,
  { seed, count, told, moved }: Play,
): Promise<void> {
  const table = tableOf(sim, slug, diceOf(seed), told)
  await authorize(table)
  const own = MOVES[slug] ?? []
  await own[0]?.(table)
  for (let left = count; left > 0; left -= 1) {
    const came = await table.dice
      .pick(table.dice.percent(60) ? own : SHARED)(table)
      .catch((error: unknown) => error)
    told?.(came)
    await moved?.()
  }
}

/** How a world is played. */
interface Play {
  readonly seed: number
  readonly count: number
  /** Told of each reply of the provider, and of what came of each move. */
  readonly told?: ((what: unknown) => void) | undefined
  /** Awaited after each move. */
  readonly moved?: (() => Promise<unknown>) | undefined
}

function tableOf(sim: Played, slug: ProviderSlug, dice: Dice, told: Play['told']): Table {
  const base = sim.baseUrl(slug)
  const found = new Map<string, string[]>()
  const table: Table = {
    sim,
    slug,
    dice,
    found,
    headers: {},
    async call(method, path, json, headers = {}) {
      // A link that there was none of.
      if (!/^(?:\/|http)/.test(path)) return
      const url = path.startsWith('http') ? path : base + path
      const sent = { json, headers: { ...table.headers, ...headers } }
      const { status, headers: answered, text, body } = await send(method, url, sent)
      told?.([method, status, [...answered], text])
      gather(found, body, '')
    },
    some(name) {
      const known = found.get(name) ?? []
      return known.length === 0 || dice.percent(8) ? '8900000000000000000' : dice.pick(known)
    },
  }
  return table
}

function gather(found: Map<string, string[]>, value: unknown, name: string): void {
  if (Array.isArray(value)) for (const each of value) gather(found, each, name)
  else if (typeof value === 'object' && value !== null)
    for (const [key, each] of Object.entries(value)) gather(found, each, key)
  else if (typeof value === 'string') {
    const texts = found.get(name.replace(/s$/, '')) ?? []
    if (!texts.includes(value)) texts.push(value)
    found.set(name.replace(/s$/, ''), texts)
  }
}

async function authorize(table: Table): Promise<void> {
  const {
    apiKey,
    tokenUrl,
    clientId = '',
    clientSecret = '',
  } = table.sim.credentials[table.slug] ?? {}
  if (apiKey !== undefined) table.headers = { 'X-API-Key': apiKey }
  if (tokenUrl === undefined) return
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  })
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const { body } = await send<Json>('POST', tokenUrl, { raw: String(form), headers })
  table.headers = { Authorization: `Bearer ${body.access_token}` }
}

const iccidOf = ({ sim, slug, dice, some, found }: Table) => {
  if (found.has('iccid')) return Promise.resolve(some('iccid'))
  return sim.sims(slug).then((all) => dice.pick(all).iccid)
}

/** What the handset, the clock and the one who breaks things do. */
const SHARED: readonly Move[] = [
  async (table) => table.sim.device(await iccidOf(table), table.slug).install(),
  async (table) => table.sim.device(await iccidOf(table), table.slug).use('30MB'),
  async (table) =>
    table.sim.device(await iccidOf(table), table.slug).attach(table.dice.pick(['GB', 'US', 'FR'])),
  async (table) => table.sim.device(await iccidOf(table), table.slug).delete(),
  async ({ sim, dice }) => sim.clock.advance(dice.pick(['PT3S', 'PT10M', 'P1D', 'P8D', 'P31D'])),
  async ({ sim, slug, dice }) =>
    sim.faults.add({
      provider: slug,
      kind: dice.pick(['status', 'empty', 'malformed', 'schema']),
      ...(dice.percent(50) ? { when: 'after' as const } : {}),
      times: 1,
    }),
  async ({ sim, slug }) => sim.faults.add({ provider: slug, kind: 'reset', times: 1 }),
  async ({ sim }) => sim.faults.clear(),
  async ({ sim }) => sim.snapshots.save('here'),
  async ({ sim }) => sim.snapshots.restore('here'),
  async (table) => {
    const { headers } = table
    table.headers = {}
    await table.dice
      .pick(MOVES[table.slug] ?? [])(table)
      .catch(() => undefined)
    table.headers = headers
  },
  authorize,
]

const order = (dice: Dice, item: string) => ({
  type: dice.pick(['transaction', 'transaction', 'validate']),
  assign: dice.percent(80),
  order: [{ type: 'bundle', quantity: dice.whole(1, 3), item }],
})

const MOVES: Readonly<Record<string, readonly Move[]>> = {
  'esim-go': [
    ({ call, dice }) => call('POST', '/orders', order(dice, 'esim_1GB_7D_GB_V2')),
    ({ call, dice, some }) => call('POST', '/orders', order(dice, some('name'))),
    ({ call }) => call('GET', '/orders?limit=5'),
    ({ call, some }) => call('GET', `/orders/${some('orderReference')}`),
    ({ call, some }) => call('GET', `/esims/${some('iccid')}`),
    ({ call, some }) => call('GET', `/esims/${some('iccid')}/bundles`),
    ({ call, some }) => call('GET', `/esims/${some('iccid')}/history`),
    ({ call, some }) => call('GET', `/esims/${some('iccid')}/bundles/${some('item')}`),
    ({ call, some }) => call('DELETE', `/esims/${some('iccid')}/bundles/${some('item')}`),
    ({ call, some }) => call('GET', `/esims/assignments?reference=${some('orderReference')}`),
    ({ call, dice }) => call('GET', `/catalogue?perPage=3&page=${dice.whole(1, 3)}`),
    ({ call }) => call('GET', '/esims?perPage=10'),
    ({ call }) => call('GET', '/inventory'),
    ({ call, some }) =>
      call('POST', '/esims/apply', { bundle: 'esim_1GB_7D_GB_V2', iccid: some('iccid') }),
    ({ call, some }) => call('PUT', '/esims', { iccid: some('iccid'), customerRef: 'Ada' }),
    ({ call }) => call('GET', '/organisation'),
  ],
  highland: [
    ({ call }) => call('POST', '/b2b/sim/acquire', { company_id: COMPANY }),
    ({ call }) => call('PUT', '/b2b/company', { company_name: 'Acme' }),
    ({ call }) => call('GET', `/b2b/company/summary?company_id=${COMPANY}`),
    ({ call }) => call('GET', `/b2b/company/product_list?company_id=${COMPANY}`),
    ({ call, some }) => call('GET', some('bar_code_url')),
    ({ call, some }) =>
      call('POST', '/b2b/sim/product/add', { company_id: COMPANY, sim_id: some('sim_id'), ...USA }),
    ({ call, some }) =>
      call('POST', '/b2b/sim/product/remove', {
        company_id: COMPANY,
        sim_id: some('sim_id'),
        ...USA,
      }),
    ({ call, some }) =>
      call('GET', `/b2b/sim/product_usage?company_id=${COMPANY}&sim_id=${some('sim_id')}`),
    ({ call, some }) =>
      call('POST', '/b2b/sim/suspend', { company_id: COMPANY, sim_id: some('sim_id') }),
    ({ call, some }) =>
      call('POST', '/b2b/sim/restore', { company_id: COMPANY, sim_id: some('sim_id') }),
  ],
  wholesale: [
    ({ call, dice }) =>
      call('POST', '/activate', { ...MINIMAL, partnerTransactionId: `T-${dice.whole(1, 9)}` }),
    ({ call, dice }) =>
      call('GET', `/transactionStatus?partnerTransactionId=T-${dice.whole(1, 9)}`),
    ({ call, dice }) => call('GET', `/transactionStatus/T-${dice.whole(1, 9)}`),
    async (table) =>
      table.call('POST', '/updateStatus', {
        partnerTransactionId: `U-${table.dice.whole(1, 9)}`,
        iccid: await iccidOf(table),
        action: table.dice.pick(['Suspend', 'Resume', 'Cease', 'Reactivate']),
      }),
    async (table) =>
      table.call('POST', '/activate', {
        ...MINIMAL,
        eid: undefined,
        iccid: await iccidOf(table),
        partnerTransactionId: `A-${table.dice.whole(1, 9)}`,
      }),
    ({ sim }) => sim.clock.advance('PT2S'),
  ],
  'accounts-orders': [
    ({ call, dice }) =>
      call(
        'POST',
        '/orders',
        {
          type: 'activate_subscription',
          account_id: ACCOUNT,
          template_id: TEMPLATE,
          subscriber: ADA,
          sim_profile: { sim_type: 'esim', delivery: { type: 'api' } },
        },
        { 'Idempotency-Key': `key-${dice.whole(1, 4)}` },
      ),
    ({ call }) => call('GET', '/accounts'),
    ({ call, some }) => call('GET', some('href')),
    ({ call, some }) => call('GET', some('href')),
    ({ call, some }) => call('GET', `/subscriptions/${some('id')}`),
    ({ call, some }) => call('GET', `/orders/${some('id')}`),
    ({ call, dice }) => call('GET', `/subscriptions?limit=${dice.whole(1, 3)}`),
    ({ call }) => call('GET', '/order-templates'),
    ({ call, some }) => call('GET', `/usage/items?limit=2&subscription-id=${some('id')}`),
    ({ call, some }) => call('GET', `/subscriptions/${some('id')}/sim-profile`),
    ({ sim }) => sim.clock.advance('PT2M'),
  ],
}
