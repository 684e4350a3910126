// Named states that take values: money, eSIMs, bundles and orders that a test names itself.
import { bundlesOf, consume, remainingBytes, startBundle } from '../../state/bundles.ts'
import { Refusal } from '../../state/refusal.ts'
import { install, simKey, sims } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import { defineState, type NamedState } from '../simulator.ts'
import { addLot } from './bundles/inventory.ts'
import { putOnEsim } from './bundles/put-on-esim.ts'
import { findBundle } from './catalogue/on-sale.ts'
import { mintEsim } from './esims/esims.ts'
import { toCents } from './money.ts'
import { placeOrder } from './orders/ordering.ts'
import { accountOf } from './organisation/account.ts'
import { accounts, esims, SLUG } from './records.ts'
import { parseUuid } from './uuid.ts'

const ICCID = {
  kind: 'text',
  says: 'the ICCID of the eSIM, 18 to 22 digits',
  pattern: String.raw`\d{18,22}`,
  fallback: '8943108000000000001',
} as const
const BUNDLE = {
  kind: 'text',
  says: 'the name of the bundle, as the catalogue has it',
  fallback: 'esim_1GB_7D_GB_V2',
} as const

/** The eSIM of that ICCID; a new one where it is not there. */
function esimOf(world: World, iccid: string, customerRef = ''): void {
  if (!world.in(esims).has(iccid)) mintEsim(world, { iccid, customerRef })
}

function installed(world: World, iccid: string): void {
  const sim = world.in(sims).get(simKey(SLUG, iccid))
  if (sim?.profile === 'released') install(world, sim)
}

/** Puts a bundle on an eSIM that is in a handset. */
function putBundle(world: World, iccid: string, name: string): void {
  esimOf(world, iccid)
  const reference = `${world.random.uuid()}-0`
  putOnEsim(world, iccid, findBundle(world, name), { reference })
  installed(world, iccid)
}

/** @throws Refusal `invalid-request` */
function checkQuantity(quantity: number): void {
  if (Number.isInteger(quantity) && quantity >= 1 && quantity <= 1000) return
  throw new Refusal('invalid-request', 'quantity must be a whole number from 1 to 1000')
}

/** By name; each is laid over what there is. */
export const states = {
  balance: defineState({
    says: 'the organisation has this balance, and no test credit',
    parameters: { amount: { kind: 'number', says: 'in US dollars', fallback: 1000 } },
    lay(world, { amount }) {
      if (amount < 0 || amount > 1e9)
        throw new Refusal('invalid-request', 'amount must be from 0 to 1000000000')
      world.in(accounts).put({ ...accountOf(world), balance: toCents(amount), testCredit: 0 })
    },
  }),
  'an eSIM': defineState({
    says: 'the organisation has an eSIM without a bundle',
    parameters: {
      iccid: ICCID,
      customerRef: { kind: 'text', says: 'its customer reference', fallback: '' },
      installed: { kind: 'flag', says: 'whether it is in a handset', fallback: false },
    },
    lay(world, { iccid, customerRef, installed: isInstalled }) {
      esimOf(world, iccid, customerRef)
      if (isInstalled) installed(world, iccid)
    },
  }),
  'an eSIM with a bundle': defineState({
    says: 'an installed eSIM has an unused bundle',
    parameters: { iccid: ICCID, bundle: BUNDLE },
    lay: (world, { iccid, bundle }) => putBundle(world, iccid, bundle),
  }),
  'a depleted bundle': defineState({
    says: 'an installed eSIM has a bundle whose data is used up',
    parameters: { iccid: ICCID, bundle: BUNDLE },
    lay(world, { iccid, bundle: name }) {
      putBundle(world, iccid, name)
      const bundle = bundlesOf(world, SLUG, iccid).findLast((each) => each.name === name)
      if (!bundle || bundle.unlimited || bundle.state !== 'queued')
        throw new Refusal('invalid-request', `${name} cannot be used up: name another bundle`)
      const started = startBundle(world, bundle)
      consume(world, started, remainingBytes(started), [])
    },
  }),
  'a bundle in the inventory': defineState({
    says: 'the inventory has bundles that were bought and not applied',
    parameters: {
      bundle: BUNDLE,
      quantity: { kind: 'number', says: 'how many', fallback: 1 },
    },
    lay(world, { bundle: name, quantity }) {
      checkQuantity(quantity)
      const bundle = findBundle(world, name)
      addLot(world, bundle, quantity, bundle.price)
    },
  }),
  'an order': defineState({
    says: 'an order was placed, paid and delivered',
    parameters: {
      reference: {
        kind: 'text',
        says: 'its orderReference, a UUID',
        fallback: '3a6e2e40-c674-45e9-b289-b35027bf72a9',
      },
      bundle: BUNDLE,
      quantity: { kind: 'number', says: 'how many bundles', fallback: 1 },
      assign: { kind: 'flag', says: 'whether they went onto new eSIMs', fallback: true },
    },
    lay(world, { reference, bundle: item, quantity, assign }) {
      checkQuantity(quantity)
      if (parseUuid(reference).uuid !== reference)
        throw new Refusal('invalid-request', `reference must be a UUID in small letters`)
      const line = { item, quantity, iccids: [], allowReassign: false }
      placeOrder(world, { reference, assign, lines: [line] })
    },
  }),
} satisfies Readonly<Record<string, NamedState>>
