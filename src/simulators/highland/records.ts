// What only Highland knows: companies, and eSIMs as its stock has them.
import { defineCollection, SEPARATOR, sortable } from '../../state/collection.ts'
import type { ActivationCode } from '../../state/installation-code.ts'

export const SLUG = 'highland'

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
  indexes: {
    free: ({ company, serial }) => (company === undefined ? sortable(serial) : undefined),
    company: ({ company }) => company && company + SEPARATOR,
    iccid: ({ iccid }) => iccid + SEPARATOR,
    barCode: ({ barCode }) => barCode && barCode + SEPARATOR,
  },
})
