// eSIM Go under random calls: no money and no bundle is made or lost, a refusal changes nothing.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ControlError } from '../../src/control/client.ts'
import { isCurrent, takenOff } from '../../src/simulators/esim-go/assignments.ts'
import { defaultBundle } from '../../src/simulators/esim-go/catalogue/default-bundles.ts'
import { returning } from '../../src/simulators/esim-go/esims/returns.ts'
import {
  accounts,
  esims,
  lots,
  type Order,
  orders,
  SLUG,
} from '../../src/simulators/esim-go/records.ts'
import type { BundleState } from '../../src/state/bundle-lifecycle.ts'
import { type Bundle, bundles, bundlesOf, remainingBytes } from '../../src/state/bundles.ts'
import { grouped } from '../../src/state/collection.ts'
import { sims } from '../../src/state/sims.ts'
import { RUNS_ALL } from '../support/cases.ts'
import { type Answer, type Schemas, startEsimGo, type TestSim } from '../support/esim-go.ts'
import { FR_1, GB_1, GB_UNLIMITED, GB_YEAR } from '../support/esim-go-shop.ts'

const NAMES = [GB_1, FR_1, GB_UNLIMITED, GB_YEAR] as const

/** One thing a customer, a device or the time does. ICCIDs are positions among the eSIMs. */
type Step =
  | { kind: 'order'; type: 'validate' | 'transaction'; assign: boolean; lines: Line[] }
  | {
      kind: 'apply'
      pick: number
      to: number | undefined
      repeat: number
      allowReassign: boolean
      startsIn: number | undefined
    }
  | { kind: 'apply-list'; picks: number[] }
  | {
      kind: 'device'
      at: number
      does: 'install' | 'disable' | 'enable' | 'delete' | 'attach' | 'detach'
      country: 'GB' | 'FR'
    }
  | { kind: 'use'; at: number; megabytes: number }
  | { kind: 'revoke'; at: number; pick: number; one: boolean; refundToBalance: boolean }
  | { kind: 'refund'; pick: number; quantity: number }
  | { kind: 'wait'; by: string }
  | { kind: 'bad'; call: number }
  | { kind: 'look'; call: number }

interface Line {
  name: string
  quantity: number
  to: number[] | undefined
  allowReassign: boolean
}

const name = fc.constantFrom(GB_1, ...NAMES)
const place = fc.nat(7)
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 2 })

const line = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record<Line>({
      name,
      quantity: fc.integer({ min: 1, max: 4 }),
      to: fc.constant(undefined),
      allowReassign: fc.boolean(),
    }),
  },
  // ICCIDs that match the quantity, mostly.
  {
    weight: 2,
    arbitrary: fc
      .record({
        name,
        to: fc.array(place, { minLength: 1, maxLength: 3 }),
        odd: fc.nat(5),
        allowReassign: fc.boolean(),
      })
      .map(
        ({ odd, to, ...rest }): Line => ({
          ...rest,
          to,
          quantity: odd === 0 ? to.length + 1 : to.length,
        }),
      ),
  },
)

