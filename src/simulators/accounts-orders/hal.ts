// Hypermedia: absolute links, lists with their pages, and what `Prefer: transclude` embeds.
import { defined } from '../../state/defined.ts'
import type { World } from '../../state/world.ts'
import { type Call, reply } from '../call.ts'
import { makeCursor, readCursor } from './cursor.ts'
import { type Listing, type PageStart, pageOf } from './pages.ts'

/** Makes links to paths below `/enterprise`. */
export type Linker = (path: string) => { href: string }

export function linkerOf({ baseUrl }: Pick<Call, 'baseUrl'>): Linker {
  return (path) => ({ href: `${baseUrl}/enterprise${path}` })
}

type ListQuery = { limit?: number; cursor?: string } & Readonly<Record<string, unknown>>

/**
 * A query as it stands in a URL; sorted, so that the same filters are the same
 * text.
 */
function textOf(query: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, String(each)]),
  )
  return new URLSearchParams(
    pairs.sort(([a, b], [c, d]) => (a < c || (a === c && b < d) ? -1 : 1)),
  ).toString()
}

/** A list of the API: where it is, what its pages embed, and of which records. */
interface List<Name extends string, T extends { readonly id: string }> extends Listing<T> {
  /** Below `/enterprise`. */
  readonly path: string
  /** What the records are embedded as. */
  readonly name: Name
}

/**
 * The page of a list that the call asks for.
 * @throws Refusal `invalid-request` for a cursor that is none of this list
 */
export function listed<Name extends string, T extends { readonly id: string }, Resource>(
  call: { readonly query: ListQuery; readonly baseUrl: string },
  world: World,
  list: List<Name, T>,
  resource: (record: T, link: Linker) => Resource,
) {
  const { path, name } = list
  const { limit = 10, cursor, ...filters } = call.query
  const filteredList = `${path}?${textOf(filters)}`
  const start = cursor === undefined ? undefined : readCursor(world, filteredList, cursor)
  const { records, prev, next } = pageOf(world, list, start, limit)

  const link = linkerOf(call)
  const pageAt = (at: PageStart | undefined) =>
    at &&
    link(`${path}?${textOf({ ...filters, limit, cursor: makeCursor(world, filteredList, at) })}`)
  const query = textOf(call.query)
  const resources = records.map((record) => resource(record, link))
  return reply(200, {
    _embedded: { [name]: resources } as Record<Name, Resource[]>,
    _links: defined({
      self: link(query ? `${path}?${query}` : path),
      prev: pageAt(prev),
      next: pageAt(next),
    }),
  })
}

const embeddable = ['account', 'subscriber', 'sim_profile', 'phone_numbers', 'services'] as const
export type Embeddable = (typeof embeddable)[number]

/** The preferences of the header (RFC 7240): a comma within quotes parts none. */
const PREFERENCES = /(?:"(?:[^"\\]|\\.)*"|[^",])+/g
/** Without quotes its value may hold semicolons, too. */
const TRANSCLUDE = /^\s*transclude\s*=\s*(?:"([^"]*)"|([^\s"]*))/i

/**
 * What is to be embedded, each once and in the order it was named; others are
 * passed over.
 */
export function transcluded(header: string | undefined): {
  embed: readonly Embeddable[]
  headers: Readonly<Record<string, string>>
} {
  const preferences = header?.match(PREFERENCES) ?? []
  const [, quoted, bare = ''] = preferences.flatMap((each) => TRANSCLUDE.exec(each) ?? [])
  const names = (quoted ?? bare).split(';').map((name) => name.trim())
  const embed = [...new Set(names)].flatMap(
    (name) => embeddable.find((resource) => resource === name) ?? [],
  )
  return {
    embed,
    headers: embed.length > 0 ? { 'Preference-Applied': `transclude="${embed.join(';')}"` } : {},
  }
}
