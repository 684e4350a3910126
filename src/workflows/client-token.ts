// An access token by client credentials, asked of the token endpoint of an API (RFC 6749, 4.4).
import { FORM_TYPE } from '../server/media-type.ts'
import { openSender } from './send.ts'

export interface TokenClient {
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
  /** Trusted besides the usual ones, as PEM, where the URL is of https. */
  readonly ca?: string | undefined
}

/** A token, as it was given. */
export interface GivenToken {
  readonly text: string
  /** How long it is good: ms. */
  readonly lifetime: number
  /** When, by the `Date` of the answer: ms since the epoch, NaN where it has none. */
  readonly issuedAt: number
}

/** What a token endpoint answers (RFC 6749, 5.1). */
interface TokenAnswer {
  readonly access_token?: string
  /** Seconds. */
  readonly expires_in?: number
}

/** Wall ms that an answer may take. */
const PATIENCE = 30_000

/** How much of an answer that gives no token is told: characters. */
const MOST_TOLD = 500

/** No access token was given; the message has what was answered. */
export class NoToken extends Error {}

/**
 * Asks for a token.
 * @param usual its lifetime where the answer tells none: seconds
 * @throws NoToken
 */
export async function clientToken(
  { url, clientId, clientSecret, ca }: TokenClient,
  usual: number,
): Promise<GivenToken> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  }).toString()
  const sender = openSender(PATIENCE, { ca })
  const headers = { 'content-type': FORM_TYPE }
  const answer = await sender.send({ method: 'POST', url, headers, body })
  sender.close()
  if ('error' in answer) throw new NoToken(`no token at ${url}: ${answer.error}`)
  const { access_token: text, expires_in: seconds = usual } = tokenIn(answer.body)
  if (answer.status !== 200 || text === undefined)
    throw new NoToken(
      `no token at ${url}: it answered ${answer.status}${said(answer.body)}; look at the credentials`,
    )
  const issuedAt = Date.parse(answer.headers.date ?? '')
  return { text, lifetime: seconds * 1000, issuedAt }
}

/** What stands in the body of an answer; a token in it is told to nobody. */
function said(body: Buffer): string {
  const text = tokenIn(body).access_token === undefined ? body.toString('utf8').trim() : ''
  const told = text.length > MOST_TOLD ? `${text.slice(0, MOST_TOLD)}...` : text
  return told === '' ? '' : ` (${told})`
}

function tokenIn(body: Buffer): TokenAnswer {
  try {
    return JSON.parse(body.toString('utf8')) as TokenAnswer
  } catch {
    return {}
  }
}
