// What a tool takes, as JSON Schema: the parameters and the body of its operation, in one document.
import { defined } from '../state/defined.ts'
import { BODY, ownParameters, WORLD } from '../workflows/operation-calls.ts'
import {
  dereferenced,
  type OpenApiDocument,
  type Source,
  type SourceOperation,
} from '../workflows/sources.ts'

type Schema = Readonly<Record<string, unknown>>

/** What stands in a schema of tools beside the fields of its operation. */
export interface InputSchema {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, object>>
  readonly required: readonly string[]
  readonly additionalProperties: false
  readonly $defs?: Readonly<Record<string, Schema>>
}

const WORLD_SCHEMA = {
  type: 'string',
  description: 'The world to speak to; the one this server was started for unless given',
}

/** The schema of what a tool takes. */
export function inputSchema(operation: SourceOperation, source: Source): InputSchema {
  const { document } = source
  const bundle = openBundle(document)
  const parameters = ownParameters(operation, source)
  const body = bodySchema(operation, document)
  const written = listOf(operation.object.parameters).map((each) => dereferenced(document, each))
  const fields = parameters.map(({ name, in: place, schema }): [string, object] => {
    const described = written.find((each) => (each as { name?: string }).name === name)
    const { description } = (described ?? {}) as { description?: string }
    const where = place === 'header' ? `The header ${name}` : undefined
    return [
      name,
      defined({ ...bundle.own(schema), description: description ?? schema.description ?? where }),
    ]
  })
  const given = body ? [...fields, [BODY, bundle.own(body.schema)] as [string, object]] : fields
  const needed = parameters.filter(({ required, in: place }) => required || place === 'path')
  const properties = { [WORLD]: WORLD_SCHEMA, ...Object.fromEntries(given) }
  const required = [...needed.map(({ name }) => name), ...(body?.isRequired ? [BODY] : [])]
  const $defs = bundle.definitions()
  return defined({
    type: 'object' as const,
    properties,
    required,
    additionalProperties: false as const,
    $defs,
  })
}

interface Body {
  readonly schema: unknown
  readonly isRequired: boolean
}

function bodySchema(
  { object, bodyTypes }: SourceOperation,
  document: OpenApiDocument,
): Body | undefined {
  const body = dereferenced(document, object.requestBody) as
    | { required?: boolean; content?: Readonly<Record<string, { schema?: unknown }>> }
    | undefined
  const type = bodyTypes.find((each) => each.includes('json')) ?? bodyTypes[0]
  if (!body || type === undefined) return undefined
  return { schema: body.content?.[type]?.schema ?? {}, isRequired: body.required === true }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

const COMPONENT = '#/components/schemas/'

/** Schemas taken out of a document with all that they refer to. */
function openBundle(document: OpenApiDocument) {
  const found = new Map<string, Schema>()

  function own(value: unknown): Record<string, unknown> {
    return rewritten(value) as Record<string, unknown>
  }

  function rewritten(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(rewritten)
    if (typeof value !== 'object' || value === null) return value
    const { $ref } = value as { readonly $ref?: unknown }
    if (typeof $ref === 'string') return reference($ref)
    // What begins with x- is for us, and not for who calls.
    const fields = Object.entries(value).filter(([name]) => !name.startsWith('x-'))
    return Object.fromEntries(fields.map(([name, each]) => [name, rewritten(each)]))
  }

  function reference($ref: string): unknown {
    if (!$ref.startsWith(COMPONENT)) return rewritten(dereferenced(document, { $ref }))
    const name = $ref.slice(COMPONENT.length)
    if (!found.has(name)) {
      found.set(name, {})
      found.set(name, own(dereferenced(document, { $ref })))
    }
    return { $ref: `#/$defs/${name}` }
  }

  return {
    own,
    definitions: () => (found.size === 0 ? undefined : Object.fromEntries(found)),
  }
}
