// eSIMs of a company: found, and the products on them.
import {
  assignBundle,
  type Bundle,
  bundlesOf,
  removeBundle,
  startBundle,
} from '../../state/bundles.ts'
import { covers } from '../../state/coverage.ts'
import { defined } from '../../state/defined.ts'
import { Refusal } from '../../state/refusal.ts'
import { type Sim, simKey, sims } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import { HIGHLAND_ID } from './catalogue.ts'
import type { HighlandRefusal } from './errors.ts'
import { markets } from './markets.ts'
import type { Product } from './product-line.ts'
import { type Company, companies, type Esim, esims, SLUG } from './records.ts'

/** @throws Refusal `unknown-company` */
export function findCompany(world: World, id: string): Company {
  const company = world.in(companies).get(id)
  if (!company) throw new Refusal<HighlandRefusal>('unknown-company', `there is no company ${id}`)
  return company
}

/**
 * An eSIM of a company, both halves of it. Nobody says that a call names the company: where it does
 * not, it is the one that acquired the eSIM.
 * @throws Refusal `unknown-company`, `unknown-esim`
 */
export function findEsim(
  world: World,
  asked: { company_id?: string; sim_id: string },
): { esim: Esim; sim: Sim; company: Company } {
  const named = asked.company_id === undefined ? undefined : findCompany(world, asked.company_id)
  const esim = world.in(esims).get(asked.sim_id)
  const sim = esim && world.in(sims).get(simKey(SLUG, esim.iccid))
  const company = esim?.company === undefined ? undefined : findCompany(world, esim.company)
  if (esim && sim && company && (named ?? company).id === company.id) return { esim, sim, company }

  throw new Refusal<HighlandRefusal>(
    'unknown-esim',
    `eSIM ${asked.sim_id} is not one of ${named ? `company ${named.id}` : 'any company'}: ` +
      whereItIs(esim),
  )
}

function whereItIs(esim: Esim | undefined): string {
  if (!esim) return 'there is no such eSIM'
  return esim.company ? `it is one of company ${esim.company}` : 'nobody has acquired it'
}

/**
 * Puts a product on an eSIM. A partner may redefine one of its own later: its countries are kept
 * with it. Those of a default product are its market's.
 */
export function addProduct(world: World, { iccid }: Esim, product: Product): Bundle {
  const { company, id, name, bytes, days, market, countries, validFrom } = product
  const bundle = {
    id: String(world.next('highland.product')),
    provider: SLUG,
    iccid,
    name,
    reference: id,
    extra: defined({
      market,
      countries: company === HIGHLAND_ID ? undefined : countries,
      validFrom: validFrom === 'use' ? undefined : validFrom,
    }),
    unlimited: false,
    initialBytes: bytes,
    duration: `P${days}D`,
  }
  return assignBundle(world, bundle, 'PT0S')
}

/** Where a product on an eSIM works: ISO 3166 alpha-2, joined with `+`; `*` is everywhere. */
export function countriesOf({ extra }: Bundle): string {
  return extra?.countries ?? markets[extra?.market ?? '']?.countries ?? ''
}

/**
 * Starts the next product of an eSIM where its days count from the first connect to the network
 * (public). That is while the eSIM is in service, on a network the product covers, and no other
 * product is in use there (inferred: products are used up one after the other).
 */
export function startWhereConnected(world: World, iccid: string): void {
  const sim = world.in(sims).get(simKey(SLUG, iccid))
  if (!sim?.attached || sim.service !== 'active') return

  const { country } = sim.attached
  const usable = bundlesOf(world, SLUG, iccid).filter((each) => covers(countriesOf(each), country))
  if (usable.some(({ state }) => state === 'active')) return
  const next = usable.find(({ state }) => state === 'queued')
  if (next?.extra?.validFrom === 'connect') startBundle(world, next)
}

/**
 * Takes a product off an eSIM; where it is on it several times, the one that was added last.
 * @throws Refusal `no-product`
 */
export function removeProduct(world: World, { iccid, simId }: Esim, productId: string): Bundle {
  const bundle = bundlesOf(world, SLUG, iccid).findLast(({ reference }) => reference === productId)
  if (!bundle)
    throw new Refusal<HighlandRefusal>('no-product', `eSIM ${simId} has no product ${productId}`)
  removeBundle(world, bundle)
  return bundle
}

/**
 * The product in use, else the next to be used, else the last one.
 * @throws Refusal `no-product`
 */
export function currentProduct(world: World, { iccid, simId }: Esim): Bundle {
  const bundles = bundlesOf(world, SLUG, iccid)
  const current =
    bundles.find(({ state }) => state === 'active') ??
    bundles.find(({ state }) => state === 'queued') ??
    bundles.at(-1)
  if (!current)
    throw new Refusal<HighlandRefusal>('no-product', `eSIM ${simId} has no product at all`)
  return current
}
