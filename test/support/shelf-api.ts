// A small API of things on a shelf that keeps to its document, and breaks it in one way at a time: for tests of contract checks.
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

export const SPEC = `openapi: 3.0.3
info: { title: Shelf, version: 1.0.0 }
security: [{ key: [] }]
paths:
  /things:
    get:
      operationId: listThings
      parameters:
        - { name: limit, in: query, schema: { type: integer, minimum: 1, maximum: 50 } }
        - { name: shelf, in: query, required: true, schema: { type: string, enum: [upper, lower] }, example: upper }
      responses:
        '200':
          description: the things
          headers: { X-Total: { required: true, schema: { type: integer } } }
          content: { application/json: { schema: { $ref: '#/components/schemas/Things' } } }
        '400': { $ref: '#/components/responses/Wrong' }
        '401': { $ref: '#/components/responses/Wrong' }
    post:
      operationId: addThing
      requestBody:
        required: true
        content:
          application/json:
            schema: { $ref: '#/components/schemas/NewThing' }
            example: { name: cup, weight: 3, tags: [blue] }
      responses:
        '201':
          description: it is there
          content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } }
        '400': { $ref: '#/components/responses/Wrong' }
        '401': { $ref: '#/components/responses/Wrong' }
        '409': { $ref: '#/components/responses/Wrong' }
  /things/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    get:
      operationId: getThing
      responses:
        '200': { description: one, content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } }
        '401': { $ref: '#/components/responses/Wrong' }
        '404': { $ref: '#/components/responses/Wrong' }
    delete:
      operationId: removeThing
      responses:
        '204': { description: gone }
        '401': { $ref: '#/components/responses/Wrong' }
        '404': { $ref: '#/components/responses/Wrong' }
components:
  securitySchemes: { key: { type: apiKey, in: header, name: X-Key } }
  responses:
    Wrong:
      description: why not
      content:
        application/json:
          schema: { type: object, required: [message], properties: { message: { type: string } } }
  schemas:
    Name: { type: string, minLength: 2, maxLength: 10, pattern: '^[a-z]+$' }
    NewThing:
      type: object
      required: [name, weight]
      additionalProperties: false
      properties:
        name: { $ref: '#/components/schemas/Name' }
        weight: { type: integer, minimum: 0, exclusiveMinimum: true, maximum: 100 }
        note: { type: string, nullable: true, maxLength: 20 }
        tags: { type: array, maxItems: 3, items: { type: string, enum: [blue, red] } }
    Thing:
      type: object
      required: [id, name, weight, links]
      properties:
        id: { type: string }
        name: { $ref: '#/components/schemas/Name' }
        weight: { type: integer }
        note: { type: string, nullable: true }
        tags: { type: array, items: { type: string } }
        links: { type: object, properties: { self: { type: object, properties: { href: { type: string } } } } }
    Things: { type: object, required: [things], properties: { things: { type: array, items: { $ref: '#/components/schemas/Thing' } } } }
`

/** The ways in which it breaks its document. */
export type Defect =
  | 'undocumented status'
  | 'fails'
  | 'other type'
  | 'no type'
  | 'header missing'
  | 'header of a wrong type'
  | 'field missing'
  | 'field of a wrong type'
  | 'no JSON'
  | 'extra field'
  | 'lets in without a key'
  | 'lets in with any key'
  | 'takes any method'
  | 'no Allow'
  | 'needs no parameter'
  | 'differs each time'
  | 'dead link'
  | 'stays when removed'
  | 'takes any body'
  | 'checks no bound'
  | 'fails on wrong types'
  | 'keeps what it refuses'
  | 'refuses the maximum'

/** The key it lets in with. */
export const KEY = 'the-key-of-the-shelf'

interface Thing {
  readonly id: string
  readonly [name: string]: unknown
}

export interface ShelfApi extends AsyncDisposable {
  readonly url: string
  /** Where its document is. */
  readonly spec: string
  readonly folder: string
  /** Every request, as `METHOD /path status`. */
  readonly log: readonly string[]
  /** Begins anew with another defect, or none. */
  reset(defect?: Defect): void
}

export async function startShelfApi(): Promise<ShelfApi> {
  let shelf = new Shelf(undefined)
  const log: string[] = []
  const server = createServer(async (request, response) => {
    response.on('finish', () => log.push(`${request.method} ${request.url} ${response.statusCode}`))
    await shelf.answer(request, response, await text(request))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const folder = await mkdtemp(join(tmpdir(), 'esimulator-shelf-'))
  const spec = join(folder, 'shelf.yaml')
  await writeFile(spec, SPEC)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spec,
    folder,
    log,
    reset(defect) {
      shelf = new Shelf(defect)
      log.length = 0
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true })
    },
  }
}

class Shelf {
  readonly #defect: Defect | undefined
  readonly #things = new Map<string, Thing>()
  #count = 0

  constructor(defect: Defect | undefined) {
    this.#defect = defect
  }

  #has(...defects: Defect[]): boolean {
    return defects.some((each) => each === this.#defect)
  }

