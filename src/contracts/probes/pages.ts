// Pages of a list: put together they are the whole, whatever their size.
import type { SeenExchange } from '../../workflows/seen-exchange.ts'
import type { SentRequest } from '../../workflows/send.ts'
import { firstOfShape, isProviderRead, withQuery } from '../call.ts'
import { schemasOf } from '../document-schemas.ts'
import { itemsOf, type ListRead, largestSize, listRead, type Page } from '../list-read.ts'
import { numberedPage, type Paging, pagingOf, toldOf, valuesAt } from '../paging.ts'
import { stableJson } from '../stable-body.ts'
import { NOTHING, type Probe, type Probed, type Probing } from './probe.ts'

export const PAGE_PROBES: readonly Probe[] = [
  {
    name: 'pages-concatenate',
    proves:
      'the pages of a list, of any size, are the whole list in its order, and tell its length',
    chosen: firstOfShape,
    fits: (exchange) => isProviderRead(exchange) && pagingOf(exchange) !== undefined,
    async find(exchange, probing) {
      const paging = pagingOf(exchange)
      if (!paging) return NOTHING
      const list: PagedList = { exchange, paging, request: firstPageOf(exchange, paging), probing }
      const largest = largestSize(exchange, paging)
      const whole = await read(list, largest)
      if (!whole) return NOTHING
      const found = [...wrongOfRead(list, whole, largest), ...doubled(list, whole)]
      for (const size of sizesFor(list, whole, largest)) {
        const pages = await read(list, size)
        if (!pages) return NOTHING
        found.push(...wrongOrder(whole, pages, size), ...wrongOfRead(list, pages, size))
      }
      if (!whole.isWhole) found.push(...(await wrongEnd(list, whole, largest)))
      if (found.length === 0) return NOTHING
      // Others may have changed the list in the meantime.
      const again = await read(list, largest)
      return again && textOf(again.items) === textOf(whole.items) ? found : NOTHING
    },
  },
]

interface PagedList {
  readonly exchange: SeenExchange
  readonly paging: Paging
  /** Of its first page. */
  readonly request: SentRequest
  readonly probing: Probing
}

function firstPageOf({ request }: SeenExchange, { position, size }: Paging): SentRequest {
  const rest = position ? withQuery(request, position.name, undefined) : request
  return withQuery(rest, size.name, undefined)
}

function read({ exchange, request, probing }: PagedList, size: number) {
  const { ask, volatile } = probing
  const json = (body: Buffer) => stableJson(body, volatile)
  return listRead(exchange, request, { ask, json, size, toTheEnd: true })
}

const textOf = (value: unknown) => JSON.stringify(value)

/** Sizes that do not divide the length of a list, and its length itself: as far as they are allowed. */
function sizesFor(
  { exchange, paging }: PagedList,
  { items, isWhole }: ListRead,
  largest: number,
): readonly number[] {
  const count = items.length
  if (count < 2) return []
  const sizes = [Math.floor(count / 2) + 1, Math.floor(count / 3), isWhole ? count : 0]
  const { document } = exchange.source
  return [...new Set(sizes)].filter(
    (size) =>
      size > 0 &&
      size < largest &&
      schemasOf(document).problems(paging.size.schema, size).length === 0,
  )
}

/** How the pages differ from the list as it was read at once. */
function wrongOrder(whole: ListRead, pages: ListRead, size: number): readonly Probed[] {
  const count = Math.min(...[whole, pages].map(lengthRead))
  const wanted = whole.items.slice(0, count).map(textOf)
  const got = pages.items.slice(0, count).map(textOf)
  if (textOf(wanted) === textOf(got)) return NOTHING
  const request = pages.pages[0]?.request
  const say = (message: string) => [told(`with ${size} on a page ${message}`, request)]
  const lost = wanted.findIndex((each) => !got.includes(each))
  if (lost >= 0) return say(`item ${lost + 1} of the list is on no page: ${wanted[lost]}`)
  const twice = got.find((each, at) => got.indexOf(each) < at && !isTwice(wanted, each))
  if (twice !== undefined) return say(`an item comes twice: ${twice}`)
  const more = got.find((each) => !wanted.includes(each))
  if (more !== undefined) return say(`an item comes that the list does not have: ${more}`)
  return say('the items come in another order')
}

