// A request as a command of curl that can be run: quoted for a POSIX shell, with a variable for each secret.
import { quoted } from '../terminal.ts'

export interface CurlRequest {
  readonly method: string
  /** With scheme and host. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

/** What the simulator shows instead of a secret; in a URL it may be encoded. */
const REDACTED = /\[redacted\]|%5Bredacted%5D/gi

/** What curl sets by itself, or what is of one connection. */
const OWN = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'accept-encoding',
  'keep-alive',
  'expect',
  'te',
  'upgrade',
])

/** Whether a variable has to be set before the command is run. */
export const needsSecret = (command: string): boolean => command.includes('$API_KEY')

/** @returns lines of `sh`: with `API_KEY` set, they send the same request once more */
export function curlOf({ method, url, headers, body }: CurlRequest): string {
  const parts = ['curl --include --globoff --path-as-is', ...methodPart(method, body), word(url)]
  const names = Object.keys(headers).map((name) => name.toLowerCase())
  for (const [name, value] of Object.entries(headers))
    if (!OWN.has(name.toLowerCase())) parts.push(`--header ${headerWord(name, value)}`)
  // Unless told, curl says who it is, what it takes, and that a body is a form.
  for (const name of ['User-Agent', 'Accept'])
    if (!names.includes(name.toLowerCase())) parts.push(`--header '${name}:'`)
  if (body !== undefined && body !== '') {
    if (!names.includes('content-type')) parts.push(`--header 'Content-Type:'`)
    parts.push(`--data-raw ${word(body)}`)
  }
  return parts.join(' \\\n  ')
}

function methodPart(method: string, body: string | undefined): string[] {
  if (method === 'HEAD') return ['--head']
  const byItself = body === undefined || body === '' ? 'GET' : 'POST'
  return method === byItself ? [] : [`--request ${quoted(method)}`]
}

function headerWord(name: string, value: string): string {
  if (value === '') return word(`${name};`)
  const isBare = value === '[redacted]' && name.toLowerCase() === 'authorization'
  return word(isBare ? `${name}: Bearer ${value}` : `${name}: ${value}`)
}

/** A word of the shell in which each secret is a variable. */
function word(text: string): string {
  const pieces = text.split(REDACTED)
  if (pieces.length === 1) return inQuotes(text)
  return pieces.map((piece) => (piece === '' ? '' : inQuotes(piece))).join('"$API_KEY"')
}

const inQuotes = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
