// How a list comes in pages: a row for each style there is, known by the names of its parameters or by `x-paging`.
import { pointerNames } from '../state/json-pointer.ts'
import type { SeenExchange } from '../workflows/seen-exchange.ts'
import type { SentRequest } from '../workflows/send.ts'
import type { SourceParameter } from '../workflows/sources.ts'
import { withQuery } from './call.ts'
import { type Json, schemaAt } from './document-schemas.ts'
import { contentOf, documentedReply, mediaType } from './documented-reply.ts'

/** What `x-paging` of an operation may say; what it leaves out is known by names. */
export interface PagingMark {
  readonly style?: StyleName
  /** Names of query parameters: where a page begins, and how long it is. */
  readonly position?: string
  readonly size?: string
  /** The number of the first page: 0 or 1. */
  readonly first?: number
  /** JSON pointers into a body: its items, how many there are in all, how many pages, the next one. */
  readonly items?: string
  readonly total?: string
  readonly pages?: string
  readonly next?: string
  /** The field by which items are told apart. */
  readonly key?: string
}

export type StyleName = 'page' | 'offset' | 'cursor' | 'links'

/** How an operation pages. */
export interface Paging {
  readonly style: StyleName
  /** The parameter that says where a page begins; absent where only links lead on. */
  readonly position: SourceParameter | undefined
  readonly size: SourceParameter
  readonly mark: PagingMark
}

/** A page that was read: what the next one is asked for by. */
export interface PageRead {
  readonly request: SentRequest
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  /** The last item on it. */
  readonly last: unknown
  /** How many pages, and how many items, were read with this one. */
  readonly pages: number
  readonly items: number
}

interface Style {
  readonly name: StyleName
  /** What the parameter is called that says where a page begins: letters only, all small. */
  readonly positions: readonly string[]
  /** The request for the next page; `undefined` where the page says that there is none. */
  readonly next: (page: PageRead, paging: Paging) => SentRequest | undefined
}

/** The first one that fits is taken. */
const STYLES: readonly Style[] = [
  {
    name: 'page',
    positions: ['page', 'pagenumber', 'pageno', 'pageindex', 'pagenum'],
    next: ({ request, pages }, { position, mark }) =>
      positioned(request, position, String(firstPage(position, mark) + pages)),
  },
  {
    name: 'offset',
    positions: ['offset', 'skip', 'start', 'startindex', 'pageoffset'],
    next: ({ request, items }, { position, mark }) =>
      positioned(request, position, String((mark.first ?? 0) + items)),
  },
  {
    name: 'cursor',
    positions: [
      'cursor',
      'pagecursor',
      'pagetoken',
      'nexttoken',
      'continuationtoken',
      'marker',
      'after',
      'startingafter',
    ],
    next(page, { position, mark }) {
      const link = linkToNext(page, mark)
      if (link) return link
      const token = firstText(page.body, mark.next === undefined ? CURSORS : [mark.next])
      const after = token ?? lastKey(page, position, mark)
      return after === undefined ? undefined : positioned(page.request, position, after)
    },
  },
  {
    name: 'links',
    positions: [],
    next: (page, { mark }) => linkToNext(page, mark),
  },
]

/** Cursors that are the key of the last item, where the body has none. */
const AFTER = ['after', 'startingafter']

function lastKey(
  { body, last }: PageRead,
  position: SourceParameter | undefined,
  { key = 'id' }: PagingMark,
): string | undefined {
  if (!AFTER.includes(plain(position?.name ?? ''))) return undefined
  if (valuesAt(body, '/has_more')[0] === false) return undefined
  const [value] = valuesAt(last, `/${key}`)
  return value === undefined ? undefined : String(value)
}

/** What the parameter is called that says how long a page is: letters only, all small. */
const SIZES = [
  'perpage',
  'pagesize',
  'limit',
  'size',
  'count',
  'top',
  'take',
  'maxresults',
  'maxitems',
]

/** Where a body has the cursor of the next page. */
const CURSORS = [
  '/nextCursor',
  '/next_cursor',
  '/nextPageToken',
  '/next_page_token',
  '/nextToken',
  '/continuationToken',
  '/meta/nextCursor',
  '/meta/next_cursor',
  '/pagination/nextCursor',
  '/pagination/next_cursor',
  '/paging/cursors/after',
  '/cursor/next',
]

/** Where a body has the link to the next page: a text, or an object with `href`. */
const LINKS = ['/_links/next', '/links/next', '/paging/next', '/pagination/next', '/next']

/** Where a body tells how many items there are in all, and how many pages. */
const TOTALS = ['total', 'totalCount', 'total_count', 'totalItems', 'totalElements', 'rows']
const PAGES = ['pageCount', 'page_count', 'totalPages', 'total_pages']
const WITHIN = ['', '/meta', '/pagination', '/paging', '/page']

