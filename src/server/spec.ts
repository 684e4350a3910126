// A spec compiled once: the router, the validators of requests and replies, the operations.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import ajvFormats from 'ajv-formats'
import Router from 'find-my-way'
import { type Document, OpenAPIBackend } from 'openapi-backend'
import { type BodyShape, bodyShape } from './body-shape.ts'

/** A compiled check that keeps what it found. */
interface Validator {
  (data: unknown): unknown
  errors?:
    | readonly {
        instancePath: string
        message?: string
        params?: Record<string, unknown>
        keyword?: string
      }[]
    | null
}

type Media = Readonly<Record<string, { schema?: Record<string, unknown>; example?: unknown }>>

/** An operation object, dereferenced, as far as the server reads it. */
export interface OperationObject {
  readonly operationId: string
  readonly summary?: string
  readonly parameters?: readonly {
    name: string
    in: string
    required?: boolean
    schema?: { type?: string }
    explode?: boolean
  }[]
  readonly requestBody?: { required?: boolean; content: Media }
  readonly responses: Readonly<Record<string, { content?: Media }>>
  readonly security?: readonly object[]
  readonly 'x-provenance'?: string
  readonly 'x-effect'?: unknown
}

export interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly object: OperationObject
  /** Answers anyone: its `security` is empty. */
  readonly isPublic: boolean
  /** Query parameters by name; true where it may repeat. */
  readonly query: ReadonlyMap<string, boolean>
  /** Lower-case names of the header parameters. */
  readonly headers: readonly string[]
  readonly body:
    | { readonly shape: BodyShape; readonly freeCase: boolean; readonly form: boolean }
    | undefined
  /** What is wrong with a request; converts path and query values to their types in place. Empty: nothing. */
  readonly problems: (request: {
    path: object
    query: object
    header: object
    requestBody?: unknown
  }) => string[]
  /** The media type a JSON body of this status is sent as. */
  readonly jsonType: (status: number) => string
  /** How a reply breaks the spec. Empty: it does not. */
  readonly violations: (status: number, type: string | undefined, body: unknown) => string[]
}

export interface Spec {
  readonly title: string
  readonly document: Document
  readonly operations: ReadonlyMap<string, Operation>
  /** Every operation as `METHOD /path`. */
  readonly endpoints: readonly string[]
  /** The operation and raw path parameters of a path; `otherMethod` where only the method is wrong. */
  readonly find: (
    method: string,
    path: string,
  ) =>
    | { operation: Operation; params: Record<string, string | undefined> }
    | 'other-method'
    | undefined
}

export const JSON_TYPE = 'application/json'
export const FORM_TYPE = 'application/x-www-form-urlencoded'
/** JSON, or a type built on it such as `application/hal+json`. */
export const JSON_LIKE = /^application\/([\w.+-]+\+)?json\b/i

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const

