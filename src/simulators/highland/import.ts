// How a company of Highland is read: itself, its products, and those of its eSIMs that the user names.
import { defined } from '../../state/defined.ts'
import { countries, findCountry, findCountryByName } from '../countries.ts'
import type { ImportContext, ImportPlan, Outcome, ReadItem } from '../import-plan.ts'
import { HIGHLAND_ID } from './catalogue.ts'
import type { components } from './spec.d.ts'

type Schemas = components['schemas']

/** Times are UTC without a zone, with microseconds. */
function timeOf(told: string): string
function timeOf(told: string | undefined): string | undefined
function timeOf(told: string | undefined): string | undefined {
  return told === undefined || /(?:Z|[+-]\d\d:\d\d)$/.test(told) ? told : `${told}Z`
}

function company({ item }: ReadItem, { nameOf, inputs }: ImportContext): readonly Outcome[] {
  const { company_id: id, company_name, created, sim_total } = item as Schemas['Company']
  const { registration_number, country_code, contact_email } = item as Schemas['Company']
  const value = {
    id,
    name: nameOf('company', company_name),
    ...defined({
      registration: registration_number && nameOf('reference', registration_number),
      country: country_code !== undefined && findCountry(country_code) ? country_code : undefined,
      email: contact_email && nameOf('email', contact_email),
    }),
    createdAt: timeOf(created),
  }
  const missing = sim_total - simIdsIn(inputs).length
  const others: Outcome = {
    left: `${missing} eSIMs of ${id}`,
    why: 'the API lists none: name them, as in --input sim_ids=76010106,76010107',
  }
  return missing > 0 ? [{ part: 'companies', value }, others] : [{ part: 'companies', value }]
}

/** Where a product works: its description names the countries, or their mobile country codes do. */
function placesOf({ description, market_country_code: code }: Schemas['Product']): string {
  if (code === 'All') return '*'
  const [, named = ''] = /^Coverage: (.*)$/m.exec(description) ?? []
  const found = named.split(', ').map((name) => findCountryByName(name)?.iso)
  if (found.every((iso) => iso !== undefined)) return found.join('+')
  const mccs = new Set(code.split(/[\s,]+/))
  return countries()
    .filter(({ networks }) => networks.length > 0 && networks.every(({ mcc }) => mccs.has(mcc)))
    .map(({ iso }) => iso)
    .join('+')
}

function product({ item }: ReadItem): readonly Outcome[] {
  const told = item as Schemas['Product']
  // Those of Highland itself are in every world.
  if (told.company_id === HIGHLAND_ID) return []
  const { company_id, id, useAreaId, name } = told
  return [{ part: 'products', value: [company_id, id, useAreaId, placesOf(told), name].join() }]
}

interface Usage {
  readonly sim_id: string
  readonly product_usage: readonly Schemas['ProductUsage'][]
}

function esim({ item }: ReadItem, { inputs }: ImportContext): readonly Outcome[] {
  const { sim_id: simId, product_usage } = item as Usage
  const products = product_usage.map((each) =>
    defined({
      id: each.product_id,
      name: each.product_name,
      market: each.market_id,
      state: each.product_status,
      totalBytes: each.total_bytes,
      usedBytes: each.used_bytes,
      addedAt: timeOf(each.added),
      startedAt: timeOf(each.activated),
      endsAt: timeOf(each.expires),
    }),
  )
  return [{ part: 'acquired', value: { simId, company: inputs.company_id, products } }]
}

/** The eSIMs that the user has named. */
function simIdsIn({ sim_ids = '' }: ImportContext['inputs']): string[] {
  return [...new Set(sim_ids.split(',').map((each) => each.trim()))].filter((each) => each !== '')
}

const asking = (operation: string) => (inputs: ImportContext['inputs']) => [
  { operation, query: { company_id: inputs.company_id ?? '' } },
]

export const importPlan: ImportPlan = {
  inputs: {
    company_id: { says: 'the id of your company', isNeeded: true },
    sim_ids: { says: 'the sim_id of each eSIM, with commas between', isNeeded: false },
  },
  reads: [
    {
      name: 'companies',
      calls: asking('getCompanySummary'),
      items: '',
      key: (item) => (item as Schemas['Company']).company_id,
      outcomes: company,
    },
    {
      name: 'products',
      calls: asking('listProducts'),
      key: (item) => (item as Schemas['Product']).id,
      outcomes: product,
    },
    {
      name: 'eSIMs',
      calls: (inputs) =>
        simIdsIn(inputs).map((sim_id) => ({
          operation: 'getUsageOfAllProducts',
          query: { company_id: inputs.company_id ?? '', sim_id },
        })),
      items: '',
      key: (item) => (item as Usage).sim_id,
      outcomes: esim,
    },
  ],
  parts: [
    { name: 'companies', form: 'list' },
    { name: 'products', form: 'list' },
    { name: 'acquired', form: 'list' },
  ],
  left: {
    'ICCID, IMSI, number and code of eSIMs': 'no read tells them: they are made up',
    'whether an eSIM is suspended': 'the API counts them, and does not say which',
    'the stock': 'the API does not tell: what there is by default stays',
  },
}
