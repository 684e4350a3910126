// Tells whether a request is the one that was recorded, and what differs where it is not.
import { isCredentialParameter } from '../../server/redaction/credential-names.ts'
import type { Redactor } from '../../server/redaction/redactor.ts'
import { REDACTED } from '../../server/redaction/span.ts'
import { jsonOf } from '../../state/json-of.ts'
import { pointerToken } from '../../state/json-pointer.ts'
import { percentDecoded } from '../../state/percent-encoding.ts'
import type { SentRequest } from '../../workflows/send.ts'
import { textOfKept } from './kept-body.ts'
import type { KeptRequest } from './lines.ts'

/** Headers that a request has of its own accord. */
const OWN = new Set(['host', 'user-agent', 'content-length', 'connection'])

/**
 * What differs between a request and one that was recorded: nothing where they are the same. What
 * is a credential in the one has a stand-in in the other, and does not count.
 * @param redactor knows the credentials of the request
 */
export function differences(
  request: SentRequest,
  recorded: KeptRequest,
  redactor: Redactor,
): string[] {
  const found: string[] = []
  if (request.method !== recorded.method)
    found.push(`the method is ${request.method}, recorded ${recorded.method}`)
  const struck = (text: string) => redactor.redacted(text, 'sentence')
  found.push(...ofUrls(request.url, recorded.url, struck))
  found.push(...ofHeaders(request.headers, recorded.headers, struck))
  const body = request.body === undefined ? undefined : redactor.redacted(request.body, 'body')
  found.push(...ofBodies(request.body, body, textOfKept(recorded.body)))
  return found
}

type Struck = (text: string) => string

/** True where a text has in the place of each credential what was recorded there. */
function fits(struck: string, recorded: string): boolean {
  if (struck === recorded) return true
  if (!struck.includes(REDACTED)) return false
  const parts = struck.split(REDACTED).map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^]*')}$`, 'u').test(recorded)
}

function ofUrls(url: string, recorded: string, struck: Struck): string[] {
  const [now, before] = [partsOf(url), partsOf(recorded)]
  const found: string[] = []
  if (!fits(struck(now.path), before.path))
    found.push(`the path is ${now.path}, recorded ${before.path}`)
  for (const name of new Set([...now.query.keys(), ...before.query.keys()])) {
    const [one = '', other = ''] = [now, before].map(({ query }) => query.getAll(name).join(', '))
    if (!fits(struck(one), other) && !isCredentialParameter(name))
      found.push(`the query parameter ${name} is ${worth(one)}, recorded ${worth(other)}`)
  }
  return found
}

function partsOf(url: string) {
  const [, path = '', query = ''] = /^([^?#]*)(?:\?([^#]*))?/.exec(url) ?? []
  return { path: percentDecoded(path) ?? path, query: new URLSearchParams(query) }
}

type Headers = Readonly<Record<string, string>>

function ofHeaders(headers: Headers, recorded: Headers, struck: Struck): string[] {
  const names = new Set([...Object.keys(headers), ...Object.keys(recorded)])
  return [...names].flatMap((name) => {
    if (OWN.has(name) || isCredentialParameter(name)) return []
    const [one = '', other = ''] = [headers[name], recorded[name]]
    if (fits(struck(one), other)) return []
    return [`the header ${name} is ${worth(one)}, recorded ${worth(other)}`]
  })
}

/** @param struck without its credentials */
function ofBodies(
  body: string | undefined,
  struck: string | undefined,
  recorded: string | undefined,
): string[] {
  if (struck === recorded) return []
  const [one, other] = [jsonOf(struck), jsonOf(recorded)]
  if (one !== undefined && other !== undefined) return ofValues(one, other, '')
  if (struck !== undefined && recorded !== undefined && fits(struck, recorded)) return []
  return [`the body is ${worth(body)}, recorded ${worth(recorded)}`]
}

/** What differs in JSON, by the places where it does. */
function ofValues(one: unknown, other: unknown, pointer: string): string[] {
  if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) {
    if (one === other || isStruck(one, other)) return []
    const where = pointer === '' ? 'the body' : `the body at ${pointer}`
    return [`${where} is ${shown(one)}, recorded ${shown(other)}`]
  }
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...names].flatMap((name) =>
    ofValues(one[name], other[name], `${pointer}/${pointerToken(name)}`),
  )
}

/** True for a credential, and what was recorded in its place. */
function isStruck(one: unknown, other: unknown): boolean {
  const isThere = typeof one === 'string' && one.includes(REDACTED) && other !== undefined
  return isThere && (one === REDACTED || fits(one, String(other)))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** How much of a value is told. */
const SHOWN = 100

const cut = (text: string) => (text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text)

const worth = (text: string | undefined) =>
  text === undefined || text === '' ? 'not there' : `"${cut(text)}"`

const shown = (value: unknown) => (value === undefined ? 'not there' : cut(JSON.stringify(value)))
