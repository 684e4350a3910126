// What a document says of the replies of an operation: by status, content type, header and body.
import { dereferenced, type OpenApiDocument, type SourceOperation } from '../workflows/sources.ts'
import type { Json } from './document-schemas.ts'

/** A documented response, as far as replies are held to it. */
export interface DocumentedReply {
  /** `200`, `2XX` or `default`. */
  readonly status: string
  readonly headers: Readonly<
    Record<string, { readonly required?: boolean; readonly schema?: Json }>
  >
  /** By media type. */
  readonly content: Readonly<Record<string, { readonly schema?: Json }>>
}

/** What a status is documented as: by itself, by its class, or as any other. */
export function documentedReply(
  document: OpenApiDocument,
  { object: { responses = {} } }: SourceOperation,
  status: number,
): DocumentedReply | undefined {
  const keys = [String(status), `${Math.floor(status / 100)}XX`, 'default']
  const names = Object.keys(responses)
  for (const key of keys) {
    const name = names.find((each) => each.toUpperCase() === key.toUpperCase())
    if (name === undefined) continue
    const { headers = {}, content = {} } = (dereferenced(document, responses[name]) ??
      {}) as Partial<DocumentedReply>
    const read = Object.entries(headers).map(([header, each]) => [
      header.toLowerCase(),
      dereferenced(document, each),
    ])
    return { status: name, headers: Object.fromEntries(read), content }
  }
  return undefined
}

/** A media type without its parameters, in small letters. */
export function mediaType(type: string | undefined): string | undefined {
  return type?.split(';', 1)[0]?.trim().toLowerCase()
}

/** What is documented of a body of a media type: by the type itself, or by a range that has it. */
export function contentOf(
  { content }: DocumentedReply,
  type: string,
): { readonly schema?: Json } | undefined {
  const kind = `${type.split('/', 1)[0]}/*`
  const names = Object.keys(content)
  const name = [type, kind, '*/*'].flatMap((wanted) =>
    names.filter((each) => mediaType(each) === wanted),
  )[0]
  return name === undefined ? undefined : content[name]
}
