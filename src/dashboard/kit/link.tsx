// Links between pages, and a page's place in its own URL.

import type { ComponentChildren } from 'preact'
import { useLocation } from 'preact-iso'
import { pathOf } from '../place.ts'

export const SimLink = ({ iccid }: { readonly iccid: string }) => (
  <a class="mono" href={pathOf('sims', iccid)}>
    {iccid}
  </a>
)

export const CallbackLink = ({
  id,
  children,
}: {
  readonly id: string
  readonly children?: ComponentChildren
}) => (
  <a class="mono" href={pathOf('callbacks', id)}>
    {children ?? id}
  </a>
)

export const ExchangeLink = ({
  id,
  children,
}: {
  readonly id: number
  readonly children?: ComponentChildren
}) => (
  <a class="mono" href={pathOf('journal', id)}>
    {children ?? `#${id}`}
  </a>
)

/** What a page is to show, kept in its URL: a link to it shows the same. */
export type Query = Readonly<Record<string, string>>

/** The query of the URL, and what changes it; an empty value takes a name away. */
export function useQuery(): readonly [query: Query, change: (changed: Query) => void] {
  const { path, query, route } = useLocation()
  const change = (changed: Query) => {
    const search = new URLSearchParams(query)
    for (const [name, value] of Object.entries(changed)) {
      if (value === '') search.delete(name)
      else search.set(name, value)
    }
    route(search.size > 0 ? `${path}?${search}` : path, true)
  }
  return [query, change]
}
