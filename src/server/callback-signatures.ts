// Verifies signatures of callbacks, by schemes that providers document. Who signs shares nothing with this.
import { webcrypto } from 'node:crypto'
import type { Simulator } from '../simulators/simulator.ts'
import { readSpec } from './spec-files.ts'
import { wallNow } from './ticker.ts'

/** What `x-signature` of a webhook says. */
export interface SignatureMark {
  readonly scheme: string
  /** The credential that it is made with: `apiKey` or `callbackSecret`. */
  readonly key: string
  /** The header it is in, where the scheme leaves that open. */
  readonly header?: string
}

/** A callback as far as its signature goes. */
export interface SignedCallback {
  /** When it came, or left: ms since the epoch, by the clock of the API. */
  readonly at: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

interface Scheme {
  readonly name: string
  /** What is wrong with the signature of a callback; `undefined` where it is good. */
  readonly problem: (
    callback: SignedCallback,
    mark: SignatureMark,
    secret: string,
  ) => Promise<string | undefined>
}

/** Every scheme that `x-signature` may name. */
const SCHEMES: readonly Scheme[] = [
  {
    // The body as it came, under the key as it is written; in base64 or hex.
    name: 'hmac-sha256',
    async problem({ headers, body }, { header = '' }, secret) {
      const given = headers[header.toLowerCase()]
      if (given === undefined) return `it is not signed: it has no ${header}`
      const wanted = await hmac(Buffer.from(secret, 'utf8'), body)
      const isGood = given === wanted.toString('base64') || given === wanted.toString('hex')
      return isGood ? undefined : `the signature in ${header} is not that of its body`
    },
  },
  {
    // https://www.standardwebhooks.com: several signatures may be there, one has to be good.
    name: 'standard-webhooks',
    async problem({ headers, body, at }, _mark, secret) {
      const id = headers['webhook-id']
      const timestamp = headers['webhook-timestamp']
      const given = headers['webhook-signature']
      if (id === undefined || timestamp === undefined || given === undefined)
        return 'it is not signed: webhook-id, webhook-timestamp and webhook-signature belong to it'
      const [, key] = /^whsec_(.+)$/.exec(secret) ?? []
      if (key === undefined) return 'the secret does not begin with whsec_'
      const wanted = await hmac(Buffer.from(key, 'base64'), `${id}.${timestamp}.${body}`)
      const isGood = given.split(' ').includes(`v1,${wanted.toString('base64')}`)
      if (!isGood) return 'the signature in webhook-signature is not that of its id, time and body'
      return isNear(Number(timestamp) * 1000, at) ? undefined : 'its webhook-timestamp is too old'
    },
  },
]

/** How far the time of a signature may lie from when it came, in ms: as Standard Webhooks has it. */
const TOLERANCE = 5 * 60_000

/** By the clock of the API, or that of the machine: a signature may go by either. */
function isNear(time: number, at: number): boolean {
  return [at, wallNow()].some((now) => Math.abs(now - time) <= TOLERANCE)
}

async function hmac(key: Buffer, text: string): Promise<Buffer> {
  const { subtle } = webcrypto
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await subtle.importKey('raw', key, algorithm, false, ['sign'])
  return Buffer.from(await subtle.sign('HMAC', imported, Buffer.from(text, 'utf8')))
}

/** The header that a scheme has its signature in. */
export function signatureHeader({ header = 'webhook-signature' }: SignatureMark): string {
  return header.toLowerCase()
}

/** A webhook of a document, as far as it is read. */
type Webhook = Readonly<Record<string, { readonly 'x-signature'?: SignatureMark }>>

const marks = new Map<string, SignatureMark | undefined>()

/** How the document of a spec says that its callbacks are signed. */
function markIn(spec: string): SignatureMark | undefined {
  const { webhooks = {} } = readSpec(spec) as { readonly webhooks?: Record<string, Webhook> }
  const operations = Object.values(webhooks).flatMap((item) => Object.values(item))
  return operations.map((operation) => operation?.['x-signature']).find((mark) => mark)
}

/** How a provider's documents say that its callbacks are signed; `undefined` where they say nothing. */
export function signatureMark({ mounts }: Simulator): SignatureMark | undefined {
  for (const { spec } of mounts) {
    if (!marks.has(spec)) marks.set(spec, markIn(spec))
    const mark = marks.get(spec)
    if (mark) return mark
  }
  return undefined
}

/** Whether a callback has anything that its scheme takes for a signature. */
export function hasSignature({ headers }: SignedCallback, mark: SignatureMark): boolean {
  return headers[signatureHeader(mark)] !== undefined
}

/** What is wrong with the signature of a callback; `undefined` where it is good. */
export async function signatureProblem(
  callback: SignedCallback,
  mark: SignatureMark,
  secret: string,
): Promise<string | undefined> {
  const scheme = SCHEMES.find(({ name }) => name === mark.scheme)
  if (scheme) return scheme.problem(callback, mark, secret)
  const known = SCHEMES.map(({ name }) => name).join(', ')
  return `nobody knows how to verify the scheme ${mark.scheme}: x-signature may name ${known}`
}
