// What an exchange sent as a secret, under a name or at a place of one: known to nobody, and still not shown where it is repeated.
import type { RequestHeaders } from '../exchange.ts'
import { isCredentialParameter, secretsNamedIn } from './credential-names.ts'

/** Shorter texts, and these words, are likely to say something else where they are repeated. */
const SHORTEST = 6
const NO_SECRET = /^(?:true|false|null|undefined|bearer|basic|password)$/i

/** Where an exchange may carry secrets. */
export interface Carriers {
  /** What it proves itself with, where the provider looks for that. */
  readonly credential: string | undefined
  readonly headers: RequestHeaders
  readonly url: string
  /** Of the request and of the reply. */
  readonly bodies: readonly string[]
}

/** The secrets that an exchange carried, whatever they are good for. */
export function secretsSent({ credential = '', headers, url, bodies }: Carriers): string[] {
  const sent = [credential, ...secretsNamedIn(url, 'url')]
  for (const [name, value] of Object.entries(headers))
    sent.push(...(isCredentialParameter(name) ? partsOf(String(value)) : []))
  for (const body of bodies) sent.push(...secretsNamedIn(body, 'body'))
  return sent.filter((secret) => secret.length >= SHORTEST && !NO_SECRET.test(secret))
}

/** What stands in a header that proves the sender: whole, without its scheme, without a client's id. */
function partsOf(value: string): string[] {
  const [, scheme, rest] = /^([A-Za-z]+) +(\S+)$/.exec(value) ?? []
  if (scheme === undefined || rest === undefined) return [value]
  if (scheme.toLowerCase() !== 'basic') return [value, rest]
  const [, secret = ''] = /^[^:]*:(.*)$/s.exec(Buffer.from(rest, 'base64').toString()) ?? []
  return [rest, secret]
}
