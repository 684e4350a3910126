// A month of an enterprise at accounts-orders, lived through the front door: its books agree to the byte, the second and the mail.
import { expect, test } from 'vitest'
import { ControlError, type RunningSimulator, startSimulator } from '../../src/index.ts'
import type { components } from '../../src/simulators/accounts-orders/spec.d.ts'
import { type Dice, diceOf } from '../support/dice.ts'
import { type HttpAnswer, send } from '../support/http.ts'

type Schemas = components['schemas']

const TOKEN_PATH = '/auth/realms/enterprise-apis/protocol/openid-connect/token'

/** An employee with a subscription, as the enterprise's own books have it. */
interface Employee {
  readonly subscription: string
  iccid: string
  readonly email: string
  suspended: boolean
  bytes: number
  messages: number
  seconds: number
}

interface Enterprise {
  readonly sim: RunningSimulator
  readonly dice: Dice
  readonly account: string
  readonly template: string
  readonly employees: Employee[]
  /** Mails that have to come, by recipient. */
  readonly mails: Map<string, number>
  completed: number
  canceled: number
  call<T>(method: string, path: string, json?: object): Promise<HttpAnswer<T>>
}

/** Calls with a token of the enterprise's own client, fetched anew when it has ended. */
function callOf(sim: RunningSimulator): Enterprise['call'] {
  const base = sim.baseUrl('accounts-orders')
  let held = { token: '', until: 0 }

  async function token(): Promise<string> {
    const now = sim.clock.now().getTime()
    if (now < held.until) return held.token
    const form = 'grant_type=client_credentials&client_id=northgate&client_secret=vault'
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const url = base.replace(/\/enterprise$/, TOKEN_PATH)
    const { body } = await send<{ access_token: string; expires_in: number }>('POST', url, {
      raw: form,
      headers,
    })
    held = { token: body.access_token, until: now + body.expires_in * 1000 }
    return held.token
  }

  return async (method, path, json) =>
    send(method, path.startsWith('http') ? path : base + path, {
      json,
      headers: { Authorization: `Bearer ${await token()}` },
    })
}

/** Every record of a list, page by page by its links. */
async function all<T>({ call }: Pick<Enterprise, 'call'>, path: string, name: string) {
  const found: T[] = []
  for (let next: string | undefined = path; next !== undefined; ) {
    type Page = { _embedded: Record<string, T[]>; _links: { next?: { href: string } } }
    const { status, body }: HttpAnswer<Page> = await call<Page>('GET', next)
    expect(status).toBe(200)
    found.push(...(body._embedded[name] ?? []))
    next = body._links.next?.href
  }
  return found
}

/** Places an order, polls until it is settled, and counts it. */
async function order(
  enterprise: Enterprise,
  body: object,
  status: 'completed' | 'canceled' = 'completed',
): Promise<Schemas['Order']> {
  const { sim, call, account: account_id } = enterprise
  const placed = await call<Schemas['Order']>('POST', '/orders', { account_id, ...body })
  expect([placed.status, placed.body.status]).toEqual([201, 'pending'])
  const path = `/orders/${placed.body.id}`
  let polled = placed.body
  for (let minute = 0; polled.status === 'pending' && minute < 30; minute += 1) {
    await sim.clock.advance('PT1M')
    polled = (await call<Schemas['Order']>('GET', path)).body
  }
  expect(polled.status).toBe(status)
  enterprise[status] += 1
  return polled
}

const byMail = (email: string) => ({
  sim_type: 'esim',
  delivery: { type: 'email', to: [email] },
})

async function hire(enterprise: Enterprise, number: number): Promise<void> {
  const { mails, employees, template, sim, call } = enterprise
  const email = `employee-${number}@northgate.example`
  const placed = await order(enterprise, {
    type: 'activate_subscription',
    template_id: template,
    subscriber: { first_name: 'Ada', last_name: `Number ${number}`, email },
    sim_profile: byMail(email),
  })
  mails.set(email, 1)
  const subscription = placed.subscription_id
  const profile = await call<Schemas['SimProfile']>(
    'GET',
    `/subscriptions/${subscription}/sim-profile`,
  )
  const { iccid } = profile.body
  await sim.device(iccid).install()
  const used = { bytes: 0, messages: 0, seconds: 0 }
  employees.push({ subscription, iccid, email, suspended: false, ...used })
}

/** An order that the enterprise's own rules cancel: nobody is told, and nothing is there. */
async function hireInVain(enterprise: Enterprise): Promise<void> {
  const email = 'cancel@northgate.example'
  const { subscription_id } = await order(
    enterprise,
    {
      type: 'activate_subscription',
      template_id: enterprise.template,
      subscriber: { first_name: 'Nobody', last_name: 'Known', email },
      sim_profile: byMail(email),
    },
    'canceled',
  )
  const known = await all<Schemas['Subscription']>(
    enterprise,
    '/subscriptions?limit=100',
    'subscriptions',
  )
  expect(known.find(({ id }) => id === subscription_id)?.status).not.toBe('active')
}

