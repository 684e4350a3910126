// The client of the control API over the HTTP of Node, for the library, the command line and tests.
import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import {
  type Answer,
  type ControlClient,
  type ControlClientOptions,
  clientOver,
  NoAnswer,
  type Sent,
  type Transport,
} from './client.ts'
import { type WorldClient, worldOver } from './world-client.ts'

export interface NodeClientOptions extends ControlClientOptions {
  /** Trusted besides the usual ones, as PEM, where the URL is of https. */
  readonly ca?: string | undefined
}

/** Speaks to one world of a running simulator. */
export function controlClient(options: NodeClientOptions): ControlClient {
  return clientOver(overHttp(options.ca), options)
}

/**
 * A client of one world of the simulator at a URL. Nothing is asked until a
 * method is called.
 */
export function worldClient(options: NodeClientOptions): WorldClient {
  return worldOver(controlClient(options), options.world)
}

function overHttp(ca: string | undefined): Transport {
  return {
    // Whole, however long that takes: an advance of a year may take minutes, and `fetch` gives up
    // after five.
    async send(target, sent) {
      // What is sent as it is read cannot be sent again: it gets a connection of its own.
      const isShared = typeof sent.body !== 'object'
      const open = await opener(new URL(target), sent, { ca, isShared })
      for (;;) {
        const asked = open()
        try {
          return await answered(asked, sent.body)
        } catch (error) {
          // An idle connection was closed just as it was used again: nobody has read the request.
          if (isShared && asked.reusedSocket && codeOf(error) === 'ECONNRESET') continue
          throw new NoAnswer(whyNot(target, error))
        }
      }
    },
    async stream(target, sent) {
      // On a connection of its own: it is held for as long as somebody reads.
      const asked = (await opener(new URL(target), sent, { ca, isShared: false }))()
      try {
        const answer = await new Promise<IncomingMessage>((done, fail) => {
          asked.on('error', fail).on('response', done).end()
        })
        return { status: answer.statusCode ?? 0, text: piecesOf(answer, target, sent) }
      } catch (error) {
        asked.destroy()
        throw new NoAnswer(whyNot(target, error))
      }
    },
  }
}

/** @throws NoAnswer where it breaks off by itself */
async function* piecesOf(answer: IncomingMessage, target: string, { signal }: Sent) {
  try {
    for await (const part of answer.setEncoding('utf8')) yield String(part)
  } catch (error) {
    if (!signal?.aborted) throw new NoAnswer(whyNot(target, error))
  } finally {
    answer.destroy()
  }
}

const agent = new Agent({ keepAlive: true })

/** Which connections are used. */
interface Connecting {
  readonly ca: string | undefined
  /** Whether others use the connection, too, one after the other. */
  readonly isShared: boolean
}

async function opener(
  target: URL,
  { method, headers, signal }: Sent,
  { ca, isShared }: Connecting,
): Promise<() => ClientRequest> {
  if (target.protocol !== 'https:')
    return () => httpRequest(target, { method, headers, signal, agent: isShared && agent })
  const { request } = await import('node:https')
  const { trusting } = await import('../server/trusting.ts')
  const trusted = trusting(ca)
  return () => request(target, { method, headers, signal, ...trusted })
}

function answered(asked: ClientRequest, body: Sent['body']): Promise<Answer<string>> {
  return new Promise((done, fail) => {
    asked.on('error', fail)
    asked.on('response', (answer: IncomingMessage) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', fail)
      answer.on('end', () =>
        done({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      )
    })
    if (typeof body === 'object') Readable.from(body).on('error', fail).pipe(asked)
    else asked.end(body)
  })
}

/** What an error with this code means: nobody took the connection. */
const UNREACHED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
])

/** What an error with this code means: nobody here trusts who signed the certificate. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

function whyNot(target: string, error: unknown): string {
  const { origin } = new URL(target)
  const code = codeOf(error)
  if (UNTRUSTED.has(code))
    return (
      `the certificate of ${origin} is not trusted here: start this with NODE_EXTRA_CA_CERTS=FILE, ` +
      `the CA that the start of the simulator named (${code})`
    )
  if (UNREACHED.has(code))
    return `nothing answers at ${origin}: start the simulator first, or give the URL of another (${code})`
  return `the connection to ${origin} ended before the answer did: was the simulator stopped? (${code})`
}

function codeOf(error: unknown): string {
  // One error for each address that was tried.
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  if (!(error instanceof Error)) return String(error)
  return 'code' in error ? String(error.code) : error.message
}
