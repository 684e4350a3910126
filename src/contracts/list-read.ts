// Reads a list, page after page, as far as it is looked at.
import type { SeenExchange } from '../workflows/seen-exchange.ts'
import type { Answer, SentRequest } from '../workflows/send.ts'
import { isGood, withQuery } from './call.ts'
import { type Json, schemasOf } from './document-schemas.ts'
import { nextPage, type PageRead, type Paging, pagingOf, valuesAt } from './paging.ts'

/** A list as it was read, in its order. */
export interface ListRead {
  readonly items: readonly unknown[]
  /** Pages with something on them, and that after them where it was asked for. */
  readonly pages: readonly Page[]
  /** Whether this is all of it: longer lists are read up to a point. */
  readonly isWhole: boolean
}

/** One page. */
export interface Page extends Pick<PageRead, 'request' | 'headers' | 'body'> {
  readonly items: readonly unknown[]
}

/** How a list is read. */
export interface Reading {
  readonly ask: (request: SentRequest) => Promise<Answer>
  /** Reads a body of JSON; `undefined` where it is none. */
  readonly json: (body: Buffer) => unknown
  /** Items on a page; absent where the list has no pages. */
  readonly size?: number | undefined
  /** Whether the page after the last is asked for, too. */
  readonly toTheEnd: boolean
}

/** How much of a list is read. */
const MOST_ITEMS = 200

/** One more than what lists of that many items have where pages hold what was asked for. */
const MOST_PAGES = 40

/**
 * Reads a list from its beginning.
 * @param request of its first page, without a size
 * @returns `undefined` where an answer is no page, so that nothing can be said
 */
export async function listRead(
  exchange: SeenExchange,
  request: SentRequest,
  { ask, json, size, toTheEnd }: Reading,
): Promise<ListRead | undefined> {
  const paging = pagingOf(exchange)
  const pages: Page[] = []
  let count = 0
  let next: SentRequest | undefined =
    paging && size !== undefined ? withQuery(request, paging.size.name, String(size)) : request
  while (next) {
    const answer = await ask(next)
    // Beyond the last page a list may refuse.
    if (isRefused(answer) && pages.length > 0) return whole(pages)
    if ('error' in answer || !isGood(answer)) return undefined
    const body = json(answer.body)
    const items = itemsOf(body, paging?.mark.items)
    if (!items) return undefined
    const page: Page = { request: next, headers: answer.headers, body, items }
    pages.push(page)
    count += items.length
    if (!paging) return whole(pages)
    const isShort = items.length < (size ?? 0) && !toTheEnd
    if (items.length === 0 || isShort || isSame(page, pages.at(-2))) return whole(pages)
    if (count >= MOST_ITEMS || pages.length >= MOST_PAGES)
      return { ...whole(pages), isWhole: false }
    next = nextPage({ ...page, pages: pages.length, items: count, last: items.at(-1) }, paging)
  }
  return whole(pages)
}

function whole(pages: readonly Page[]): ListRead {
  return { items: pages.flatMap(({ items }) => items), pages, isWhole: true }
}

/** True for an answer of 4xx that is not for want of time. */
function isRefused(answer: Answer): boolean {
  return 'status' in answer && answer.status >= 400 && answer.status <= 499 && answer.status !== 429
}

function isSame({ items }: Page, before: Page | undefined): boolean {
  return before !== undefined && JSON.stringify(items) === JSON.stringify(before.items)
}

/** Names of objects that hold the items of a list, or the list itself. */
const AROUND = ['', '/_embedded', '/data', '/result']

/**
 * The items of a list: where it is said, else the body itself, or the only list in it.
 * @returns `undefined` where the body is no list, or nobody can tell which
 */
export function itemsOf(body: unknown, pointer?: string): readonly unknown[] | undefined {
  if (pointer !== undefined) {
    const [found] = valuesAt(body, pointer)
    return Array.isArray(found) ? found : undefined
  }
  if (Array.isArray(body)) return body
  for (const place of AROUND) {
    const lists = valuesAt(body, `${place}/*`).filter((each) => Array.isArray(each))
    if (lists.length > 0) return lists.length === 1 ? lists[0] : undefined
  }
  return undefined
}

/** Items asked for where nothing says how many a page may hold. */
const USUAL_SIZE = 100

/** The longest page that a list gives and that is looked at. */
export function largestSize({ source }: SeenExchange, { size }: Paging): number {
  const { enum: values, maximum, default: usual } = size.schema as Json
  const fits = (each: unknown): each is number =>
    Number.isInteger(each) && schemasOf(source.document).problems(size.schema, each).length === 0
  const told = Array.isArray(values) ? values : [maximum ?? USUAL_SIZE, usual]
  const known = told.filter(fits).map((each) => Math.min(each, MOST_ITEMS))
  return Math.max(1, ...known)
}
