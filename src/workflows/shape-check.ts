// Whether a document has the shape of the language: held to its JSON Schema, each mistake with its place.
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { nearest } from '../server/nearest.ts'
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
    // That a condition of the schema failed says nothing more than what failed in it.
    if (error.keyword === 'if') continue
    const mistake = mistakeOf(document, error)
    told.set(`${mistake.line}:${mistake.column} ${mistake.message}`, mistake)
  }
  return [...told.values()]
}

function mistakeOf(document: LocatedDocument, error: ErrorObject): Mistake {
  const { keyword, params, instancePath } = error
  const path = pathOf(instancePath)
  const where = nameOf(document.value, path)
  const at = (extra: string) => document.mistake([...path, extra], sentence(extra))
  const sentence = (name: string) => {
    const near = nearest(name, knownNames(error))
    return `${where} has no field "${name}"${near ? `: did you mean ${near}?` : ''}`
  }
  if (keyword === 'additionalProperties') return at(String(params.additionalProperty))
  if (keyword === 'false schema') {
    const name = String(path.at(-1))
    const owner = nameOf(document.value, path.slice(0, -1))
    return document.mistake(path, `${owner} has no field "${name}"`)
  }
  if (keyword === 'required')
    return document.mistake(path, `${where} needs the field "${params.missingProperty}"`)
  if (keyword === 'enum') {
    const values = (params.allowedValues as readonly unknown[]).map(String)
    const given = valueAt(document.value, path)
    const near = nearest(String(given), values)
    const meant = near ? `: did you mean ${near}?` : ''
    return document.mistake(path, `"${given}" is none of ${values.join(', ')}${meant}`)
  }
  return document.mistake(path, `${where} ${error.message ?? 'is not valid'}`)
}

/** The names that an object of the schema knows. */
function knownNames({ parentSchema }: ErrorObject): string[] {
  return Object.keys((parentSchema as { properties?: object } | undefined)?.properties ?? {})
}

function pathOf(pointer: string): Path {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, name) => (at as Readonly<Record<string | number, unknown>> | undefined)?.[name],
    value,
  )
}

/** What a person calls a part of a document: `step "order"`, or the name of its field. */
function nameOf(document: unknown, path: Path): string {
  if (path.length === 0) return 'the document'
  const value = valueAt(document, path) as Readonly<Record<string, unknown>> | undefined
  for (const [id, what] of [
    ['stepId', 'step'],
    ['workflowId', 'workflow'],
    ['name', path.at(-2) === 'parameters' ? 'parameter' : 'the object'],
  ] as const)
    if (typeof value === 'object' && value !== null && typeof value[id] === 'string')
      return `${what} "${value[id]}"`
  const last = path.at(-1)
  return typeof last === 'string' && !/^\d+$/.test(last)
    ? `"${last}"`
    : `entry ${Number(last) + 1} of "${path.at(-2)}"`
}