const BAD_CALLS = 20
const LOOKS = 12

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('order' as const),
      type: fc.constantFrom('validate' as const, 'transaction' as const, 'transaction' as const),
      assign: fc.boolean(),
      lines: fc.array(line, { minLength: 1, maxLength: 2 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('apply' as const),
      pick: fc.nat(9),
      to: maybe(place),
      repeat: fc.integer({ min: 1, max: 3 }),
      allowReassign: fc.boolean(),
      startsIn: fc.option(fc.constantFrom(-1000, 0, 3_600_000), { nil: undefined, freq: 1 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('apply-list' as const),
      picks: fc.array(fc.nat(9), { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('device' as const),
      at: place,
      does: fc.constantFrom(
        'install',
        'install',
        'disable',
        'enable',
        'delete',
        'attach',
        'attach',
        'detach',
      ),
      country: fc.constantFrom('GB', 'GB', 'FR'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('use' as const),
      at: place,
      megabytes: fc.integer({ min: 1, max: 2500 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('revoke' as const),
      at: place,
      pick: fc.nat(30),
      one: fc.boolean(),
      refundToBalance: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('refund' as const),
      pick: fc.nat(9),
      quantity: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      by: fc.constantFrom('PT5M', 'PT10M', 'PT1H', 'P1D', 'P6D', 'P20D', 'P11M'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('bad' as const), call: fc.nat(BAD_CALLS - 1) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('look' as const), call: fc.nat(LOOKS - 1) }),
  },
)

/** A phone with the eSIM in it travels to where its bundle works: seldom hit upon by chance. */
const trip = fc
  .record({
    at: place,
    country: fc.constantFrom('GB' as const, 'FR' as const),
    megabytes: fc.integer({ min: 1, max: 2500 }),
  })
  .map(({ at, country, megabytes }): Step[] => [
    { kind: 'device', at, does: 'install', country },
    { kind: 'device', at, does: 'attach', country },
    { kind: 'use', at, megabytes },
  ])

const history = fc
  .array(
    fc.oneof({ weight: 9, arbitrary: step.map((each) => [each]) }, { weight: 1, arbitrary: trip }),
    {
      minLength: 20,
      maxLength: 70,
      size: 'max',
    },
  )
  .map((parts) => parts.flat())

const beginning = fc.record({
  given: fc.constantFrom(
    undefined,
    'an eSIM with an older profile',
    'an empty account',
    'bundles in the inventory',
    'an assigned bundle',
  ),
  processingDelay: fc.constantFrom('PT0S', 'PT10M'),
  deliveryDelay: fc.constantFrom('PT0S', 'PT5M'),
  revokePick: fc.constantFrom('latest', 'oldest-unused'),
})

const FOREIGN = '8943108000000000000'

const iccidsIn = ({ world }: TestSim) =>
  world
    .in(esims)
    .page('assignedDate', {}, 0, 100)
    .map(({ iccid }) => iccid)
/** Most happens to a few eSIMs, so that enough of it works. */
const iccidAt = (sim: TestSim, at: number) => {
  const few = iccidsIn(sim).slice(0, 4)
  return few[at % few.length] ?? FOREIGN
}
/** The same of those that have left the account, too: whoever holds them can go on. */
const simAt = ({ world }: TestSim, at: number) => {
  const few = world.in(sims).page('serial', {}, 0, 4)
  return few[at % few.length]?.iccid ?? FOREIGN
}
const unitsOf = ({ lines }: Order) =>
  lines.filter(({ type }) => type === 'bundle').map(({ item, quantity }) => ({ item, quantity }))

/** Calls that must be refused, whatever the state. */
function badCall(sim: TestSim, call: number): Promise<Answer<unknown>> {
  const iccid = iccidAt(sim, 0)
  const order = {
    type: 'transaction',
    assign: false,
    order: [{ type: 'bundle', item: GB_1, quantity: 1 }],
  }
  const calls: (() => Promise<Answer<unknown>>)[] = [
    () => sim.call('POST', '/orders', { json: order, key: 'guess' }),
    () => sim.call('POST', '/orders', { json: order, key: null }),
    () => sim.call('POST', '/orders', { raw: '{"type":' }),
    () => sim.post('/orders', { ...order, type: 'gift' }),
    () => sim.post('/orders', { ...order, order: [{ item: 'esim_1gb_7d_gb_v2', quantity: 1 }] }),
    () => sim.post('/orders', { ...order, order: [{ item: GB_1, quantity: 0 }] }),
    () =>
      sim.post('/orders', {
        ...order,
        order: [...order.order, { item: GB_1, quantity: 1, iccids: [iccid] }],
      }),
    () =>
      sim.post('/orders', {
        ...order,
        assign: true,
        order: [...order.order, { item: GB_1, quantity: 1, iccids: [FOREIGN] }],
      }),
    () => sim.post('/esims/apply', { bundle: GB_1, iccid, repeat: 2 }),
    () => sim.post('/esims/apply', { bundle: GB_1, iccid: FOREIGN }),
    () => sim.post('/esims/apply', { bundle: 'nothing', bundles: [GB_1] }),
    () => sim.put('/esims', { iccid: FOREIGN, customerRef: 'x' }),
    () => sim.call('POST', '/orders', { raw: '{"__proto__":{"type":"transaction"}}' }),
    () => sim.call('DELETE', `/esims/${FOREIGN}/bundles/${GB_1}`),
    () => sim.post('/inventory/refund', { usageId: 4711, quantity: 1 }),
    () => sim.call('POST', '/organisation/balance?amount=999'),
    () => sim.call('POST', '/organisation/balance?amount=1402'),
    () => sim.post(`/esims/${iccid}/sms`, { message: '' }),
    () => sim.post('/esims/apply', { bundle: 'esim_1GB_7D_BUSY_V2' }),
    () => sim.get(`/esims/${FOREIGN}/refresh`),
  ]
  return (calls[call] ?? (calls[0] as () => Promise<Answer<unknown>>))()
}

/** Calls that only look. */
function look(sim: TestSim, call: number): Promise<Answer<unknown>> {
  const iccid = iccidAt(sim, call % 3)
  const [reference] = [...sim.world.in(orders).values()].map((order) => order.reference)
  const paths = [
    '/organisation',
    '/inventory',
    '/esims',
    '/orders',
    `/esims/${iccid}`,
    `/esims/${iccid}/bundles?includeUsed=true`,
    '/networks?isos=GB',
  ]
  paths.push(
    `/esims/${iccid}/history`,
    `/esims/${iccid}/location`,
    `/esims/${iccid}/compatible/${GB_1}`,
  )
  paths.push(`/esims/assignments?reference=${reference}`, `/esims/${iccid}/bundles/${GB_1}`)
  return sim.get(paths[call] ?? '/')
}

/** What the shop's own arithmetic says of an order: its price, and whether it can be paid. */
function quote(sim: TestSim, lines: readonly Line[]): { cost: number; affordable: boolean } {
  const cost = lines.reduce(
    (sum, { name, quantity }) => sum + quantity * (defaultBundle(name)?.price ?? Number.NaN),
    0,
  )
  const { balance, testCredit, testCreditExpiresAt } = holder(sim)
  return {
    cost,
    affordable: cost <= balance + (sim.world.now < testCreditExpiresAt ? testCredit : 0),
  }
}

function holder({ world }: TestSim) {
  const account = world.in(accounts).get('account')
  if (!account) throw new Error('the account is gone')
  return account
}

/** How many of a bundle the inventory can give now. */
function usable({ world }: TestSim, wanted: string): number {
  const open = [...world.in(lots).values()].filter(
    ({ bundle, expiresAt }) => bundle === wanted && world.now < expiresAt,
  )
  return open.reduce((sum, { remaining }) => sum + remaining, 0)
}

/** A bundle of the inventory, or one that it may not have. */
function inStock(sim: TestSim, pick: number): string {
  const there = NAMES.filter((each) => usable(sim, each) > 0)
  return there[pick] ?? there[0] ?? GB_1
}

/** Runs a step and tells whether it was refused. */
async function run(sim: TestSim, step: Step, ledger: Ledger): Promise<boolean> {
  switch (step.kind) {
    case 'order': {
      const { affordable, cost } = quote(sim, step.lines)
      const order = step.lines.map(({ name: item, quantity, to, allowReassign }) => ({
        type: 'bundle',
        item,
        quantity,
        allowReassign,
        iccids: to?.map((at) => iccidAt(sim, at)),
      }))
      const { status, body } = await sim.post<Schemas['Order']>('/orders', {
        type: step.type,
        assign: step.assign,
        order,
      })
      if (status === 200) expect(body).toMatchObject({ total: cost / 100, valid: affordable })
      if (step.type === 'transaction' && !affordable) expect([400, 503]).toContain(status)
      if (affordable && step.lines.every(({ to }) => to === undefined)) expect(status).toBe(200)
      return status !== 200
    }
    case 'apply': {
      const { to, repeat, allowReassign, startsIn } = step
      const bundle = inStock(sim, step.pick)
      const there = usable(sim, bundle)
      const { status, body } = await sim.post<Schemas['ApplyResult']>('/esims/apply', {
        bundle,
        allowReassign,
        repeat: to === undefined ? repeat : undefined,
        iccid: to === undefined ? undefined : iccidAt(sim, to),
        startTime:
          startsIn === undefined ? undefined : new Date(sim.world.now + startsIn).toISOString(),
      })
      const wanted = to === undefined ? repeat : 1
      if (status === 200) expect(body.esims).toHaveLength(wanted)
      if (to === undefined && (startsIn ?? 0) >= 0) expect(status).toBe(there >= wanted ? 200 : 403)
      return status !== 200
    }
    case 'apply-list': {
      const names = step.picks.map((pick) => inStock(sim, pick))
      const enough = [...grouped(names, (each) => each)].every(
        ([each, all]) => usable(sim, each) >= all.length,
      )
      const { status } = await sim.post('/esims/apply', { bundles: names })
      expect(status).toBe(enough ? 200 : 403)
      return status !== 200
    }
    case 'device':
      return refusedBy(async () => {
        const device = sim.device(simAt(sim, step.at))
        if (step.does === 'attach') await device.attach(step.country)
        else await device[step.does]()
      })
    case 'use':
      return refusedBy(async () => {
        const { used, denied } = await sim
          .device(simAt(sim, step.at))
          .use(step.megabytes * 1_000_000)
        expect(used + denied).toBe(step.megabytes * 1_000_000)
      })
    case 'revoke':
      return revokeSome(sim, step, ledger)
    case 'refund': {
      const all = [...sim.world.in(lots).values()]
      const lot = all[step.pick % all.length]
      const { status } = await sim.post('/inventory/refund', {
        usageId: lot?.id ?? 0,
        quantity: step.quantity,
      })
      if (!lot || status !== 200) return true
      expect(sim.world.now - lot.boughtAt, 'within the refund period').toBeLessThan(60 * DAY)
      pay(ledger, lot.bundle, step.quantity)
      return false
    }
    case 'wait':
      await sim.advance(step.by)
      return false
    case 'bad': {
      const { status, body } = await badCall(sim, step.call)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(body).toEqual({ message: expect.any(String) })
      return true
    }
    case 'look':
      await look(sim, step.call)
      return true
  }
}

/** What has gone back to the balance, by the model's own count. */
interface Ledger {
  cents: number
  readonly units: Map<string, number>
}

const DAY = 86_400_000

function pay(ledger: Ledger, bundle: string, quantity: number): void {
  ledger.cents += quantity * (defaultBundle(bundle)?.price ?? Number.NaN)
  ledger.units.set(bundle, (ledger.units.get(bundle) ?? 0) + quantity)
}

/** Asks what revoking would do, does it, and compares. */
async function revokeSome(
  sim: TestSim,
  step: Step & { kind: 'revoke' },
  ledger: Ledger,
): Promise<boolean> {
  const iccid = iccidAt(sim, step.at)
  const on = bundlesOf(sim.world, SLUG, iccid)
  const target = on[step.pick % on.length]
  const path = `/esims/${iccid}/bundles/${target?.name ?? GB_1}${step.one ? `/assignments/${target?.id ?? 1}` : ''}`
  const before = sim.state()
  const plan = await sim.call<Schemas['RevokeResult']>('DELETE', `${path}?type=validate`)
  expect(sim.state(), 'to validate changes nothing').toBe(before)
  const options = plan.body.options ?? []
  const offer = options.find(({ refundTo }) => refundTo === 'balance')
  const query = step.refundToBalance ? `?refundToBalance=true&offerId=${offer?.offerId ?? 1}` : ''
  const stock = usable(sim, target?.name ?? GB_1)
  const { status } = await sim.call('DELETE', path + query)
  expect(status).toBe(plan.status === 200 && step.refundToBalance && !offer ? 400 : plan.status)
  if (status !== 200 || !target) return true
  if (step.refundToBalance) pay(ledger, target.name, 1)
  const restocked =
    !step.refundToBalance && options.some(({ refundTo }) => refundTo === 'inventory')
  expect(usable(sim, target.name), 'it goes back to the inventory, or does not').toBe(
    stock + (restocked ? 1 : 0),
  )
  expect(sim.world.in(returning).has(iccid), 'the eSIM leaves if that was said').toBe(
    options[0]?.returnsEsim,
  )
  return false
}

async function refusedBy(act: () => Promise<void>): Promise<boolean> {
  try {
    await act()
    return false
  } catch (error) {
    if (error instanceof ControlError) return true
    throw error
  }
}

/** What must hold between any two steps, remembered from the one before. */
function watch(sim: TestSim, ledger: Ledger) {
  const { world } = sim
  const start = holder(sim)
  const given = counted(sim)
  const seen = new Map<string, Bundle>()
  const ended = new Map<string, Bundle>()

  return () => {
    const { balance, testCredit } = holder(sim)
    const bought = [...world.in(orders).values()]
    const spent = bought.reduce((sum, { total }) => sum + total, 0)
    expect(balance + testCredit + spent - ledger.cents, 'money').toBe(
      start.balance + start.testCredit,
    )
    expect(Math.min(balance, testCredit), 'no debts').toBeGreaterThanOrEqual(0)
    for (const { total, lines } of bought)
      expect(total, 'an order costs its lines').toBe(
        lines.reduce((sum, { quantity, pricePerUnit }) => sum + quantity * pricePerUnit, 0),
      )

    const there = counted(sim)
    for (const each of NAMES) {
      const ordered = bought.flatMap(unitsOf).filter(({ item }) => item === each)
      const units = ordered.reduce((sum, { quantity }) => sum + quantity, 0)
      expect(there.get(each) ?? 0, `${each}: inventory, eSIMs and orders on their way`).toBe(
        (given.get(each) ?? 0) + units - (ledger.units.get(each) ?? 0),
      )
    }

    for (const bundle of world.in(bundles).values()) follow(seen, bundle)
    for (const { bundle } of world.in(takenOff).values()) {
      expect(world.in(bundles).has(bundles.key(bundle)), 'what is off does not come back').toBe(
        false,
      )
      expect(bundle, 'it stays as it was').toBe(ended.get(bundle.id) ?? bundle)
      follow(seen, bundle)
      ended.set(bundle.id, bundle)
    }
    expect(seen.size, 'no bundle disappears').toBe(world.in(bundles).size + world.in(takenOff).size)
    const wanted = [...world.in(sims).values()]
      .filter(({ provider }) => provider === 'esim-go')
      .map(({ iccid }) => iccid)
      .sort()
    const gone = [...world.in(returning).values()].map(({ esim }) => esim.iccid)
    const own = [...world.in(esims).values()].map(({ iccid }) => iccid)
    expect([...own, ...gone].sort(), 'both halves of every eSIM').toEqual(wanted)
    for (const iccid of gone)
      expect(
        bundlesOf(world, SLUG, iccid).filter(isCurrent),
        'nothing is on one that has left',
      ).toEqual([])
  }
}

/** Units of every bundle: in lots, on eSIMs or lost there, and in orders not yet delivered. */
function counted({ world }: TestSim): Map<string, number> {
  const units = new Map<string, number>()
  const add = (item: string, quantity: number) => units.set(item, (units.get(item) ?? 0) + quantity)
  for (const { bundle, remaining, total } of world.in(lots).values()) {
    expect(remaining, 'a lot').toBeGreaterThanOrEqual(0)
    expect(remaining, 'a lot').toBeLessThanOrEqual(total)
    add(bundle, remaining)
  }
  const off = [...world.in(takenOff).values()]
  const restocked = new Set(
    off.filter(({ refundTo }) => refundTo !== 'none').map(({ bundle }) => bundle.reference),
  )
  const ever = [...world.in(bundles).values(), ...off.map(({ bundle }) => bundle)]
  for (const [reference, parts] of grouped(ever, (bundle) => bundle.reference)) {
    expect(new Set(parts.map(({ iccid }) => iccid)).size, `${reference} is on one eSIM`).toBe(1)
    expect(parts.length, `${reference} is one unit`).toBe(parts[0]?.name === GB_YEAR ? 12 : 1)
    // What has gone back is counted where it went: in its lot, or in the ledger.
    if (!restocked.has(reference)) add(parts[0]?.name ?? '', 1)
    else
      expect(
        parts.every(({ id }) => world.in(takenOff).has(id)),
        `${reference} went back whole`,
      ).toBe(true)
  }
  for (const order of world.in(orders).values())
    if (order.status === 'processing')
      for (const { item, quantity } of unitsOf(order)) add(item, quantity)
  return units
}

const ORDER: readonly BundleState[] = ['processing', 'queued', 'active', 'depleted', 'expired']

function follow(seen: Map<string, Bundle>, bundle: Bundle): void {
  const before = seen.get(bundle.id)
  seen.set(bundle.id, bundle)
  expect(bundle.usedBytes).toBeGreaterThanOrEqual(before?.usedBytes ?? 0)
  if (!bundle.unlimited)
    expect(remainingBytes(bundle), 'never below nothing').toBeGreaterThanOrEqual(0)
  if (!before) return
  expect(remainingBytes(bundle), 'remaining never rises').toBeLessThanOrEqual(
    remainingBytes(before),
  )
  expect(ORDER.indexOf(bundle.state), 'states go forward').toBeGreaterThanOrEqual(
    ORDER.indexOf(before.state),
  )
  expect(
    [bundle.iccid, bundle.name, bundle.initialBytes],
    'a bundle stays where and what it is',
  ).toEqual([before.iccid, before.name, before.initialBytes])
  if (before.startedAt !== undefined)
    expect([bundle.startedAt, bundle.endsAt]).toEqual([before.startedAt, before.endsAt])
}

/** What the API shows is what is there. */
async function compareWire(sim: TestSim): Promise<void> {
  const { balance, testCredit, testCreditExpiresAt } = holder(sim)
  const organisation = (
    await sim.get<{ organisations: Schemas['Organisation'][] }>('/organisation')
  ).body.organisations[0]
  const credit = sim.world.now < testCreditExpiresAt ? testCredit : 0
  expect(organisation).toMatchObject({
    balance: Math.floor((balance + credit) / 100),
    testCredit: Math.floor(credit / 100),
  })
  const inventory = (await sim.get<{ bundles: Schemas['InventoryBundle'][] }>('/inventory')).body
    .bundles
  for (const each of NAMES) {
    const shown = inventory.find((bundle) => bundle.name === each)?.available ?? []
    expect(shown.reduce((sum, { remaining }) => sum + remaining, 0)).toBe(usable(sim, each))
  }
}

/** How many courses are played: ESIMULATOR_CASES=all plays more. */
const RUNS = RUNS_ALL ? 25 : 8

test('orders, applications, devices and time never make or lose money or a bundle, and what is refused changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(beginning, history, async ({ given, ...settings }, steps) => {
      await using sim = await startEsimGo(given)
      await sim.set(settings)
      const ledger: Ledger = { cents: 0, units: new Map() }
      const holds = watch(sim, ledger)
      for (const each of steps) {
        const before = sim.state()
        if (await run(sim, each, ledger))
          expect(sim.state(), 'a refused call changes nothing').toBe(before)
        holds()
      }
      await sim.advance('P2Y')
      holds()
      await compareWire(sim)
      expect(
        [...sim.world.in(orders).values()].filter(({ status }) => status === 'processing'),
      ).toEqual([])
      expect(
        [...sim.world.in(bundles).values()].filter(
          ({ state, provider }) => provider === SLUG && state === 'processing',
        ),
      ).toEqual([])
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: 20_000 },
  )
})
