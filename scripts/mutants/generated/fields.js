// Defects of each required field of an answer that is no refusal: it is left out.
import { builtSpec, builtText, change } from './text.js'

const FILE = 'server/pipeline'
const RENDERED = 'const answer = render(context, reply);'
const DEEPEST = 9

/** The schema that a reference leads to. */
function resolved(spec, schema) {
  let found = schema
  while (found?.$ref !== undefined) {
    const names = found.$ref.slice(2).split('/')
    found = names.reduce((at, name) => at[name.replaceAll('~1', '/').replaceAll('~0', '~')], spec)
  }
  return found
}

/** Adds the paths of the required fields below a schema; `*` is each entry of a list. */
function collect(spec, of, path, found) {
  const schema = resolved(spec, of)
  if (schema === undefined || path.length > DEEPEST) return
  for (const part of [...(schema.allOf ?? []), ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])])
    collect(spec, part, path, found)
  if (schema.items) collect(spec, schema.items, [...path, '*'], found)
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const below = [...path, name]
    if (schema.required?.includes(name)) found.add(below.join('/'))
    collect(spec, property, below, found)
  }
}

const isJson = (type) => /[/+]json$/.test(type)

/** @returns `[operation, path of a required field]`, each once */
function fieldsOf(spec) {
  return Object.values(spec.paths)
    .flatMap((item) => Object.values(item))
    .filter(({ operationId }) => operationId !== undefined)
    .flatMap(({ operationId, responses }) => {
      const found = new Set()
      for (const [status, of] of Object.entries(responses)) {
        const { content = {} } = resolved(spec, of)
        const schemas = Object.entries(content).filter(([type]) => isJson(type))
        if (status.startsWith('2'))
          for (const [, { schema }] of schemas) collect(spec, schema, [], found)
      }
      return [...found].map((path) => [operationId, path])
    })
}

/**
 * The reply without the field, in a copy: what it is made of may be kept. Taken out after the
 * simulator has held its reply to the spec, so that the suite alone can see it.
 */
function without(provider, operation, path) {
  return `
    const isIt = context.provider.simulator.slug === '${provider}' &&
        context.trace.operation?.id === '${operation}' && reply.status < 300 && !reply.content;
    const drop = (value, [name, ...below]) => {
        const places = name === '*' && Array.isArray(value) ? value : [value?.[name]];
        if (below.length > 0)
            for (const each of places)
                drop(each, below);
        else if (value && typeof value === 'object')
            delete value[name];
    };
    if (isIt) {
        const whole = made(reply, context.world);
        reply = { ...whole, body: whole.body && JSON.parse(JSON.stringify(whole.body)) };
        drop(reply.body, ${JSON.stringify(path.split('/'))});
    }
    ${RENDERED}`
}

/** Each required field of each operation's 2xx of a provider. */
export function fieldMutants(provider) {
  const start = builtText(FILE).indexOf(RENDERED)
  if (start < 0) throw new Error(`${FILE} has no ${RENDERED}`)
  const place = { start, end: start + RENDERED.length }
  return fieldsOf(builtSpec(provider)).map(([operation, path]) => ({
    id: `${provider}-field-${operation}-${path.replaceAll('/', '.').replaceAll('*', 'each')}`,
    ...change(FILE, place, without(provider, operation, path).trimStart()),
    what: `${operation} answers without ${path}`,
  }))
}
