// OAuth2 client credentials (RFC 6749, 4.4; RFC 6750) for providers that have a token endpoint: its operation is `issueToken`.
import { SEPARATOR, sortable } from '../state/collection.ts'
import { credentialOf, credentials } from '../state/credentials.ts'
import { addDuration } from '../state/duration.ts'
import { iso } from '../state/instant.ts'
import { openRandom } from '../state/random.ts'
import { type AnyRefusal, Refusal } from '../state/refusal.ts'
import type { World } from '../state/world.ts'
import type { Call, HeaderOf, Reply } from './call.ts'
import type { Authentication, SettingValues } from './simulator.ts'

/** What the token endpoint refuses besides a malformed request. */
export type TokenRefusal = 'invalid-client' | 'unsupported-grant-type'

/** The fields of the form; a client may show itself by HTTP Basic instead. */
export interface TokenRequest {
  readonly grant_type: string
  readonly client_id?: string
  readonly client_secret?: string
  readonly scope?: string
}

export interface TokenReply {
  access_token: string
  token_type: 'Bearer'
  /** Seconds. */
  expires_in: number
}

type TokenCall = Pick<Call<unknown, unknown, TokenRequest>, 'body' | 'header' | 'now'> & {
  readonly settings: { readonly tokenLifetime: string }
}

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const TOKEN_LENGTH = 43

/** Gives a provider its client in a new world: a fixed one in `default`, elsewhere one from the world's name and seed. */
export function seedClient(world: World, slug: string): void {
  const { name, seed } = world.identity
  const own = openRandom(`${name}/${seed}/${slug}/client`).text(32, LETTERS_AND_DIGITS)
  const client =
    name === 'default'
      ? { client: 'test-client', secret: 'test-secret' }
      : { client: `client-${own.slice(0, 8)}`, secret: own }
  world.in(credentials).put({ provider: slug, kind: 'client', ...client })
}

/** Client id and secret of an `Authorization: Basic` header, as RFC 6749 2.3.1 encodes them. */
function basic(header: HeaderOf): { id: string; secret: string } | undefined {
  const [, encoded] = /^Basic\s+(\S+)$/i.exec(header('authorization') ?? '') ?? []
  if (encoded === undefined) return undefined
  const pair = Buffer.from(encoded, 'base64').toString()
  const colon = pair.indexOf(':')
  const [id, secret] = [pair.slice(0, Math.max(colon, 0)), pair.slice(colon + 1)].map(formDecoded)
  return { id: id ?? '', secret: secret ?? '' }
}

/** As it was before a form encoded it; what is not encoded is left as it is. */
function formDecoded(text: string): string {
  return new URLSearchParams(`value=${text.replaceAll('&', '%26')}`).get('value') ?? text
}

function bearer(header: HeaderOf): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(header('authorization') ?? '')?.[1]
}

/** The token or the client secret a request carries: in its header, or in the form of the token endpoint, sent as JSON too. */
function credentialIn(
  header: HeaderOf,
  _values?: SettingValues,
  body?: string,
): string | undefined {
  const shown = bearer(header) ?? basic(header)?.secret
  if (shown !== undefined || !body?.includes('client_secret')) return shown
  const [, quoted] = /"client_secret"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(body) ?? []
  return quoted === undefined
    ? (new URLSearchParams(body).get('client_secret') ?? undefined)
    : unescaped(quoted)
}

