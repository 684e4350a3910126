// The inputs of a workflow: what their JSON Schema knows, fills in and refuses.
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { jsonOf } from '../state/json-of.ts'
import { pointerToken, tokenName } from '../state/json-pointer.ts'
import { reasonOf } from '../state/reason.ts'
import type { InputSchema } from './language.ts'

type Values = Readonly<Record<string, unknown>>

/** Inputs with the defaults of their schema, and what is wrong with them. */
export interface CompletedInputs {
  readonly values: Values
  readonly problems: readonly string[]
}

/** The inputs that a workflow takes. */
export interface Inputs {
  /** Schemas by name, those behind `$ref` and `allOf`, too. */
  readonly properties: ReadonlyMap<string, Values>
  /** Names that have to be given: required, and without a default. */
  readonly needed: readonly string[]
  /** True where inputs of other names may be given. */
  readonly isOpen: boolean
  /** True where the schema itself refuses inputs of other names. */
  readonly isClosed: boolean
  /** Fills in defaults, and holds what there is then to the schema. */
  complete(given: Values): CompletedInputs
  /** What is wrong with one of them. */
  problemsOf(name: string, value: unknown): readonly string[]
  /** What a text stands for that somebody wrote for an input, as on a command line. */
  typed(name: string, text: string): unknown
}

/** Why a schema of inputs cannot be used. */
export class InputsError extends Error {}

/**
 * @param schema of a workflow; nothing where it has none
 * @param shared schemas under `components.inputs`
 * @throws InputsError
 */
export function readInputs(schema: InputSchema | undefined, shared: Values = {}): Inputs {
  const whole = { ...schema, components: { inputs: shared } }
  const parts = partsOf(schema ?? {}, whole)
  const properties = new Map(parts.flatMap((part) => Object.entries(objectAt(part.properties))))
  const required = parts.flatMap(({ required: names }) => (Array.isArray(names) ? names : []))
  // The validator fills in defaults, but not those behind a `$ref`.
  const defaults = new Map<string, unknown>()
  for (const [name, each] of properties) {
    const part = partsOf(objectAt(each), whole).find((one) => one.default !== undefined)
    if (part) defaults.set(name, part.default)
  }
  const check = schema && validatorOf(whole)
  const complete = (given: Values) => {
    const values = structuredClone({ ...Object.fromEntries(defaults), ...given }) as Values
    if (!check || check(values)) return { values, problems: [] }
    return { values, problems: (check.errors ?? []).flatMap(problem) }
  }
  return {
    properties: properties as ReadonlyMap<string, Values>,
    needed: [...new Set(required)].filter((name) => !defaults.has(name)),
    isOpen: parts.some(isOpen) || (schema !== undefined && properties.size === 0),
    isClosed: parts.some(({ additionalProperties: more }) => more === false),
    complete,
    problemsOf(name, value) {
      if (!check || check(structuredClone({ [name]: value }))) return []
      const pointer = `/${pointerToken(name)}`
      return (check.errors ?? [])
        .filter(({ instancePath: at }) => at === pointer || at.startsWith(`${pointer}/`))
        .flatMap(problem)
    },
    typed: (name, text) => typedText(text, partsOf(objectAt(properties.get(name)), whole)),
  }
}

/** One for all schemas: it takes 40 ms to learn what a schema may be. */
let compiler: Ajv2020 | undefined

/** Compiled once: a schema is an object of its document, and the document is read once. */
function validatorOf(schema: object): ValidateFunction {
  compiler ??= new Ajv2020({
    strict: false,
    allErrors: true,
    useDefaults: true,
    validateFormats: false,
  })
  try {
    return compiler.compile(schema)
  } catch (error) {
    throw new InputsError(`this is no JSON Schema: ${reasonOf(error)}`)
  } finally {
    // Another schema may give itself the same name.
    compiler.removeSchema(schema)
  }
}

/** A schema, and what it takes in by `$ref` and `allOf`. */
function partsOf(schema: Values, whole: Values, depth = 0): Values[] {
  if (depth > 20) return []
  const { $ref, allOf } = schema
  const others = [
    ...(typeof $ref === 'string' ? [pointedAt(whole, $ref)] : []),
    ...(Array.isArray(allOf) ? allOf.map(objectAt) : []),
  ]
  return [schema, ...others.flatMap((each) => partsOf(each, whole, depth + 1))]
}

function pointedAt(whole: Values, ref: string): Values {
  const tokens = ref.replace(/^#\/?/, '').split('/')
  return objectAt(tokens.reduce<unknown>((at, token) => objectAt(at)[tokenName(token)], whole))
}

function objectAt(value: unknown): Values {
  return typeof value === 'object' && value !== null ? (value as Values) : {}
}

/** True where a schema says nothing against inputs that it does not name. */
function isOpen(part: Values): boolean {
  const { additionalProperties: more } = part
  const says = ['patternProperties', 'anyOf', 'oneOf', 'if', 'dependentSchemas', '$dynamicRef']
  return (
    more === true || Object.keys(objectAt(more)).length > 0 || says.some((name) => name in part)
  )
}

function problem({ keyword, instancePath, params, message }: ErrorObject): string[] {
  // That a condition of the schema failed says nothing more than what failed in it.
  if (keyword === 'if') return []
  const name = instancePath.slice(1)
  if (keyword === 'required' && name === '')
    return [`the input "${params.missingProperty}" is missing`]
  if (keyword === 'additionalProperties' && name === '')
    return [`there is no input "${params.additionalProperty}"`]
  return [name === '' ? `the inputs ${message}` : `the input "${name}" ${message}`]
}

/** JSON where the schema takes that, else the text itself; JSON or text where it says nothing. */
function typedText(text: string, parts: readonly Values[]): unknown {
  const value = jsonOf(text)
  const types = parts.flatMap(({ type }) => (type === undefined ? [] : [type].flat()))
  if (types.length === 0 || value === undefined) return value ?? text
  return types.includes(typeOf(value)) || (types.includes('number') && typeof value === 'number')
    ? value
    : text
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}
