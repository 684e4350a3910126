// Where the page was opened: the URL of the simulator, the world, and the paths of the pages below it.

const [, root = '', world] =
  /^(.*?)(?:\/w\/([^/]+))?\/_sim\/ui(?:\/|$)/.exec(location.pathname) ?? []

/** URL of the simulator, without a trailing slash. */
export const rootUrl = location.origin + root

/** The world that the page shows. */
export const worldName = world === undefined ? 'default' : decodeURIComponent(world)

/** Path of the pages of another world. */
export const homeOf = (name: string): string => `${root}/w/${encodeURIComponent(name)}/_sim/ui`

/** What every path of a page of this world begins with. */
export const base = world === undefined ? `${root}/_sim/ui` : homeOf(worldName)

/** The path of a page, with what it is to show first, as in `pathTo('journal', { refused: 'true' })`. */
export function pathTo(page: string, query: Readonly<Record<string, string | undefined>> = {}) {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') search.set(name, value)
  return search.size > 0 ? `${base}/${page}?${search}` : `${base}/${page}`
}

/** The path of the page of one thing, as in `pathOf('sims', iccid)`. */
export const pathOf = (page: string, ...ids: readonly (string | number)[]): string =>
  [base, page, ...ids.map((id) => encodeURIComponent(String(id)))].join('/')
