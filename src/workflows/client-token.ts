// An access token by client credentials, asked of the token endpoint of an API (RFC 6749, 4.4).
import { FORM_TYPE } from '../server/media-type.ts'
import { openSender } from './send.ts'

export interface TokenClient {
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
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

/**
 * Asks for a token.
 * @param usual its lifetime where the answer tells none: seconds
 * @throws Error where it gets none
 */
export async function clientToken(
  { url, clientId, clientSecret }: TokenClient,
  usual: number,
): Promise<GivenToken> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  }).toString()
  const sender = openSender(PATIENCE)
  const headers = { 'content-type': FORM_TYPE }
  const answer = await sender.send({ method: 'POST', url, headers, body })
  sender.close()
  if ('error' in answer) throw new Error(`no token at ${url}: ${answer.error}`)
  const { access_token: text, expires_in: seconds = usual } = tokenIn(answer.body)
  if (answer.status !== 200 || text === undefined)
    throw new Error(`no token at ${url}: it answered ${answer.status}; look at the credentials`)
  const issuedAt = Date.parse(answer.headers.date ?? '')
  return { text, lifetime: seconds * 1000, issuedAt }
}

function tokenIn(body: Buffer): TokenAnswer {
  try {
    return JSON.parse(body.toString('utf8')) as TokenAnswer
  } catch {
    return {}
  }
}
