// Every operation of the built specs, where it is served, with validators of its replies of our own.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Ajv2020 from 'ajv/dist/2020.js'
import ajvFormats from 'ajv-formats'

const METHODS = ['get', 'put', 'post', 'delete', 'patch']
const SPECS = join(import.meta.dirname, '../../dist/specs')

/** The document of a mount, read from the package: the same the server reads. */
export function documentOf(spec) {
  return JSON.parse(readFileSync(join(SPECS, spec.replace(/\.yaml$/, '.json')), 'utf8'))
}

/** What a reference leads to; anything else as it is. */
export function resolved(document, value) {
  let found = value
  while (found?.$ref)
    found = found.$ref
      .slice(2)
      .split('/')
      .reduce((at, part) => at?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], document)
  return found
}

/** @param mounts `{slug, base, spec}` of each provider, and of the control API */
export function operationsOf(mounts) {
  return mounts.flatMap((mount) => {
    const document = documentOf(mount.spec)
    const ajv = new Ajv2020.default({ strict: false, allErrors: false })
    ajvFormats.default(ajv)
    ajv.addSchema(document, mount.spec)
    return Object.entries(document.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method]?.operationId).map((method) =>
        operationOf({ mount, document, ajv, path, item, method }),
      ),
    )
  })
}

function operationOf({ mount, document, ajv, path, item, method }) {
  const object = item[method]
  const parameters = [...(item.parameters ?? []), ...(object.parameters ?? [])].map((each) =>
    resolved(document, each),
  )
  const validators = new Map()
  const pointer = (...parts) =>
    `${mount.spec}#/${parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`

  /** The validator of a reply's body; `undefined` where no schema speaks of it. */
  function validatorOf(status, type) {
    const id = `${status} ${type}`
    if (validators.has(id)) return validators.get(id)
    const key = object.responses[status] ? String(status) : 'default'
    const response = resolved(document, object.responses[key])
    const schema = response?.content?.[type]?.schema
    const found = schema && ajv.compile(rewritten(schema, mount.spec))
    validators.set(id, found)
    return found
  }
  return {
    slug: mount.slug,
    base: mount.base,
    id: object.operationId,
    method: method.toUpperCase(),
    path,
    document,
    parameters,
    body: resolved(document, object.requestBody),
    isPublic: object.security?.length === 0,
    pointer,
    /** How a reply breaks the document, or `undefined`. */
    breach(status, type, text) {
      const key = object.responses[status] ? String(status) : 'default'
      const response = resolved(document, object.responses[key])
      if (!response) return `status ${status} is not documented`
      const content = response.content
      if (type === undefined) return content && text !== '' ? 'a body without a type' : undefined
      const media = type.split(';')[0].trim()
      if (!content?.[media]) return `content type ${media} is not documented for ${status}`
      if (!/json/.test(media)) return undefined
      const validate = validatorOf(status, media)
      let body
      try {
        body = JSON.parse(text)
      } catch {
        return 'the body is not JSON'
      }
      if (!validate || validate(body)) return undefined
      return `${status}: ${ajv.errorsText(validate.errors)}`
    },
  }
}

/** A schema whose references lead into the whole document. */
function rewritten(schema, spec) {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === '$ref' && typeof value === 'string' && value.startsWith('#') ? spec + value : value,
  )
}
