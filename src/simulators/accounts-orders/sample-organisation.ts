// The organisation of the seeds, as data: three accounts, four templates, names of people.
import type { Account, Offering, Template } from './records.ts'

/** Ids of the document's samples: the first of each has them. */
export const SAMPLE = {
  account: 'acc_01HTQ8VBN4DEJP5S8BPV4657VG',
  template: 'otpl_A00ABCDRT1F00AVRPTAQ5XQFUT',
  subscription: 'sub_01HTQ8ZW1JVSFRWJX51K4CTX7Y',
  subscriber: 'sbr_01HTQ8Z5HR26EN2HE797W5SZP9',
}

/** Without ids, but for the first. */
type Seeded<T extends { readonly id: string }> = Omit<T, 'id'> & { readonly id?: string }

export const seededAccounts: readonly Seeded<Account>[] = [
  {
    id: SAMPLE.account,
    reference_code: '1234567',
    name: 'NORTHGATE BANK - LONDON BRANCH',
    country: 'GB',
    status: 'active',
  },
  {
    reference_code: '1234568',
    name: 'NORTHGATE BANK - NEW YORK BRANCH',
    country: 'US',
    status: 'active',
  },
  {
    reference_code: '1234569',
    name: 'NORTHGATE BANK - FRANKFURT BRANCH',
    country: 'DE',
    status: 'closed',
  },
]

const EUROPE = 'GB+IE+FR+DE+ES+PT+IT+NL+BE+LU+AT+CH+DK+SE+NO+FI+PL+CZ+GR'
const recording: Omit<Offering, 'id'> = {
  type: 'addon',
  name: 'Call and SMS recording',
  records: true,
}

/** Offerings get their ids when they are put into a world. */
interface SeededTemplate extends Seeded<Omit<Template, 'offerings'>> {
  readonly offerings: readonly Omit<Offering, 'id'>[]
}

export const seededTemplates: readonly SeededTemplate[] = [
  {
    id: SAMPLE.template,
    description: 'London desk: 10 GB in Europe, calls and SMS, recorded',
    country: 'GB',
    services: ['voice', 'sms', 'data'],
    offerings: [
      { type: 'plan', name: '10GB Plan', bytes: 10e9, countries: EUROPE, flat: true },
      recording,
    ],
  },
  {
    description: 'New York desk: 20 GB in the USA, calls and SMS, recorded',
    country: 'US',
    services: ['voice', 'sms', 'data'],
    offerings: [
      { type: 'plan', name: '20GB Plan', bytes: 20e9, countries: 'US', flat: true },
      recording,
    ],
  },
  {
    description: 'Traveller: 5 GB in Europe and 2 GB everywhere',
    services: ['voice', 'sms', 'data'],
    offerings: [
      { type: 'plan', name: '5GB Plan', bytes: 5e9, countries: EUROPE, flat: true },
      { type: 'addon', name: '2GB World', bytes: 2e9, countries: '*' },
    ],
  },
  {
    description: 'Visitor: 3 GB everywhere for 30 days, data only',
    services: ['data'],
    offerings: [{ type: 'plan', name: '3GB Visitor', bytes: 3e9, countries: '*', days: 30 }],
  },
]

export const firstNames: readonly string[] = [
  'Ada',
  'Ben',
  'Chloe',
  'David',
  'Elif',
  'Farah',
  'George',
  'Hana',
  'Ivan',
  'Jade',
  'Kofi',
  'Lena',
]
export const lastNames: readonly string[] = [
  'Abbott',
  'Byrne',
  'Castro',
  'Dyer',
  'Evans',
  'Fischer',
  'Grant',
  'Hughes',
  'Ito',
  'Jones',
  'Khan',
]
export const desks: readonly string[] = ['Equities', 'Rates', 'Credit', 'Operations', 'Compliance']
