// OAuth2 client credentials (RFC 6749, 4.4; RFC 6750): the operation `issueToken`, and its tokens.
import { newAccessToken } from '../state/access-token.ts'
import { SEPARATOR, sortable } from '../state/collection.ts'
import { credentials } from '../state/credentials.ts'
import { defined } from '../state/defined.ts'
import { addDuration } from '../state/duration.ts'
import { iso } from '../state/instant.ts'
import { keepLatest } from '../state/keep-latest.ts'
import { openRandom } from '../state/random.ts'
import { type AnyRefusal, Refusal } from '../state/refusal.ts'
import type { World } from '../state/world.ts'
import type { Call, HeaderOf, Reply } from './call.ts'
import type { Authentication, SettingValues } from './simulator.ts'

/** What the token endpoint refuses besides a malformed request. */
export type TokenRefusal = 'invalid-client' | 'unsupported-grant-type'

/** What to do about each. */
export const tokenAdvice: Readonly<Record<TokenRefusal, string>> = {
  'invalid-client':
    'send the id and the secret of a client of this world: `esimulator env` tells them',
  'unsupported-grant-type': 'ask with grant_type=client_credentials: no other grant is known',
}

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

/** How many tokens of a provider a world keeps, though its clock stand still; the oldest go first. */
export const TOKENS_KEPT = 10_000

/** A client's id and secret. */
interface Client {
  readonly id: string
  readonly secret: string
}

/**
 * The client of a new world; the same always in `default`. Worlds of one seed are alike in all that
 * is random but in clients, tokens and signing keys: a credential can choose the world of a
 * request, so it derives from the world's name, too.
 */
function newClient({ identity: { name, seed } }: World, slug: string): Client {
  if (name === 'default') return { id: 'test-client', secret: 'test-secret' }
  const secret = openRandom(`${name}/${seed}/${slug}/client`).text(32, LETTERS_AND_DIGITS)
  return { id: `client-${secret.slice(0, 8)}`, secret }
}

/**
 * The stream that tokens are drawn from: its own, so that fetching one moves no
 * ICCID.
 */
function tokenStream({ name }: World, slug: string): string {
  // With the name in it: a state copied into another world would go on with the same tokens.
  return `${slug}/tokens/${name}`
}

/** Gives a provider its client in a new world. */
export function seedClient(world: World, slug: string): void {
  const { id, secret } = newClient(world, slug)
  world.in(credentials).put({ provider: slug, kind: 'client', client: id, secret })
}

/**
 * Client id and secret of an `Authorization: Basic` header, as RFC 6749 2.3.1
 * encodes them.
 */
function basic(header: HeaderOf): Client | undefined {
  const [, encoded] = /^Basic\s+(\S+)$/i.exec(header('authorization') ?? '') ?? []
  if (encoded === undefined) return undefined
  const pair = Buffer.from(encoded, 'base64').toString()
  const colon = pair.indexOf(':')
  return {
    id: formDecoded(pair.slice(0, Math.max(colon, 0))),
    secret: formDecoded(pair.slice(colon + 1)),
  }
}

/** As it was before a form encoded it; what is not encoded is left as it is. */
function formDecoded(text: string): string {
  return new URLSearchParams(`value=${text.replaceAll('&', '%26')}`).get('value') ?? text
}

function bearer(header: HeaderOf): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(header('authorization') ?? '')?.[1]
}

/** The token or the client secret a request carries, in its header or its body. */
function credentialIn(
  header: HeaderOf,
  _values?: SettingValues,
  body?: string,
): string | undefined {
  const inHeader = bearer(header) ?? basic(header)?.secret
  if (inHeader !== undefined || !body?.includes('client_secret')) return inHeader
  return secretIn(body)
}

/** The client secret in the form of the token endpoint, sent as JSON too. */
function secretIn(body: string): string | undefined {
  const [, quoted] = /"client_secret"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(body) ?? []
  if (quoted !== undefined) return unescaped(quoted)
  return new URLSearchParams(body).get('client_secret') ?? undefined
}

