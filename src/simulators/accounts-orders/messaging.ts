// What people are sent: the mail with a QR code that brings a SIM profile, and SMS.
import { SEPARATOR } from '../../state/collection.ts'
import { activationCode, lpaString } from '../../state/installation-code.ts'
import { sendMessage } from '../../state/messages.ts'
import { Refusal } from '../../state/refusal.ts'
import type { World } from '../../state/world.ts'
import type { AccountsOrdersRefusal } from './errors.ts'
import { mintId } from './ids.ts'
import { type Order, SLUG, SM_DP, type Subscription, subscriptions } from './records.ts'
import { digitsOf } from './strictness.ts'
import { simOf } from './subscriptions.ts'
import { noteSms } from './usage.ts'

/** Mails the SIM profile of a completed order to everybody its delivery names. */
export function mailProfile(world: World, { delivery, sim }: Order): void {
  if (!sim || !delivery || delivery.type !== 'email') return
  const qr = lpaString(SM_DP, sim.matchingId)
  const text = `Your eSIM ${sim.iccid} is ready. Scan the QR code, or enter ${activationCode(SM_DP, sim.matchingId)}.`
  for (const to of [...(delivery.to ?? []), ...(delivery.cc ?? [])])
    sendMessage(world, { provider: SLUG, channel: 'email', to, text, iccid: sim.iccid, qr })
}

/** The subscription that may send from a number. @throws Refusal `unauthorised-sender` */
function senderOf(world: World, msisdn: string): Subscription {
  const own = world.in(subscriptions).matching('msisdn', msisdn + SEPARATOR)[0]
  const why = !own
    ? 'is no number of the organisation'
    : simOf(world, own)?.service !== 'active'
      ? `belongs to subscription ${own.id}, which is not active`
      : own.services.includes('sms')
        ? undefined
        : `belongs to subscription ${own.id}, which has no SMS`
  if (own && why === undefined) return own
  throw new Refusal<AccountsOrdersRefusal>(
    'unauthorised-sender',
    `${msisdn} may not send: it ${why}`,
  )
}

/** Sends an SMS to each recipient, with or without plus signs. @returns its id. @throws Refusal `unauthorised-sender` */
export function sendSms(world: World, from: string, to: readonly string[], text: string): string {
  const sender = senderOf(world, digitsOf(from))
  for (const each of to) {
    sendMessage(world, {
      provider: SLUG,
      channel: 'sms',
      to: each,
      from,
      text,
      iccid: sender.iccid,
    })
    noteSms(world, sender, digitsOf(each))
  }
  return mintId(world, 'sms')
}
