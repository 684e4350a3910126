// Mails and SMS that a provider sent to people: kept to be looked at, never sent.
import { defineCollection, sortable } from './collection.ts'

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

export const messages = defineCollection<Message>({
  name: 'messages',
  key: (message) => String(message.id),
  indexes: { sent: (message) => sortable(message.id) },
})
