// What providers call their users with, held to the webhooks of their specs.
import { Ajv } from 'ajv'
import ajvFormats from 'ajv-formats'
import type { Document } from 'openapi-backend'
import type { Simulator } from '../simulators/simulator.ts'
import type { Callback } from '../state/callbacks.ts'
import { readSpec } from './spec-files.ts'
import { explained, type Validator } from './violations.ts'

/** The webhooks of one spec. */
export interface Webhooks {
  /**
   * The webhooks that say what a callback of a type may be: the one of that
   * name, else all.
   */
  namesFor(type: string): readonly string[]
  /** How a body breaks a webhook. Empty: it fits. */
  problems(name: string, body: unknown): readonly string[]
}

/**
 * How a callback breaks each webhook it may be of. Empty: it fits one of its
 * provider's specs.
 */
export type CallbackCheck = (
  callback: Pick<Callback, 'provider' | 'type'> & { readonly body: string },
) => readonly string[]

/** A path item of a document's `webhooks`, as far as it is read. */
type Webhook = Readonly<
  Record<string, { requestBody?: { content?: Readonly<Record<string, { schema?: object }>> } }>
>

interface WebhookDocument {
  readonly webhooks?: Readonly<Record<string, Webhook>>
  readonly components?: { readonly schemas?: object }
}

/**
 * What checks the callbacks of these providers; specs are read and compiled
 * when first needed.
 */
export function callbackCheck(
  simulators: readonly Simulator[],
  webhooksOf: (spec: string) => Webhooks = webhooksOfFile,
): CallbackCheck {
  const specs = new Map(
    simulators.map(({ slug, mounts }) => [slug, [...new Set(mounts.map(({ spec }) => spec))]]),
  )
  return ({ provider, type, body }) => {
    const value: unknown = JSON.parse(body)
    const told = new Set<string>()
    for (const spec of specs.get(provider) ?? []) {
      const webhooks = webhooksOf(spec)
      for (const name of webhooks.namesFor(type)) {
        const problems = webhooks.problems(name, value)
        if (problems.length === 0) return []
        for (const problem of problems) told.add(`${name}: ${problem}`)
      }
    }
    return told.size > 0 ? [...told] : ['the spec has no webhook']
  }
}

const compiled = new Map<string, Webhooks>()

/**
 * The webhooks of a spec; compiled once a process, however many simulators run
 * in it.
 */
function webhooksOfFile(file: string): Webhooks {
  const webhooks = compiled.get(file) ?? compileWebhooks(readSpec(file))
  compiled.set(file, webhooks)
  return webhooks
}

/** Compiles the webhooks of a spec, each when it is first needed. */
export function compileWebhooks(document: Document): Webhooks {
  const { webhooks = {}, components } = document as WebhookDocument
  const schemas = new Map(
    Object.entries(webhooks).map(([name, webhook]) => [name, schemaOf(webhook)]),
  )
  const validators = new Map<string, Validator>()

  function validatorOf(name: string): Validator {
    const known = validators.get(name)
    if (known) return known
    // The checks of replies, which openapi-backend compiles, know a spec as far as this does.
    const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false })
    ajvFormats.default(ajv)
    const validator: Validator = ajv.compile({ components, allOf: [schemas.get(name) ?? {}] })
    validators.set(name, validator)
    return validator
  }

  const names = [...schemas.keys()]
  return {
    namesFor: (type) => (schemas.has(type) ? [type] : names),
    problems(name, body) {
      const validate = validatorOf(name)
      if (validate(body)) return []
      return (validate.errors ?? []).map((error) => explained(error))
    },
  }
}

/** The schema of what a webhook sends. */
function schemaOf(webhook: Webhook): object | undefined {
  return Object.values(webhook)
    .map(({ requestBody }) => Object.values(requestBody?.content ?? {})[0]?.schema)
    .find((schema) => schema !== undefined)
}
