// What depends on the machine's clock or on the checkout, taken out before replies are compared.
// The whole list of rules; each names what it touches and leaves everything else as it is:
// 1. The header Date of a reply, where it is the machine's own time give or take 3 seconds: that of
//    replies that belong to no world. Dates of a world's clock stay.
// 2. `expiresAt` in replies of the control API, where it lies within the 2 hours (less one at most)
//    that histories ask for as `ttl`: text in a world, a number in the state document.
// 3. A callback's webhook-timestamp, where it is the machine's own time give or take 5 seconds
//    (setting `signingClock: wall`), and then its webhook-signature, where it is the right one: a
//    wrong one stays. The same in the headers that GET /_sim/callbacks/{id} shows.
// 4. `version` of GET /_sim/health and of the front page, where it is that of the checkout's
//    package.json.
// Where a body was changed so, a Content-Length that was right is that of the changed body.
import { createHmac } from 'node:crypto'

/** The one time to live that histories give worlds. */
export const TTL = '2h'
const TTL_MS = 7_200_000
const MARK = '<wall clock>'

const isNear = (instant, within) => Math.abs(instant - Date.now()) <= within
const isTtl = (instant) => {
  const left = instant - Date.now()
  return left > TTL_MS / 2 && left <= TTL_MS
}

/** A reply with what depends on the wall taken out; `version` is the checkout's. */
export function settledReply(reply, { url }, version, secrets) {
  if (reply.error !== undefined) return reply
  const headers = { ...reply.headers }
  if (isNear(Date.parse(headers.date?.[0] ?? ''), 3000)) headers.date = [MARK]
  const body = settledBody(reply.body, url, version, secrets)
  if (headers['content-length']?.[0] === String(reply.body.length))
    headers['content-length'] = [String(body.length)]
  return { ...reply, headers, body }
}

function settledBody(body, url, version, secrets) {
  if (url.includes('/_sim') && body.includes('"expiresAt":')) return withoutTtl(body)
  if (/\/_sim\/health|^(\/w\/[^/]+)?\/$/.test(url))
    return Buffer.from(body.toString().replace(`"version":"${version}"`, '"version":"<own>"'))
  if (/\/callbacks\/cb_\d+$/.test(url) && body.includes('"webhook-timestamp":'))
    return withoutSignature(body, secrets)
  return body
}

function withoutTtl(body) {
  const text = body
    .toString()
    .replaceAll(/"expiresAt":"([^"]+)"/g, (whole, at) =>
      isTtl(Date.parse(at)) ? `"expiresAt":"${MARK}"` : whole,
    )
    .replaceAll(/"expiresAt":(\d+(?:\.\d+)?)/g, (whole, at) =>
      isTtl(Number(at)) ? `"expiresAt":"${MARK}"` : whole,
    )
  return Buffer.from(text)
}

function withoutSignature(body, secrets) {
  const shown = JSON.parse(body.toString())
  const { 'webhook-timestamp': stamp, 'webhook-signature': signature } = shown.headers
  const marks = marksFor(shown.id, stamp, signature, shown.body, secrets)
  const text = Object.entries(marks).reduce(
    (text, [name, mark]) =>
      text.replace(`"${name}":"${shown.headers[name]}"`, `"${name}":"${mark}"`),
    body.toString(),
  )
  return Buffer.from(text)
}

/** A callback as it came, likewise; `secrets` are the `whsec_...` that replies told of. */
export function settledCallback(callback, secrets) {
  const { headers, body } = callback
  const of = (name) => headers[name]?.[0]
  if (of('webhook-timestamp') === undefined) return callback
  const signed = [of('webhook-id'), of('webhook-timestamp'), of('webhook-signature')]
  const marks = Object.entries(marksFor(...signed, body.toString(), secrets))
  const changed = Object.fromEntries(marks.map(([name, mark]) => [name, [mark]]))
  return { ...callback, headers: { ...headers, ...changed } }
}

/** What to put for the headers of a signature by the wall clock; nothing for any other. */
function marksFor(id, stamp, signature, body, secrets) {
  if (!isNear(Number(stamp) * 1000, 5000)) return {}
  const genuine = [...secrets].some((secret) => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    return (
      signature ===
      `v1,${createHmac('sha256', key).update(`${id}.${stamp}.${body}`).digest('base64')}`
    )
  })
  return { 'webhook-timestamp': MARK, ...(genuine ? { 'webhook-signature': MARK } : {}) }
}
