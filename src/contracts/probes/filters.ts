// Filters of a list: each leaves what fits it, and nothing else.
import type { SeenExchange } from '../../workflows/seen-exchange.ts'
import type { SentRequest } from '../../workflows/send.ts'
import { firstGood, isProviderRead, withQuery } from '../call.ts'
import { schemaAt, schemasOf } from '../document-schemas.ts'
import { belongs, enumerated, type FilterRule, filterRules, valuesOf } from '../filter-rules.ts'
import { itemsOf, type ListRead, largestSize, listRead } from '../list-read.ts'
import { pagingOf } from '../paging.ts'
import { stableJson } from '../stable-body.ts'
import { NOTHING, type Probe, type Probed, type Probing } from './probe.ts'

export const FILTER_PROBES: readonly Probe[] = [
  {
    name: 'filters-filter',
    proves: 'a filter of a list leaves every item that fits it, and no other',
    chosen: firstGood,
    fits: (exchange) => isProviderRead(exchange) && hasFilters(exchange),
    async find(exchange, probing) {
      const request = unfiltered(exchange)
      const all = await readList(exchange, request, probing)
      if (!all) return NOTHING
      const list: FilteredList = { exchange, probing, request, all }
      const found: Probed[] = []
      for (const asked of askedFor(list)) found.push(...(await wrongBy(list, asked)))
      if (found.length === 0) return NOTHING
      // Others may have changed the list in the meantime.
      const again = await readList(exchange, request, probing)
      return again && textOf(again.items) === textOf(all.items) ? found : NOTHING
    },
  },
]

interface FilteredList {
  readonly exchange: SeenExchange
  readonly probing: Probing
  /** Without a filter, of its first page. */
  readonly request: SentRequest
  readonly all: ListRead
}

const textOf = (value: unknown) => JSON.stringify(value)

function hasFilters(exchange: SeenExchange): boolean {
  const body = stableJson(exchange.reply.body, [])
  const items = itemsOf(body, pagingOf(exchange)?.mark.items)
  return items !== undefined && filterRules(exchange.operation.parameters, items).length > 0
}

/** The call without anything in its query that it can do without. */
function unfiltered({ request, operation }: SeenExchange): SentRequest {
  const names = operation.parameters.filter(({ required }) => required).map(({ name }) => name)
  const url = new URL(request.url)
  for (const name of [...url.searchParams.keys()])
    if (!names.includes(name)) url.searchParams.delete(name)
  return { ...request, url: url.href }
}

function readList(exchange: SeenExchange, request: SentRequest, { ask, volatile }: Probing) {
  const paging = pagingOf(exchange)
  const size = paging && largestSize(exchange, paging)
  const json = (body: Buffer) => stableJson(body, volatile)
  return listRead(exchange, request, { ask, json, size, toTheEnd: false })
}

/** A filter with a value. */
interface Asked {
  readonly rule: FilterRule
  readonly value: string
}

/** What the list is asked for: each filter with some values, and each together with the next one. */
function askedFor(list: FilteredList): readonly (readonly Asked[])[] {
  const { operation } = list.exchange
  const tried = filterRules(operation.parameters, list.all.items).map((rule) =>
    valuesFor(list, rule).map((value) => ({ rule, value })),
  )
  const pairs = tried.slice(1).flatMap((next, at) => {
    const [many] = tried[at]?.toReversed() ?? []
    const few = next.find(({ rule }) => rule.parameter.name !== many?.rule.parameter.name)
    return many && few ? [[many, few]] : []
  })
  return [...tried.flat().map((each) => [each]), ...pairs]
}

/** Whether an item has to be, may be, or must not be among those that all of these leave. */
function belongsToAll(item: unknown, asked: readonly Asked[]) {
  const each = asked.map(({ rule, value }) => belongs(item, rule, value))
  if (each.includes('must not')) return 'must not'
  return each.includes('may') ? 'may' : 'must'
}

/** What a filter is tried with: a value that few items have, one that none has, one that many have. */
function valuesFor({ exchange, all }: FilteredList, rule: FilterRule): readonly string[] {
  const { document } = exchange.source
  const schema = schemaAt(document, rule.parameter.schema)
  const isAllowed = (value: string) => {
    const text = written(rule, value)
    const asked = schema.type === 'array' ? [text] : typed(text, schema.type)
    return schemasOf(document).problems(rule.parameter.schema, asked).length === 0
  }
  const counts = new Map<string, number>()
  for (const value of all.items.flatMap((item) => [...new Set(valuesOf(item, rule))]))
    counts.set(value, (counts.get(value) ?? 0) + 1)
  const known = [...counts]
    .toSorted(([, a], [, b]) => a - b)
    .map(([value]) => value)
    .filter((value) => value !== '' && isAllowed(value))
  const none = enumerated(rule.parameter).find((value) => !counts.has(value))
  const values = [known[0], all.isWhole ? none : undefined, known.at(-1)]
  return [...new Set(values.filter((value) => value !== undefined))]
}

function written({ write }: FilterRule, value: string): string {
  return write.replaceAll('{value}', () => value)
}

function typed(text: string, type: unknown): unknown {
  if ((type === 'integer' || type === 'number') && text.trim() !== '') return Number(text)
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true'
  return text
}

/** What filters leave that they should not, and what they should and do not. */
async function wrongBy(
  { exchange, probing, request: all, all: { items } }: FilteredList,
  asked: readonly Asked[],
): Promise<readonly Probed[]> {
  const request = filtered(all, asked)
  const left = await readList(exchange, request, probing)
  if (!left) return NOTHING
  const what = asked.map(({ rule, value }) => `${rule.parameter.name}=${written(rule, value)}`)
  const say = (message: string) => [{ message: `${what.join(' and ')} ${message}`, request }]
  const wrong = left.items.find((item) => belongsToAll(item, asked) === 'must not')
  if (wrong !== undefined) return say(`leaves an item that does not fit: ${shortText(wrong)}`)
  const texts = new Set(left.items.map(textOf))
  const lost = items.find(
    (item) => belongsToAll(item, asked) === 'must' && !texts.has(textOf(item)),
  )
  return lost === undefined ? NOTHING : say(`leaves out an item that fits: ${shortText(lost)}`)
}

function filtered(request: SentRequest, asked: readonly Asked[]): SentRequest {
  const values = asked.flatMap(({ rule, value }) => [
    ...Object.entries(rule.with),
    [rule.parameter.name, written(rule, value)] as const,
  ])
  return values.reduce((made, [name, value]) => withQuery(made, name, value), request)
}

/** The largest part of an item that is told. */
const LONGEST = 160

function shortText(item: unknown): string {
  const text = textOf(item)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text
}
