// What only Highland knows: companies, and eSIMs as its stock has them.
import { type Bundle, bundles } from '../../state/bundles.ts'
import { defineCollection, ofProvider, SEPARATOR, sortable } from '../../state/collection.ts'
import { type ActivationCode, activationCodeFields } from '../../state/installation-code.ts'
import {
  count,
  country,
  fields,
  iccid,
  instant,
  matching,
  name,
  optional,
  text,
} from '../../state/shape.ts'
import { usageRecords } from '../../state/usage-records.ts'

export const SLUG = 'highland'

const number = matching(/^\d{1,10}$/, '1 to 10 digits')
type Sold = Required<Pick<Bundle, 'reference' | 'extra'>>

/** What is told of a product on an eSIM, and of its use: both numbers go out as they are. */
const sold = fields<Sold>({
  reference: number,
  extra: fields<Sold['extra']>({ market: number }),
})

export const ownRules = [ofProvider(bundles, SLUG, sold), ofProvider(usageRecords, SLUG, sold)]

/** A partner, or Highland itself. */
export interface Company {
  readonly id: string
  readonly name: string
  readonly registration?: string
  /** ISO 3166 alpha-2. */
  readonly country?: string
  readonly email?: string
  readonly createdAt: number
}

/**
 * A registration without what people write differently: blanks, punctuation, case. `undefined` of a
 * company that told none.
 */
export function registrationKey({
  country = '',
  registration,
}: Pick<Company, 'country' | 'registration'>): string | undefined {
  if (registration === undefined) return undefined
  const plain = registration.replaceAll(/[^A-Za-z0-9]/g, '').toUpperCase()
  return country + SEPARATOR + plain + SEPARATOR
}

export const companies = defineCollection<Company>({
  name: 'highland.companies',
  key: (company) => company.id,
  shape: fields<Company>({
    id: name,
    name: text,
    registration: optional(text),
    country: optional(country),
    email: optional(text),
    createdAt: instant,
  }),
  indexes: { registration: registrationKey },
})

/**
 * An eSIM of the stock. It is a SIM of the world, too, once a company has
 * acquired it.
 */
export interface Esim extends ActivationCode {
  readonly simId: string
  readonly iccid: string
  readonly imsi: string
  readonly msisdn: string
  readonly serial: number
  /** Id of the company that acquired it. */
  readonly company?: string
  /** The secret end of its bar code's URL, from the acquire on. */
  readonly barCode?: string
}

export const esims = defineCollection<Esim>({
  name: 'highland.esims',
  key: (esim) => esim.simId,
  shape: fields<Esim>({
    simId: name,
    iccid,
    imsi: text,
    msisdn: text,
    ...activationCodeFields,
    serial: count,
    company: optional(name),
    barCode: optional(name),
  }),
  indexes: {
    free: ({ company, serial }) => (company === undefined ? sortable(serial) : undefined),
    company: ({ company }) => company && company + SEPARATOR,
    iccid: ({ iccid }) => iccid + SEPARATOR,
    barCode: ({ barCode }) => barCode && barCode + SEPARATOR,
  },
})
