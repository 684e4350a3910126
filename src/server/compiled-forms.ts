// The forms of webhooks, each compiled by Ajv: for what a user brings, and where nothing is built.
import type { Ajv, Options } from 'ajv'
import { loadNow } from '../state/shipped-files.ts'
import { formats } from './check-formats.ts'
import type { Document } from './openapi-document.ts'
import type { Validator } from './violations.ts'
import { formsIn } from './webhook-forms.ts'

/** Ajv as it holds what is called back to a spec. */
function ajvFor(options: Options = {}): Ajv {
  // At once: callbacks are held to their spec within the transaction that queues them.
  const { Ajv: Compiler } = loadNow<typeof import('ajv')>('ajv')
  const ajv = new Compiler({ strict: false, allErrors: true, validateSchema: false, ...options })
  for (const [name, format] of Object.entries(formats)) ajv.addFormat(name, format)
  return ajv
}

/** Compiles a form. The checks of replies, which openapi-backend compiles, know a spec as far as this does. */
export function compiledForm(document: Document, form: object, ajv = ajvFor()): Validator {
  const { components } = document as { readonly components?: object }
  return ajv.compile({ components, allOf: [form] })
}

/**
 * The forms of all webhooks, by name: for the build, which writes them down.
 * @param noting is shown each Ajv before it compiles
 */
export function compiledForms(
  document: Document,
  options: Options,
  noting: (ajv: Ajv) => Ajv,
): Readonly<Record<string, readonly Validator[]>> {
  const compiled = [...formsIn(document)].map(([name, forms]) => [
    name,
    forms.map((form) => compiledForm(document, form, noting(ajvFor(options)))),
  ])
  return Object.fromEntries(compiled)
}
