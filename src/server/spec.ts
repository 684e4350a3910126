// A spec compiled once: the router, the validators of requests and replies, the operations.
import { type BodyShape, bodyShape } from './body-shape.ts'
import { builtChecks } from './built-checks.ts'
import type { Checks, Replies } from './checks.ts'
import { type EmptyRules, emptyRules } from './empty-values.ts'
import { FORM_TYPE, JSON_LIKE, JSON_TYPE, TEXT_TYPE } from './media-type.ts'
import type { Document } from './openapi-document.ts'
import type { Media, OperationObject } from './operation-object.ts'
import { type Parameter, type Repeats, repeatsOf, textReader } from './parameters.ts'
import { openPathTree } from './path-tree.ts'
import { readSpec } from './spec-files.ts'
import { strictProblemsOf } from './strict-rules.ts'
import { type FieldProblem, problemsIn, type SpecRequest, type Validator } from './violations.ts'

export type { OperationObject } from './operation-object.ts'
export type { SpecRequest } from './violations.ts'

export interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly object: OperationObject
  /** Answers anyone: its `security` is empty. */
  readonly isPublic: boolean
  /** Query parameters by name, and what each is that is sent more than once. */
  readonly query: ReadonlyMap<string, Repeats>
  /** Lower-case names of the header parameters. */
  readonly headers: readonly string[]
  readonly body:
    | {
        readonly shape: BodyShape
        readonly empties: EmptyRules | undefined
        readonly freeCase: boolean
        readonly form: boolean
        /** Takes plain text or CSV beside JSON. */
        readonly text: boolean
      }
    | undefined
  /**
   * What is wrong with a request; converts path, query and header values to their types in place.
   * Empty: nothing. The first problems of many: a large request costs no more than a small one.
   * @param fields gets their places
   */
  readonly problems: (request: SpecRequest, fields?: FieldProblem[]) => readonly string[]
  /** What of a request only `x-strict-pattern` forbids. Empty: nothing. */
  readonly strictProblems: (request: SpecRequest) => string[]
  /** Every media type that a reply of success may have; JSON by another name is JSON, too. */
  readonly replyTypes: readonly string[]
  /** The media type a JSON body of this status is sent as. */
  readonly jsonType: (status: number) => string
  /** How a reply breaks the spec. Empty: it does not. */
  readonly violations: (
    status: number,
    type: string | undefined,
    body: unknown,
  ) => readonly string[]
}

/** True where whoever has the URL may see what there is, and that is a picture: a QR code. */
export function isPublicPicture({ method, isPublic, replyTypes }: Operation): boolean {
  return method === 'GET' && isPublic && replyTypes.some((type) => type.startsWith('image/'))
}

/** An operation and the path parameters as they were written. */
export interface Found {
  readonly operation: Operation
  readonly params: Record<string, string | undefined>
}

export interface Spec {
  readonly title: string
  /** With what its references stand for in their place. */
  readonly document: Document
  readonly operations: ReadonlyMap<string, Operation>
  /** Every operation as `METHOD /path`. */
  readonly endpoints: readonly string[]
  /** The operation of a path; `other-method` where only the method is wrong. */
  readonly find: (method: string, path: string) => Found | 'other-method' | undefined
  /** The methods a path has, in capitals. */
  readonly methodsAt: (path: string) => string[]
}

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

/** The build has the validators of our own specs; where nothing is built they are compiled. */
async function compileFile(file: string): Promise<Spec> {
  const built = builtChecks(file, () => readSpec(file))
  return built ? specWith(built) : compileSpec(readSpec(file))
}

/**
 * Compiles a spec. Validators are compiled when first used, by openapi-backend.
 * @throws Error for a document openapi-backend refuses
 */
export async function compileSpec(document: Document): Promise<Spec> {
  const { compiledChecks } = await import('./compiled-checks.ts')
  return specWith(await compiledChecks(document))
}

function specWith(checks: Checks): Spec {
  const { document } = checks
  const paths = openPathTree<Operation>()
  const operations = new Map<string, Operation>()

  for (const each of operationsIn(document)) {
    const operation = compileOperation(checks, each)
    operations.set(operation.id, operation)
    paths.add(operation.method, operation.path, operation)
  }

  const methodsAt = (path: string) =>
    METHODS.map((method) => method.toUpperCase())
      .filter((method) => paths.find(method, path))
      .flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  return {
    title: document.info.title,
    document,
    operations,
    endpoints: [...operations.values()].map(({ method, path }) => `${method} ${path}`),
    find(method, path) {
      const found = paths.find(method === 'HEAD' ? 'GET' : method, path)
      if (found) return { operation: found.value, params: found.params }
      return methodsAt(path).length > 0 ? 'other-method' : undefined
    },
    methodsAt,
  }
}

