// Links between pages, and a page's place in its own URL.

import type { ComponentChildren } from 'preact'
import { useLocation } from 'preact-iso'
import { pathOf } from '../place.ts'

/** A link to a SIM; `provider` where it is known, since several may have the same. */
export const SimLink = ({
  iccid,
  provider,
}: {
  readonly iccid: string
  readonly provider?: string | undefined
}) => (
  <a class="mono" href={simPath(iccid, provider)}>
    {iccid}
  </a>
)

const simPath = (iccid: string, provider: string | undefined) =>
  pathOf('sims', iccid) +
  (provider === undefined ? '' : `?provider=${encodeURIComponent(provider)}`)

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
    // That of now: what is changed late, as a text that was typed, leaves the others as they are.
    const search = new URLSearchParams(location.search)
    for (const [name, value] of Object.entries(changed)) {
      if (value === '') search.delete(name)
      else search.set(name, value)
    }
    route(search.size > 0 ? `${path}?${search}` : path, true)
  }
  return [query, change]
}