/** How an operation pages; `undefined` where nothing says that it does. */
export function pagingOf({
  operation,
  source,
}: Pick<SeenExchange, 'operation' | 'source'>): Paging | undefined {
  const mark = (operation.object as Json)['x-paging'] as PagingMark | false | undefined
  if (mark === false) return undefined
  const all = operation.parameters.filter((each) => each.in === 'query')
  const find = (own: string | undefined, names: readonly string[]) =>
    all.find(({ name }) => (own === undefined ? names.includes(plain(name)) : name === own))
  const size = find(mark?.size, SIZES)
  if (!size) return undefined
  for (const { name, positions } of STYLES) {
    if (mark?.style !== undefined && mark.style !== name) continue
    const position = find(mark?.position, positions)
    const isStyle = name === 'links' ? mark?.style === name || hasLinks() : position !== undefined
    if (isStyle) return { style: name, position, size, mark: mark ?? {} }
  }
  return undefined

  /** Whether the document has a link to the next page in the body, or in the header Link. */
  function hasLinks(): boolean {
    const reply = documentedReply(source.document, operation, 200)
    const [type = ''] = Object.keys(reply?.content ?? {})
    const schema = reply && contentOf(reply, mediaType(type) ?? '')?.schema
    const documented = LINKS.some((link) => isDocumented(source.document, schema, link))
    return documented || reply?.headers.link !== undefined
  }
}

function isDocumented(
  document: SeenExchange['source']['document'],
  schema: unknown,
  pointer: string,
): boolean {
  let at = schemaAt(document, schema)
  for (const name of pointerNames(pointer)) {
    const inner = (at.properties as Json | undefined)?.[name]
    if (inner === undefined) return false
    at = schemaAt(document, inner)
  }
  return true
}

/** A name as others write it, too: `per_page`, `perPage` and `page[size]` in small letters alone. */
export function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

/** The request for the next page; `undefined` where none is to be had. */
export function nextPage(page: PageRead, paging: Paging): SentRequest | undefined {
  return STYLES.find(({ name }) => name === paging.style)?.next(page, paging)
}

/** The request for a page by its number, from 0; only for lists that are paged by numbers. */
export function numberedPage(request: SentRequest, paging: Paging, index: number): SentRequest {
  const { position, mark } = paging
  return positioned(request, position, String(firstPage(position, mark) + index))
}

/** The number of the first page. */
function firstPage(position: SourceParameter | undefined, { first }: PagingMark): number {
  const { minimum, default: usual } = position?.schema ?? {}
  return first ?? (minimum === 0 || usual === 0 ? 0 : 1)
}

function positioned(
  request: SentRequest,
  position: SourceParameter | undefined,
  value: string,
): SentRequest {
  return position ? withQuery(request, position.name, value) : request
}

/** What a page tells of the whole: how many items there are in all, and how many pages. */
export function toldOf({ body, headers }: Pick<PageRead, 'body' | 'headers'>, mark: PagingMark) {
  const inHeader = headers['x-total-count'] ?? headers['x-total']
  const total = firstNumber(body, mark.total === undefined ? within(TOTALS) : [mark.total])
  return {
    total: total ?? (/^\d+$/.test(inHeader ?? '') ? Number(inHeader) : undefined),
    pages: firstNumber(body, mark.pages === undefined ? within(PAGES) : [mark.pages]),
  }
}

function within(names: readonly string[]): string[] {
  return WITHIN.flatMap((place) => names.map((name) => `${place}/${name}`))
}

/** The link to the next page, in the body or in the header Link (RFC 8288). */
function linkToNext({ request, headers, body }: PageRead, { next }: PagingMark) {
  const [, inHeader] = /<([^>]*)>[^,]*;\s*rel="?next"?/i.exec(headers.link ?? '') ?? []
  const link = firstText(body, next === undefined ? LINKS : [next]) ?? inHeader
  if (link === undefined || !/^(https?:|\/|\?)/.test(link)) return undefined
  return { ...request, url: new URL(link, request.url).href }
}

/** The first text, or `href`, that one of these pointers leads to. */
function firstText(body: unknown, pointers: readonly string[]): string | undefined {
  for (const pointer of pointers) {
    const [found] = valuesAt(body, pointer)
    const text = valuesAt(found, '/href')[0] ?? found
    if (typeof text === 'string' && text !== '') return text
  }
  return undefined
}

function firstNumber(body: unknown, pointers: readonly string[]): number | undefined {
  const found = pointers.flatMap((pointer) => valuesAt(body, pointer))
  return found.find((each): each is number => Number.isInteger(each))
}

/** What a JSON pointer leads to; `*` stands for every entry of a list or object. */
export function valuesAt(value: unknown, pointer: string): readonly unknown[] {
  let all: readonly unknown[] = [value]
  for (const name of pointerNames(pointer))
    all = all.flatMap((each) => {
      if (typeof each !== 'object' || each === null) return []
      if (name === '*') return Object.values(each)
      return Object.hasOwn(each, name) ? [(each as Json)[name]] : []
    })
  return all
}
