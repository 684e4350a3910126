// The webhooks of a spec, compiled here: for what a user brings, and where nothing is built.
import { compiledForm } from './compiled-forms.ts'
import type { Document } from './openapi-document.ts'
import type { Validator } from './violations.ts'
import { type Webhooks, webhooksIn } from './webhook-forms.ts'

/** The webhooks of a spec; each form is compiled when it is first needed. */
export function compileWebhooks(document: Document): Webhooks {
  const validators = new Map<object, Validator>()
  return webhooksIn(document, (form) => {
    const validator = validators.get(form) ?? compiledForm(document, form)
    validators.set(form, validator)
    return validator
  })
}
