// The operations of Highland.
import { bundlesOf } from '../../state/bundles.ts'
import { grouped, SEPARATOR } from '../../state/collection.ts'
import { defined } from '../../state/defined.ts'
import { isCodeGood, lpaString } from '../../state/installation-code.ts'
import { instantOf } from '../../state/instant.ts'
import { HEX } from '../../state/random.ts'
import { Refusal } from '../../state/refusal.ts'
import { moveService, simKey, sims } from '../../state/sims.ts'
import { usageWithin } from '../../state/usage-records.ts'
import type { World } from '../../state/world.ts'
import { reply } from '../call.ts'
import type { Handlers } from '../typed-handlers.ts'
import type { HighlandRefusal } from './errors.ts'
import { addProduct, currentProduct, findCompany, findEsim, removeProduct } from './esims.ts'
import { findProduct, productsOf } from './products.ts'
import { type Company, companies, type Esim, esims, registrationKey, SLUG } from './records.ts'
import type { settings } from './settings.ts'
import type { operations } from './spec.d.ts'
import { addLines, assign } from './stock.ts'
import * as wire from './wire.ts'

type HighlandHandlers = Handlers<operations, typeof settings.table>

function acquire(world: World, free: Esim, company: Company, baseUrl: string) {
  const { esim, sim } = assign(world, free, company.id)
  return reply(200, wire.acquired(esim, sim, baseUrl))
}

/** Served at two paths. */
const removing: HighlandHandlers['removeProduct'] = ({ body }, world) => {
  const { esim } = findEsim(world, body)
  return reply(200, wire.onEsim(esim, removeProduct(world, esim, body.product_id)))
}

/**
 * Ms since the epoch, with microseconds as a fraction.
 * @throws Refusal `invalid-request`
 */
function askedTime(name: string, text: string): number {
  const [, seconds = '', , fraction = '', zone = 'Z'] =
    /^([^.Z+]{10}[^.Z+-]*)(\.(\d+))?(Z|[+-].*)?$/.exec(text) ?? []
  const instant = instantOf(seconds + zone)
  if (instant === undefined)
    throw new Refusal('invalid-request', `${name} is no date and time there is`)
  return instant + Number(fraction.padEnd(6, '0')) / 1000
}

export const handlers: HighlandHandlers = {
  onboardCompany({ body, now }, world) {
    const { registration_number: registration, country_code: country, contact_email: email } = body
    const details = defined({ registration, country, email })
    const key = registrationKey(details)
    const [twin] = key === undefined ? [] : world.in(companies).matching('registration', key)
    if (twin)
      throw new Refusal<HighlandRefusal>(
        'duplicate-company',
        `${registration} in ${country ?? 'no country'} is company ${twin.id} already`,
      )

    const company = world.in(companies).put({
      id: world.random.text(32, HEX),
      name: body.company_name,
      ...details,
      createdAt: now,
    })
    return reply(200, wire.company(world, company))
  },

  getCompanySummary: ({ query }, world) =>
    reply(200, wire.company(world, findCompany(world, query.company_id))),

  listProducts({ query }, world) {
    const owner = findCompany(world, query.company_id)
    return reply(200, {
      status: 'success',
      product_list: productsOf(world, owner.id).map((each) => wire.product(each, owner)),
    })
  },

  acquireEsim({ body, baseUrl }, world) {
    const company = findCompany(world, body.company_id)
    const free = world.in(esims).first('free')
    if (!free)
      throw new Refusal<HighlandRefusal>(
        'out-of-stock',
        'the stock is empty: PUT /highland/esim adds to it',
      )
    return acquire(world, free, company, baseUrl)
  },

  acquireEsimById({ body, baseUrl }, world) {
    const company = findCompany(world, body.company_id)
    const esim = world.in(esims).get(body.sim_id)
    if (!esim) throw new Refusal<HighlandRefusal>('unknown-esim', `there is no eSIM ${body.sim_id}`)
    if (esim.company)
      throw new Refusal<HighlandRefusal>(
        'already-acquired',
        `company ${esim.company} has acquired eSIM ${esim.simId}`,
      )
    return acquire(world, esim, company, baseUrl)
  },

  getBarCode({ path, now }, world) {
    const [esim] = world.in(esims).matching('barCode', path.bar_code_id + SEPARATOR)
    const sim = esim && world.in(sims).get(simKey(SLUG, esim.iccid))
    if (!sim) throw new Refusal<HighlandRefusal>('unknown-code', 'no eSIM has this bar code')
    if (!isCodeGood(sim.codeExpiresAt, now))
      throw new Refusal<HighlandRefusal>(
        'expired-code',
        `the code of eSIM ${esim.simId} is no longer good`,
      )

    const lpa = lpaString(sim)
    const render = async () => (await import('qrcode')).default.toBuffer(lpa)
    return { status: 200, content: { type: 'image/png', render } }
  },

  addProduct({ body }, world) {
    const { esim, company } = findEsim(world, body)
    const product = findProduct(world, company.id, body.product_id)
    if (!product)
      throw new Refusal<HighlandRefusal>(
        'unknown-product',
        `product ${body.product_id} is neither this company's nor a default one`,
      )
    if (product.market !== body.market_id)
      throw new Refusal<HighlandRefusal>(
        'wrong-market',
        `product ${product.id} is in market ${product.market}`,
      )
    return reply(200, wire.onEsim(esim, addProduct(world, esim, product)))
  },

  removeProduct: removing,
  removeProductB2b: removing,

  getUsage({ query }, world) {
    const { esim } = findEsim(world, query)
    return reply(200, {
      status: 'success',
      sim_id: esim.simId,
      product_usage: wire.usage(currentProduct(world, esim)),
    })
  },

  getUsageInWindow({ query }, world) {
    const { esim } = findEsim(world, query)
    const from = askedTime('from', query.from)
    const to = askedTime('to', query.to)
    if (from > to) throw new Refusal('invalid-request', 'from must not be after to')
    const uses = usageWithin(world, { provider: SLUG, iccid: esim.iccid }, from, to)
    const byProduct = [...grouped(uses, ({ reference }) => reference).values()]
    return reply(200, {
      status: 'success',
      sim_id: esim.simId,
      from: query.from,
      to: query.to,
      used_bytes: wire.sumOf(uses),
      product_usage: byProduct.flatMap(wire.usageOfProduct),
    })
  },

  getUsageOfAllProducts({ query }, world) {
    const { esim } = findEsim(world, query)
    const products = bundlesOf(world, SLUG, esim.iccid)
    return reply(200, {
      status: 'success',
      sim_id: esim.simId,
      product_usage: products.map(wire.usage),
    })
  },

  suspendEsim({ body }, world) {
    const { esim, sim } = findEsim(world, body)
    moveService(world, sim, 'suspend')
    return reply(200, { status: 'success', sim_id: esim.simId, sim_status: 'suspended' })
  },

  restoreEsim({ body }, world) {
    const { esim, sim } = findEsim(world, body)
    moveService(world, sim, 'resume')
    return reply(200, { status: 'success', sim_id: esim.simId, sim_status: 'active' })
  },

  addInventory({ body }, world) {
    const list = typeof body === 'string' || Array.isArray(body) ? body : body.esim_list
    const lines = typeof list === 'string' ? list.trim().split('\n') : list
    addLines(world, lines)
    const available = world.in(esims).count('free')
    return reply(200, { status: 'success', added: lines.length, available })
  },
}
