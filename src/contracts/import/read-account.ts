// Reads an account by its plan: list after list, page after page, and of each item what else is asked.
import type {
  AccountRead,
  ImportContext,
  ImportPlan,
  Outcome,
  ReadCall,
} from '../../simulators/import-plan.ts'
import type { SentRequest } from '../../workflows/send.ts'
import type { SourceOperation } from '../../workflows/sources.ts'
import { withQuery } from '../call.ts'
import type { Json } from '../document-schemas.ts'
import { itemsOf } from '../list-read.ts'
import { nextPage, type Paging, pagingOf, toldOf } from '../paging.ts'
import { type Account, CannotRead } from './account.ts'
import { type ItemLine, keysOf, type PartFile, type Position } from './part-file.ts'

export interface Reading {
  readonly account: Account
  readonly plan: ImportPlan
  readonly part: PartFile
  readonly nameOf: ImportContext['nameOf']
  readonly inputs: ImportContext['inputs']
  /** What is wrong with something for the seed file; `undefined` where it fits. */
  readonly problemOf: (part: string, value: unknown) => string | undefined
  readonly onProgress: (progress: ReadProgress) => void
}

/** How far a read has come. */
export interface ReadProgress {
  readonly read: string
  readonly done: number
  /** Where the account tells how many there are. */
  readonly total: number | undefined
  readonly isWhole: boolean
}

/** Items on a page that are asked for at most: what is lost by a kill is read again. */
const PAGE = 100
/** Items that are asked about at a time. */
const TOGETHER = 16

/** Reads what was not read yet. @throws CannotRead; what was read is kept */
export async function readAccount(reading: Reading): Promise<void> {
  for (const read of reading.plan.reads) {
    const calls = read.calls(reading.inputs)
    const kept = reading.part.kept.positions.get(read.name)
    if (kept === 'end') continue
    for (let call = kept?.call ?? 0; call < calls.length; call += 1) {
      const begun = kept?.call === call ? kept : { call, pages: 0, items: 0 }
      await readList(reading, read, calls[call] as ReadCall, begun)
      const next = { call: call + 1, pages: 0, items: 0 }
      await reading.part.append([{ read: read.name, at: next }])
    }
    await reading.part.append([{ read: read.name, at: 'end' }])
    told(reading, read, undefined, true)
  }
}

function told(
  { part, onProgress }: Reading,
  { name }: AccountRead,
  total: number | undefined,
  isWhole: boolean,
): void {
  onProgress({ read: name, done: keysOf(part.kept, name).size, total, isWhole })
}

/** Reads one list from where it was left. */
async function readList(
  reading: Reading,
  read: AccountRead,
  call: ReadCall,
  begun: Position,
): Promise<void> {
  const { account, part } = reading
  const operation = account.operation(call.operation)
  const paging = pagingOf({ operation, source: account.source })
  let position = begun
  for (;;) {
    const request = pageRequest(account.request(call), position, paging)
    const answer = await account.ask(request, operation)
    if (!answer && read.items === '') return takeMissing(reading, read, request)
    if (!answer) throw new CannotRead(`${request.url} is not there (404): look at the target`)
    const { body, headers } = answer
    const items = itemsIn(read, body)
    if (!items) throw new CannotRead(`${request.url} answered no list of ${read.name}`)
    const { total, pages: pageCount } = toldOf({ body, headers }, paging?.mark ?? {})
    await takeItems(reading, read, items, total)

    const pages = position.pages + 1
    const count = position.items + items.length
    const page = { request, headers, body, last: items.at(-1), pages, items: count }
    const isLast = items.length === 0 || (pageCount !== undefined && pages >= pageCount)
    const next = paging && !isLast ? nextPage(page, paging) : undefined
    // A page that leads to itself would be read for ever.
    if (!next || next.url === request.url) return
    position = { call: begun.call, query: new URL(next.url).search, pages, items: count }
    await part.append([{ read: read.name, at: position }])
  }
}

/** One thing that the user has named, and that is not there. */
async function takeMissing({ part }: Reading, { name: read }: AccountRead, { url }: SentRequest) {
  const { pathname, search } = new URL(url)
  const outcomes = [{ left: pathname + search, why: 'it is not there (404)' }]
  await part.append([{ read, key: url, known: [], outcomes }])
}

/** Only the query of a link is followed: nothing but the endpoint itself is asked. */
function pageRequest(first: SentRequest, { query }: Position, paging: Paging | undefined) {
  if (query !== undefined) {
    const url = new URL(first.url)
    url.search = query
    return { ...first, url: url.href }
  }
  if (!paging) return first
  const { maximum = PAGE } = paging.size.schema as Json
  return withQuery(first, paging.size.name, String(Math.min(PAGE, Number(maximum))))
}

/** The items of a page; the body itself where the read is of one thing. */
function itemsIn({ items }: AccountRead, body: unknown): readonly unknown[] | undefined {
  return items === '' ? [body] : itemsOf(body, items)
}

/** Takes the items that were not taken yet; those of a few are in the file before the next are asked about. */
async function takeItems(
  reading: Reading,
  read: AccountRead,
  items: readonly unknown[],
  total: number | undefined,
): Promise<void> {
  const keys = keysOf(reading.part.kept, read.name)
  for (let from = 0; from < items.length; from += TOGETHER) {
    const few = items.slice(from, from + TOGETHER).filter((item) => !keys.has(read.key(item)))
    const lines = await Promise.all(few.map((item) => lineOf(reading, read, item)))
    // An item that a page has twice is one.
    const unique = new Map(lines.map((line) => [line.key, line]))
    if (unique.size > 0) await reading.part.append([...unique.values()])
    told(reading, read, total, false)
  }
}

async function lineOf(reading: Reading, read: AccountRead, item: unknown): Promise<ItemLine> {
  const { account, part, nameOf, inputs } = reading
  const known: [string, string][] = []
  const context: ImportContext = {
    nameOf,
    inputs,
    isKnown: (name, key) => keysOf(part.kept, name).has(key),
    know(name, key) {
      keysOf(part.kept, name).add(key)
      known.push([name, key])
    },
  }
  const calls = read.details?.(item, context) ?? []
  const details = await Promise.all(calls.map((call) => detailOf(account, call)))
  const key = read.key(item)
  const outcomes = outcomesOf(read, { item, details }, context)
  return { read: read.name, key, known, outcomes: outcomes.map((each) => fitting(each, reading)) }
}

async function detailOf(account: Account, call: ReadCall): Promise<unknown> {
  const operation: SourceOperation = account.operation(call.operation)
  return (await account.ask(account.request(call), operation))?.body
}

/** An answer that is not as its document says may break what reads it: then that item is left. */
function outcomesOf(
  read: AccountRead,
  item: Parameters<AccountRead['outcomes']>[0],
  context: ImportContext,
): readonly Outcome[] {
  try {
    return read.outcomes(item, context)
  } catch {
    const left = `${read.name}: ${read.key(item.item)}`
    return [{ left, why: 'the answer is not as the document has it' }]
  }
}

/** What does not fit the seed file is left: else the whole file would be refused. */
function fitting(outcome: Outcome, { problemOf }: Reading): Outcome {
  if ('left' in outcome) return outcome
  const problem = problemOf(outcome.part, outcome.value)
  if (problem === undefined) return outcome
  const { part, value } = outcome
  const { name, iccid, id, bundle } = value as Json
  const which = typeof value === 'string' ? value : (name ?? iccid ?? id ?? bundle)
  return { left: which === undefined ? part : `${part} ${which}`, why: problem }
}
