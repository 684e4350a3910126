// The JSON Schema of the config file, made of the table of options.
import { keyOf, type Option, type OptionName, options } from './options.ts'

/** Texts and numbers: a number is taken as it is written. */
const ANY = { type: ['string', 'number'] }

export function configSchema(): Readonly<Record<string, unknown>> {
  const properties = Object.entries(options as Readonly<Record<string, Option<unknown>>>).map(
    ([name, option]) => [keyOf(name as OptionName), schemaOf(option)],
  )
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'esimulator config file',
    description: 'What esimulator.config.yaml, or the file that --config names, may say.',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(properties),
  }
}

function schemaOf({ says, many, form = ANY }: Option<unknown>): Readonly<Record<string, unknown>> {
  if (!many) return { description: says, ...form }
  return { description: says, anyOf: [form, { type: 'array', items: form }] }
}
