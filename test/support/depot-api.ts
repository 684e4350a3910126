// A small API of boxes in a depot: a list in every style of pages, filters, orders that can be repeated. It keeps to its document, or breaks it in one way.
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/** Where a list is, and how it pages. */
export const LISTS = [
  '/by-page',
  '/by-offset',
  '/by-cursor',
  '/by-links',
  '/by-last',
  '/by-header',
  '/as-marked',
] as const

const query = (name: string, schema = '{ type: string }', more = '') =>
  `        - { name: ${name}, in: query, schema: ${schema}${more} }\n`
const SIZE = '{ type: integer, minimum: 1, maximum: 50, default: 2 }'
const COUNT = '{ type: integer, minimum: 0 }'
const list = (path: string, parameters: string, more = '') => `  ${path}:
    get:
      x-effect: reads
${more}      parameters:
${parameters}      responses: { '200': { $ref: '#/components/responses/Boxes' } }
`

export const DEPOT_SPEC = `openapi: 3.1.0
info: { title: Depot, version: 1.0.0 }
paths:
${list(
  '/by-page',
  query('page', COUNT.replace('0', '1')) +
    query('per_page', SIZE) +
    query('color') +
    query('min-weight', COUNT, ', x-filter: { of: /weight, match: from }') +
    query('size', '{ type: string, enum: [small, large, huge] }') +
    query('find', '{ type: string }', ', x-filter: { of: [/label, /color], match: contains }') +
    query('sort', '{ type: string, enum: [asc, desc] }'),
)}${list('/by-offset', query('offset', COUNT) + query('limit', SIZE))}${list(
  '/by-cursor',
  query('cursor') + query('limit', SIZE),
)}${list('/by-links', query('limit', SIZE)).replace('Boxes', 'Linked')}${list(
  '/by-last',
  query('starting_after') + query('limit', SIZE),
)}${list('/by-header', query('limit', SIZE)).replace('Boxes', 'Listed')}${list(
  '/as-marked',
  query('nr', COUNT) + query('many', SIZE),
  '      x-paging: { style: page, position: nr, size: many, first: 0, items: /found, total: /sum, key: id }\n',
)}  /orders:
    get: { x-effect: reads, responses: { '200': { description: all } } }
    post:
      x-effect: spends
      parameters: [{ name: Idempotency-Key, in: header, schema: { type: string } }]
      requestBody: { content: { application/json: { schema: { type: object } } } }
      responses: { '201': { description: done } }
  /moves:
    post:
      x-effect: changes
      x-repeat: { key: /reference, answer: { state: refused } }
      requestBody: { content: { application/json: { schema: { type: object } } } }
      responses: { '200': { description: done, or refused } }
components:
  responses:
    Boxes: { description: a page }
    Listed: { description: a page, headers: { Link: { schema: { type: string } } } }
    Linked:
      description: a page
      content:
        application/json:
          schema: { type: object, properties: { _links: { type: object, properties: { next: { type: object } } } } }
webhooks:
  moved:
    post:
      x-signature: { scheme: hmac-sha256, header: X-Signature, key: apiKey }
      requestBody:
        content:
          application/json:
            schema:
              type: object
              additionalProperties: false
              required: [box, moved]
              properties: { box: { type: string }, moved: { type: boolean } }
`

/** The ways in which it breaks its document; the last one is none, and hard to tell from one. */
export type DepotDefect =
  | 'loses an item between pages'
  | 'shows an item on two pages'
  | 'orders each page anew'
  | 'gives longer pages'
  | 'goes on after its last page'
  | 'has a box twice'
  | 'tells a wrong total'
  | 'tells a wrong count of pages'
  | 'ignores a filter'
  | 'filters too much'
  | 'finds what is less'
  | 'knows one filter at a time'
  | 'charges twice'
  | 'charges twice in silence'
  | 'moves twice'
  | 'grows while it is read'

interface Box {
  readonly id: string
  readonly color: string
  readonly size: string
  readonly weight: number
  readonly label: string
}

const BOXES: readonly Box[] = Array.from({ length: 7 }, (_, at) => ({
  id: `b${at + 1}`,
  color: at < 5 ? 'blue' : 'red',
  size: at % 2 === 0 ? 'small' : 'large',
  weight: 10 * at,
  label: `Box ${at + 1} of the depot`,
}))

export interface DepotApi extends AsyncDisposable {
  readonly url: string
  readonly folder: string
  /** Every request, as `METHOD /path`. */
  readonly log: string[]
  /** Begins anew with another defect, or none. */
  reset(defect?: DepotDefect): void
}

/** Starts it, with its document in a folder of its own. */
export async function startDepotApi(): Promise<DepotApi> {
  let depot = new Depot(undefined)
  const log: string[] = []
  const server = createServer(async (request, response) => {
    log.push(`${request.method} ${request.url}`)
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    const key = request.headers['idempotency-key']
    const sent = { method: request.method ?? '', body: await text(request), key: String(key) }
    const { status, body, headers = {} } = depot.answer(url, sent)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const folder = await mkdtemp(join(tmpdir(), 'esimulator-depot-'))
  await writeFile(join(folder, 'depot.yaml'), DEPOT_SPEC)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    folder,
    log,
    reset(defect) {
      depot = new Depot(defect)
      log.length = 0
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true })
    },
  }
}

interface Reply {
  readonly status: number
  readonly body: unknown
  readonly headers?: Record<string, string>
}

