// Named states that take values: lines, SIMs in stock and reserved numbers that a test names itself.
import { Refusal } from '../../state/refusal.ts'
import { defineState, type NamedState } from '../simulator.ts'
import { holdLine } from './activation.ts'
import { carryOut } from './provisioning.ts'
import { type Action, reservations, stockSims } from './records.ts'
import { addSim } from './stock.ts'

/** What was done with a line that is so now. */
const WAYS: Readonly<Record<string, readonly Action[]>> = {
  active: ['Activate'],
  suspended: ['Activate', 'Suspend'],
  ceased: ['Activate', 'Cease'],
}

const ICCID = {
  kind: 'text',
  says: 'the ICCID of its SIM, 19 or 20 digits',
  pattern: String.raw`\d{19,20}`,
} as const
const NUMBER = {
  kind: 'text',
  says: 'its number (gpsi), 11 to 15 digits',
  pattern: String.raw`\d{11,15}`,
} as const

/** By name; each is laid over what there is. */
export const states = {
  'a line': defineState({
    says: 'a subscription whose activation has settled',
    parameters: {
      iccid: { ...ICCID, fallback: '89013133400000990017' },
      gpsi: { ...NUMBER, fallback: '17205559901' },
      status: { kind: 'text', says: Object.keys(WAYS).join(', '), fallback: 'active' },
      subscriberId: { kind: 'text', says: 'its subscriber', fallback: 'Sub001' },
      plan: { kind: 'text', says: 'its wholesalePlanId', fallback: 'Plan001' },
    },
    lay(world, { iccid, gpsi, status, subscriberId, plan: wholesalePlanId }) {
      const way = Object.hasOwn(WAYS, status) ? WAYS[status] : undefined
      if (!way)
        throw new Refusal('invalid-request', `status must be ${Object.keys(WAYS).join(', ')}`)
      if (!world.in(stockSims).has(iccid)) addSim(world, iccid, 'card')
      const held = holdLine(
        world,
        {
          partnerTransactionId: 'State',
          subscriberId,
          wholesalePlanId,
          location: { address: { zip: '80120' } },
          billCycleFrequency: 'MONTHLY',
          billCycleStartDay: 1,
          iccid,
          gpsi,
        },
        undefined,
      )
      way.reduce((line, action) => carryOut(world, line, action), held)
    },
  }),
  'a SIM in stock': defineState({
    says: 'a SIM that nobody has yet',
    parameters: {
      iccid: { ...ICCID, fallback: '89013133400000990025' },
      kind: { kind: 'text', says: 'card or esim', fallback: 'card' },
    },
    lay(world, { iccid, kind }) {
      if (kind !== 'card' && kind !== 'esim')
        throw new Refusal('invalid-request', 'kind must be card or esim')
      addSim(world, iccid, kind)
    },
  }),
  'a reserved number': defineState({
    says: 'a number that is kept for an activation',
    parameters: {
      id: {
        kind: 'text',
        says: 'its gpsiReservationId, 36 characters at most',
        pattern: '.{1,36}',
        fallback: 'GRID9901',
      },
      gpsi: { ...NUMBER, fallback: '19455559901' },
    },
    lay: (world, { id, gpsi }) => void world.in(reservations).put({ id, gpsi }),
  }),
} satisfies Readonly<Record<string, NamedState>>
