// Named states that take values: companies, and eSIMs that a test names itself.
import { Refusal } from '../../state/refusal.ts'
import { install } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import { defineState, type NamedState } from '../simulator.ts'
import { addProduct, findCompany } from './esims.ts'
import { findProduct } from './products.ts'
import { companies, type Esim, esims } from './records.ts'
import { stockLine, TEST_COMPANY } from './seeds.ts'
import { addLines, assign } from './stock.ts'

const SIM_ID = {
  kind: 'text',
  says: 'its sim_id, up to 20 digits',
  pattern: String.raw`\d{1,20}`,
  fallback: '76010107',
} as const
const COMPANY_ID = '[0-9a-f]{32}'
const COMPANY = {
  kind: 'text',
  says: 'the company_id of who acquired it, 32 of 0-9 a-f',
  pattern: COMPANY_ID,
  fallback: TEST_COMPANY,
} as const

/** An eSIM of a company, in a handset; a new one where it is not there. */
function esimOf(world: World, simId: string, company: string): Esim {
  findCompany(world, company)
  const known = world.in(esims).get(simId)
  if (!known) addLines(world, [stockLine(world, simId, world.next('highland.state-line') + 60)])
  const esim = world.in(esims).get(simId)
  if (!esim) throw new Refusal('invalid-request', `there is no eSIM ${simId}`)
  if (esim.company !== undefined) return esim
  const assigned = assign(world, esim, company)
  install(world, assigned.sim)
  return assigned.esim
}

/** By name; each is laid over what there is. */
export const states = {
  'a company': defineState({
    says: 'a company is registered',
    parameters: {
      id: {
        kind: 'text',
        says: 'its company_id, 32 of 0-9 a-f',
        pattern: COMPANY_ID,
        fallback: 'c0ffee00ddc911f09e024c50dd6c0d86',
      },
      name: { kind: 'text', says: 'its name', fallback: 'Another Company' },
      registration: { kind: 'text', says: 'its registration number', fallback: 'ANOTHER' },
    },
    lay(world, { id, name, registration }) {
      const own = { id, name, registration, country: 'US', email: 'api@partner.example' }
      world.in(companies).put({ ...own, createdAt: world.now })
    },
  }),
  'an acquired eSIM': defineState({
    says: 'a company has acquired an eSIM, which is in a handset',
    parameters: { simId: SIM_ID, company: COMPANY },
    lay: (world, { simId, company }) => void esimOf(world, simId, company),
  }),
  'an acquired eSIM with a product': defineState({
    says: 'an eSIM of a company has an unused product',
    parameters: {
      simId: SIM_ID,
      product: { kind: 'text', says: 'the product_id', fallback: '852' },
      company: COMPANY,
    },
    lay(world, { simId, product: id, company }) {
      const product = findProduct(world, company, id)
      if (!product) throw new Refusal('invalid-request', `${company} has no product ${id}`)
      addProduct(world, esimOf(world, simId, company), product)
    },
  }),
} satisfies Readonly<Record<string, NamedState>>
