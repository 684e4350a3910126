// How an account is read over a provider's API, and what becomes of it in a seed file.

/** A call of an operation that only reads. */
export interface ReadCall {
  /** Its operationId. */
  readonly operation: string
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
}

/** What a text names: a stand-in is of the same kind. */
export type NameKind =
  | 'activation code'
  | 'company'
  | 'email'
  | 'first name'
  | 'last name'
  | 'phone number'
  | 'PIN'
  | 'PUK'
  | 'reference'

/** What stands in the seed file for a text that is somebody's; empty texts stay empty. */
export type NameOf = (kind: NameKind, text: string) => string

/** An item as it was read. */
export interface ReadItem {
  /** Of the list, or the body itself. */
  readonly item: unknown
  /** Bodies of its details, in their order; `undefined` for what is not there (404). */
  readonly details: readonly unknown[]
}

/** Something that goes into the seed file, or why it does not. */
export type Outcome =
  | { readonly part: string; readonly value: unknown }
  | { readonly left: string; readonly why: string }

/** What else a reading knows. */
export interface ImportContext {
  readonly nameOf: NameOf
  /** Whether an item of an earlier read was taken over, by its key. */
  readonly isKnown: (read: string, key: string) => boolean
  /** Remembers that one was. */
  readonly know: (read: string, key: string) => void
  /** What the user has said, by the names of the plan's inputs. */
  readonly inputs: Readonly<Record<string, string>>
}

/** One list of the API, or one thing. */
export interface AccountRead {
  /** In plural, as progress tells it: `eSIMs`. */
  readonly name: string
  /** First pages; a list that goes on is read to its end. */
  readonly calls: (inputs: ImportContext['inputs']) => readonly ReadCall[]
  /** JSON pointer to the items; the only list of the body unless given, `''` for the body itself. */
  readonly items?: string
  /** What tells an item from others. */
  readonly key: (item: unknown) => string
  /** What is asked about each item besides. */
  readonly details?: (item: unknown, context: ImportContext) => readonly ReadCall[]
  readonly outcomes: (read: ReadItem, context: ImportContext) => readonly Outcome[]
}

/**
 * A part of a provider's section in the seed file: `value` is the latest; `list` all of them;
 * `replacement` all of them, under another name, in place of what there is by default; `constant`
 * stands there whatever was read.
 */
export type SeedPart = { readonly name: string } & (
  | { readonly form: 'value' | 'list' }
  | { readonly form: 'replacement'; readonly list: string }
  | { readonly form: 'constant'; readonly value: unknown }
)

/** All that is read of an account. */
export interface ImportPlan {
  /** What the user has to say, or may, with an example: `--input NAME=VALUE`. */
  readonly inputs?: Readonly<Record<string, { readonly says: string; readonly isNeeded: boolean }>>
  readonly reads: readonly AccountRead[]
  /** In the order of the seed file. */
  readonly parts: readonly SeedPart[]
  /** What no read tells, or no seed file holds, and why. */
  readonly left: Readonly<Record<string, string>>
}
