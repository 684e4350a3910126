// What differs between two replies, or between the callbacks of two builds; and how it is told.
import { isUtf8 } from 'node:buffer'

/** How much of a body is shown on either side of where it begins to differ. */
const CONTEXT = 120

function shown(text) {
  return JSON.stringify(text.length > 400 ? `${text.slice(0, 400)}...` : text)
}

/** Bodies byte for byte; where they are text, the surroundings of the first byte that differs. */
function bodyDifference(name, old, next) {
  if (old.equals(next)) return []
  let at = 0
  while (at < old.length && old[at] === next[at]) at += 1
  const part = (body) => {
    const text = body.subarray(Math.max(0, at - CONTEXT), at + CONTEXT).toString('utf8')
    return isUtf8(body) && !text.includes('\0')
      ? shown(text)
      : body.subarray(at, at + 24).toString('hex')
  }
  const lengths = old.length === next.length ? '' : ` (${old.length} and ${next.length} bytes)`
  return [`${name} from byte ${at} on${lengths}\n    old ...${part(old)}\n    new ...${part(next)}`]
}

/** A sentence where two values differ. */
export function valueDifference(name, old, next) {
  const [before, after] = [JSON.stringify(old), JSON.stringify(next)]
  return before === after ? [] : [`${name}: old ${before}, new ${after}`]
}

function headerDifferences(old, next, where) {
  const names = [...new Set([...Object.keys(old), ...Object.keys(next)])]
  return names.flatMap((name) => valueDifference(`${where} ${name}`, old[name], next[name]))
}

function callbackDifferences(old, next, at) {
  const name = `callback ${at + 1}`
  if (!old) return [`${name}: only new, ${next.method} ${next.url} ${shown(next.body.toString())}`]
  if (!next) return [`${name}: only old, ${old.method} ${old.url} ${shown(old.body.toString())}`]
  return [
    ...valueDifference(`${name} to`, `${old.method} ${old.url}`, `${next.method} ${next.url}`),
    ...headerDifferences(old.headers, next.headers, `${name} header`),
    ...bodyDifference(`${name} body`, old.body, next.body),
  ]
}

/** Sentences; none where nothing differs. */
export function differencesOf(old, next) {
  const [a, b] = [old.reply, next.reply]
  const most = Math.max(old.callbacks.length, next.callbacks.length)
  const indexes = Array.from({ length: most }, (_, at) => at)
  return [
    ...valueDifference('error', a.error, b.error),
    ...valueDifference('status', a.status, b.status),
    ...valueDifference('words of the status', a.words, b.words),
    ...headerDifferences(a.headers ?? {}, b.headers ?? {}, 'header'),
    ...bodyDifference('body', a.body ?? Buffer.alloc(0), b.body ?? Buffer.alloc(0)),
    ...indexes.flatMap((at) => callbackDifferences(old.callbacks[at], next.callbacks[at], at)),
  ]
}

/** A call that differs, as it is printed. */
export function told({ act, at, request, what }) {
  const { method, url, headers, body } = request
  const sent = body === undefined ? '' : `\n  sent ${shown(body.toString())}`
  const lines = what.map((each) => `\n  ${each}`).join('')
  return `call ${at + 1} of "${act}": ${method} ${url} ${JSON.stringify(headers)}${sent}${lines}`
}
