// What a compiled schema found wrong, in words for whom it concerns.

/** A compiled check that keeps what it found. */
export interface Validator {
  (data: unknown): unknown
  errors?: readonly Violation[] | null
}

/** One thing a schema forbids, as Ajv tells it. */
export interface Violation {
  readonly instancePath: string
  readonly message?: string
  readonly params?: Record<string, unknown>
  readonly keyword?: string
}

/**
 * One violation as a sentence that begins with its place.
 * @param hidden a part of the place that is not told
 */
export function explained(violation: Violation, hidden?: RegExp): string {
  const { keyword, params, message = 'is not valid' } = violation
  if (keyword === 'required' && params?.missingProperty === 'requestBody')
    return 'the request needs a body'

  const path = hidden ? violation.instancePath.replace(hidden, '') : violation.instancePath
  const place = path.replace(/^\//, '').replaceAll('/', '.')
  return `${place ? `${place} ` : ''}${message}${wantedBy(params)}`
}

/**
 * What a violation says besides its message: the values there may be, or the
 * name too many.
 */
function wantedBy(params: Violation['params']): string {
  if (Array.isArray(params?.allowedValues)) return `: ${params.allowedValues.join(', ')}`
  const extra = params?.additionalProperty
  return typeof extra === 'string' ? `: ${extra}` : ''
}
