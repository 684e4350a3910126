// Parameters of an operation: which may be repeated, and how the texts of those that are numbers are read.

/** A parameter as an OpenAPI document has it, dereferenced. */
export interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema?: { readonly type?: string; readonly format?: string }
  /** A text that is a list, its parts between commas. */
  readonly 'x-comma-list'?: boolean
}

/**
 * What a query parameter is that is sent more than once: a list, one text with commas, the last
 * text sent, or a mistake.
 */
export type Repeats = 'list' | 'commas' | 'last' | 'never'

/** What each query parameter is that is sent more than once. */
export function repeatsOf(parameters: readonly Parameter[]): Map<string, Repeats> {
  const asked = parameters.filter((each) => each.in === 'query')
  return new Map(asked.map((each) => [each.name, repeats(each)]))
}

function repeats({ schema, 'x-comma-list': commas }: Parameter): Repeats {
  if (schema?.type === 'array') return 'list'
  if (commas) return 'commas'
  return schema?.type !== undefined && Object.hasOwn(READERS, schema.type) ? 'never' : 'last'
}

/** Whole numbers and numbers as JSON writes them, without an exponent. */
const WHOLE = /^-?(?:0|[1-9]\d*)$/
const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/

/** Under this, what is no number keeps its text: schemas see an object, not names of it. */
const WRITTEN = Symbol('as it was written')

/** Stands for what is no number: of the wrong type to every schema, which would take `1e1` itself. */
function noNumber(text: string): object {
  return { [WRITTEN]: text }
}

/** The text of a parameter that is no number; `undefined` for any other value. */
export function writtenText(value: object): string | undefined {
  return (value as { readonly [WRITTEN]?: string })[WRITTEN]
}

/** The text of a whole number as a number; one too large to be exact is none. */
function wholeNumber(text: string): unknown {
  const number = WHOLE.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(number) ? number : noNumber(text)
}

/** By type; a boolean is a boolean in any case. What is no value of the type stays none. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  integer: wholeNumber,
  number: (text) => (DECIMAL.test(text) ? Number(text) : noNumber(text)),
  boolean(text) {
    const word = text.toLowerCase()
    return word === 'true' || word === 'false' ? word === 'true' : text
  },
}

/** Reads the texts of one part of a request in place. */
export type ReadTexts = (values: object) => void

const NOTHING: ReadTexts = () => {}

/**
 * What reads the texts of those parameters that are no texts, for one part of a request: `path`,
 * `query` or `header`.
 */
export function textReader(parameters: readonly Parameter[], part: string): ReadTexts {
  const readers = parameters.flatMap(({ in: where, name, schema }) => {
    const read = READERS[schema?.type ?? '']
    if (where !== part || !read) return []
    return [{ name: part === 'header' ? name.toLowerCase() : name, read }]
  })
  if (readers.length === 0) return NOTHING
  return (values) => {
    const texts = values as Record<string, unknown>
    for (const { name, read } of readers) {
      const text = texts[name]
      if (typeof text === 'string') texts[name] = read(text)
    }
  }
}
