// Whether a document has the shape of the language: held to its JSON Schema, each mistake with its place.
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { nearest } from '../server/nearest.ts'
import { pointerNames } from '../state/json-pointer.ts'
import type { LocatedDocument, Mistake, Path } from './document.ts'
import { readSchema } from './schema-files.ts'

let validator: ValidateFunction | undefined

/** Everything that keeps a document from being one of the language. Empty: nothing. */
export function shapeMistakes(document: LocatedDocument): Mistake[] {
  validator ??= new Ajv2020({ strict: false, allErrors: true, verbose: true }).compile(
    readSchema('workflow'),
  )
  if (validator(document.value)) return []
  const told = new Map<string, Mistake>()
  for (const error of validator.errors ?? []) {
    // That a condition or one way of several failed says nothing more than the rule they belong to.
    if (error.keyword === 'if' || error.schemaPath.includes('/oneOf/')) continue
    const mistake = mistakeOf(document, error)
    told.set(`${mistake.line}:${mistake.column} ${mistake.message}`, mistake)
  }
  return [...told.values()]
}

function mistakeOf(document: LocatedDocument, error: ErrorObject): Mistake {
  const { keyword, params, instancePath } = error
  const path = pointerNames(instancePath)
  const where = nameOf(document.value, path)
  if (keyword === 'additionalProperties') {
    const name = String(params.additionalProperty)
    return document.mistake([...path, name], noField(where, name, error))
  }
  // A rule says in a comment what it demands.
  const { $comment: rule } = (error.parentSchema ?? {}) as { readonly $comment?: string }
  const isRule = keyword === 'not' || keyword === 'oneOf' || keyword === 'required'
  if (isRule && rule !== undefined) return document.mistake(path, `${where} ${rule}`)
  if (keyword === 'dependentRequired') {
    const { property, missingProperty } = params
    const message = `${where} has "${property}", which needs the field "${missingProperty}"`
    return document.mistake([...path, String(property)], message)
  }
  if (keyword === 'required')
    return document.mistake(path, `${where} needs the field "${params.missingProperty}"`)
  if (keyword === 'enum') {
    const values = (params.allowedValues as readonly unknown[]).map(String)
    const given = valueAt(document.value, path)
    const refused = NOT_SUPPORTED[String(given)]
    if (refused) return document.mistake(path, refused)
    const near = nearest(String(given), values)
    const meant = near ? `: did you mean ${near}?` : ''
    return document.mistake(path, `"${given}" is none of ${values.join(', ')}${meant}`)
  }
  if (keyword === 'pattern' && path.join() === 'arazzo')
    return document.mistake(path, 'versions 1.0 and 1.1 of Arazzo are supported: write 1.0.1')
  return document.mistake(path, `${where} ${error.message ?? 'is not valid'}`)
}

/** What the standard has and we have not, by the name it has there. */
const NOT_SUPPORTED: Readonly<Record<string, string>> = {
  xpath: 'xpath is not supported: use jsonpath, or a simple condition',
  asyncapi: 'asyncapi is not supported: a source is an OpenAPI 3.0 or 3.1 or an Arazzo document',
  'draft-goessner-dispatch-jsonpath-00':
    'this jsonpath is not supported: write "type: jsonpath", which is RFC 9535',
}

/** Fields of steps that only AsyncAPI has a use for. */
const OF_ASYNCAPI = new Set(['channelPath', 'correlationId', 'action'])

function noField(where: string, name: string, error: ErrorObject): string {
  if (OF_ASYNCAPI.has(name)) return `"${name}" belongs to AsyncAPI, which is not supported`
  if (name === 'x-esimulator' || name === 'x-operation')
    return `${where} takes no "${name}": it stands in a ${name === 'x-operation' ? 'step' : 'workflow or a step'}`
  const near = nearest(name, knownNames(error))
  return `${where} has no field "${name}"${near ? `: did you mean ${near}?` : ''}`
}

/** The names that an object of the schema knows. */
function knownNames({ parentSchema }: ErrorObject): string[] {
  return Object.keys((parentSchema as { properties?: object } | undefined)?.properties ?? {})
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, name) => (at as Readonly<Record<string | number, unknown>> | undefined)?.[name],
    value,
  )
}

/** What kind of thing has a name at a place. */
function whatIs(path: Path): string {
  const list = String(path.at(-2))
  if (/^parameters$/.test(list)) return 'parameter'
  return /^on(Success|Failure)$|Actions$/.test(list) ? 'the action' : 'the object'
}

/** What a person calls a part of a document: `step "order"`, or the name of its field. */
function nameOf(document: unknown, path: Path): string {
  if (path.length === 0) return 'the document'
  const value = valueAt(document, path) as Readonly<Record<string, unknown>> | undefined
  for (const [id, what] of [
    ['stepId', 'step'],
    ['workflowId', 'workflow'],
    ['name', whatIs(path)],
  ] as const)
    if (typeof value === 'object' && value !== null && typeof value[id] === 'string')
      return `${what} "${value[id]}"`
  const last = path.at(-1)
  return typeof last === 'string' && !/^\d+$/.test(last)
    ? `"${last}"`
    : `entry ${Number(last) + 1} of "${path.at(-2)}"`
}
