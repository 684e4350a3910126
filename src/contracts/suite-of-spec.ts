// A suite for an API that has none: a workflow for each operation of its document, called with its own examples.
import { stringify } from 'yaml'
import { pointerToken } from '../state/json-pointer.ts'
import { type Effect, effectOf, exceeds } from '../workflows/effect.ts'
import type { Source, SourceOperation, SourceParameter } from '../workflows/sources.ts'
import { type Json, schemaAt } from './document-schemas.ts'

/** A suite, and the operations it has no call for. */
export interface SuiteOfSpec {
  /** A document of Arazzo, as YAML. */
  readonly text: string
  /** Which operation each of its workflows calls. */
  readonly called: readonly SourceOperation[]
  /** Why an operation is not called, by its name. */
  readonly left: Readonly<Record<string, string>>
}

/**
 * Makes the suite.
 * @param allow the most that a call may do to the outside
 */
export function suiteOfSpec(source: Source, allow: Effect): SuiteOfSpec {
  const left: Record<string, string> = {}
  const workflows: object[] = []
  const called: SourceOperation[] = []
  for (const operation of source.operations) {
    const name = operation.id ?? `${operation.method} ${operation.path}`
    const effect = effectOf(operation, () => undefined)
    if (exceeds(effect, allow)) {
      left[name] = `it ${effect}: --allow ${effect}`
      continue
    }
    const call = callOf(source, operation)
    if (typeof call === 'string') left[name] = call
    else {
      workflows.push(workflowOf(source, operation, { call, at: workflows.length }))
      called.push(operation)
    }
  }
  const document = {
    arazzo: '1.0.1',
    info: { title: `Every operation of ${source.url}`, version: '1.0.0' },
    sourceDescriptions: [{ name: source.name, type: 'openapi', url: source.url }],
    workflows,
  }
  return { text: stringify(document, { aliasDuplicateObjects: false }), called, left }
}

interface Call {
  readonly parameters: readonly object[]
  readonly body: { readonly contentType: string; readonly payload: unknown } | undefined
}

function workflowOf(
  source: Source,
  operation: SourceOperation,
  { call, at }: { readonly call: Call; readonly at: number },
): object {
  const which =
    operation.id === undefined
      ? {
          operationPath: `{$sourceDescriptions.${source.name}.url}#/paths/${escaped(operation.path)}/${operation.method.toLowerCase()}`,
        }
      : { operationId: `$sourceDescriptions.${source.name}.${operation.id}` }
  const id = (operation.id ?? `operation${at + 1}`).replaceAll(/[^A-Za-z0-9_-]/g, '-')
  const step: Record<string, unknown> = { stepId: 'call', ...which }
  if (call.parameters.length > 0) step.parameters = call.parameters
  if (call.body) step.requestBody = call.body
  // An example may name what is not there: what is held to the document is how that is said.
  step.successCriteria = [{ condition: '$statusCode < 500' }]
  const summary = `${operation.method} ${operation.path}`
  return { workflowId: id, summary, steps: [step] }
}

function escaped(path: string): string {
  return pointerToken(path)
}

/** A call with the examples of the document, or why there is none. */
function callOf(source: Source, operation: SourceOperation): Call | string {
  const parameters: object[] = []
  for (const parameter of operation.parameters) {
    if (isCredential(source, parameter)) continue
    const value = exampleOf(source, parameter.schema, 0)
    if (value !== undefined && (parameter.required || 'example' in parameter.schema))
      parameters.push({ name: parameter.name, in: parameter.in, value })
    else if (parameter.required) return `there is no example for its parameter ${parameter.name}`
  }
  const { content = {}, required } = schemaAt(source.document, operation.object.requestBody) as {
    readonly content?: Readonly<Record<string, MediaType>>
    readonly required?: boolean
  }
  const [type] = Object.keys(content).filter((each) => /[/+]json$/.test(each))
  const media = type === undefined ? undefined : content[type]
  if (!media || type === undefined)
    return required && Object.keys(content).length > 0
      ? 'its body is no JSON'
      : { parameters, body: undefined }
  const payload = exampleIn(source, media)
  if (payload === undefined && required) return 'there is no example for its body'
  return { parameters, body: payload === undefined ? undefined : { contentType: type, payload } }
}

interface MediaType {
  readonly schema?: Json
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, unknown>>
}

function isCredential({ securitySchemes }: Source, { name, in: place }: SourceParameter): boolean {
  const isKey = Object.values(securitySchemes).some(
    (scheme) => scheme.in === place && scheme.name?.toLowerCase() === name.toLowerCase(),
  )
  return isKey || (place === 'header' && name.toLowerCase() === 'authorization')
}

function exampleIn(source: Source, { schema, example, examples = {} }: MediaType): unknown {
  if (example !== undefined) return example
  const [first] = Object.values(examples)
  const { value } = schemaAt(source.document, first) as { readonly value?: unknown }
  return value ?? exampleOf(source, schema, 0)
}

const DEEPEST = 10

/** The example of a schema, or a value that it allows; `undefined` where neither is to be had. */
function exampleOf(source: Source, written: unknown, depth: number): unknown {
  if (depth > DEEPEST) return undefined
  const schema = schemaAt(source.document, written)
  const { example, examples, default: usual, const: only, enum: values } = schema
  const told = [example, Array.isArray(examples) ? examples[0] : undefined, usual, only]
  const found = told.find((each) => each !== undefined)
  if (found !== undefined) return found
  if (Array.isArray(values)) return values[0]
  const [part] = ['oneOf', 'anyOf'].flatMap((word) =>
    Array.isArray(schema[word]) ? (schema[word] as unknown[]) : [],
  )
  if (part !== undefined) return exampleOf(source, part, depth + 1)
  return exampleOfType(source, schema, depth)
}

function exampleOfType(source: Source, schema: Json, depth: number): unknown {
  const { type, minimum, format, properties, required, items, minItems, allOf } = schema
  if (Array.isArray(allOf)) {
    const parts = allOf.map((each) => exampleOf(source, each, depth + 1))
    return Object.assign({}, ...parts) as unknown
  }
  if (type === 'boolean') return true
  if (type === 'integer' || type === 'number') return typeof minimum === 'number' ? minimum : 1
  if (type === 'array') {
    const entry = exampleOf(source, items, depth + 1)
    return Number(minItems ?? 0) === 0 || entry === undefined ? [] : [entry]
  }
  if (type === 'object' || properties !== undefined) {
    const fields = ((required ?? []) as string[]).map((name) => [
      name,
      exampleOf(source, (properties as Json | undefined)?.[name], depth + 1),
    ])
    return fields.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(fields)
  }
  if (format === 'date-time') return '2026-01-01T00:00:00Z'
  if (format === 'date') return '2026-01-01'
  if (format === 'uuid') return '00000000-0000-4000-8000-000000000000'
  return undefined
}
