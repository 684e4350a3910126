// A request as one curl command; where a secret was struck out stands the variable of a shell.
import { REDACTED } from '../../server/redaction/span.ts'
import type { ExchangeResult } from '../result.ts'

/** Headers that curl sends by itself. */
const OWN_HEADERS = new Set(['user-agent', 'host', 'content-length', 'connection'])

/** One command that repeats a request: `curl -i -H 'x-api-key: '"$X_API_KEY" 'http://...'`. */
export function curlOf({ method, url, requestHeaders, requestBody }: ExchangeResult): string {
  const parts = ['curl', '-i']
  if (method === 'HEAD') parts.push('--head')
  else if (method !== 'GET') parts.push('-X', method)
  parts.push(quoted(url))
  for (const [name, value] of Object.entries(requestHeaders))
    if (!OWN_HEADERS.has(name)) parts.push('-H', quoted(`${name}: ${value}`))
  if (requestBody !== undefined) parts.push('--data-raw', quoted(requestBody))
  return parts.join(' ')
}

/** A word of a shell; each secret becomes the variable that its name makes. */
function quoted(text: string): string {
  const pieces = text.split(REDACTED)
  const words = pieces.flatMap((piece, at) => {
    const plain = piece === '' && pieces.length > 1 ? [] : [single(piece)]
    return at === pieces.length - 1 ? plain : [...plain, `"$${variableFor(before(pieces, at))}"`]
  })
  return words.join('')
}

const single = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

const before = (pieces: readonly string[], at: number) => pieces.slice(0, at + 1).join('')

/** `API_KEY` where the text ends in `"apiKey":"`. */
function variableFor(text: string): string {
  const [, name = 'secret'] =
    /([A-Za-z][\w.-]*)["'\]\\\s]*[:=]\s*["'\\]*(?:\w+ )?$/.exec(text) ?? []
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/\W+/g, '_')
    .toUpperCase()
}
