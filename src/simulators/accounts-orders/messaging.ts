// What people are sent: the mail with a QR code that brings a SIM profile, and SMS.
import { SEPARATOR } from '../../state/collection.ts'
import { SMDP_ADDRESS } from '../../state/identifiers.ts'
import { activationCode, lpaString } from '../../state/installation-code.ts'
import { sendMessage } from '../../state/messages.ts'
import { Refusal } from '../../state/refusal.ts'
import type { World } from '../../state/world.ts'
import type { AccountsOrdersRefusal } from './errors.ts'
import { mintId } from './ids.ts'
import { type Order, SLUG, type Subscription, subscriptions } from './records.ts'
import { digitsOf } from './strictness.ts'
import { simOf } from './subscriptions.ts'
import { addSms } from './usage.ts'

/** Mails the SIM profile of a completed order to everybody its delivery names. */
export function mailProfile(world: World, { delivery, sim }: Order): void {
  if (!sim || !delivery || delivery.type !== 'email') return

  const { iccid, matchingId } = sim
  const qr = lpaString({ smdpAddress: SMDP_ADDRESS, matchingId })
  const code = activationCode({ smdpAddress: SMDP_ADDRESS, matchingId })
  const text = `Your eSIM ${iccid} is ready. Scan the QR code, or enter ${code}.`
  for (const to of [...(delivery.to ?? []), ...(delivery.cc ?? [])])
    sendMessage(world, { provider: SLUG, channel: 'email', to, text, iccid, qr })
}

/** The subscription that sends from a number. @throws Refusal `unauthorised-sender` */
function senderOf(world: World, msisdn: string): Subscription {
  const subscription = world.in(subscriptions).matching('msisdn', msisdn + SEPARATOR)[0]
  if (!subscription)
    throw notASender(
      msisdn,
      'is no number of the organisation: take one of GET /subscriptions/{id}/phone-numbers',
    )

  const { id, services } = subscription
  if (simOf(world, subscription)?.service !== 'active')
    throw notASender(msisdn, `belongs to subscription ${id}, which is not active`)
  if (!services.includes('sms'))
    throw notASender(msisdn, `belongs to subscription ${id}, which has no SMS`)
  return subscription
}

function notASender(msisdn: string, why: string): Refusal<AccountsOrdersRefusal> {
  return new Refusal<AccountsOrdersRefusal>(
    'unauthorised-sender',
    `${msisdn} may not send: it ${why}`,
  )
}

/**
 * Sends an SMS to each recipient; numbers come with or without plus signs.
 * @returns its id
 * @throws Refusal `unauthorised-sender`
 */
export function sendSms(world: World, from: string, to: readonly string[], text: string): string {
  const sender = senderOf(world, digitsOf(from))
  const { iccid } = sender
  for (const recipient of to) {
    sendMessage(world, { provider: SLUG, channel: 'sms', to: recipient, from, text, iccid })
    addSms(world, sender, digitsOf(recipient))
  }
  return mintId(world, 'sms')
}
