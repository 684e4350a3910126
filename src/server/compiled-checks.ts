// The validators of a spec as openapi-backend compiles them here: for what a user brings, and where nothing is built.
import ajvFormats from 'ajv-formats'
import { OpenAPIBackend, OpenAPIValidator } from 'openapi-backend'
import { instants } from './check-formats.ts'
import type { Checks, Depth, Replies } from './checks.ts'
import { JSON_LIKE, JSON_TYPE } from './media-type.ts'
import type { Document } from './openapi-document.ts'
import type { OperationObject } from './operation-object.ts'
import type { Validator } from './violations.ts'

type BackendOptions = ConstructorParameters<typeof OpenAPIBackend>[0] & object

/** How the validators' Ajv is set up; the build adds what it needs to write them down. */
export type AjvOptions = Pick<BackendOptions, 'ajvOpts' | 'customizeAjv'>

/**
 * Ajv for quick checks; the first problem ends one. It is made anew for each validator, and would
 * compile the schema of schemas each time: that a spec's own are right is linted before.
 */
const QUICK: AjvOptions = {
  ajvOpts: { allErrors: false, strict: false, coerceTypes: false, validateSchema: false },
  customizeAjv(ajv) {
    ajvFormats.default(ajv)
    for (const [name, format] of Object.entries(instants)) ajv.addFormat(name, format)
    return ajv
  },
}

/**
 * Compiles the validators of a document, each when it is first used.
 * @throws Error for a document openapi-backend refuses
 */
export async function compiledChecks(
  document: Document,
  { ajvOpts, customizeAjv }: AjvOptions = {},
): Promise<Checks> {
  const options: AjvOptions = {
    ajvOpts: { ...QUICK.ajvOpts, ...ajvOpts },
    customizeAjv(ajv, ...rest) {
      const set = QUICK.customizeAjv?.(ajv, ...rest) ?? ajv
      return customizeAjv?.(set, ...rest) ?? set
    },
  }
  const backend = new OpenAPIBackend({
    definition: document as BackendOptions['definition'],
    quick: true,
    strict: true,
    ...options,
  })
  await backend.init()
  let thorough: OpenAPIValidator | undefined
  /** Those that name all problems are compiled only where there is something to name. */
  function validatorFor(depth: Depth): OpenAPIValidator {
    if (depth === 'quick') return backend.validator
    thorough ??= new OpenAPIValidator({
      definition: backend.definition,
      router: backend.router,
      lazyCompileValidators: true,
      ...options,
      ajvOpts: { ...options.ajvOpts, allErrors: true },
    })
    return thorough
  }

  return {
    document: backend.definition,
    requests: (id, depth) =>
      (validatorFor(depth).getRequestValidatorsForOperation(id) ?? []) as unknown as Validator[],
    replies: (object, depth) => repliesOf(validatorFor(depth), object),
  }
}

/**
 * The validators of an operation's replies, by status. openapi-backend validates replies of
 * `application/json` alone: what is JSON by another name is shown to it as that.
 */
function repliesOf(validator: OpenAPIValidator, object: OperationObject): Replies {
  const responses = Object.entries(object.responses).map(([status, response]) => {
    const type = Object.keys(response.content ?? {}).find((each) => JSON_LIKE.test(each))
    return [
      status,
      type === undefined
        ? response
        : { ...response, content: { [JSON_TYPE]: response.content?.[type] } },
    ]
  })
  const shown = { ...object, responses: Object.fromEntries(responses) } as unknown as Parameters<
    typeof validator.buildStatusBasedResponseValidatorForOperation
  >[0]
  return (validator.buildStatusBasedResponseValidatorForOperation(shown) ??
    {}) as unknown as Replies
}
