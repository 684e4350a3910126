// An API that answers with what it was asked, for tests of the language of workflows; and runs against it.
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { compileText } from '../../src/workflows/compile.ts'
import type { RunResult } from '../../src/workflows/result.ts'
import { planned, type RunOptions, runCases } from '../../src/workflows/runner.ts'
import type { Target } from '../../src/workflows/session.ts'

/** What it documents; every answer but those of `close` and `hang` tells the request. */
export const API = `openapi: 3.1.0
info: { title: Echo, version: 1.0.0 }
paths:
  /things:
    get:
      operationId: listThings
      parameters:
        - { name: tag, in: query, schema: { type: array } }
        - { name: ids, in: query, explode: false, schema: { type: array } }
        - { name: filter, in: query, style: deepObject, schema: { type: object } }
        - { name: status, in: query, schema: { type: integer } }
        - { name: after, in: query, schema: { type: string } }
        - { name: fails, in: query, schema: { type: integer } }
      responses: { '200': { description: fine }, '503': { description: busy } }
    post:
      operationId: makeThing
      requestBody: { content: { application/json: {}, application/x-www-form-urlencoded: {}, application/xml: {} } }
      responses: { '201': { description: made } }
  /things/{id}:
    get:
      operationId: getThing
      parameters:
        - { name: id, in: path, required: true, schema: { type: string } }
        - { name: trace, in: header, schema: { type: string } }
        - { name: session, in: cookie, schema: { type: string } }
      responses: { '200': { description: fine } }
  /unnamed:
    get: { responses: { '200': { description: fine } } }
  /close: { get: { operationId: close, responses: { '200': { description: fine } } } }
  /hang: { get: { operationId: hang, responses: { '200': { description: fine } } } }
  /large: { get: { operationId: large, responses: { '200': { description: fine } } } }
  /text: { get: { operationId: plain, responses: { '200': { description: fine } } } }
`

export interface Played {
  readonly result: RunResult
  /** Seconds that were waited for, in order. */
  readonly waits: readonly number[]
  /** Names of the cases that were opened and not closed. */
  readonly left: readonly string[]
}

export interface EchoApi extends AsyncDisposable {
  readonly url: string
  /** Has its document in it, as `api.yaml`. */
  readonly folder: string
  /** Runs the workflows of a document whose source `api` this is. */
  play(workflows: string, options?: Partial<RunOptions>): Promise<Played>
}

/** The beginning of a document whose sources are `api` and, the same again, `twin`. */
export const HEAD = `arazzo: 1.0.1
info: { title: T, version: 1.0.0 }
sourceDescriptions:
  - { name: api, type: openapi, url: api.yaml }
`

export async function startEchoApi(): Promise<EchoApi> {
  const counts = new Map<string, number>()
  const server = createServer((request, response) => void answer(request, response, counts))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const folder = await mkdtemp(join(tmpdir(), 'esimulator-language-'))
  await writeFile(join(folder, 'api.yaml'), API)
  return {
    url,
    folder,
    async play(workflows, options = {}) {
      counts.clear()
      const program = await compileText(join(folder, 'test.arazzo.yaml'), workflows)
      const waits: number[] = []
      const left = new Set<string>()
      const target = echoTarget(url, waits, left)
      const result = await runCases(planned([program], {}), target, {
        jobs: 1,
        seed: 's',
        ...options,
      })
      return { result, waits, left: [...left] }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true })
    },
  }
}

function echoTarget(url: string, waits: number[], left: Set<string>): Target {
  return {
    name: url,
    async open(name) {
      left.add(name)
      return {
        world: undefined,
        baseUrl: () => url,
        credentials: async () => ({}),
        async wait(seconds) {
          waits.push(seconds)
        },
        deliveries: async () => ({ callbacks: [], moreCallbacks: undefined }),
        secrets: () => [],
        async close() {
          left.delete(name)
        },
      }
    },
    async close() {},
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  counts: Map<string, number>,
): Promise<void> {
  const { pathname, searchParams: query, search } = new URL(request.url ?? '', 'http://x')
  const body = await text(request)
  if (pathname === '/hang') return
  if (pathname === '/close') {
    request.socket.destroy()
    return
  }
  if (pathname === '/large' || pathname === '/text') {
    response.setHeader('content-type', 'text/plain')
    response.end(pathname === '/text' ? 'LPA:1$example.com$ABC' : 'x'.repeat(100_000))
    return
  }
  const count = (counts.get(search) ?? 0) + 1
  counts.set(search, count)
  const isBusy = count <= Number(query.get('fails') ?? 0)
  const asked = request.method === 'POST' ? 201 : Number(query.get('status') ?? 200)
  response.writeHead(isBusy ? 503 : asked, {
    'content-type': 'application/json',
    'x-count': String(count),
    ...(query.has('after') && isBusy ? { 'retry-after': query.get('after') ?? '' } : {}),
  })
  const { method, headers } = request
  response.end(
    JSON.stringify({ method, path: pathname, search, headers, body, count, name: 'Ada' }),
  )
}
