// Where the database of a store is: the URL, what of it may be shown, and the schema that it names.
import { StoreError } from '../store.ts'

/** The schema that holds the tables, unless the URL says `?schema=NAME`. */
const SCHEMA = 'esimulator'

export interface DatabaseUrl {
  /** What `pg` connects to. */
  readonly url: string
  /** The same without who one is, as in `postgres://db:5432/esim`. */
  readonly shown: string
  /** A plain identifier: it needs no quotes. */
  readonly schema: string
}

/** True for what names a PostgreSQL database. */
export function isDatabaseUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text)
}

/** @throws StoreError for what is no such URL */
export function readDatabaseUrl(text: string): DatabaseUrl {
  const parsed = URL.canParse(text) && isDatabaseUrl(text) ? new URL(text) : undefined
  // It may hold a password: it is not repeated.
  if (!parsed)
    throw new StoreError(
      'the URL of the database cannot be read: in a password @ : / # and % are percent-encoded',
    )

  const schema = parsed.searchParams.get('schema') ?? SCHEMA
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema))
    throw new StoreError(
      `"${schema}" cannot be the schema of a store: up to 63 of a-z, 0-9 and _, no digit first`,
    )
  parsed.searchParams.delete('schema')
  return {
    url: parsed.href,
    shown: `postgres://${parsed.host}${parsed.pathname}`,
    schema,
  }
}
