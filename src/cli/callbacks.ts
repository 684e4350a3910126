// `esimulator callbacks`: what was sent and what was not, once more, and on demand.
import type { AnswerOf } from '../control/operations.ts'
import type {
  CallbackShown,
  DeliveriesShown,
  DeliveryShown,
  OneDeliveryShown,
  TargetShown,
  UnsentCallbackShown,
} from '../control/wire.ts'
import type { CallbackFilter, WorldClient } from '../control/world-client.ts'
import { defined } from '../state/defined.ts'
import { unknownAction } from './actions.ts'
import { CannotRun } from './cannot-run.ts'
import type { OwnFlag, Run } from './command.ts'
import type { Config, Flags } from './config.ts'
import { argument, connect, print } from './connection.ts'
import { table } from './table.ts'
import { namedTexts, typedValue } from './typed-value.ts'
import { wholeNumber } from './whole-number.ts'

type AnyCallback = CallbackShown | UnsentCallbackShown

export const callbackFlags: readonly OwnFlag[] = [
  { usage: '--follow', says: 'go on, and print what leaves: a line each' },
  { usage: '--state <STATE>', says: 'only pending, retrying, delivered, dead or unsent ones' },
  { usage: '--type <TYPE>', says: 'only of this type' },
  { usage: '--iccid <ICCID>', says: 'only of this SIM; send: the SIM it tells of' },
  { usage: '--limit <N>', says: 'how many, the newest (100)' },
  {
    usage: '--field <NAME=VALUE>',
    says: 'send: laid over what the provider writes, as in bundle.remainingQuantity=0',
    many: true,
  },
  { usage: '--callback-version <N>', says: 'send, target: where the provider has several' },
]

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

function filterOf(flags: Flags): CallbackFilter {
  const limit = text(flags.limit)
  const [provider, state, type] = [flags.provider, flags.state, flags.type].map(text)
  return defined({
    provider,
    // What is no state is refused by the simulator, which knows them.
    state: state as CallbackFilter['state'],
    type,
    iccid: text(flags.iccid),
    limit: limit === undefined ? undefined : numberOf('limit', limit),
  })
}

/** @throws CannotRun */
function numberOf(name: string, written: string): number {
  if (/^\d+$/.test(written)) return Number(written)
  throw new CannotRun(`--${name} ${written}: it must be a whole number`)
}

/** How an attempt ended, in a word or a sentence. */
function outcomeOf({ status, error, note }: CallbackShown['attempts'][number]): string {
  return [status ?? error, note].filter((part) => part !== undefined).join('; ')
}

function rowOf(callback: AnyCallback): (string | number | undefined)[] {
  const { id, queuedAt, provider, type, iccid, state } = callback
  const row = [id, queuedAt, provider, type, iccid, state]
  if (callback.state === 'unsent') return [...row, 0, callback.reason]
  const { attempts } = callback
  const last = attempts.at(-1)
  return [...row, attempts.length, last && outcomeOf(last)]
}

interface Listed {
  readonly total: number
  readonly callbacks: readonly AnyCallback[]
}

const COLUMNS = ['callback', 'at', 'provider', 'type', 'iccid', 'state', 'attempts', 'outcome']

function listText({ total, callbacks: found }: Listed): string {
  if (total === 0)
    return 'there are no such callbacks; `esimulator callbacks --state unsent` has those not sent'
  const more = total > found.length ? `\n${total - found.length} more` : ''
  return table(COLUMNS, found.map(rowOf)) + more
}

function deliveryCells(delivery: DeliveryShown): (string | number | undefined)[] {
  const { at, callback, type, iccid, attempt, signature, faults } = delivery
  return [at, callback, type, iccid, attempt, outcomeOf(delivery), signature, faults?.join(', ')]
}

function deliveriesText({ total, distinct, deliveries }: DeliveriesShown): string {
  if (total === 0) return 'nothing has left'
  const names = ['at', 'callback', 'type', 'iccid', 'attempt', 'outcome', 'signature', 'faults']
  const more = total > deliveries.length ? `${total - deliveries.length} more; ` : ''
  const sum = `${more}${total} deliveries of ${distinct} callbacks`
  return `${table(names, deliveries.map(deliveryCells))}\n${sum}`
}

/** The number of a delivery: as written, or of the latest one of a callback. @throws CannotRun */
async function deliveryNamed(client: WorldClient, name: string): Promise<number> {
  if (/^\d+$/.test(name)) return wholeNumber('callbacks delivery', name)
  const filter = { callback: name, order: 'newest', limit: 1 } as const
  const [latest] = (await client.callbacks.deliveries(filter)).deliveries
  if (latest) return latest.id
  throw new CannotRun(
    `nothing of ${name} has left: \`esimulator callbacks deliveries\` lists what has`,
  )
}

function deliveryText(delivery: OneDeliveryShown): string {
  const { url, headers, body, signatureCheck } = delivery
  const written = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const line = deliveryCells(delivery).filter((cell) => cell !== undefined)
  return [line.join('  '), signatureCheck.says, '', `POST ${url}`, ...written, '', body].join('\n')
}

