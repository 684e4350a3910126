// Examples of replies: those of the spec, else one made of its schema.
import type { Reply } from '../simulators/call.ts'
import { type MadeSchema, type Making, madeValue } from './made-value.ts'
import { JSON_LIKE } from './media-type.ts'
import type { Operation } from './spec.ts'

interface Media {
  readonly schema?: MadeSchema
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly value?: unknown }>>
}

function mediaOf({ object }: Operation, status: number): [type: string, media: Media][] {
  const { content = {} } = object.responses[status] ?? {}
  return Object.entries(content) as [string, Media][]
}

/** Names of the examples of an operation, with the status each is of. */
export function examplesOf(operation: Operation): ReadonlyMap<string, number> {
  const names = new Map<string, number>()
  for (const status of Object.keys(operation.object.responses).map(Number))
    for (const [, { examples = {} }] of mediaOf(operation, status))
      for (const name of Object.keys(examples)) if (!names.has(name)) names.set(name, status)
  return names
}

/**
 * An example of a reply of a status the spec has: the named one, else its first, else one made of the
 * schema where that comes out right. `undefined` where there is none.
 */
export function exampleOf(operation: Operation, status: number, name?: string): Reply | undefined {
  if (!operation.object.responses[status]) return undefined
  const media = mediaOf(operation, status)
  if (media.length === 0) return name === undefined ? { status } : undefined
  for (const [type, of] of media) {
    const value =
      written(of, name) ?? (name === undefined ? made(operation, status, type, of) : undefined)
    if (value === undefined) continue
    if (JSON_LIKE.test(type)) return { status, body: value }
    return { status, content: { type, render: () => String(value) } }
  }
  return undefined
}

function written({ example, examples = {} }: Media, name: string | undefined): unknown {
  if (name !== undefined) return Object.hasOwn(examples, name) ? examples[name]?.value : undefined
  return example ?? Object.values(examples)[0]?.value
}

/** Documents of operations have no references left. */
const ALL_FIELDS: Making = { schemaOf: (schema) => schema as MadeSchema, fields: 'all' }

/** One made of the schema, where it fits. */
function made(operation: Operation, status: number, type: string, { schema }: Media): unknown {
  if (!schema || !JSON_LIKE.test(type)) return undefined
  const value = madeValue(schema, ALL_FIELDS)
  return operation.violations(status, type, value).length === 0 ? value : undefined
}
