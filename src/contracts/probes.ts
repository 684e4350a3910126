// What is asked beside the steps of a case, when they are done: more requests, each proving something of an operation.
import type { Finding, SeenExchange } from '../workflows/seen-exchange.ts'
import type { Answer, SentRequest } from '../workflows/send.ts'
import {
  baseOf,
  credentialHeaders,
  effectOfCall,
  isGood,
  isLimited,
  jsonBody,
  withoutHeader,
  withQuery,
} from './call.ts'

/** What a probe finds, with the request that shows it. */
export type Probed = Pick<Finding, 'message' | 'pointer' | 'request'>

/** Sends a request of a probe; it throws where that may not be sent, which ends the probe. */
export type Ask = (request: SentRequest) => Promise<Answer>

export interface Probe {
  readonly name: string
  /** What it proves where it finds nothing, in one line. */
  readonly proves: string
  /** Whether it can be tried on a call that was answered 2xx. */
  readonly fits: (exchange: SeenExchange) => boolean
  readonly find: (exchange: SeenExchange, probing: Probing) => Promise<readonly Probed[]>
}

/** What a probe has to go on. */
export interface Probing {
  readonly ask: Ask
  /** What was called before in the case. */
  readonly earlier: readonly SeenExchange[]
  /** Fields that may differ from call to call: JSON pointers, `*` for any name or place. */
  readonly volatile: readonly string[]
}

const NOTHING: readonly Probed[] = []

/** Not the credential of anybody, and of a form that all schemes take. */
const WRONG = 'not-a-credential-of-anybody'

export const PROBES: readonly Probe[] = [
  {
    name: 'auth-enforced',
    proves: 'an operation refuses calls without a credential, and with a wrong one',
    fits: (exchange) => isGuarded(exchange),
    async find(exchange, { ask }) {
      const found: Probed[] = []
      for (const header of credentialHeaders(exchange)) {
        const without = withoutHeader(exchange.request, header)
        found.push(...(await unrefused(without, ask, 'without a credential')))
        const value = header === 'authorization' ? `Bearer ${WRONG}` : WRONG
        const wrong = { ...without, headers: { ...without.headers, [header]: value } }
        found.push(...(await unrefused(wrong, ask, 'with a wrong credential')))
      }
      return found
    },
  },
  {
    name: 'unsupported-method',
    proves: 'a method that a path does not have is refused, and 405 names those it has',
    fits: () => true,
    async find(exchange, { ask }) {
      const method = methodNotIn(exchange)
      if (method === undefined) return NOTHING
      const request: SentRequest = { ...exchange.request, method, body: undefined }
      const answer = await ask(request)
      if ('error' in answer)
        return [{ message: `${method} is not answered: ${answer.error}`, request }]
      const { status, headers } = answer
      if (status < 400 || status > 499)
        return [{ message: `${method}, which it does not have, is answered ${status}`, request }]
      if (status !== 405) return NOTHING
      const allowed = (headers.allow ?? '').split(',').map((each) => each.trim().toUpperCase())
      if (allowed.includes(exchange.operation.method)) return NOTHING
      const told = headers.allow === undefined ? 'has no Allow' : `allows ${headers.allow}`
      return [
        {
          message: `405 to ${method} ${told}, and ${exchange.operation.method} is allowed`,
          request,
        },
      ]
    },
  },
  {
    name: 'required-parameters',
    proves: 'a call without a parameter that is required is refused',
    fits: ({ operation }) => operation.parameters.some((each) => isRemovable(each)),
    async find(exchange, { ask }) {
      const found: Probed[] = []
      for (const parameter of exchange.operation.parameters) {
        if (!isRemovable(parameter)) continue
        const { name, in: place } = parameter
        const request =
          place === 'query'
            ? withQuery(exchange.request, name, undefined)
            : withoutHeader(exchange.request, name)
        const answer = await ask(request)
        if ('error' in answer || answer.status < 400 || answer.status > 499)
          found.push({
            message: `without the ${place} parameter ${name} it ${outcomeOf(answer)}`,
            request,
          })
      }
      return found
    },
  },
  {
    name: 'repeated-reads',
    proves: 'a call that reads answers the same when it is made again at once',
    fits: (exchange) => effectOfCall(exchange) === 'reads' && exchange.operation.method === 'GET',
    async find({ request }, { ask, volatile }) {
      const first = await ask(request)
      const second = await ask(request)
      if ('error' in first || 'error' in second)
        return [
          { message: `a repeated read ${outcomeOf('error' in first ? first : second)}`, request },
        ]
      if (isLimited(first) || isLimited(second)) return NOTHING
      if (first.status !== second.status)
        return [{ message: `it answers ${first.status}, then ${second.status}`, request }]
      if (stableText(first, volatile) === stableText(second, volatile)) return NOTHING
      return [{ message: 'it answers with another body when it is asked again', request }]
    },
  },
  {
    name: 'links-lead-somewhere',
    proves: 'every link to the API in a body can be followed',
    fits: (exchange) => exchange.operation.method === 'GET' && linksOf(exchange).length > 0,
    async find(exchange, { ask }) {
      // Read again: what it led to before may have gone.
      const reply = await ask(exchange.request)
      if ('error' in reply || !isGood(reply)) return NOTHING
      const found: Probed[] = []
      for (const url of linksOf({ ...exchange, reply }).slice(0, MOST_LINKS)) {
        const request: SentRequest = { ...exchange.request, url }
        const answer = await ask(request)
        if (!isLimited(answer) && ('error' in answer || answer.status >= 400))
          found.push({ message: `the link ${url} ${outcomeOf(answer)}`, request })
      }
      return found
    },
  },
  {
    name: 'removed-is-gone',
    proves: 'what was read and then removed is not read as before',
    fits: (exchange) =>
      exchange.operation.method === 'DELETE' && effectOfCall(exchange) !== 'reads',
    async find({ request }, { ask, earlier }) {
      const path = pathOf(request)
      const before = earlier.findLast(
        (each) => each.operation.method === 'GET' && pathOf(each.request) === path,
      )
      if (!before || before.reply.status > 299) return NOTHING
      const answer = await ask(before.request)
      // Of several of one name only one may have gone.
      if ('error' in answer || answer.status > 299 || !answer.body.equals(before.reply.body))
        return NOTHING
      return [{ message: 'what was removed is read as before', request: before.request }]
    },
  },
]