  async answer(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://shelf')
    const [, list, id] = pathname.split('/')
    const base = `http://${request.headers.host}`
    const say = (status: number, value?: unknown, headers: Record<string, string> = {}) =>
      this.#say(response, { status, value, headers })
    const refuse = (status: number, message: string) => say(status, { message })
    const key = request.headers['x-key']
    if (key === undefined && !this.#has('lets in without a key')) return refuse(401, 'no key')
    if (key !== undefined && key !== KEY && !this.#has('lets in with any key'))
      return refuse(401, 'a wrong key')
    const methods = id === undefined ? ['GET', 'POST'] : ['GET', 'DELETE']
    if (!methods.includes(request.method ?? '') && this.#has('takes any method'))
      return say(200, {})
    if (list !== 'things' || !methods.includes(request.method ?? ''))
      return say(
        405,
        { message: 'no such method' },
        this.#has('no Allow') ? {} : { Allow: methods.join(', ') },
      )
    if (id !== undefined) {
      const thing = this.#things.get(id)
      if (!thing) return refuse(404, 'no such thing')
      if (request.method === 'GET') return say(200, thing)
      if (!this.#has('stays when removed')) this.#things.delete(id)
      return say(204)
    }
    if (request.method === 'POST') {
      const { status, value } = this.#added(body, base)
      return say(status, value)
    }
    const problem = this.#queryProblem(searchParams)
    if (problem !== undefined) return refuse(400, problem)
    const total = this.#has('header of a wrong type') ? 'many' : String(this.#things.size)
    const headers: Record<string, string> = this.#has('header missing') ? {} : { 'X-Total': total }
    say(200, { things: [...this.#things.values()] }, headers)
  }

  #queryProblem(query: URLSearchParams): string | undefined {
    const shelf = query.get('shelf')
    if (shelf === null) return this.#has('needs no parameter') ? undefined : 'which shelf?'
    if (shelf !== 'upper' && shelf !== 'lower') return 'no such shelf'
    const limit = query.get('limit')
    if (limit === null) return undefined
    if (!/^-?\d+$/.test(limit)) return 'limit must be a number'
    if (this.#has('checks no bound')) return undefined
    const most = this.#has('refuses the maximum') ? 49 : 50
    return Number(limit) < 1 || Number(limit) > most ? 'limit is out of bounds' : undefined
  }

  #added(body: string, base: string): { readonly status: number; readonly value: object } {
    const problem = problemOf(body)
    if (problem === undefined || this.#has('takes any body'))
      return { status: 201, value: this.#keep((JSON.parse(body) ?? {}) as object, base) }
    if (this.#has('fails on wrong types') && problem === 'a wrong type')
      return { status: 500, value: { message: 'oops' } }
    if (this.#has('keeps what it refuses')) this.#keep({ name: 'kept', weight: 1 }, base)
    return { status: 400, value: { message: problem } }
  }

  #keep(fields: object, base: string): Thing {
    this.#count += 1
    const id = `t${this.#count}`
    const href = this.#has('dead link') ? `${base}/things/none` : `${base}/things/${id}`
    const thing = { ...fields, id, links: { self: { href } } }
    this.#things.set(id, thing)
    return thing
  }

  #say(
    response: ServerResponse,
    {
      status,
      value,
      headers,
    }: {
      readonly status: number
      readonly value: unknown
      readonly headers: Record<string, string>
    },
  ): void {
    const isGood = status === 200 || status === 201
    if (isGood && this.#has('fails')) return void response.writeHead(503).end()
    if (isGood && this.#has('undocumented status')) status = 202
    if (value === undefined) return void response.writeHead(status, headers).end()
    const type = this.#has('other type') ? 'text/html' : 'application/json'
    if (!this.#has('no type')) headers['content-type'] = type
    response.writeHead(status, headers).end(this.#text(value, isGood))
  }

  #text(value: unknown, isGood: boolean): string {
    if (this.#has('no JSON') && isGood) return '{"things": ['
    const shown = structuredClone(value) as Record<string, unknown>
    if (isGood && 'id' in shown) {
      if (this.#has('field missing')) delete shown.weight
      if (this.#has('field of a wrong type')) shown.weight = '3'
      if (this.#has('extra field')) shown.color = 'blue'
    }
    if (isGood && this.#has('differs each time')) {
      this.#count += 1
      shown.note = `n${this.#count}`
      shown['seen/at'] = this.#count
    }
    return JSON.stringify(shown)
  }
}

/** How a body is not what the document allows. */
function problemOf(body: string): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return 'no JSON'
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'a wrong type'
  const { name, weight, note = null, tags = [], ...others } = value as Record<string, unknown>
  if (Object.keys(others).length > 0) return 'an unknown field'
  if (typeof name !== 'string' || typeof weight !== 'number' || !Number.isInteger(weight))
    return 'a wrong type'
  if (!/^[a-z]{2,10}$/.test(name)) return 'a wrong name'
  if (weight <= 0 || weight > 100) return 'a wrong weight'
  if (note !== null && (typeof note !== 'string' || note.length > 20)) return 'a wrong note'
  if (!Array.isArray(tags) || tags.length > 3) return 'wrong tags'
  return tags.every((tag) => tag === 'blue' || tag === 'red') ? undefined : 'a wrong tag'
}
