// The schemas of an OpenAPI document, compiled when they are first needed: 3.0 and 3.1 alike.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import ajvFormats from 'ajv-formats'
import { isInstant } from '../state/instant.ts'
import type { OpenApiDocument } from '../workflows/sources.ts'
import { dereferenced } from '../workflows/sources.ts'

export type Json = Readonly<Record<string, unknown>>

/** Judges values by schemas of one document. */
export interface DocumentSchemas {
  /** How a value breaks a schema of the document, each with its JSON pointer. Empty: it fits. */
  problems(schema: Json, value: unknown): readonly SchemaProblem[]
}

export interface SchemaProblem {
  /** Where in the value. */
  readonly pointer: string
  readonly message: string
}

const compiled = new WeakMap<OpenApiDocument, DocumentSchemas>()

/** The schemas of a document; made once for it. */
export function schemasOf(document: OpenApiDocument): DocumentSchemas {
  const known = compiled.get(document)
  if (known) return known
  const made = compileSchemas(document)
  compiled.set(document, made)
  return made
}

const ROOT = 'openapi:'

function compileSchemas(document: OpenApiDocument): DocumentSchemas {
  const isOld = /^3\.0/.test(String(document.openapi))
  const rooted = (value: unknown) => asSchema2020(value, isOld)
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false, logger: false })
  ajvFormats.default(ajv)
  // Ajv's own lets through what no clock shows, such as a leap second.
  ajv.addFormat('date-time', isInstant)
  for (const format of ['int32', 'int64', 'float', 'double', 'byte', 'binary', 'password'])
    ajv.addFormat(format, true)
  ajv.addSchema({ components: rooted(document.components) }, ROOT)
  const validators = new Map<Json, ValidateFunction>()
  return {
    problems(schema, value) {
      const validate = validators.get(schema) ?? ajv.compile(rooted(schema) as object)
      validators.set(schema, validate)
      if (validate(value)) return []
      return (validate.errors ?? []).map(({ instancePath, keyword, message = '', params }) => ({
        pointer: instancePath,
        message: `${message}${extraOf(keyword, params)}`,
      }))
    },
  }
}

/** What ajv leaves out of its sentence. */
function extraOf(keyword: string, params: Json): string {
  if (keyword === 'enum') return `: ${JSON.stringify(params.allowedValues)}`
  if (keyword === 'additionalProperties') return `: ${String(params.additionalProperty)}`
  if (keyword === 'const') return `: ${JSON.stringify(params.allowedValue)}`
  return ''
}

/** A schema as JSON Schema 2020-12 has it, its references led into the document. */
function asSchema2020(value: unknown, isOld: boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => asSchema2020(each, isOld))
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      if (name === '$ref' && typeof each === 'string' && each.startsWith('#'))
        return [name, ROOT + each]
      // Values are no schemas.
      return ['example', 'examples', 'default', 'const', 'enum'].includes(name)
        ? [name, each]
        : [name, asSchema2020(each, isOld)]
    }),
  )
  return isOld ? withoutOldWords(fields) : fields
}

/** What 3.0 says in words of its own: `nullable`, and bounds that are themselves excluded. */
function withoutOldWords(schema: Record<string, unknown>): Record<string, unknown> {
  const { nullable, exclusiveMinimum, exclusiveMaximum, ...rest } = schema
  const fields: Record<string, unknown> = { ...rest }
  if (nullable === true) allowNull(fields)
  else if (typeof nullable === 'object') fields.nullable = nullable
  moveBound(fields, { excluded: exclusiveMinimum, from: 'minimum', to: 'exclusiveMinimum' })
  moveBound(fields, { excluded: exclusiveMaximum, from: 'maximum', to: 'exclusiveMaximum' })
  return fields
}

function allowNull(fields: Record<string, unknown>): void {
  if (typeof fields.type === 'string') fields.type = [fields.type, 'null']
  if (Array.isArray(fields.enum) && !fields.enum.includes(null))
    fields.enum = [...fields.enum, null]
}

interface Bound {
  readonly excluded: unknown
  readonly from: string
  readonly to: string
}

function moveBound(fields: Record<string, unknown>, { excluded, from, to }: Bound): void {
  if (excluded === true) {
    fields[to] = fields[from]
    delete fields[from]
  } else if (excluded !== undefined && excluded !== false) fields[to] = excluded
}

/** A schema with what its reference stands for in its place. */
export function schemaAt(document: OpenApiDocument, schema: unknown): Json {
  const found = dereferenced(document, schema)
  return typeof found === 'object' && found !== null ? (found as Json) : {}
}