async function lose(enterprise: Enterprise, employee: Employee): Promise<void> {
  const { subscription, email } = employee
  await order(enterprise, {
    type: 'change_sim_profile',
    subscription_id: subscription,
    sim_profile: byMail(email),
    reason: 'lost_or_stolen',
  })
  enterprise.mails.set(email, (enterprise.mails.get(email) ?? 0) + 1)
  const { body } = await enterprise.call<Schemas['SimProfile']>(
    'GET',
    `/subscriptions/${subscription}/sim-profile`,
  )
  expect(body.iccid).not.toBe(employee.iccid)
  employee.iccid = body.iccid
  await enterprise.sim.device(body.iccid).install()
}

/** What an employee does with a telephone on a day. */
async function work({ sim, dice }: Enterprise, employee: Employee): Promise<void> {
  const device = sim.device(employee.iccid)
  const direction = dice.pick(['inbound', 'outbound'] as const)
  const minutes = dice.whole(1, 40)
  const sms = dice.whole(1, 3)
  const bytes = dice.whole(1, 800_000_000)
  const peer = '447700900123'
  const uses = [bytes, { sms, direction, peer }, { minutes, direction, peer }]
  const amounts: number[] = []
  for (const use of uses) {
    const answer = await device.use(use).catch((error: unknown) => {
      if (error instanceof ControlError) return { used: 0 }
      throw error
    })
    amounts.push(answer.used)
  }
  const [data = 0, messages = 0, seconds = 0] = amounts
  if (employee.suspended) expect(amounts).toEqual([0, 0, 0])
  else expect([messages, seconds]).toEqual([sms, minutes * 60])
  employee.bytes += data
  employee.messages += messages
  employee.seconds += seconds
}

async function suspendOrResume(enterprise: Enterprise, employee: Employee): Promise<void> {
  const type = employee.suspended ? 'resume_subscription' : 'suspend_subscription'
  await order(enterprise, { type, subscription_id: employee.subscription })
  employee.suspended = !employee.suspended
}

async function liveDay(enterprise: Enterprise, day: number): Promise<void> {
  const { sim, dice, employees } = enterprise
  if (day < 12) await hire(enterprise, day)
  if (day % 10 === 5) await hireInVain(enterprise)
  for (const employee of employees) {
    if (dice.percent(60)) await work(enterprise, employee)
    if (dice.percent(8)) await suspendOrResume(enterprise, employee)
    else if (dice.percent(4) && !employee.suspended) await lose(enterprise, employee)
  }
  await sim.clock.advance('P1D')
}

/** What the API says was used of one subscription, by type. */
async function itemized(enterprise: Enterprise, subscription: string) {
  const path = `/usage/items?limit=100&subscription-id=${subscription}`
  const items = await all<Schemas['UsageItem']>(enterprise, path, 'items')
  const total = (type: string) =>
    items.filter((item) => item.type === type).reduce((sum, { quantity }) => sum + quantity, 0)
  return { bytes: total('data'), messages: total('sms'), seconds: total('voice') }
}

test('an enterprise hires, loses, suspends and telephones for a month: every item, mail and order is accounted for', async () => {
  await using sim = await startSimulator({
    credentials: { 'accounts-orders': ['northgate:vault'] },
  })
  const call = callOf(sim)
  const account = (await all<Schemas['Account']>({ call }, '/accounts', 'accounts')).find(
    ({ status }) => status === 'active',
  )
  const templates = await all<Schemas['OrderTemplate']>(
    { call },
    '/order-templates',
    'order-templates',
  )
  const enterprise: Enterprise = {
    sim,
    dice: diceOf(1815),
    account: account?.id ?? '',
    template: templates[0]?.id ?? '',
    employees: [],
    mails: new Map(),
    completed: 0,
    canceled: 0,
    call,
  }

  for (let day = 0; day < 30; day += 1) await liveDay(enterprise, day)

  const { employees, mails } = enterprise
  for (const { subscription, bytes, messages, seconds } of employees)
    expect([subscription, await itemized(enterprise, subscription)]).toEqual([
      subscription,
      { bytes, messages, seconds },
    ])
  expect(employees.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(20e9)

  const sent = await sim.messages({ provider: 'accounts-orders', limit: 1000 })
  const counted = new Map<string, number>()
  for (const { channel, to } of sent)
    if (channel === 'email') counted.set(to, (counted.get(to) ?? 0) + 1)
  expect(counted).toEqual(mails)

  const subscriptions = await all<Schemas['Subscription']>(
    enterprise,
    '/subscriptions?limit=100',
    'subscriptions',
  )
  const own = new Set(employees.map(({ subscription }) => subscription))
  expect(subscriptions.filter(({ id, status }) => own.has(id) && status === 'active')).toHaveLength(
    employees.length,
  )
  expect(enterprise.canceled).toBe(3)
  expect(enterprise.completed).toBeGreaterThan(employees.length + 5)
  // Clients of this API poll: nobody is called back.
  expect(await sim.callbacks.list({ provider: 'accounts-orders', limit: 1000 })).toEqual([])
}, 120_000)
