// Tells whether a request is the one that was recorded, and what differs where it is not.
import { isCredentialParameter } from '../../server/redaction/credential-names.ts'
import { namesOnly } from '../../server/redaction/redactor.ts'
import { pointerToken } from '../../state/json-pointer.ts'
import type { SentRequest } from '../../workflows/send.ts'
import { textOfKept } from './kept-body.ts'
import type { KeptRequest } from './lines.ts'

/** Headers that a request has of its own accord. */
const OWN = new Set(['host', 'user-agent', 'content-length', 'connection'])

/**
 * What differs between a request and one that was recorded: nothing where they are the same.
 * Credentials do not count.
 */
export function differences(request: SentRequest, recorded: KeptRequest): string[] {
  const found: string[] = []
  if (request.method !== recorded.method)
    found.push(`the method is ${request.method}, recorded ${recorded.method}`)
  found.push(...ofUrls(request.url, recorded.url))
  found.push(...ofHeaders(request.headers, recorded.headers))
  found.push(...ofBodies(request.body, textOfKept(recorded.body)))
  return found
}

function ofUrls(url: string, recorded: string): string[] {
  const [now, before] = [partsOf(url), partsOf(recorded)]
  const found: string[] = []
  if (now.path !== before.path) found.push(`the path is ${now.path}, recorded ${before.path}`)
  const names = new Set([...now.query.keys(), ...before.query.keys()])
  for (const name of names) {
    const [one, other] = [now.query.getAll(name), before.query.getAll(name)].map((each) =>
      each.join(', '),
    )
    if (one !== other && !isCredentialParameter(name))
      found.push(`the query parameter ${name} is ${worth(one)}, recorded ${worth(other)}`)
  }
  return found
}

function partsOf(url: string) {
  const [, path = '', query = ''] = /^([^?#]*)(?:\?([^#]*))?/.exec(url) ?? []
  return { path: decoded(path), query: new URLSearchParams(query) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

type Headers = Readonly<Record<string, string>>

function ofHeaders(headers: Headers, recorded: Headers): string[] {
  const names = new Set([...Object.keys(headers), ...Object.keys(recorded)])
  return [...names].flatMap((name) => {
    if (OWN.has(name) || isCredentialParameter(name)) return []
    const [one, other] = [headers[name], recorded[name]]
    return one === other ? [] : [`the header ${name} is ${worth(one)}, recorded ${worth(other)}`]
  })
}

function ofBodies(body: string | undefined, recorded: string | undefined): string[] {
  const [now, before] = [body, recorded].map((each) =>
    each === undefined ? undefined : namesOnly.redacted(each, 'body'),
  )
  if (now === before) return []
  const [one, other] = [jsonOf(now), jsonOf(before)]
  if (one === undefined || other === undefined)
    return [`the body is ${worth(now)}, recorded ${worth(before)}`]
  return ofValues(one, other, '')
}

/** What differs in JSON, by the places where it does. */
function ofValues(one: unknown, other: unknown, pointer: string): string[] {
  if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) {
    if (one === other) return []
    const where = pointer === '' ? 'the body' : `the body at ${pointer}`
    return [`${where} is ${shown(one)}, recorded ${shown(other)}`]
  }
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...names].flatMap((name) =>
    ofValues(one[name], other[name], `${pointer}/${pointerToken(name)}`),
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function jsonOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown)
  } catch {
    return undefined
  }
}

/** How much of a value is told. */
const SHOWN = 100

const cut = (text: string) => (text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text)

const worth = (text: string | undefined) =>
  text === undefined || text === '' ? 'not there' : `"${cut(text)}"`

const shown = (value: unknown) => (value === undefined ? 'not there' : cut(JSON.stringify(value)))
