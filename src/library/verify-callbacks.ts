// Whether a callback is genuine, for the handlers of webhooks that receive them: a verifier for each provider that signs.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { wallNow } from '../server/ticker.ts'

/** Headers as Fetch, node:http or Express have them; case does not matter. */
export type CallbackHeaders =
  | Headers
  | Readonly<Record<string, string | readonly string[] | undefined>>

/** The very bytes that came, before anything parses them; or the same as UTF-8 text. */
export type CallbackBody = string | Uint8Array

/** How wholesale notifications are held to time. */
export interface TimeLimits {
  /** The machine's clock unless given. The simulator signs by its world's: `sim.clock.now()`. */
  readonly now?: Date
  /** How far the time of a signature may lie from now, in ms: 5 minutes unless given. */
  readonly tolerance?: number
}

/** Callbacks of eSIM Go: an HMAC-SHA256 over the body, in base64 (or hex, as its setting has it). */
export const esimGo = {
  /**
   * True where a callback is genuine. Version 2 is not signed: it is never genuine.
   *
   * @example
   * app.post('/callbacks', express.raw({ type: () => true }), (request, response) => {
   *   if (!esimGo.verify(request.headers, request.body, apiKey)) return response.sendStatus(401)
   *   // ...
   * })
   *
   * @param key your API key; of several, the first
   * @throws TypeError for a body that was parsed, or no key: nothing could ever be genuine
   */
  verify(headers: CallbackHeaders, body: CallbackBody, key: string): boolean {
    mustBeBytes(body)
    if (typeof key !== 'string') throw new TypeError(`the key must be a text, and is ${key}`)
    const given = headerOf(headers, 'x-signature-sha256')
    if (given === undefined || key === '') return false
    const wanted = createHmac('sha256', key).update(body).digest()
    return isSame(given, wanted.toString('base64')) || isSame(given, wanted.toString('hex'))
  },
} as const

/** Notifications of the wholesale API, signed as Standard Webhooks has it. */
export const wholesale = {
  /**
   * True where a notification is genuine, and not older or newer than the limits allow: one that was
   * listened to and is sent again much later is refused.
   *
   * @example
   * const isGenuine = wholesale.verify(request.headers, body, secret, { now: sim.clock.now() })
   *
   * @param secret begins with `whsec_`
   * @throws RangeError for a secret that does not, TypeError for a body that was parsed: nothing could
   *   ever be genuine
   */
  verify(
    headers: CallbackHeaders,
    body: CallbackBody,
    secret: string,
    { now = new Date(wallNow()), tolerance = 5 * 60_000 }: TimeLimits = {},
  ): boolean {
    mustBeBytes(body)
    const [, key] = /^whsec_(.+)$/.exec(secret) ?? []
    if (key === undefined)
      throw new RangeError('a secret of Standard Webhooks begins with whsec_: give it whole')
    const id = headerOf(headers, 'webhook-id')
    const timestamp = headerOf(headers, 'webhook-timestamp')
    const given = headerOf(headers, 'webhook-signature')
    if (id === undefined || given === undefined || !/^\d{1,12}$/.test(timestamp ?? '')) return false
    if (Math.abs(now.valueOf() - Number(timestamp) * 1000) > tolerance) return false
    const signed = createHmac('sha256', Buffer.from(key, 'base64')).update(`${id}.${timestamp}.`)
    const wanted = `v1,${signed.update(body).digest('base64')}`
    // While a secret is changed there may be a signature for each.
    return given.split(' ').some((each) => isSame(each, wanted))
  },
} as const

/** A web framework may have parsed the body, and types it so that nobody notices. @throws TypeError */
function mustBeBytes(body: unknown): void {
  if (typeof body === 'string' || body instanceof Uint8Array) return
  const how = 'hand over the bytes as they came, as express.raw({ type: () => true }) gives them'
  throw new TypeError(`the body of a callback was parsed before its signature was checked: ${how}`)
}

/** `undefined` for one that is not there, or came several times: nobody knows which was meant. */
function headerOf(headers: CallbackHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined
  const found = Object.keys(headers).filter((each) => each.toLowerCase() === name)
  const [value, another] = found.flatMap((each) => headers[each] ?? [])
  return another === undefined ? value : undefined
}

/** In the same time wherever they differ. */
function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)]
  return one.length === other.length && timingSafeEqual(one, other)
}
