// The operations of the wholesale API: each acknowledges, what it asks for is done later.
import { SEPARATOR } from '../../state/collection.ts'
import { defined } from '../../state/defined.ts'
import { move } from '../../state/lifecycle.ts'
import { Refusal } from '../../state/refusal.ts'
import { serviceLifecycle } from '../../state/sim-lifecycle.ts'
import type { World } from '../../state/world.ts'
import { reply } from '../call.ts'
import { issueToken } from '../client-credentials.ts'
import type { Handlers } from '../typed-handlers.ts'
import { holdLine, lineWithNumber } from './activation.ts'
import type { WholesaleRefusal } from './errors.ts'
import { refuseIfMagic } from './magic-values.ts'
import { begin, serviceEvents, simOf } from './provisioning.ts'
import { isVisible, type Line, lines, ownerOf, SLUG, transactions } from './records.ts'
import { isDuplicate, newTransaction, nodeOf, refuseWhereStrict } from './requests.ts'
import type { settings } from './settings.ts'
import type { components, operations } from './spec.d.ts'

const acknowledged = { status: 'Success' as const }

/** The line a status update names. @throws Refusal `not-found` with the true reason */
function findLine(
  world: World,
  { iccid, gpsi }: components['schemas']['StatusUpdate'],
  node: string | undefined,
): Line {
  const line =
    iccid === undefined ? lineWithNumber(world, String(gpsi)) : world.in(lines).get(iccid)
  const where = iccid === undefined ? `the number ${gpsi}` : `the SIM ${iccid}`
  if (!line) throw new Refusal('not-found', `there is no line on ${where}`)

  if (gpsi !== undefined && line.gpsi !== String(gpsi))
    throw new Refusal('not-found', `the line on ${where} has the number ${line.gpsi}`)
  if (!isVisible(line, node))
    throw new Refusal(
      'not-found',
      `the line on ${where} is of node ${line.node ?? 'none'}, not of ${node}`,
    )
  return line
}

/** @throws Refusal `busy` while another request for the line is provisioned */
function refuseIfBusy(world: World, { pending }: Line): void {
  const transaction = pending === undefined ? undefined : world.in(transactions).get(pending)
  if (transaction)
    throw new Refusal('busy', `the subscription is busy: ${transaction.action} is in progress`)
}

/**
 * How a request went. Where several share an id, those of the caller itself come first: a node may
 * see one the partner made for its line, and the partner those of its nodes.
 * @throws Refusal `unknown-transaction`
 */
function statusOf(world: World, id: string, node: string | undefined) {
  refuseIfMagic(id)
  const seen = world
    .in(transactions)
    .matching('id', JSON.stringify(id) + SEPARATOR)
    .filter((each) => isVisible(defined({ node: ownerOf(each) }), node))
  const transaction = seen.findLast((each) => each.node === node) ?? seen.at(-1)
  if (!transaction)
    throw new Refusal<WholesaleRefusal>(
      'unknown-transaction',
      `there is no transaction ${id}${node === undefined ? '' : ` of node ${node}`}`,
    )
  return { status: transaction.state }
}

export const handlers: Handlers<operations, typeof settings.table> = {
  activateSubscription(call, world) {
    const { body, settings } = call
    const lacksEid = body.eSIMDeliveryMethod !== undefined && body.eid === undefined
    refuseWhereStrict(call, [
      lacksEid && "must have required property 'eid', as eSIMDeliveryMethod is there",
    ])

    refuseIfMagic(body.partnerTransactionId)
    const transaction = newTransaction(call, body, 'Activate')
    if (isDuplicate(world, transaction)) return reply(200, acknowledged)

    const line = holdLine(world, body, transaction.node)
    begin(world, line, transaction, settings.settlingDelay)
    return reply(200, acknowledged)
  },

  updateSubscriptionStatus(call, world) {
    const { body, settings } = call
    refuseWhereStrict(call, [
      body.iccid === undefined && "must have required property 'iccid'",
      body.gpsi !== undefined && 'gpsi is only in an example of the document',
    ])

    refuseIfMagic(body.partnerTransactionId)
    const transaction = newTransaction(call, body, body.action)
    if (isDuplicate(world, transaction)) return reply(200, acknowledged)

    const line = findLine(world, body, transaction.node)
    refuseIfBusy(world, line)
    // Refused now where the move is illegal; made when provisioning is done.
    move(serviceLifecycle, simOf(world, line).service, serviceEvents[body.action])
    begin(world, line, transaction, settings.settlingDelay)
    return reply(200, acknowledged)
  },

  queryTransactionStatus(call, world) {
    refuseWhereStrict(call)
    return reply(200, statusOf(world, call.query.partnerTransactionId, nodeOf(call)))
  },

  queryTransactionStatusByPath(call, world) {
    refuseWhereStrict(call)
    return reply(200, statusOf(world, call.path.partnerTransactionId, nodeOf(call)))
  },

  issueToken: issueToken(SLUG),
}
