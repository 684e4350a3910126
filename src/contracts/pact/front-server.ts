// The server that Pact's verifier speaks to: it takes the states, passes requests on and hands out messages.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { JSON_TYPE } from '../../server/media-type.ts'
import { reasonOf } from '../../state/reason.ts'
import type { Answer } from '../../workflows/send.ts'

/** A request of the verifier, its path without what leads to the interaction. */
export interface AskedRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** A message as the provider sends it. */
export interface ServedMessage {
  readonly body: string
  readonly contentType: string
  readonly metadata: Readonly<Record<string, unknown>>
}

/** What answers for one interaction. */
export interface Served {
  /**
   * Makes what the states of the interaction name; called again, it waits for the same.
   * @returns values that the contract may take into its request
   * @throws Error where a state is unknown or cannot be
   */
  prepare(): Promise<Readonly<Record<string, unknown>>>
  answer(request: AskedRequest): Promise<Answer>
  /** @throws Error where the provider sends no such message */
  message(): Promise<ServedMessage>
}

export interface FrontServer {
  readonly url: string
  /** Where an interaction is. */
  baseUrl(index: number): string
  close(): Promise<void>
}

const STATES = '/_pact/states'
const MESSAGES = '/_pact/messages'

/** What the verifier is told of where an interaction is. */
export function addressesOf(front: FrontServer, index: number) {
  const providerBaseUrl = front.baseUrl(index)
  const { port, pathname } = new URL(providerBaseUrl)
  const path = `${pathname}${MESSAGES}`
  return {
    providerBaseUrl,
    providerStatesSetupUrl: providerBaseUrl + STATES,
    transports: [{ protocol: 'message', scheme: 'http', port: Number(port), path }],
  }
}

/** Listens on a free port of 127.0.0.1; each interaction has a path of its own. */
export async function startFrontServer(interactions: readonly Served[]): Promise<FrontServer> {
  const server = createServer((request, response) => {
    const [, index, path = '/'] = /^\/i\/(\d+)(\/.*)?$/s.exec(request.url ?? '') ?? []
    const served = index === undefined ? undefined : interactions[Number(index)]
    if (!served) return void response.writeHead(404).end()
    serve(served, path, request, response).catch((error: unknown) => problem(response, 500, error))
  })
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(0, '127.0.0.1', done)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    baseUrl: (index) => `${url}/i/${index}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

async function serve(
  served: Served,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString('utf8')
  if (path === STATES) return await takeState(served, body, response)
  if (path === MESSAGES) return await giveMessage(served, response)
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)])
  const answer = await served.answer({
    method: request.method ?? 'GET',
    path,
    headers: Object.fromEntries(headers),
    body: body === '' ? undefined : body,
  })
  if ('error' in answer) return problem(response, 502, answer.error)
  const { 'transfer-encoding': _, connection: __, ...own } = answer.headers
  response.sendDate = false
  response.writeHead(answer.status, own).end(answer.body)
}

/** A state that is not there or fails is answered as an error: then the verifier fails, too. */
async function takeState(served: Served, body: string, response: ServerResponse): Promise<void> {
  const { action } = JSON.parse(body) as { readonly action?: string }
  if (action === 'teardown') return void response.writeHead(200).end()
  try {
    const values = await served.prepare()
    response.writeHead(200, { 'content-type': JSON_TYPE }).end(JSON.stringify(values))
  } catch (error) {
    problem(response, 422, error)
  }
}

async function giveMessage(served: Served, response: ServerResponse): Promise<void> {
  try {
    const { body, contentType, metadata } = await served.message()
    const encoded = Buffer.from(JSON.stringify(metadata)).toString('base64')
    response.writeHead(200, { 'content-type': contentType, 'pact-message-metadata': encoded })
    response.end(body)
  } catch (error) {
    problem(response, 422, error)
  }
}

function problem(response: ServerResponse, status: number, error: unknown): void {
  if (response.headersSent) return void response.destroy()
  const told = { error: reasonOf(error) }
  response.writeHead(status, { 'content-type': JSON_TYPE }).end(JSON.stringify(told))
}