/** What a JSON string says; as it is where its escapes are none. */
function unescaped(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`))
  } catch {
    return text
  }
}

/** @throws Refusal `invalid-client`, `invalid-request` */
function clientOf(
  header: HeaderOf,
  { client_id, client_secret }: TokenRequest,
): { id: string; secret: string } {
  const shown = basic(header)
  if (shown && client_secret !== undefined)
    throw new Refusal(
      'invalid-request',
      'the client shows itself twice: by HTTP Basic and in the form',
    )
  if (shown) return shown
  if (client_id === undefined || client_secret === undefined)
    throw new Refusal<TokenRefusal>(
      'invalid-client',
      'client_id and client_secret are wanted, in the form or by HTTP Basic',
    )
  return { id: client_id, secret: client_secret }
}

/**
 * The handler of a provider's token endpoint. Tokens are opaque and end on the world's clock; no refresh token is given
 * (RFC 6749, 4.4.3).
 */
export function issueToken(slug: string): (call: TokenCall, world: World) => Reply<TokenReply> {
  return ({ body, header, now, settings }, world) => {
    if (body.grant_type !== 'client_credentials')
      throw new Refusal<TokenRefusal>(
        'unsupported-grant-type',
        `grant_type is client_credentials here, and not ${body.grant_type}`,
      )
    const { id, secret } = clientOf(header, body)
    const known = credentialOf(world, slug, 'client')
    if (!known || id !== known.client || secret !== known.secret)
      throw new Refusal<TokenRefusal>(
        'invalid-client',
        `the client "${id}" and its secret are not those of the world "${world.name}"`,
      )
    dropExpired(world, slug)
    // A stream of its own: how often a client fetches a token moves no ICCID.
    const token = world.withStream(`${slug}/tokens`, () =>
      world.random.text(TOKEN_LENGTH, LETTERS_AND_DIGITS),
    )
    const expiresAt = addDuration(now, settings.tokenLifetime)
    world.in(credentials).put({ provider: slug, kind: 'token', secret: token, expiresAt })
    const granted: TokenReply = {
      access_token: token,
      token_type: 'Bearer',
      expires_in: Math.floor((expiresAt - now) / 1000),
    }
    return { status: 200, body: granted, headers: { 'Cache-Control': 'no-store' } }
  }
}

function dropExpired(world: World, slug: string): void {
  const all = world.in(credentials)
  const range = { from: slug + SEPARATOR, to: slug + SEPARATOR + sortable(world.now + 1) }
  for (const token of all.page('tokens', range, 0, all.size)) all.delete(credentials.key(token))
}

/** How a provider with a token endpoint knows who calls: by a bearer token, or by the client's secret where that gets one. */
export function clientAuthentication(
  slug: string,
  tokenPath: (values: SettingValues) => string,
): Authentication {
  return { credentialIn, authenticate: authenticate(slug), tokenPath }
}

/** Lets bearers of a token through. @throws Refusal `unauthorized`; its detail has the `error` of RFC 6750 where a token was shown */
function authenticate(slug: string): (header: HeaderOf, world: World) => void {
  return (header, world) => {
    const shown = bearer(header)
    if (shown === undefined)
      throw new Refusal('unauthorized', 'the header Authorization: Bearer <token> is missing')
    const token = world.in(credentials).get(`${slug}/${shown}`)
    if (token?.kind !== 'token')
      throw bad(`the token is none of the world "${world.name}"; those that ended are forgotten`)
    if (world.now >= (token.expiresAt ?? 0))
      throw bad(`the token ended at ${iso(token.expiresAt ?? 0)}: fetch another`)
  }
}

function bad(reason: string): Refusal {
  return new Refusal('unauthorized', reason, { error: 'invalid_token' })
}

/** The challenge that goes with a 401 (RFC 6750, 3). */
export function bearerChallenge({ detail }: AnyRefusal): { 'WWW-Authenticate': string } {
  const error =
    detail.error === undefined
      ? ''
      : `, error="${detail.error}", error_description="The access token is unknown or has expired"`
  return { 'WWW-Authenticate': `Bearer realm="api"${error}` }
}

const words: Readonly<Record<string, readonly [status: number, error: string]>> = {
  'invalid-client': [401, 'invalid_client'],
  'unsupported-grant-type': [400, 'unsupported_grant_type'],
  'invalid-request': [400, 'invalid_request'],
  'malformed-body': [400, 'invalid_request'],
  'unsupported-media-type': [400, 'invalid_request'],
  'body-too-large': [413, 'invalid_request'],
  'writes-refused': [503, 'temporarily_unavailable'],
}

/** How a token endpoint words a refusal (RFC 6749, 5.2). */
export function wordTokenRefusal(refusal: AnyRefusal): Reply {
  const [status, error] = words[refusal.code] ?? [500, 'server_error']
  const headers = {
    'Cache-Control': 'no-store',
    ...(status === 401 ? { 'WWW-Authenticate': 'Basic realm="token"' } : {}),
  }
  return { status, headers, body: { error, error_description: refusal.message } }
}
