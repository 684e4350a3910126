// What every exchange of a run is held to, beside what its step asks for: one small function a check.
import { isJson } from '../server/media-type.ts'
import type { Finding, SeenExchange } from '../workflows/seen-exchange.ts'
import { schemasOf } from './document-schemas.ts'
import { contentOf, documentedReply, mediaType } from './documented-reply.ts'
import { undocumentedFields } from './undocumented.ts'

/** What is wrong with one exchange. */
export type Found = Pick<Finding, 'message' | 'pointer'>

/** A check of single exchanges. */
export interface ExchangeCheck {
  readonly name: string
  /** What it proves where it finds nothing, in one line. */
  readonly proves: string
  /** `note`: what it finds is told, and fails nothing. */
  readonly severity: Finding['severity']
  readonly find: (exchange: SeenExchange) => readonly Found[]
}

const NOTHING: readonly Found[] = []

/** How many problems of one body are told. */
const MOST_TOLD = 5

export const EXCHANGE_CHECKS: readonly ExchangeCheck[] = [
  {
    name: 'status',
    proves: 'the status of every answer is documented for its operation',
    severity: 'failure',
    find({ source, operation, reply }) {
      if (documentedReply(source.document, operation, reply.status)) return NOTHING
      const documented = operation.statuses.join(', ')
      return [{ message: `the status ${reply.status} is not documented: ${documented} are` }]
    },
  },
  {
    name: 'no-server-error',
    proves: 'no call fails with 5xx unless its step asks for that',
    severity: 'failure',
    find: ({ reply, isExpected }) =>
      reply.status >= 500 && !isExpected
        ? [{ message: `it failed with ${reply.status}` }]
        : NOTHING,
  },
  {
    name: 'content-type',
    proves: 'every body has a content type that is documented for its status',
    severity: 'failure',
    find({ source, operation, reply }) {
      const documented = documentedReply(source.document, operation, reply.status)
      if (!documented || reply.body.length === 0) return NOTHING
      const types = Object.keys(documented.content)
      if (types.length === 0)
        return [{ message: `${reply.status} has a body, and none is documented` }]
      const type = mediaType(reply.headers['content-type'])
      if (type === undefined)
        return [{ message: `the body has no Content-Type: ${types.join(', ')}` }]
      if (contentOf(documented, type)) return NOTHING
      return [{ message: `the content type ${type} is not documented: ${types.join(', ')}` }]
    },
  },
  {
    name: 'required-headers',
    proves: 'every header that is documented as required is there and fits its schema',
    severity: 'failure',
    find({ source, operation, reply }) {
      const documented = documentedReply(source.document, operation, reply.status)
      return Object.entries(documented?.headers ?? {}).flatMap(([name, { required, schema }]) => {
        const sent = reply.headers[name]
        if (sent === undefined)
          return required ? [{ message: `the header ${name} is missing` }] : NOTHING
        if (!schema) return NOTHING
        const [problem] = schemasOf(source.document).problems(
          schema,
          headerValue(sent, schema.type),
        )
        return problem ? [{ message: `the header ${name} ${problem.message}` }] : NOTHING
      })
    },
  },
  {
    name: 'body-schema',
    proves: 'every body of JSON fits the schema of its status',
    severity: 'failure',
    find(exchange) {
      const read = bodyOf(exchange)
      if (!read) return NOTHING
      if ('error' in read) return [{ message: read.error }]
      const problems = schemasOf(exchange.source.document).problems(read.schema, read.body)
      return problems.slice(0, MOST_TOLD).map(({ pointer, message }) => ({
        pointer,
        message: `${pointer || 'the body'} ${message}`,
      }))
    },
  },
  {
    name: 'undocumented-fields',
    proves: 'no body has a field that its schema does not know',
    severity: 'note',
    find(exchange) {
      const read = bodyOf(exchange)
      if (!read || 'error' in read) return NOTHING
      const { document } = exchange.source
      return undocumentedFields(document, read.schema, read.body).map((pointer) => ({
        pointer,
        message: `${pointer} is not documented`,
      }))
    },
  },
]

/** A header's text as the type that its schema gives it. */
function headerValue(text: string, type: unknown): unknown {
  if ((type === 'integer' || type === 'number') && text.trim() !== '') return Number(text)
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true'
  return text
}

/** The body of JSON with its schema; `undefined` where no schema speaks of it. */
function bodyOf({ source, operation, reply }: SeenExchange) {
  const documented = documentedReply(source.document, operation, reply.status)
  const type = mediaType(reply.headers['content-type'])
  if (!documented || type === undefined || !isJson(type)) return undefined
  const schema = contentOf(documented, type)?.schema
  if (!schema || reply.body.length === 0) return undefined
  try {
    return { schema, body: JSON.parse(reply.body.toString('utf8')) as unknown }
  } catch {
    return { error: 'the body is not JSON' }
  }
}