/** Prints what has left and then what leaves, until the simulator stops. */
async function follow(config: Config, client: WorldClient, filter: CallbackFilter): Promise<void> {
  const coming = client.events({ types: ['callback', 'world'] })[Symbol.asyncIterator]()
  let next = coming.next()
  let last = 0
  const tell = (deliveries: readonly DeliveryShown[]) => {
    for (const delivery of deliveries)
      print(config, delivery, (each) => deliveryCells(each).join('  ').trimEnd())
    last = deliveries.at(-1)?.id ?? last
  }
  const latest = await client.callbacks.deliveries({ ...filter, order: 'newest' })
  tell(latest.deliveries.toReversed())
  for (;;) {
    const { value: event, done } = await next
    if (done || event.name === 'end') return
    next = coming.next()
    if (event.name === 'world') last = await lastOf(client, event.data.what)
    if (event.name !== 'callback' || event.data.what !== 'attempted') continue
    const { limit: _, ...fits } = filter
    const more = { ...fits, after: last, limit: 1000 }
    tell((await client.callbacks.deliveries(more)).deliveries)
  }
}

/** The delivery that others are counted after in another life of the world. */
async function lastOf(client: WorldClient, what: 'reset' | 'replaced' | 'went-back') {
  if (what === 'reset') return 0
  const { deliveries } = await client.callbacks.deliveries({ order: 'newest', limit: 1 })
  return deliveries[0]?.id ?? 0
}

/** `bundle.remainingQuantity=0` and others, as an object. @throws CannotRun */
function fieldsOf(written: Flags[string]): Record<string, unknown> | undefined {
  if (!Array.isArray(written)) return undefined
  const fields: Record<string, unknown> = {}
  const texts = namedTexts(written.map(String), '--field bundle.remainingQuantity=0')
  for (const [path, text] of texts) {
    const names = path.split('.')
    let at = fields
    for (const name of names.slice(0, -1)) {
      const below = at[name]
      const next = typeof below === 'object' && below !== null ? below : {}
      at[name] = next
      at = next as Record<string, unknown>
    }
    at[names.at(-1) ?? ''] = typedValue(text)
  }
  return fields
}

function wantedOf(args: readonly string[], flags: Flags) {
  const usage = 'callbacks send PROVIDER TYPE, as in callbacks send esim-go Utilisation'
  const version = text(flags.callbackVersion)
  return defined({
    provider: argument(args, 1, usage),
    type: argument(args, 2, usage),
    iccid: text(flags.iccid),
    version: version === undefined ? undefined : numberOf('callback-version', version),
    fields: fieldsOf(flags.field),
  })
}

function oneText(callback: AnyCallback): string {
  return table(COLUMNS, [rowOf(callback)])
}

/** One callback as it would be sent now. */
function shownText(callback: AnswerOf<'getCallback'>): string {
  const lines = [oneText(callback)]
  if (callback.state === 'unsent') return lines.join('\n')
  lines.push('', `POST ${callback.url}`)
  for (const [name, value] of Object.entries(callback.headers ?? {}))
    lines.push(`${name}: ${value}`)
  return [...lines, '', callback.body].join('\n')
}

function targetsText(targets: readonly TargetShown[]): string {
  const rows = targets.map(({ provider, url, version, versions, allowed, why }) => [
    provider,
    url ?? 'nowhere yet: esimulator callbacks target PROVIDER URL',
    versions.length > 1 ? (version ?? versions[0]) : undefined,
    url === undefined || allowed ? undefined : `nothing will reach it: ${why}`,
  ])
  return table(['provider', 'callbacks go to', 'version', ''], rows)
}

/** Where callbacks are to go. */
interface Wanted {
  readonly slug: string | undefined
  readonly url: string | undefined
  readonly version: Flags[string]
}

/** Shows where callbacks go; with a URL, tells them to go there from now on, with `none` nowhere. */
async function target(config: Config, client: WorldClient, { slug, url, version }: Wanted) {
  if (slug === undefined) {
    print(config, await client.callbacks.targets(), targetsText)
    return
  }
  if (url !== undefined) {
    const wanted = text(version)
    const number = wanted === undefined ? undefined : numberOf('callback-version', wanted)
    await client.callbacks.target(slug, url === 'none' ? undefined : url, number)
  }
  const now = await client.control.call('getCallbackTarget', { path: { slug } })
  print(config, now, (each) => targetsText([each]))
}

export const callbacks: Run = async (config, args, flags) => {
  const [action = 'list'] = args
  const client = connect(config)
  const filter = filterOf(flags)
  switch (action) {
    case 'list':
      if (flags.follow === true) await follow(config, client, filter)
      else print(config, await client.control.call('listCallbacks', { query: filter }), listText)
      return 0
    case 'deliveries': {
      if (flags.follow === true) {
        await follow(config, client, filter)
        return 0
      }
      const { deliveries, ...rest } = await client.callbacks.deliveries({
        ...filter,
        order: 'newest',
      })
      print(config, { ...rest, deliveries: deliveries.toReversed() }, deliveriesText)
      return 0
    }
    case 'delivery': {
      const id = await deliveryNamed(client, argument(args, 1, 'callbacks delivery ID|NUMBER'))
      print(config, await client.callbacks.delivery(id), deliveryText)
      return 0
    }
    case 'redeliver': {
      const id = argument(args, 1, 'callbacks redeliver ID')
      print(config, await client.callbacks.redeliver(id), oneText)
      return 0
    }
    case 'show': {
      const id = argument(args, 1, 'callbacks show ID')
      const found = await client.control.call('getCallback', { path: { id } })
      print(config, found, shownText)
      return 0
    }
    case 'target':
      await target(config, client, { slug: args[1], url: args[2], version: flags.callbackVersion })
      return 0
    case 'send':
      print(config, await client.callbacks.send(wantedOf(args, flags)), oneText)
      return 0
    default:
      throw unknownAction('callbacks', action)
  }
}
