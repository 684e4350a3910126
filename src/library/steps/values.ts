// Arbitraries of the field's values: ICCIDs, activation codes, amounts of data, bodies of callbacks.
import fc from 'fast-check'
import { readSpec } from '../../server/spec-files.ts'
import { simulators } from '../../simulators/index.ts'
import { defined } from '../../state/defined.ts'
import { luhnDigit } from '../../state/identifiers.ts'
import { lpaString } from '../../state/installation-code.ts'
import { dereferenced } from '../../workflows/sources.ts'

const DIGITS = '0123456789'
const CAPITALS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

const textOf = (alphabet: string, length: number) =>
  fc.string({
    unit: fc.constantFrom(...alphabet),
    minLength: length,
    maxLength: length,
  })

/**
 * ICCIDs of 19 digits whose check digit is right (ITU-T E.118).
 * @param prefix what they begin with, `89` unless given: digits, at most 17
 *
 * @example
 * fc.property(iccids(), (iccid) => isIccid(iccid))
 *
 * @throws RangeError for a prefix that begins no ICCID
 */
export function iccids(prefix = '89'): fc.Arbitrary<string> {
  if (!/^\d{0,17}$/.test(prefix)) throw new RangeError(`"${prefix}" begins no ICCID: give digits`)
  return textOf(DIGITS, 18 - prefix.length).map((rest) => prefix + rest + luhnDigit(prefix + rest))
}

/**
 * Activation codes as a QR code has them (GSMA SGP.22, 4.1): with and without a matching id, an object
 * identifier and the mark of a confirmation code. Their SM-DP+ are names that never resolve.
 *
 * @example
 * fc.property(activationCodes(), (code) => parse(code).smdp.endsWith('.example'))
 */
export function activationCodes(): fc.Arbitrary<string> {
  const group = textOf(CAPITALS_AND_DIGITS, 5)
  const matchingId = fc.oneof(
    fc.array(group, { minLength: 1, maxLength: 4 }).map((groups) => groups.join('-')),
    fc.constant(''),
  )
  const smdp = fc.constantFrom('rsp.esimulator.example', 'smdp.example', 'a.b-c.sm-dp.example')
  const smdpOid = fc.option(fc.constantFrom('1.3.6.1.4.1.31746', '2.999'), { nil: undefined })
  const needsConfirmation = fc.option(fc.constant(true), { nil: undefined })
  return fc
    .record({ smdpAddress: smdp, matchingId, smdpOid, needsConfirmation })
    .map((code) => lpaString(defined(code)))
}

/**
 * Amounts of data as `use` takes them: `1B` to `64GB`, in decimal units.
 *
 * @example
 * fc.asyncProperty(dataAmounts(), (amount) => sim.device(iccid).use(amount))
 */
export function dataAmounts(): fc.Arbitrary<string> {
  return fc
    .record({
      count: fc.integer({ min: 1, max: 64 }),
      unit: fc.constantFrom('B', 'KB', 'MB', 'GB'),
    })
    .map(({ count, unit }) => `${count}${unit}`)
}

/** A JSON Schema of a spec, as far as bodies are drawn by it. */
interface Schema {
  readonly $ref?: string
  readonly allOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: Schema
  readonly minItems?: number
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
}

interface CallbackDocument {
  readonly webhooks?: Readonly<
    Record<string, Readonly<Record<string, { requestBody?: { content: Content } }>>>
  >
}
type Content = Readonly<Record<string, { readonly schema?: Schema }>>

/**
 * Bodies of a provider's callbacks, of every form that its spec knows, with and without what may be
 * left out: what a handler of webhooks has to bear.
 * @throws RangeError for a provider there is not, or one that sends none
 *
 * @example
 * fc.asyncProperty(callbackBodies('esim-go'), async (body) => {
 *   expect((await post('/webhooks/esim-go', body)).status).toBe(200)
 * })
 */
export function callbackBodies(slug: string): fc.Arbitrary<unknown> {
  const simulator = simulators.find((each) => each.slug === slug)
  if (!simulator?.callbacks) {
    const senders = simulators.filter(({ callbacks }) => callbacks).map((each) => each.slug)
    throw new RangeError(`"${slug}" is no provider that sends callbacks: ${senders.join(', ')} do`)
  }
  const bodies = [...new Set(simulator.mounts.map(({ spec }) => spec))].flatMap((file) => {
    const document = readSpec(file)
    const { webhooks = {} } = document as CallbackDocument
    return Object.values(webhooks)
      .flatMap((methods) => Object.values(methods))
      .flatMap(({ requestBody }) => Object.values(requestBody?.content ?? {}))
      .flatMap(({ schema }) => (schema ? [bodyOf(document, schema)] : []))
  })
  return fc.oneof(...bodies)
}

function bodyOf(document: object, schema: Schema): fc.Arbitrary<unknown> {
  const { $ref, allOf, oneOf, anyOf } = schema
  if ($ref !== undefined) return bodyOf(document, dereferenced(document, schema) as Schema)
  const forms = oneOf ?? anyOf
  if (forms) return fc.oneof(...forms.map((each) => bodyOf(document, each)))
  if (allOf) return bodyOf(document, merged(document, [schema, ...allOf]))
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const types = [schema.type ?? (schema.properties ? 'object' : 'string')].flat()
  return fc.oneof(...types.map((type) => typed(document, schema, type)))
}

/** The schema of several that all hold. */
function merged(document: object, parts: readonly Schema[]): Schema {
  const whole = parts.map(({ allOf: _, ...rest }) => dereferenced(document, rest) as Schema)
  return {
    ...Object.assign({}, ...whole),
    required: whole.flatMap(({ required = [] }) => required),
    properties: Object.assign({}, ...whole.map(({ properties = {} }) => properties)),
  }
}

const INSTANTS = {
  min: new Date('2020-01-01T00:00:00Z'),
  max: new Date('2035-01-01T00:00:00Z'),
  noInvalidDate: true,
}

function typed(document: object, schema: Schema, type: string): fc.Arbitrary<unknown> {
  const { minimum = 0, maximum = 1e9, items = {}, minItems = 0 } = schema
  switch (type) {
    case 'object':
      return objectOf(document, schema)
    case 'array':
      return fc.array(bodyOf(document, items), { minLength: minItems, maxLength: minItems + 2 })
    case 'integer':
      return fc.integer({ min: Math.ceil(minimum), max: Math.floor(maximum) })
    case 'number':
      return fc.integer({ min: minimum * 100, max: maximum * 100 }).map((cents) => cents / 100)
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return stringOf(schema)
  }
}

function objectOf(document: object, { properties = {}, required }: Schema) {
  const names = Object.keys(properties)
  const fields = names.map((name) => [name, bodyOf(document, properties[name] ?? {})])
  return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: names.filter((name) => required?.includes(name)),
  })
}

function stringOf({ format, pattern, minLength = 0, maxLength = minLength + 24 }: Schema) {
  if (format === 'date-time') return fc.date(INSTANTS).map((date) => date.toISOString())
  if (format === 'date') return fc.date(INSTANTS).map((date) => date.toISOString().slice(0, 10))
  if (format === 'email') return fc.constantFrom('ada@bank.example', 'it+sims@bank.example')
  if (format === 'uri') return fc.webUrl()
  if (format === 'uuid') return fc.uuid()
  if (pattern !== undefined)
    return fc
      .stringMatching(new RegExp(pattern))
      .filter(({ length }) => length >= minLength && length <= maxLength)
  return fc.string({ minLength, maxLength })
}
