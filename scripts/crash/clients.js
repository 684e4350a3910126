// Clients of the providers: each asks one thing after the other of worlds there are, and writes down what was acknowledged.
import { jsonOf, openSender } from '../history/send.js'
import { note, noteTime } from './ledger.js'

const BUNDLE = 'esim_1GB_7D_GB_V2'
const APPLIED = 'Successfully Applied Bundle'
const COMPANY = '1a9a1d8ddc9311f09e024c50dd6c0d86'
const TOKENS = {
  wholesale: '/wholesale/oauth/token',
  'accounts-orders': '/accounts-orders/auth/realms/enterprise-apis/protocol/openid-connect/token',
}
const PERSON = { first_name: 'Ada', last_name: 'Byron', group: 'Desk 4' }
const ENTERPRISE_ORDER = {
  type: 'activate_subscription',
  account_id: 'acc_01HTQ8VBN4DEJP5S8BPV4657VG',
  template_id: 'otpl_A00ABCDRT1F00AVRPTAQ5XQFUT',
  sim_profile: { sim_type: 'esim', delivery: { type: 'api' } },
}

/** One after the other: of a run with one simulator over one connection, else as the run sends. */
export class Client {
  constructor(run) {
    this.run = run
    this.sender = run.openSender?.() ?? openSender()
  }

  /**
   * Asks within a world; answers with the status, the world's time, and the JSON there is; `unsure` tells how often
   * it may have been done besides.
   */
  async ask(method, world, path, { json, headers = {}, form } = {}) {
    const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded'
    const body = form ?? (json === undefined ? undefined : JSON.stringify(json))
    const reply = await this.sender.send({
      port: this.run.port,
      method,
      url: world === undefined ? path : `/w/${world.name}${path}`,
      headers: body === undefined ? headers : { 'Content-Type': type, ...headers },
      body,
    })
    if (reply.status >= 500 && reply.status !== 503)
      this.run.find(`${method} ${path} is answered ${reply.status}`, String(reply.body))
    const date = reply.headers?.date?.[0] ?? ''
    const { unsure = 0 } = reply
    // An answer that broke off acknowledges nothing.
    const status = reply.error === undefined ? reply.status : 0
    return { status, unsure, date, body: jsonOf(reply, 100_000_000) ?? {} }
  }

  /** Plays calls until the run stops. */
  async play() {
    while (!this.run.stopped) {
      const worlds = [...this.run.ledger.worlds.values()].filter(({ life }) => life)
      if (worlds.length === 0) await new Promise((done) => setTimeout(done, 5))
      else await this.step(this.run.dice.pick(worlds))
    }
    this.sender.close()
  }

  step(world) {
    const { life } = world
    const act = this.run.dice.weighted([
      [4, this.buyEsims],
      [2, this.stockUp],
      [2, this.refund],
      [2, this.apply],
      [2, this.acquire],
      [3, this.activate],
      [2, this.placeOrder],
      [3, this.travel],
      [2, this.lookAtClock],
    ])
    return act.call(this, world, life)
  }

  esimGo(life) {
    return { 'X-API-Key': life.credentials['esim-go']?.apiKey ?? 'none' }
  }

  /** A token of a provider, asked for where there is none. */
  async bearer(world, life, slug) {
    life.tokens[slug] ??= await this.fetchToken(world, life, slug)
    return { Authorization: `Bearer ${life.tokens[slug]}` }
  }

  async fetchToken(world, life, slug) {
    const { clientId = '', clientSecret = '' } = life.credentials[slug] ?? {}
    const secrets = { client_id: clientId, client_secret: clientSecret }
    const form = String(new URLSearchParams({ grant_type: 'client_credentials', ...secrets }))
    // The clock may be moved on while the answer waits for the disk, and its date with it.
    const { body: clock } = await this.ask('GET', world, '/_sim/clock')
    const { status, body } = await this.ask('POST', world, TOKENS[slug], { form })
    if (status !== 200 || clock.now === undefined) return undefined
    note(world, life, {
      token: `${slug}/${body.access_token}`,
      until: Date.parse(clock.now) + body.expires_in * 1000,
    })
    return body.access_token
  }

  async buyEsims(world, life) {
    const order = [{ type: 'bundle', quantity: this.run.dice.whole(1, 2), item: BUNDLE }]
    const json = { type: 'transaction', assign: true, order }
    const headers = this.esimGo(life)
    const { status, body } = await this.ask('POST', world, '/esim-go/v2.4/orders', {
      json,
      headers,
    })
    if (status !== 200) return
    const path = `/esim-go/v2.4/orders/${body.orderReference}`
    note(world, life, { collection: 'esim-go.orders', key: body.orderReference, path, headers })
    for (const iccid of body.order.flatMap(({ iccids = [] }) => iccids)) {
      note(world, life, { collection: 'esim-go.esims', key: iccid })
      note(world, life, { collection: 'sims', key: `esim-go/${iccid}` })
      life.iccids.push(iccid)
    }
  }

