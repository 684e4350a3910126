// An OpenAPI document, as far as everybody reads it.

/** Typed here, so that our declarations need no other package's. */
export interface Document {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly servers?: readonly object[]
  readonly paths?: Readonly<Record<string, object | undefined>>
  readonly webhooks?: Readonly<Record<string, unknown>>
  readonly components?: object
}
