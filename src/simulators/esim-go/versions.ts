// The versions of the API, served from one state: v2.5 sees everything v2.4 does, and more.

export const V24 = '/v2.4'
export const V25 = '/v2.5'

/** What v2.5 adds to a reply: nothing where the call came by the path of an older version. */
export function since25<T extends object>(
  basePath: string,
  added: () => T,
): T | Record<never, never> {
  return basePath === V25 ? added() : {}
}
