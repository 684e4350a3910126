// Mails and SMS that a provider sent to people: kept to be looked at, never sent.
import { defineCollection, SEPARATOR, sortable } from './collection.ts'
import { keepLatest } from './keep-latest.ts'
import { count, fields, iccid, instant, name, oneOf, optional, text } from './shape.ts'
import type { World } from './world.ts'

export interface Message {
  readonly id: number
  readonly provider: string
  readonly at: number
  readonly channel: 'email' | 'sms'
  readonly to: string
  readonly from?: string
  readonly text: string
  readonly iccid?: string
  /** The text of a QR code that came with it, as in `LPA:1$...`. */
  readonly qr?: string
}

const kindOf = ({ provider, channel }: Pick<Message, 'provider' | 'channel'>) =>
  provider + SEPARATOR + channel + SEPARATOR

export const messages = defineCollection<Message>({
  name: 'messages',
  key: (message) => String(message.id),
  shape: fields<Message>({
    id: count,
    provider: name,
    at: instant,
    channel: oneOf('email', 'sms'),
    to: text,
    from: optional(text),
    text,
    iccid: optional(iccid),
    qr: optional(text),
  }),
  indexes: {
    sent: (message) => sortable(message.id),
    kind: (message) => kindOf(message) + sortable(message.id),
  },
})

/**
 * How many messages of a kind a world keeps, of each provider's mails and of its SMS; the oldest of
 * the kind go first. An SMS to a thousand people leaves the mails where they are.
 */
export const MESSAGES_KEPT = 1000

/** Keeps a message that is sent now. */
export function sendMessage(world: World, message: Omit<Message, 'id' | 'at'>): Message {
  const sent = world.in(messages).put({ id: world.next('message'), at: world.now, ...message })
  keepLatest(world, messages, { index: 'kind', prefix: kindOf(sent) }, MESSAGES_KEPT)
  return sent
}
