// `esimulator journal`: what the providers were asked and answered, why they refused, and how it went.
import type { ExchangeShown, ExplainedShown } from '../control/wire.ts'
import type { JournalFilter, WorldClient } from '../control/world-client.ts'
import { defined } from '../state/defined.ts'
import { unknownAction } from './actions.ts'
import { CannotRun } from './cannot-run.ts'
import type { OwnFlag, Run } from './command.ts'
import type { Config, Flags } from './config.ts'
import { argument, connect, print } from './connection.ts'
import { table } from './table.ts'

export const journalFlags: readonly OwnFlag[] = [
  { usage: '--follow', says: 'go on, and print each exchange as it comes: a line each' },
  { usage: '--refused', says: 'only what was refused' },
  { usage: '--operation <ID>', says: 'only of this operation' },
  { usage: '--method <METHOD>', says: 'only by this method' },
  { usage: '--status <STATUS>', says: 'only with this status, or a class such as 4xx' },
  { usage: '--iccid <ICCID>', says: 'only what names this SIM' },
  { usage: '--path <PART>', says: 'only where the path has this in it' },
  { usage: '--text <PART>', says: 'only where the URL, a body or the reason has this in it' },
  { usage: '--fault <FAULT>', says: 'true, false, or the id or the kind of a fault' },
  { usage: '--since <INSTANT>', says: 'only from this instant of the world on' },
  { usage: '--until <INSTANT>', says: 'only up to this instant of the world' },
  { usage: '--limit <N>', says: 'how many, the newest (20)' },
]

/** How many are listed unless told. */
const LISTED = 20

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** @throws CannotRun */
function numberOf(what: string, written: string): number {
  if (/^[1-9]\d{0,14}$/.test(written)) return Number(written)
  throw new CannotRun(`${what} "${written}": give a number, as the list has it`)
}

function filterOf(flags: Flags): JournalFilter {
  const limit = text(flags.limit)
  return defined({
    provider: text(flags.provider),
    operation: text(flags.operation),
    method: text(flags.method),
    status: text(flags.status),
    refused: flags.refused === true ? true : undefined,
    iccid: text(flags.iccid),
    path: text(flags.path),
    text: text(flags.text),
    fault: text(flags.fault),
    since: text(flags.since),
    until: text(flags.until),
    limit: limit === undefined ? LISTED : numberOf('--limit', limit),
  })
}

const COLUMNS = ['id', 'at', 'provider', 'operation', 'request', 'status', 'why']

function rowOf(entry: ExchangeShown): (string | number | undefined)[] {
  const { id, at, provider, operation, method, url, status, refusal, fault } = entry
  const why = fault ? `fault ${fault.id} (${fault.kind})` : refusal?.code
  return [id, at, provider, operation, `${method} ${url}`, status, why]
}

function listText(entries: readonly ExchangeShown[]): string {
  if (entries.length === 0) return 'there are no such exchanges'
  return table(COLUMNS, entries.map(rowOf))
}

function oneText(entry: ExchangeShown): string {
  const { id, at, method, url, status, operation, provider, refusal, nearMisses = [] } = entry
  const lines = [`exchange ${id} at ${at}: ${method} ${url} -> ${status ?? 'nothing'}`]
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined) lines.push(`${name.padEnd(9)} ${value}`)
  }
  add('operation', operation && `${operation} of ${provider}`)
  add('refused', refusal && `${refusal.code}: ${refusal.reason}`)
  add('do', refusal?.advice)
  for (const near of nearMisses) add('near', `${near.method} ${near.path}: ${near.why}`)
  for (const [name, value] of Object.entries(entry.requestHeaders)) add('>', `${name}: ${value}`)
  add('request', entry.requestBody)
  for (const [name, value] of Object.entries(entry.replyHeaders ?? {}))
    add('<', `${name}: ${value}`)
  add('reply', entry.replyBody ?? entry.replyType)
  lines.push(`esimulator journal explain ${id} tells how it went`)
  return lines.join('\n')
}

const explainedText = ({ text: all }: ExplainedShown) => all

/** Prints the latest exchanges and then each that comes, until the simulator stops. */
async function follow(config: Config, client: WorldClient, filter: JournalFilter): Promise<void> {
  const coming = client.events({ types: ['exchange', 'world'] })[Symbol.asyncIterator]()
  let last = 0
  const tell = (entries: readonly ExchangeShown[]) => {
    for (const entry of entries) print(config, entry, (each) => rowOf(each).join('  ').trimEnd())
    last = entries.at(-1)?.id ?? last
  }
  // The first says that it listens: nothing is missed between that and the list.
  await coming.next()
  tell((await client.journal.list(filter)).toReversed())
  for (;;) {
    const { value: event, done } = await coming.next()
    if (done || event.name === 'end') return
    if (event.name === 'world') {
      // Where a world begins anew they are counted anew; one that goes back keeps them.
      if (event.data.what !== 'went-back') last = 0
      continue
    }
    tell(await client.journal.list({ ...filter, after: last, order: 'oldest', limit: 1000 }))
  }
}

export const journal: Run = async (config, [action = 'list', ...rest], flags) => {
  const client = connect(config)
  const filter = filterOf(flags)
  switch (action) {
    case 'list':
      if (flags.follow === true) await follow(config, client, filter)
      else print(config, (await client.journal.list(filter)).toReversed(), listText)
      return 0
    case 'show': {
      const id = numberOf('exchange', argument(rest, 0, 'journal show ID'))
      print(config, await client.journal.get(id), oneText)
      return 0
    }
    case 'explain': {
      const id = numberOf('exchange', argument(rest, 0, 'journal explain ID'))
      print(config, await client.journal.explain(id), explainedText)
      return 0
    }
    case 'har':
      console.log(JSON.stringify(await client.journal.har(filter)))
      return 0
    default: {
      if (!/^\d+$/.test(action)) throw unknownAction('journal', action)
      print(config, await client.journal.get(numberOf('exchange', action)), oneText)
      return 0
    }
  }
}
