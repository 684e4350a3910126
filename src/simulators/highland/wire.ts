// The JSON of Highland: companies, products, acquired eSIMs, usage.
import { sumTold } from '../../state/amount.ts'
import { type Bundle, remainingBytes } from '../../state/bundles.ts'
import { SEPARATOR } from '../../state/collection.ts'
import { defined } from '../../state/defined.ts'
import { activationCode, lpaString } from '../../state/installation-code.ts'
import { iso } from '../../state/instant.ts'
import { type Sim, simKey, sims } from '../../state/sims.ts'
import type { UsageRecord } from '../../state/usage-records.ts'
import type { World } from '../../state/world.ts'
import type { Product } from './product-line.ts'
import { areaOf } from './products.ts'
import { type Company, type Esim, esims, SLUG } from './records.ts'
import type { components } from './spec.d.ts'

type Schemas = components['schemas']

/** An instant as the API writes it: UTC without a zone, with microseconds. */
function time(instant: number): string {
  return iso(instant).replace('Z', '000')
}

function optionalTime(instant: number | undefined): string | undefined {
  return instant === undefined ? undefined : time(instant)
}

export function company(
  world: World,
  { id, name, registration, country, email, createdAt }: Company,
): Schemas['Company'] {
  const acquiredEsims = world.in(esims).matching('company', id + SEPARATOR)
  const suspended = acquiredEsims.filter(
    ({ iccid }) => world.in(sims).get(simKey(SLUG, iccid))?.service === 'suspended',
  )
  return {
    status: 'success',
    company_id: id,
    company_name: name,
    ...defined({
      registration_number: registration,
      country_code: country,
      contact_email: email,
    }),
    created: time(createdAt),
    sim_total: acquiredEsims.length,
    sim_suspended: suspended.length,
  }
}

const VALID_FROM = { use: 'use', connect: 'connect to the network' } as const

/** The lines are public, their wording is ours; which network it is, nobody says. */
function description({ name, limit, days, validFrom }: Product, coverage: readonly string[]) {
  return [
    name,
    `Limit: ${limit}`,
    `Validity: ${days} days from the first ${VALID_FROM[validFrom]}`,
    'Network: 4G',
    'APN: plus',
    `Coverage: ${coverage.join(', ')}`,
  ].join('\n')
}

/** A product has no date of its own: it shows that of its company. */
export function product(product: Product, owner: Company): Schemas['Product'] {
  const { area, code, coverage } = areaOf(product)
  return {
    id: product.id,
    name: product.name,
    description: description(product, coverage),
    useAreaId: product.market,
    type: 'DataPlan',
    market_name: product.marketName,
    market_area: area,
    market_country_code: code,
    company_id: owner.id,
    company_name: owner.name,
    last_updated: time(owner.createdAt),
  }
}

export function acquired(
  { simId, company, barCode }: Esim,
  sim: Sim,
  baseUrl: string,
): Schemas['Acquired'] {
  return {
    status: 'success',
    company_id: company ?? '',
    sim_id: simId,
    iccid: sim.iccid,
    imsi: sim.imsi,
    msisdn: sim.msisdn ?? '',
    lpa_code: activationCode(sim),
    lpa_string: lpaString(sim),
    bar_code_url: `${baseUrl}/b2b/sim/bar_code/${barCode}`,
    bar_code_expires: time(sim.codeExpiresAt ?? sim.createdAt),
  }
}

/** Which product a bundle is, or was. */
function productOf({ reference, name, extra }: Pick<Bundle, 'reference' | 'name' | 'extra'>) {
  return { product_id: reference, product_name: name, market_id: extra?.market ?? '' }
}

export function onEsim({ simId }: Esim, bundle: Bundle): Schemas['OnEsim'] {
  return { status: 'success', sim_id: simId, ...productOf(bundle) }
}

export function usage(bundle: Bundle): Schemas['ProductUsage'] {
  return defined({
    ...productOf(bundle),
    // A product is ready at once: none is ever processing.
    product_status: bundle.state as Exclude<Bundle['state'], 'processing'>,
    total_bytes: bundle.initialBytes,
    used_bytes: bundle.usedBytes,
    remaining_bytes: remainingBytes(bundle),
    added: time(bundle.assignedAt),
    activated: optionalTime(bundle.startedAt),
    expires: optionalTime(bundle.endsAt),
  })
}

/** Bytes. */
export function sumOf(uses: readonly UsageRecord[]): number {
  return sumTold(uses.map(({ bytes }) => bytes))
}

/** The uses of one product, told together. */
export function usageOfProduct(uses: readonly UsageRecord[]) {
  const [first] = uses
  return first ? [{ ...productOf(first), used_bytes: sumOf(uses) }] : []
}