  async stockUp(world, life) {
    const json = { type: 'transaction', order: [{ type: 'bundle', quantity: 3, item: BUNDLE }] }
    const headers = this.esimGo(life)
    const { status, body } = await this.ask('POST', world, '/esim-go/v2.4/orders', {
      json,
      headers,
    })
    if (status === 200)
      note(world, life, { collection: 'esim-go.orders', key: body.orderReference })
  }

  async refund(world, life) {
    const headers = this.esimGo(life)
    const { body } = await this.ask('GET', world, '/esim-go/v2.4/inventory', { headers })
    const lots = (body.bundles ?? []).flatMap(({ available }) => available)
    const lot = lots.findLast(({ remaining }) => remaining > 0)
    if (!lot) return
    const json = { usageId: lot.id, quantity: 1 }
    const path = '/esim-go/v2.4/inventory/refund'
    const { status } = await this.ask('POST', world, path, { json, headers })
    if (status === 200) note(world, life, { lot: String(lot.id), remaining: lot.remaining - 1 })
  }

  /** A bundle of the inventory goes onto an eSIM there is. */
  async apply(world, life) {
    if (life.iccids.length === 0) return
    const iccid = this.run.dice.recent(life.iccids)
    const headers = this.esimGo(life)
    const json = { iccid, name: BUNDLE }
    const path = '/esim-go/v2.4/esims/apply'
    const { status, body } = await this.ask('POST', world, path, { json, headers })
    const isApplied = body.esims?.every(({ status: came }) => came === APPLIED)
    if (status === 200 && isApplied)
      note(world, life, { collection: 'esim-go.orders', key: body.applyReference })
  }

  async acquire(world, life) {
    const json = { company_id: COMPANY }
    const { status, body } = await this.ask('POST', world, '/highland/b2b/sim/acquire', { json })
    // Where nothing is left, a refusal is answered 200, too.
    if (status === 200 && body.sim_id !== undefined)
      note(world, life, { collection: 'highland.esims', key: body.sim_id })
  }

  async activate(world, life) {
    const headers = await this.bearer(world, life, 'wholesale')
    this.run.count('transactions')
    const partnerTransactionId = `${life.number}.${this.run.counts.transactions}`
    const json = {
      ...{ partnerTransactionId, subscriberId: 'Sub042', wholesalePlanId: 'Plan001' },
      ...{ location: { address: { zip: '80202' } }, eid: '89049032021008881300304741158317' },
    }
    const { status } = await this.ask('POST', world, '/wholesale/activate', { json, headers })
    if (status === 401) delete life.tokens.wholesale
    if (status < 200 || status > 299) return
    const key = JSON.stringify(['activate', null, partnerTransactionId])
    note(world, life, { collection: 'wholesale.transactions', key })
  }

  async placeOrder(world, life) {
    const headers = await this.bearer(world, life, 'accounts-orders')
    const person = `${this.run.dice.whole(0, 2 ** 31)}`
    const subscriber = { ...PERSON, email: `${person}@bank.example`, employee_id: person }
    const json = { ...ENTERPRISE_ORDER, subscriber }
    const path = '/accounts-orders/enterprise/orders'
    const { status, body } = await this.ask('POST', world, path, { json, headers })
    if (status === 401) delete life.tokens['accounts-orders']
    if (status !== 201) return
    note(world, life, { collection: 'accounts-orders.orders', key: body.id })
  }

  /** A handset takes its profile and uses data: callbacks of eSIM Go. */
  async travel(world, life) {
    if (life.iccids.length === 0) return
    const iccid = this.run.dice.recent(life.iccids)
    const sim = `/_sim/sims/${iccid}`
    const by = { provider: 'esim-go' }
    const query = `?${new URLSearchParams(by)}`
    await this.ask('POST', world, `${sim}/install${query}`, { json: {} })
    await this.ask('POST', world, `${sim}/attach${query}`, { json: { country: 'GB' } })
    const json = { bytes: 1_000_000 * this.run.dice.whole(1, 30) }
    const { status, body } = await this.ask('POST', world, `${sim}/use${query}`, { json })
    if (status === 200) note(world, life, { iccid, used: body.used })
  }

  async lookAtClock(world, life) {
    const { status, body } = await this.ask('GET', world, '/_sim/clock')
    if (status === 200) noteTime(world, life, body.now)
  }
}
