// A change between two versions of an API, as a client of the old one sees it.

/** What changed. `server` and `security` of a whole document have no operation. */
export type ChangeKind =
  | 'operation'
  | 'parameter'
  | 'body'
  | 'media type'
  | 'status'
  | 'header'
  | 'field'
  | 'type'
  | 'enum'
  | 'constraint'
  | 'security'
  | 'server'

/** An operation, or a webhook: a call that the API makes to its client. */
export interface ChangedOperation {
  /** As in `GET`. */
  readonly method: string
  /** Its path; of a webhook its name, of a callback the URL that it is called at. */
  readonly path: string
  readonly id?: string
  /** True for a call that the client receives. */
  readonly isWebhook?: true
}

/** What was found at one place. */
export interface Finding {
  /** Whether a client that was written against the old version may fail at it. */
  readonly isBreaking: boolean
  readonly kind: ChangeKind
  readonly change: 'added' | 'removed' | 'changed'
  /** Which part of the operation: `query parameter limit`, `request body`, `response 200`. */
  readonly where: string
  /** The field within it, as in `order[].item`; absent for the part itself. */
  readonly field?: string
  /** What happened there, without the place: `may be null now`. */
  readonly says: string
}

export interface SpecChange extends Finding {
  /** As the old version has it, unless it is new; absent where it concerns the whole API. */
  readonly operation?: ChangedOperation
}

/** Told of what is found. */
export type Note = (finding: Finding) => void

/** Who writes a value: the client sends it, or receives it. */
export type Direction = 'sent' | 'received'

/** The same thing of both versions. */
export interface Sides<T> {
  readonly old: T
  readonly new: T
}

/** `GET /orders/{id} (getOrder)`; `webhook simInstalled`. */
export function operationTitle({ method, path, id, isWebhook }: ChangedOperation): string {
  const call = isWebhook ? `webhook ${path}` : `${method} ${path}`
  return id === undefined || id === path ? call : `${call} (${id})`
}

/** A path with its parameters unnamed: `/orders/{}`. */
export function pathShape(path: string): string {
  return path.replaceAll(/\{[^}]*\}/g, '{}')
}

/** A value on one line, cut where it is long. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : String(JSON.stringify(value))
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** What stands on either side, each name once, those of the old side first. */
export function namesOf(sides: Sides<Iterable<string>>): string[] {
  return [...new Set([...sides.old, ...sides.new])]
}
