// Hypermedia: absolute links, lists with their pages, and what `Prefer: transclude` embeds.
import type { World } from '../../state/world.ts'
import { type Call, reply } from '../call.ts'
import { makeCursor, readCursor } from './cursor.ts'
import { type Listing, pageOf } from './pages.ts'

/** Makes links to paths below `/enterprise`. */
export type Linker = (path: string) => { href: string }

export function linkerOf({ baseUrl }: Pick<Call, 'baseUrl'>): Linker {
  return (path) => ({ href: `${baseUrl}/enterprise${path}` })
}

type ListQuery = { limit?: number; cursor?: string } & Readonly<Record<string, unknown>>

/** A query as it stands in a URL, in an order of its own so that the same filters are the same text. */
function textOf(query: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, String(each)]),
  )
  return new URLSearchParams(
    pairs.sort(([a, b], [c, d]) => (a < c || (a === c && b < d) ? -1 : 1)),
  ).toString()
}

/**
 * A page of the list at `path`, as the call asks for it, embedded as `name`.
 * @throws Refusal `invalid-request` for a cursor that is none of this list
 */
export function listed<Name extends string, T extends { readonly id: string }, Shown>(
  call: { readonly query: ListQuery; readonly baseUrl: string },
  world: World,
  [path, name]: readonly [path: string, name: Name],
  listing: Listing<T>,
  show: (record: T, link: Linker) => Shown,
) {
  const { limit = 10, cursor, ...filters } = call.query
  const list = `${path}?${textOf(filters)}`
  const after = cursor === undefined ? undefined : readCursor(world, list, cursor)
  const { records, next } = pageOf(world, listing, after, limit)
  const link = linkerOf(call)
  const asked = textOf(call.query)
  const further =
    next === undefined
      ? {}
      : {
          next: link(
            `${path}?${textOf({ ...filters, limit, cursor: makeCursor(world, list, next) })}`,
          ),
        }
  const _embedded = { [name]: records.map((record) => show(record, link)) } as Record<Name, Shown[]>
  return reply(200, {
    _embedded,
    _links: { self: link(asked ? `${path}?${asked}` : path), ...further },
  })
}

const embeddable = ['account', 'subscriber', 'sim_profile', 'phone_numbers', 'services'] as const
export type Embeddable = (typeof embeddable)[number]

/** The preferences of the header (RFC 7240): a comma within quotes parts none. */
const PREFERENCES = /(?:"(?:[^"\\]|\\.)*"|[^",])+/g
/** Without quotes its value may hold semicolons, too. */
const TRANSCLUDE = /^\s*transclude\s*=\s*(?:"([^"]*)"|([^\s"]*))/i

/** What is to be embedded, each once and in the order it was named; names nobody knows are passed over. */
export function transcluded(header: string | undefined): {
  embed: readonly Embeddable[]
  headers: Readonly<Record<string, string>>
} {
  const preferences = header?.match(PREFERENCES) ?? []
  const [, quoted, bare = ''] = preferences.flatMap((each) => TRANSCLUDE.exec(each) ?? [])
  const names = (quoted ?? bare).split(';').map((name) => name.trim())
  const embed = [...new Set(names)].flatMap(
    (name) => embeddable.find((known) => known === name) ?? [],
  )
  return {
    embed,
    headers: embed.length > 0 ? { 'Preference-Applied': `transclude="${embed.join(';')}"` } : {},
  }
}