interface Sent {
  readonly method: string
  readonly body: string
  readonly key: string
}

class Depot {
  readonly #defect: DepotDefect | undefined
  #boxes: readonly Box[]
  readonly #orders: object[] = []
  readonly #kept = new Map<string, object>()

  constructor(defect: DepotDefect | undefined) {
    this.#defect = defect
    this.#boxes = defect === 'has a box twice' ? [...BOXES, ...BOXES.slice(2, 3)] : BOXES
  }

  answer(url: URL, sent: Sent): Reply {
    if (url.pathname === '/moves') return this.#moved(sent)
    if (url.pathname !== '/orders') return this.#page(url)
    return sent.method === 'POST' ? this.#ordered(sent) : { status: 200, body: this.#orders }
  }

  #ordered({ key, body }: Sent): Reply {
    const kept = this.#kept.get(key)
    if (kept && this.#defect === 'charges twice in silence') this.#orders.push(kept)
    if (kept && this.#defect !== 'charges twice') return { status: 201, body: kept }
    const order = { id: `o${this.#orders.length + 1}`, of: JSON.parse(body) as object }
    this.#orders.push(order)
    this.#kept.set(key, order)
    return { status: 201, body: order }
  }

  #moved({ body }: Sent): Reply {
    const { reference } = JSON.parse(body) as { reference: string }
    const isKnown = this.#kept.has(reference) && this.#defect !== 'moves twice'
    this.#kept.set(reference, {})
    return { status: 200, body: { state: isKnown ? 'refused' : 'done' } }
  }

  #page(url: URL): Reply {
    if (this.#defect === 'grows while it is read') this.#grow()
    const asked = url.searchParams
    const all = this.#filtered(asked)
    const size = Number(asked.get('limit') ?? asked.get('per_page') ?? asked.get('many') ?? 2)
    const start = Math.max(0, startOf(asked, size, all))
    const items = this.#itemsFrom(all, start, size)
    const isLast = start + size >= all.length
    const next = new URL(url)
    next.searchParams.set('at', String(start + size))
    const total = all.length + (this.#defect === 'tells a wrong total' ? 1 : 0)
    const pages = Math.ceil(all.length / size)
    const totalPages = pages + (this.#defect === 'tells a wrong count of pages' ? 1 : 0)
    const bodies: Readonly<Record<string, Reply>> = {
      '/by-page': { status: 200, body: { boxes: items, total, totalPages } },
      '/by-offset': { status: 200, body: items, headers: { 'x-total-count': String(total) } },
      '/by-cursor': {
        status: 200,
        body: { data: items, nextCursor: isLast ? null : String(start + size) },
      },
      '/by-links': {
        status: 200,
        body: {
          _embedded: { boxes: items },
          _links: isLast ? {} : { next: { href: next.href } },
        },
      },
      '/by-last': { status: 200, body: { data: items, has_more: !isLast } },
      '/by-header': {
        status: 200,
        body: items,
        headers: isLast ? {} : { link: `<${next.href}>; rel="next"` },
      },
      '/as-marked': { status: 200, body: { found: items, others: [], sum: total } },
    }
    if (start > all.length + size) return { status: 400, body: { message: 'no such page' } }
    return bodies[url.pathname] ?? { status: 404, body: {} }
  }

  #grow(): void {
    const [first] = BOXES
    if (first) this.#boxes = [{ ...first, id: `n${this.#boxes.length}` }, ...this.#boxes]
  }

  #itemsFrom(all: readonly Box[], start: number, size: number): readonly Box[] {
    const from = this.#defect === 'goes on after its last page' ? Math.min(start, 6) : start
    const isLater = start > 0 && start < all.length
    const end = from + size + (this.#defect === 'gives longer pages' ? 1 : 0)
    if (this.#defect === 'loses an item between pages' && isLater) return all.slice(from + 1, end)
    if (this.#defect === 'shows an item on two pages' && isLater) return all.slice(from - 1, end)
    const items = all.slice(from, end)
    return this.#defect === 'orders each page anew' ? items.toReversed() : items
  }

  #filtered(asked: URLSearchParams): readonly Box[] {
    const color = asked.get('color')
    const size = asked.get('size')
    const find = asked.get('find')
    const isAlone = this.#defect === 'knows one filter at a time' && asked.has('min-weight')
    const least = Number(asked.get('min-weight') ?? 0)
    const found = this.#boxes.filter(
      (box) =>
        (color === null || this.#defect === 'ignores a filter' || box.color === color) &&
        (size === null || isAlone || box.size === size) &&
        (find === null || box.label.includes(find) || box.color.includes(find)) &&
        (box.weight >= least || (this.#defect === 'finds what is less' && box.weight > 0)),
    )
    const isTooFew = color !== null && this.#defect === 'filters too much'
    return isTooFew ? found.slice(1) : found
  }
}

/** Where the page begins that is asked for. */
function startOf(asked: URLSearchParams, size: number, all: readonly Box[]): number {
  const last = asked.get('starting_after')
  if (last !== null) return all.findIndex(({ id }) => id === last) + 1
  const page = asked.get('page')
  if (page !== null) return (Number(page) - 1) * size
  const nr = asked.get('nr')
  if (nr !== null) return Number(nr) * size
  return Number(asked.get('offset') ?? asked.get('cursor') ?? asked.get('at') ?? 0)
}
