// The webhooks of a spec: which a callback of a type may be of, and which forms each has.
import { pointerNames } from '../state/json-pointer.ts'
import { type BodyShape, bodyShape } from './body-shape.ts'
import type { Document } from './openapi-document.ts'
import { explained, type Validator } from './violations.ts'

/** The webhooks of one spec. */
export interface Webhooks {
  /** Of all of them. */
  readonly names: readonly string[]
  /**
   * The webhooks that say what a callback of a type may be: the one of that name, else those that
   * have the type among the values of a field, else all.
   */
  namesFor(type: string): readonly string[]
  /**
   * How a body of a type breaks a webhook. Empty: it fits. Where the webhook knows several forms,
   * what is told is of the one of that type that the body is closest to.
   */
  problems(name: string, type: string, body: unknown): readonly string[]
  /** The names that a body may have, of each form of each webhook. */
  shapes(): readonly BodyShape[]
}

/** A path item of a document's `webhooks`, as far as it is read. */
type Webhook = Readonly<
  Record<string, { requestBody?: { content?: Readonly<Record<string, { schema?: object }>> } }>
>

interface WebhookDocument {
  readonly webhooks?: Readonly<Record<string, Webhook>>
}

/** A schema of a document, as far as it is read. */
export interface Schema {
  readonly $ref?: string
  readonly oneOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, { const?: unknown; enum?: readonly unknown[] }>>
}

/** The forms of each webhook of a document. */
export function formsIn(document: Document): ReadonlyMap<string, readonly Schema[]> {
  const { webhooks = {} } = document as WebhookDocument
  const named = Object.entries(webhooks)
  return new Map(named.map(([name, webhook]) => [name, formsOf(document, schemaOf(webhook))]))
}

/** Which form of a webhook it is. */
export interface FormPlace {
  readonly name: string
  readonly at: number
}

/**
 * The webhooks of a spec.
 * @param validatorOf checks one form, and is asked when that is first needed
 */
export function webhooksIn(
  document: Document,
  validatorOf: (form: object, place: FormPlace) => Validator,
): Webhooks {
  const forms = formsIn(document)

  /** The forms of a webhook that a type has; all where none says so. */
  function formsFor(name: string, type: string): readonly Schema[] {
    const all = forms.get(name) ?? []
    const own = all.filter((form) => isOfType(form, type))
    return own.length > 0 ? own : all
  }

  const names = [...forms.keys()]
  return {
    names,
    namesFor(type) {
      if (forms.has(type)) return [type]
      const own = names.filter((name) => forms.get(name)?.some((form) => isOfType(form, type)))
      return own.length > 0 ? own : names
    },
    problems(name, type, body) {
      const found = formsFor(name, type).map((form) => {
        const validate = validatorOf(form, { name, at: forms.get(name)?.indexOf(form) ?? 0 })
        return validate(body) ? [] : (validate.errors ?? [])
      })
      const [closest = []] = found.sort((a, b) => a.length - b.length)
      return closest.map((error) => explained(error))
    },
    shapes: () =>
      [...forms.values()].flat().map((form) => bodyShape(resolved(document, form, []) as object)),
  }
}

/** A schema with what its references stand for in their place; one within itself ends there. */
function resolved(document: Document, schema: unknown, open: readonly string[]): unknown {
  if (typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map((each) => resolved(document, each, open))
  const { $ref } = schema as Schema
  if ($ref === undefined) {
    const fields = Object.entries(schema)
    return Object.fromEntries(fields.map(([name, each]) => [name, resolved(document, each, open)]))
  }
  return open.includes($ref) ? {} : resolved(document, at(document, $ref), [...open, $ref])
}

/** The forms a body may have: those behind `oneOf`, references followed. */
function formsOf(document: Document, schema: Schema = {}): readonly Schema[] {
  const { $ref } = schema
  if ($ref !== undefined) return formsOf(document, at(document, $ref))
  return schema.oneOf?.flatMap((each) => formsOf(document, each)) ?? [schema]
}

/** What a reference within a document stands for. */
function at(document: Document, reference: string): Schema {
  let place: unknown = document
  for (const name of pointerNames(reference))
    place = (place as Readonly<Record<string, unknown>> | undefined)?.[name]
  return (place ?? {}) as Schema
}

/** True where a field of a form is said to have the type as its value. */
function isOfType({ properties = {} }: Schema, type: string): boolean {
  return Object.values(properties).some(
    (field) => field.const === type || field.enum?.includes(type) === true,
  )
}

/** The schema of what a webhook sends. */
function schemaOf(webhook: Webhook): Schema | undefined {
  return Object.values(webhook)
    .map(({ requestBody }) => Object.values(requestBody?.content ?? {})[0]?.schema)
    .find((schema) => schema !== undefined)
}
