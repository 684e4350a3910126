// The operations of the wholesale API: each acknowledges, what it asks for is done later.
import { SEPARATOR } from '../../state/collection.ts'
import { move } from '../../state/lifecycle.ts'
import { Refusal } from '../../state/refusal.ts'
import { serviceLifecycle } from '../../state/sim-lifecycle.ts'
import type { World } from '../../state/world.ts'
import { reply } from '../call.ts'
import { issueToken } from '../client-credentials.ts'
import type { Handlers } from '../typed-handlers.ts'
import { holdLine } from './activation.ts'
import type { WholesaleRefusal } from './errors.ts'
import { begin, serviceEvents, simOf } from './provisioning.ts'
import { isVisible, type Line, lines, SLUG, transactions } from './records.ts'
import { checkText, isDuplicate, nodeOf, opening } from './requests.ts'
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
    iccid === undefined
      ? world.in(lines).matching('gpsi', `${gpsi}${SEPARATOR}`)[0]
      : world.in(lines).get(iccid)
  const wanted = iccid === undefined ? `the number ${gpsi}` : `the SIM ${iccid}`
  if (!line) throw new Refusal('not-found', `there is no line on ${wanted}`)
  if (gpsi !== undefined && line.gpsi !== String(gpsi))
    throw new Refusal('not-found', `the line on ${wanted} has the number ${line.gpsi}`)
  if (!isVisible(line, node))
    throw new Refusal(
      'not-found',
      `the line on ${wanted} is of node ${line.node ?? 'none'}, not of ${node}`,
    )
  return line
}

export const handlers: Handlers<operations, typeof settings.table> = {
  activateSubscription(call, world) {
    const { body } = call
    const halfAnEsim = body.eSIMDeliveryMethod !== undefined && body.eid === undefined
    checkText(call, [
      halfAnEsim && "must have required property 'eid', as eSIMDeliveryMethod is there",
    ])
    const asked = opening(call, body, 'Activate')
    if (!isDuplicate(world, asked))
      begin(world, holdLine(world, body, asked.node), asked, call.settings.settlingDelay)
    return reply(200, acknowledged)
  },

  updateSubscriptionStatus(call, world) {
    const { body } = call
    const { iccid, gpsi, action } = body
    checkText(call, [
      iccid === undefined && "must have required property 'iccid'",
      gpsi !== undefined && 'gpsi is only in an example of the document',
    ])
    const asked = opening(call, body, action)
    if (isDuplicate(world, asked)) return reply(200, acknowledged)
    const line = findLine(world, body, asked.node)
    const pending =
      line.pending === undefined ? undefined : world.in(transactions).get(line.pending)
    if (pending)
      throw new Refusal('busy', `the subscription is busy: ${pending.action} is in progress`)
    move(serviceLifecycle, simOf(world, line).service, serviceEvents[action])
    begin(world, line, asked, call.settings.settlingDelay)
    return reply(200, acknowledged)
  },

  queryTransactionStatus(call, world) {
    checkText(call)
    const { partnerTransactionId: id } = call.query
    const node = nodeOf(call)
    const found = world
      .in(transactions)
      .matching('id', JSON.stringify(id) + SEPARATOR)
      .findLast((each) => isVisible(each, node))
    if (!found)
      throw new Refusal<WholesaleRefusal>(
        'unknown-transaction',
        `there is no transaction ${id}${node === undefined ? '' : ` of node ${node}`}`,
      )
    return reply(200, { status: found.state })
  },

  issueToken: issueToken(SLUG),
}
