// `esimulator messages`: mails and SMS that providers sent to people.
import type { MessageShown } from '../control/wire.ts'
import type { MessageFilter } from '../control/world-client.ts'
import { defined } from '../state/defined.ts'
import type { OwnFlag, Run } from './command.ts'
import type { Flags } from './config.ts'
import { connect, print } from './connection.ts'
import { wholeNumber } from './whole-number.ts'

export const messageFlags: readonly OwnFlag[] = [
  { usage: '--channel <email|sms>', says: 'only mails, or only SMS' },
  { usage: '--iccid <ICCID>', says: 'only those about this SIM' },
  { usage: '--limit <N>', says: 'how many, the newest (20)' },
]

/** How many are listed unless told. */
const LISTED = 20

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

function filterOf(flags: Flags): MessageFilter {
  const limit = text(flags.limit)
  return defined({
    provider: text(flags.provider),
    // What is no channel is refused by the simulator, which knows them.
    channel: text(flags.channel) as MessageFilter['channel'],
    iccid: text(flags.iccid),
    limit: limit === undefined ? LISTED : wholeNumber('--limit', limit),
  })
}

function messageText({ at, provider, channel, to, from, iccid, text: said, qr }: MessageShown) {
  const sender = from === undefined ? '' : ` from ${from}`
  const about = iccid === undefined ? '' : `, about ${iccid}`
  const lines = [`${at}  ${channel} of ${provider} to ${to}${sender}${about}`]
  for (const line of said.split('\n')) lines.push(`  ${line}`)
  if (qr !== undefined) lines.push(`  QR code: ${qr}`)
  return lines.join('\n')
}

function listText(messages: readonly MessageShown[]): string {
  if (messages.length === 0) return 'no provider has sent such a message yet'
  return messages.map(messageText).join('\n\n')
}

export const messages: Run = async (config, _args, flags) => {
  const found = await connect(config).messages(filterOf(flags))
  print(config, found.toReversed(), listText)
  return 0
}
