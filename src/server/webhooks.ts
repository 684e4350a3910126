// What providers call their users with, held to the webhooks of their specs.
import type { Simulator } from '../simulators/simulator.ts'
import type { Callback } from '../state/callbacks.ts'
import { builtForms } from './built-checks.ts'
import { compileWebhooks } from './compiled-webhooks.ts'
import { readSpec } from './spec-files.ts'
import { type Webhooks, webhooksIn } from './webhook-forms.ts'

export { compileWebhooks } from './compiled-webhooks.ts'
export type { Webhooks } from './webhook-forms.ts'

/**
 * How a callback breaks each webhook it may be of. Empty: it fits one of its
 * provider's specs.
 */
export type CallbackCheck = (
  callback: Pick<Callback, 'provider' | 'type'> & { readonly body: string },
) => readonly string[]

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
        const problems = webhooks.problems(name, type, value)
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
export function webhooksOfFile(file: string): Webhooks {
  const webhooks = compiled.get(file) ?? openWebhooks(file)
  compiled.set(file, webhooks)
  return webhooks
}

/** Those of the build, where it has them. */
function openWebhooks(file: string): Webhooks {
  const document = readSpec(file)
  const written = builtForms(file)
  if (!written) return compileWebhooks(document)
  return webhooksIn(document, (_form, { name, at }) => {
    const validator = written[name]?.[at]
    if (!validator) throw new Error(`${file}: the build has no validator of the webhook ${name}`)
    return validator
  })
}