const isTwice = (all: readonly string[], one: string) => all.indexOf(one) < all.lastIndexOf(one)

/** As far as a list was read; without an end where that is all of it. */
function lengthRead({ items, isWhole }: ListRead): number {
  return isWhole ? Number.POSITIVE_INFINITY : items.length
}

/** The largest part of an item that is told. */
const LONGEST = 200

function told(message: string, request: SentRequest | undefined): Probed {
  const short = message.length > LONGEST ? `${message.slice(0, LONGEST)}...` : message
  return request ? { message: short, request } : { message: short }
}

/** What is wrong with single pages: their length, what they tell of the whole, and that after the last. */
function wrongOfRead({ paging }: PagedList, list: ListRead, size: number): readonly Probed[] {
  const full = list.pages.find(({ items }) => items.length > size)
  if (full)
    return [told(`a page that may hold ${size} items has ${full.items.length}`, full.request)]
  const last = list.pages.at(-1)
  const before = list.pages.at(-2)
  if (last && before && last.items.length > 0 && textOf(last.items) === textOf(before.items))
    return [told('a page is the same as the one before it', last.request)]
  for (const page of list.pages) {
    const wrong = wrongCount(page, list, { paging, size })
    if (wrong !== undefined) return [told(wrong, page.request)]
  }
  return NOTHING
}

function wrongCount(
  page: Page,
  { items, isWhole, pages: read }: ListRead,
  { paging, size }: { readonly paging: Paging; readonly size: number },
): string | undefined {
  // What it tells beyond the last page is about nothing.
  if (page.items.length === 0 && items.length > 0) return undefined
  const { total, pages } = toldOf(page, paging.mark)
  if (total !== undefined && (isWhole ? total !== items.length : total < items.length))
    return `it tells ${total} items in all, and ${items.length} were read`
  const count = total ?? (isWhole ? items.length : undefined)
  if (pages === undefined || count === undefined) return undefined
  // Where nothing says what is the most, a page may hold less than was asked for.
  const [first, second] = read
  const held = second && second.items.length > 0 ? first?.items.length : size
  const wanted = Math.ceil(count / (held || size))
  // Of an empty list the first page may count.
  return pages === wanted || (count === 0 && pages === 1)
    ? undefined
    : `it tells ${pages} pages of ${size} items, and ${count} items make ${wanted}`
}

/** Whether an item is in the list twice, where it is known how they are told apart. */
function doubled({ paging }: PagedList, { items, pages }: ListRead): readonly Probed[] {
  const pointer = `/${paging.mark.key ?? 'id'}`
  const seen = new Set<unknown>()
  for (const item of items) {
    const [key] = valuesAt(item, pointer)
    if (key === undefined) continue
    if (seen.has(key)) return [told(`an item is in the list twice: ${key}`, pages[0]?.request)]
    seen.add(key)
  }
  return NOTHING
}

/** What is wrong with the end of a list that is too long to be read: by the count of pages it tells. */
async function wrongEnd(
  { exchange, paging, request, probing }: PagedList,
  { pages: [first] }: ListRead,
  size: number,
): Promise<readonly Probed[]> {
  const pages = first && toldOf(first, paging.mark).pages
  if (pages === undefined || paging.style !== 'page') return NOTHING
  const found: Probed[] = []
  for (const [index, isThere] of [
    [pages - 1, true],
    [pages, false],
  ] as const) {
    const sized = withQuery(request, paging.size.name, String(size))
    const asked = numberedPage(sized, paging, index)
    const answer = await probing.ask(asked)
    if ('error' in answer || answer.status > 299) continue
    const items = itemsOf(stableJson(answer.body, probing.volatile), paging.mark.items) ?? []
    if (items.length > 0 === isThere) continue
    const what = isThere ? 'the last page that it tells is empty' : 'it goes on after its last page'
    found.push(told(`${what} (of ${pages} at ${exchange.operation.path})`, asked))
  }
  return found
}
