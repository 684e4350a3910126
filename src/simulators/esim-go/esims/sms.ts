// Text messages to eSIMs that have a number: kept for the user to look at, carried nowhere.
import { sendMessage } from '../../../state/messages.ts'
import { Refusal } from '../../../state/refusal.ts'
import type { Sim } from '../../../state/sims.ts'
import type { World } from '../../../state/world.ts'
import type { EsimGoRefusal } from '../errors.ts'
import { SLUG } from '../records.ts'
import { settings } from '../settings.ts'

/** The one sender everybody may use (documented). */
export const SENDER = 'eSIM'

/**
 * Sends an SMS to an eSIM.
 * @throws Refusal `invalid-request` for another's sender or a text that is not UTF-8, `no-msisdn`
 */
export function sendSms(world: World, { iccid, msisdn }: Sim, text: string, from: string): void {
  const senders = [SENDER, ...world.settings(settings).smsSenders]
  if (!senders.includes(from))
    throw new Refusal(
      'invalid-request',
      `from: "${from}" is not a sender of yours; there are: ${senders.join(', ')}`,
    )
  // JSON can write half of a surrogate pair, which UTF-8 cannot.
  if (/\p{Surrogate}/u.test(text))
    throw new Refusal('invalid-request', 'message is not UTF-8: it has half of a surrogate pair')
  if (msisdn === undefined)
    throw new Refusal<EsimGoRefusal>('no-msisdn', `eSIM ${iccid} has no MSISDN`)
  sendMessage(world, { provider: SLUG, channel: 'sms', to: msisdn, from, text, iccid })
}
