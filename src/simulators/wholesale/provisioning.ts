// After the acknowledgement: a request begins, and settles: its line moves, or stays as it was.
import { SEPARATOR } from '../../state/collection.ts'
import { defined } from '../../state/defined.ts'
import { addDuration } from '../../state/duration.ts'
import { keepLatest } from '../../state/keep-latest.ts'
import { Refusal } from '../../state/refusal.ts'
import type { ServiceEvent } from '../../state/sim-lifecycle.ts'
import { moveProfile, moveService, type Sim, simKey, sims } from '../../state/sims.ts'
import { defineTask } from '../../state/tasks.ts'
import type { World } from '../../state/world.ts'
import { releaseLine } from './activation.ts'
import { beginCycle, endCycle } from './billing.ts'
import { notify } from './callbacks.ts'
import { requestLifecycle } from './lifecycles.ts'
import { FAILING_TRANSACTION } from './magic-values.ts'
import {
  type Action,
  type Line,
  lines,
  type NewTransaction,
  SLUG,
  TRANSACTIONS_KEPT,
  transactionKey,
  transactions,
} from './records.ts'
import { settings } from './settings.ts'

export const serviceEvents = {
  Activate: 'activate',
  Suspend: 'suspend',
  Resume: 'resume',
  Cease: 'cease',
  Reactivate: 'reactivate',
} as const satisfies Record<Action, ServiceEvent>

/**
 * The SIM of a line.
 * @throws Refusal `not-found` where its activation has not settled
 */
export function simOf(world: World, { iccid }: Line): Sim {
  const sim = world.in(sims).get(simKey(SLUG, iccid))
  if (!sim) throw new Refusal('not-found', `the line on SIM ${iccid} has never been active`)
  return sim
}

/** Takes a request: its line is busy until it settles. `delay` is ISO 8601. */
export function begin(world: World, line: Line, request: NewTransaction, delay: string): void {
  const key = transactionKey(request)
  world.in(transactions).put({
    ...request,
    ...defined({ owner: line.node }),
    iccid: line.iccid,
    state: 'InProgress',
    serial: world.next('wholesale.transaction'),
  })
  world.in(lines).put({ ...line, pending: key })
  world.schedule(settle, addDuration(world.now, delay), { transaction: key })
}

/**
 * The SIM of a new line. A card is in a device and works from now on (invented); an eSIM waits for
 * its handset.
 */
function provideSim(world: World, { iccid, gpsi, eid, sim }: Line): Sim {
  const { imsi, kind, smdpAddress, matchingId, smdpOid, needsConfirmation } = sim
  const provided = world.in(sims).put({
    provider: SLUG,
    iccid,
    imsi,
    msisdn: gpsi,
    smdpAddress,
    matchingId,
    service: 'inactive',
    ...defined({ eid, smdpOid, needsConfirmation }),
    profile: kind === 'card' ? 'installed' : 'released',
    serial: world.next('sim'),
    createdAt: world.now,
  })
  return kind === 'card' ? moveProfile(world, provided, 'enable') : provided
}

/**
 * Carries an action out on a line that nothing is pending on, and returns the
 * line after it.
 */
export function carryOut(world: World, line: Line, action: Action): Line {
  const sim = action === 'Activate' ? provideSim(world, line) : simOf(world, line)
  moveService(world, sim, serviceEvents[action])
  if (action === 'Activate' || action === 'Reactivate') return beginCycle(world, line)
  return action === 'Cease' ? endCycle(world, line) : world.in(lines).put(line)
}

/** Leaves a line as it was; of a failed activation nothing is left. */
function giveUp(world: World, line: Line, action: Action): Line {
  if (action !== 'Activate') return world.in(lines).put(line)
  releaseLine(world, line)
  return line
}

/** Provisioning is done: the line moves or stays as it was, and the partner is told. */
export const settle = defineTask({
  provider: SLUG,
  name: 'settle',
  shownAs: {
    kind: 'order',
    says: 'provisioning is done: the line moves on or stays, and the partner is told',
    iccidOf: (world, { transaction = '' }) => world.in(transactions).get(transaction)?.iccid,
  },
  perform(world, { transaction: key }: { transaction: string }) {
    const transaction = world.in(transactions).get(key)
    const busyLine = transaction && world.in(lines).get(transaction.iccid)
    if (!busyLine || transaction.state !== 'InProgress' || busyLine.pending !== key) return

    const { pending: _, ...line } = busyLine
    const { action } = transaction
    const failed =
      FAILING_TRANSACTION.test(transaction.id) || world.settings(settings).settlement === 'fail'
    const lineAfter = failed ? giveUp(world, line, action) : carryOut(world, line, action)
    const { settle: done, fail } = requestLifecycle.InProgress
    const state = failed ? fail : done
    const settled = world.in(transactions).put({ ...transaction, state })
    const ofSim = { index: 'settled', prefix: transaction.iccid + SEPARATOR }
    keepLatest(world, transactions, ofSim, TRANSACTIONS_KEPT)
    notify(world, settled, lineAfter)
  },
})
