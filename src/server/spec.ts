// A spec compiled once: the router, the validators of requests and replies, the operations.
import ajvFormats from 'ajv-formats'
import Router from 'find-my-way'
import { type Document, OpenAPIBackend } from 'openapi-backend'
import { type BodyShape, bodyShape } from './body-shape.ts'
import { readSpec } from './spec-files.ts'
import { strictProblemsOf } from './strict-rules.ts'
import { explained, type Validator } from './violations.ts'

type Media = Readonly<Record<string, { schema?: Record<string, unknown>; example?: unknown }>>

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema?: { readonly type?: string }
}

/** An operation object, dereferenced, as far as the server reads it. */
export interface OperationObject {
  readonly operationId: string
  readonly summary?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { required?: boolean; content: Media }
  readonly responses: Readonly<Record<string, { content?: Media }>>
  readonly security?: readonly object[]
  readonly 'x-provenance'?: string
  readonly 'x-effect'?: unknown
}

/** A request as it is validated: values by name; a body where one was sent. */
export interface SpecRequest {
  readonly path: object
  readonly query: object
  readonly header: object
  readonly requestBody?: unknown
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
  /**
   * What is wrong with a request; converts path and query values to their types in place.
   * Empty: nothing.
   */
  readonly problems: (request: SpecRequest) => string[]
  /** What of a request only `x-strict-pattern` forbids. Empty: nothing. */
  readonly strictProblems: (request: SpecRequest) => string[]
  /** The media type a JSON body of this status is sent as. */
  readonly jsonType: (status: number) => string
  /** How a reply breaks the spec. Empty: it does not. */
  readonly violations: (status: number, type: string | undefined, body: unknown) => string[]
}

/** An operation and the path parameters as they were written. */
export interface Found {
  readonly operation: Operation
  readonly params: Record<string, string | undefined>
}

export interface Spec {
  readonly title: string
  readonly document: Document
  readonly operations: ReadonlyMap<string, Operation>
  /** Every operation as `METHOD /path`. */
  readonly endpoints: readonly string[]
  /** The operation of a path; `other-method` where only the method is wrong. */
  readonly find: (method: string, path: string) => Found | 'other-method' | undefined
  /** The methods a path has, in capitals. */
  readonly methodsAt: (path: string) => string[]
}

export const JSON_TYPE = 'application/json'
export const FORM_TYPE = 'application/x-www-form-urlencoded'
/** JSON, or a type built on it such as `application/hal+json`. */
export const JSON_LIKE = /^application\/([\w.+-]+\+)?json\b/i

/** The methods an operation may have, as a document writes them. */
const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const

const compiled = new Map<string, Promise<Spec>>()

/**
 * The compiled spec of a file; compiled once a process, however many simulators
 * run in it.
 */
export function specOf(file: string): Promise<Spec> {
  const spec = compiled.get(file) ?? compileFile(file)
  compiled.set(file, spec)
  return spec
}

async function compileFile(file: string): Promise<Spec> {
  return compileSpec(readSpec(file))
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

  for (const operation of operationsOf(backend)) {
    operations.set(operation.id, operation)
    const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1')
    router.on(operation.method as 'GET', path, noop, operation)
  }

  const methodsAt = (path: string) =>
    METHODS.map((method) => method.toUpperCase()).filter((method) =>
      router.find(method as 'GET', path),
    )
  return {
    title: document.info.title,
    document,
    operations,
    endpoints: [...operations.values()].map(({ method, path }) => `${method} ${path}`),
    find(method, path) {
      const found = router.find((method === 'HEAD' ? 'GET' : method) as 'GET', path)
      if (found) return { operation: found.store as Operation, params: found.params }
      return methodsAt(path).length > 0 ? 'other-method' : undefined
    },
    methodsAt,
  }
}

function noop() {}

function operationsOf(backend: OpenAPIBackend): Operation[] {
  return Object.entries(backend.definition.paths ?? {}).flatMap(([path, item]) => {
    const shared = (item as { parameters?: readonly Parameter[] }).parameters ?? []
    return METHODS.flatMap((method) => {
      const object = item?.[method] as OperationObject | undefined
      if (!object) return []
      const parameters = [...shared, ...(object.parameters ?? [])]
      return compileOperation(backend, method.toUpperCase(), path, { ...object, parameters })
    })
  })
}

function compileOperation(
  backend: OpenAPIBackend,
  method: string,
  path: string,
  object: OperationObject,
): Operation {
  const id = object.operationId
  const parameters = object.parameters ?? []
  const jsonTypes = new Map<number, string>()
  let requests: readonly Validator[] | undefined
  let replies: Readonly<Record<string, Validator>> | undefined
  let strictProblems: Operation['strictProblems'] | undefined

  return {
    id,
    method,
    path,
    object,
    isPublic: object.security?.length === 0,
    query: new Map(
      parameters
        .filter((each) => each.in === 'query')
        .map((each) => [each.name, each.schema?.type === 'array']),
    ),
    headers: parameters
      .filter((each) => each.in === 'header')
      .map((each) => each.name.toLowerCase()),
    body: bodyOf(object),
    problems(request) {
      requests ??= requestValidatorsOf(backend, id)
      return requestProblems(requests, request)
    },
    strictProblems(request) {
      strictProblems ??= strictProblemsOf(object)
      return strictProblems(request)
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
      const misfit = misfitOf(object.responses[declared ?? ''], status, type)
      if (misfit !== undefined) return [misfit]
      if (!declared || type === undefined || !JSON_LIKE.test(type)) return []
      replies ??= repliesOf(backend, object)
      const validate = replies[declared]
      if (!validate || validate(body)) return []
      return (validate.errors ?? []).map((error) => explained(error))
    },
  }
}

function bodyOf({ requestBody }: OperationObject): Operation['body'] {
  const bodies = requestBody?.content
  const schema = (bodies?.[JSON_TYPE] ?? bodies?.[FORM_TYPE])?.schema
  return (
    schema && {
      shape: bodyShape(schema),
      freeCase: schema['x-case-insensitive'] === true,
      form: bodies?.[JSON_TYPE] === undefined,
    }
  )
}

function requestValidatorsOf(backend: OpenAPIBackend, id: string): readonly Validator[] {
  return (backend.validator.getRequestValidatorsForOperation(id) ??
    []) as unknown as readonly Validator[]
}

/** The parts of a request, which its sender does not know by these names. */
const PART = /^\/(requestBody|query|path|header)/

function requestProblems(validators: readonly Validator[], request: SpecRequest): string[] {
  const problems: string[] = []
  for (const validate of validators) {
    if (validate(request)) continue
    // What fails within a condition is told; that the condition failed says nothing more.
    for (const error of (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if'))
      problems.push(explained(error, PART))
  }
  return problems
}

/** Why a reply is none its operation declares, whatever stands in its body. */
function misfitOf(
  response: OperationObject['responses'][string] | undefined,
  status: number,
  type: string | undefined,
): string | undefined {
  if (!response) return `status ${status} is not in the spec`
  const { content } = response
  if (type === undefined) return content && `status ${status} needs a body`
  if (!content?.[type]) return `content type ${type} is not in the spec for status ${status}`
  return undefined
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

/**
 * The validators of an operation's replies, by status. openapi-backend validates replies of
 * `application/json` alone: what is JSON by another name is shown to it as that.
 */
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