/** Nothing is wrong: mostly so. */
const NONE: readonly string[] = []

/** An operation as a document has it. */
export interface OperationPlace {
  readonly method: string
  readonly path: string
  /** With the parameters of its path. */
  readonly object: OperationObject
}

type PathItem = Readonly<Partial<Record<string, OperationObject>>>

/** The operations of a document, dereferenced. */
export function operationsIn(document: Document): OperationPlace[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) => {
    const shared = (item as { parameters?: readonly Parameter[] }).parameters ?? []
    return METHODS.flatMap((method) => {
      const object = (item as PathItem | undefined)?.[method]
      if (!object) return []
      const parameters = [...shared, ...(object.parameters ?? [])]
      return [{ method: method.toUpperCase(), path, object: { ...object, parameters } }]
    })
  })
}

function compileOperation(checks: Checks, { method, path, object }: OperationPlace): Operation {
  const parameters = object.parameters ?? []
  const jsonTypes = new Map<number, string>()
  // Few operations of a spec are called in a run: what is made of a schema waits for that.
  let body: Operation['body'] | null = null
  const readBody = () => {
    if (body === null) body = bodyOf(object)
    return body
  }
  let strictProblems: Operation['strictProblems'] | undefined

  return {
    id: object.operationId,
    method,
    path,
    object,
    isPublic: object.security?.length === 0,
    query: repeatsOf(parameters),
    headers: parameters
      .filter((each) => each.in === 'header')
      .map((each) => each.name.toLowerCase()),
    get body() {
      return readBody()
    },
    replyTypes: replyTypesOf(object),
    problems: requestCheck(checks, object, () => readBody()?.shape),
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
    violations: replyCheck(checks, object),
  }
}

function replyTypesOf({ responses }: OperationObject): string[] {
  const good = Object.entries(responses).filter(([status]) => status.startsWith('2'))
  const types = good.flatMap(([, { content }]) => Object.keys(content ?? {}))
  return [...new Set(types.flatMap((type) => (JSON_LIKE.test(type) ? [type, JSON_TYPE] : [type])))]
}

/** What checks the requests of an operation. */
function requestCheck(
  checks: Checks,
  object: OperationObject,
  shapeOf: () => BodyShape | undefined,
): Operation['problems'] {
  const { operationId: id, parameters = [] } = object
  const readPath = textReader(parameters, 'path')
  const readQuery = textReader(parameters, 'query')
  const readHeader = textReader(parameters, 'header')
  let validators: readonly Validator[] | undefined
  return (request, fields) => {
    readPath(request.path)
    readQuery(request.query)
    readHeader(request.header)
    validators ??= checks.requests(id, 'quick')
    const failed = validators.find((validate) => !validate(request))
    if (!failed) return NONE
    return problemsIn(
      checks.requests(id, 'thorough'),
      failed,
      { request, shape: shapeOf() },
      fields,
    )
  }
}

/** What checks the replies of an operation. */
function replyCheck(checks: Checks, object: OperationObject): Operation['violations'] {
  let replies: Replies | undefined
  /** What was answered last, and was well: mostly the next reply is of the same kind. */
  let latest:
    | { readonly status: number; readonly type: string; readonly validate: Validator }
    | undefined
  return (status, type, body) => {
    if (latest?.status === status && latest.type === type && latest.validate(body)) return NONE
    const declared = declaredFor(object, status)
    const misfit = misfitOf(object.responses[declared ?? ''], status, type)
    if (misfit !== undefined) return [misfit]
    if (!declared || type === undefined || !JSON_LIKE.test(type)) return NONE
    replies ??= checks.replies(object, 'quick')
    const validate = replies[declared]
    if (!validate) return NONE
    latest = { status, type, validate }
    if (validate(body)) return NONE
    const all = checks.replies(object, 'thorough')[declared]
    return problemsIn(all ? [all] : [], validate, { reply: body })
  }
}

function bodyOf({ requestBody }: OperationObject): Operation['body'] {
  const bodies = requestBody?.content
  const schema = (bodies?.[JSON_TYPE] ?? bodies?.[FORM_TYPE])?.schema
  return (
    schema && {
      shape: bodyShape(schema),
      empties: emptyRules(schema),
      freeCase: schema['x-case-insensitive'] === true,
      form: bodies?.[JSON_TYPE] === undefined,
      text: Object.keys(bodies ?? {}).some((type) => TEXT_TYPE.test(type)),
    }
  )
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