/** What a JSON string says; as it is where its escapes are wrong. */
function unescaped(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`))
  } catch {
    return text
  }
}

/**
 * The client that asks for a token.
 * @throws Refusal `invalid-client`, `invalid-request`
 */
function clientOf(header: HeaderOf, { client_id, client_secret }: TokenRequest): Client {
  const byBasic = basic(header)
  if (byBasic && client_secret !== undefined)
    throw new Refusal(
      'invalid-request',
      'the client shows itself twice: by HTTP Basic and in the form',
    )
  if (byBasic) return byBasic
  if (client_id === undefined || client_secret === undefined)
    throw new Refusal<TokenRefusal>(
      'invalid-client',
      'client_id and client_secret are wanted, in the form or by HTTP Basic',
    )
  return { id: client_id, secret: client_secret }
}

/** @throws Refusal `invalid-client` for one that is not the world's */
function checkClient(world: World, slug: string, { id, secret }: Client): void {
  const credential = world.in(credentials).get(`${slug}/${secret}`)
  if (credential?.kind !== 'client' || id !== credential.client)
    throw new Refusal<TokenRefusal>(
      'invalid-client',
      `the client "${id}" and its secret are none of the world "${world.name}": ` +
        `--key ${slug}=client:secret chooses one`,
    )
}

/** A token of the world, good until `expiresAt`. */
function mintToken(world: World, slug: string, expiresAt: number): string {
  const secret = world.withStream(tokenStream(world, slug), () => newAccessToken(world.random))
  const serial = world.next(`${slug}.token`)
  world.in(credentials).put({ provider: slug, kind: 'token', secret, expiresAt, serial })
  keepLatest(world, credentials, { index: 'tokens', prefix: slug + SEPARATOR }, TOKENS_KEPT)
  return secret
}

/**
 * The handler of a provider's token endpoint. Tokens are opaque and end on the world's clock; no
 * refresh token is given (RFC 6749, 4.4.3).
 */
export function issueToken(slug: string): (call: TokenCall, world: World) => Reply<TokenReply> {
  return ({ body, header, now, settings }, world) => {
    if (body.grant_type !== 'client_credentials')
      throw new Refusal<TokenRefusal>(
        'unsupported-grant-type',
        `grant_type is client_credentials here, and not ${body.grant_type}`,
      )
    checkClient(world, slug, clientOf(header, body))

    dropExpired(world, slug)
    const expiresAt = addDuration(now, settings.tokenLifetime)
    const granted: TokenReply = {
      access_token: mintToken(world, slug, expiresAt),
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

/**
 * How a provider knows who calls: by a bearer token, or by the secret that gets
 * one.
 */
export function clientAuthentication(
  slug: string,
  tokenPath: (values: SettingValues) => string,
): Authentication {
  return { kind: 'client', credentialIn, authenticate: authenticate(slug), tokenPath }
}

/**
 * Lets bearers of a token through.
 * @throws Refusal `unauthorized`; its detail has the `error` of RFC 6750 where there was a token
 */
function authenticate(slug: string): (header: HeaderOf, world: World) => void {
  return (header, world) => {
    const secret = bearer(header)
    if (secret === undefined)
      throw new Refusal('unauthorized', 'the header Authorization: Bearer <token> is missing')

    const token = world.in(credentials).get(`${slug}/${secret}`)
    if (token?.kind !== 'token')
      throw invalidToken(
        `the token is none of the world "${world.name}": those that ended are forgotten, and those ` +
          `before the latest ${TOKENS_KEPT}`,
      )
    const { expiresAt = 0 } = token
    if (world.now >= expiresAt)
      throw invalidToken(`the token ended at ${iso(expiresAt)}: fetch another`)
  }
}

function invalidToken(reason: string): Refusal {
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

/**
 * Status and error code of what a token endpoint refuses; all else is an error
 * of the server.
 */
const errors: Readonly<Record<string, readonly [status: number, error: string]>> = {
  'invalid-client': [401, 'invalid_client'],
  'unsupported-grant-type': [400, 'unsupported_grant_type'],
  'invalid-request': [400, 'invalid_request'],
  'malformed-body': [400, 'invalid_request'],
  'unsupported-media-type': [400, 'invalid_request'],
  forbidden: [403, 'invalid_request'],
  'body-too-large': [413, 'invalid_request'],
  'expectation-failed': [417, 'invalid_request'],
  'not-acceptable': [406, 'invalid_request'],
  'unknown-world': [404, 'invalid_request'],
  'not-implemented': [501, 'invalid_request'],
  'writes-refused': [503, 'temporarily_unavailable'],
}

/** Every code a token endpoint has words for. */
export const tokenRefusalCodes: readonly string[] = Object.keys(errors)

/** How a token endpoint words a refusal (RFC 6749, 5.2). */
export function wordTokenRefusal(refusal: AnyRefusal): Reply {
  const [status, error] = errors[refusal.code] ?? [500, 'server_error']
  const headers = defined({
    'Cache-Control': 'no-store',
    'WWW-Authenticate': status === 401 ? 'Basic realm="token"' : undefined,
  })
  return { status, headers, body: { error, error_description: refusal.message } }
}
