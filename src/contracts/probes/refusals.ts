// What an operation has to refuse: calls without a credential, other methods, calls that lack a parameter.
import type { SeenExchange } from '../../workflows/seen-exchange.ts'
import type { SentRequest } from '../../workflows/send.ts'
import { credentialHeaders, isLimited, withoutHeader, withQuery } from '../call.ts'
import { type Ask, NOTHING, outcomeOf, type Probe, type Probed } from './probe.ts'

/** Not the credential of anybody, and of a form that all schemes take. */
const WRONG = 'not-a-credential-of-anybody'

export const REFUSAL_PROBES: readonly Probe[] = [
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
]

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