function pathOf({ url }: SentRequest): string {
  return new URL(url).pathname
}

const MOST_LINKS = 5

/** A body without the fields that may differ. */
function stableText({ body }: { readonly body: Buffer }, volatile: readonly string[]): string {
  const text = body.toString('latin1')
  if (volatile.length === 0) return text
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    for (const pointer of volatile) remove(value, pointer.split('/').slice(1))
    return JSON.stringify(value)
  } catch {
    return text
  }
}

/** Takes out what a pointer leads to. */
function remove(value: unknown, [name, ...rest]: readonly string[]): void {
  if (typeof value !== 'object' || value === null || name === undefined) return
  const fields = value as Record<string, unknown>
  for (const key of name === '*' ? Object.keys(fields) : [name])
    if (rest.length === 0) delete fields[key]
    else remove(fields[key], rest)
}

function outcomeOf(answer: Answer): string {
  return 'error' in answer ? `gets no answer: ${answer.error}` : `is answered ${answer.status}`
}

/** Whether an operation demands a credential, whatever else it takes. */
function isGuarded(exchange: SeenExchange): boolean {
  const { security } = exchange.operation
  const isOptional = security.some((each) => Object.keys(each).length === 0)
  return security.length > 0 && !isOptional && credentialHeaders(exchange).length > 0
}

async function unrefused(request: SentRequest, ask: Ask, how: string): Promise<readonly Probed[]> {
  const answer = await ask(request)
  if ('status' in answer && (answer.status === 401 || answer.status === 403)) return NOTHING
  if (isLimited(answer)) return NOTHING
  return [{ message: `${how} it ${outcomeOf(answer)}, expected 401 or 403`, request }]
}

const METHODS = ['DELETE', 'PUT', 'PATCH', 'POST'] as const

/** A method that no operation of the document has at a path that this call fits. */
function methodNotIn({ source, operation }: SeenExchange): string | undefined {
  const shape = (path: string) => path.replaceAll(/\{[^}]*\}/g, '{}')
  const there = source.operations
    .filter(({ path }) => shape(path) === shape(operation.path))
    .map(({ method }) => method)
  // Another path may be of this shape where it has a parameter in the place of a word.
  const parts = operation.path.split('/')
  const alike = source.operations.filter(({ path }) => {
    const other = path.split('/')
    return (
      other.length === parts.length &&
      other.every(
        (part, at) => part === parts[at] || /^\{/.test(part) || /^\{/.test(parts[at] ?? ''),
      )
    )
  })
  return METHODS.find(
    (method) => !there.includes(method) && !alike.some((each) => each.method === method),
  )
}

function isRemovable({
  required,
  in: place,
  name,
}: SeenExchange['operation']['parameters'][number]) {
  // What lets a caller in is asked for by `auth-enforced`.
  return (
    required &&
    (place === 'query' || (place === 'header' && !/^(authorization|content-type)$/i.test(name)))
  )
}

/** The links of a body that lead to the same API. */
function linksOf(exchange: SeenExchange): readonly string[] {
  const { reply, request } = exchange
  const base = baseOf(exchange)
  const found = new Set<string>()
  collectLinks(
    jsonBody({ ...request, headers: reply.headers, body: reply.body.toString('utf8') }),
    (text) => {
      if (base !== '' && text.startsWith(`${base}/`)) found.add(text)
    },
  )
  return [...found]
}

const DEEPEST = 30

/** Every `href` in a body. */
function collectLinks(value: unknown, tell: (text: string) => void, depth = 0): void {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return
  for (const [name, each] of Object.entries(value))
    if (name === 'href' && typeof each === 'string') tell(each)
    else collectLinks(each, tell, depth + 1)
}