function explain(error: NonNullable<Validator['errors']>[number], drop: string): string {
  const where = error.instancePath.replace(drop, '').replace(/^\//, '').replaceAll('/', '.')
  if (error.keyword === 'required' && error.params?.missingProperty === 'requestBody')
    return 'the request needs a body'
  const allowed = error.params?.allowedValues
  const extra = Array.isArray(allowed)
    ? `: ${allowed.join(', ')}`
    : typeof error.params?.additionalProperty === 'string'
      ? `: ${error.params.additionalProperty}`
      : ''
  return `${where ? `${where} ` : ''}${error.message ?? 'is not valid'}${extra}`
}

/**
 * Reads a spec from the project's `specs` folder, an overlay as the document it makes; or as the build left it beside the code:
 * reading YAML takes 100 ms.
 */
export async function readSpec(file: string): Promise<Document> {
  const built = new URL(`../specs/${file.replace(/\.yaml$/, '.json')}`, import.meta.url)
  if (existsSync(built)) return JSON.parse(await readFile(built, 'utf8')) as Document
  const known = parsed.get(file) ?? readYaml(file)
  parsed.set(file, known)
  return structuredClone(await known)
}

/** What was read as YAML is kept: where nothing is built, it is read again and again. */
const parsed = new Map<string, Promise<Document>>()

async function readYaml(file: string): Promise<Document> {
  const [{ parse }, { applyOverlay, isOverlay }] = await Promise.all([
    import('yaml'),
    import('./overlay.ts'),
  ])
  const document: unknown = parse(
    await readFile(new URL(`../../specs/${file}`, import.meta.url), 'utf8'),
  )
  return isOverlay(document)
    ? applyOverlay(await readSpec(document.extends), document)
    : (document as Document)
}

const compiled = new Map<string, Promise<Spec>>()

/** The operations of a spec, without compiling it. */
export async function operationIdsOf(file: string): Promise<string[]> {
  const known = await compiled.get(file)
  if (known) return [...known.operations.keys()]
  const items = Object.values((await readSpec(file)).paths ?? {})
  return items.flatMap((item) => METHODS.flatMap((method) => item?.[method]?.operationId ?? []))
}

/** The compiled spec of a file; compiled once a process, however many simulators run in it. */
export function specOf(file: string): Promise<Spec> {
  const known = compiled.get(file) ?? readSpec(file).then(compileSpec)
  compiled.set(file, known)
  return known
}

/**
 * Compiles a spec. Validators are compiled when first used, by openapi-backend.
 * @throws Error for a document openapi-backend refuses
 */
export async function compileSpec(document: Document): Promise<Spec> {
  const backend = new OpenAPIBackend({
    definition: document,
    quick: true,
    strict: true,
    ajvOpts: { allErrors: true, strict: false, coerceTypes: false },
    customizeAjv: (ajv) => {
      ajvFormats.default(ajv)
      return ajv
    },
  })
  await backend.init()
  const router = Router({ ignoreTrailingSlash: true, maxParamLength: 512 })
  const operations = new Map<string, Operation>()

  for (const [path, item] of Object.entries(backend.definition.paths ?? {})) {
    for (const method of METHODS) {
      const object = item?.[method] as OperationObject | undefined
      if (!object) continue
      const shared = (item as { parameters?: OperationObject['parameters'] }).parameters ?? []
      const operation = compileOperation(backend, method.toUpperCase(), path, {
        ...object,
        parameters: [...shared, ...(object.parameters ?? [])],
      })
      operations.set(operation.id, operation)
      router.on(
        method.toUpperCase() as 'GET',
        path.replaceAll(/\{(\w+)\}/g, ':$1'),
        noop,
        operation,
      )
    }
  }

  return {
    title: document.info.title,
    document,
    operations,
    endpoints: [...operations.values()].map(({ method, path }) => `${method} ${path}`),
    find(method, path) {
      const found = router.find((method === 'HEAD' ? 'GET' : method) as 'GET', path)
      if (found) return { operation: found.store as Operation, params: found.params }
      const other = METHODS.some((each) => router.find(each.toUpperCase() as 'GET', path))
      return other ? 'other-method' : undefined
    },
  }
}

function noop() {}

function compileOperation(
  backend: OpenAPIBackend,
  method: string,
  path: string,
  object: OperationObject,
): Operation {
  const id = object.operationId
  const query = new Map(
    (object.parameters ?? [])
      .filter((each) => each.in === 'query')
      .map((each) => [each.name, each.schema?.type === 'array']),
  )
  const bodies = object.requestBody?.content
  const schema = (bodies?.[JSON_TYPE] ?? bodies?.[FORM_TYPE])?.schema
  const jsonTypes = new Map<number, string>()
  let requests: readonly Validator[] | undefined
  let replies: Readonly<Record<string, Validator>> | undefined

  return {
    id,
    method,
    path,
    object,
    isPublic: object.security?.length === 0,
    query,
    headers: (object.parameters ?? [])
      .filter((each) => each.in === 'header')
      .map((each) => each.name.toLowerCase()),
    body: schema && {
      shape: bodyShape(schema),
      freeCase: schema['x-case-insensitive'] === true,
      form: bodies?.[JSON_TYPE] === undefined,
    },
    problems(request) {
      requests ??= (backend.validator.getRequestValidatorsForOperation(id) ??
        []) as unknown as readonly Validator[]
      const found: string[] = []
      for (const validate of requests) {
        if (validate(request)) continue
        // What fails within a condition is told; that the condition failed says nothing more.
        for (const error of (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if'))
          found.push(
            explain(
              error,
              /^\/(requestBody|query|path|header)/.exec(error.instancePath)?.[0] ?? '',
            ),
          )
      }
      return found
    },
    jsonType(status) {
      let type = jsonTypes.get(status)
      if (type === undefined) {
        type = jsonTypeOf(contentOf(object, status)) ?? JSON_TYPE
        jsonTypes.set(status, type)
      }
      return type
    },
    violations(status, type, body) {
      const declared = declaredFor(object, status)
      if (!declared) return [`status ${status} is not in the spec`]
      const { content } = object.responses[declared] ?? {}
      if (type === undefined) return content ? [`status ${status} needs a body`] : []
      if (!content?.[type]) return [`content type ${type} is not in the spec for status ${status}`]
      if (!JSON_LIKE.test(type)) return []
      replies ??= repliesOf(backend, object)
      const validate = replies[declared]
      if (!validate || validate(body)) return []
      return (validate.errors ?? []).map((error) => explain(error, ''))
    },
  }
}

/** The key of the responses that speaks for a status. */
function declaredFor({ responses }: OperationObject, status: number): string | undefined {
  if (responses[status]) return String(status)
  return responses.default ? 'default' : undefined
}

function contentOf(object: OperationObject, status: number): Media | undefined {
  return object.responses[declaredFor(object, status) ?? '']?.content
}

function jsonTypeOf(content: Media | undefined): string | undefined {
  return Object.keys(content ?? {}).find((type) => JSON_LIKE.test(type))
}

/** openapi-backend validates replies of `application/json` alone: what is JSON by another name is shown to it as that. */
function repliesOf(
  backend: OpenAPIBackend,
  object: OperationObject,
): Readonly<Record<string, Validator>> {
  const responses = Object.entries(object.responses).map(([status, response]) => {
    const type = jsonTypeOf(response.content)
    return [
      status,
      type === undefined
        ? response
        : { ...response, content: { [JSON_TYPE]: response.content?.[type] } },
    ]
  })
  const shown = { ...object, responses: Object.fromEntries(responses) } as unknown as Parameters<
    typeof backend.validator.buildStatusBasedResponseValidatorForOperation
  >[0]
  return (backend.validator.buildStatusBasedResponseValidatorForOperation(shown) ??
    {}) as unknown as Readonly<Record<string, Validator>>
}
