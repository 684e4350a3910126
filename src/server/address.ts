// Where a URL leads, and what URLs of this server begin with.
import type { IncomingMessage } from 'node:http'
import { isEncrypted } from './came-by.ts'
import { headerOf } from './exchange.ts'
import { hostUrl } from './provider-hosts.ts'

/** Where a URL leads. */
export interface Destination {
  /** From a `/w/<world>` prefix. */
  readonly world: string | undefined
  readonly slug: string
  /**
   * True on a port of the provider's own, where it is mounted at `/`: no URL
   * names its slug.
   */
  readonly ownPort: boolean
  /** True under a host that stands for the provider, whose paths are at `/` there. */
  readonly ownHost: boolean
  /** Below the slug. */
  readonly path: string
  /** After the question mark; empty where there is none. */
  readonly query: string
}

/**
 * @param url in origin-form: path and query
 * @param ownSlug the provider mounted at `/`, for a port of its own
 * @param hostSlug the provider that the Host stands for: nothing but its paths is there
 */
export function destinationOf(
  url: string,
  ownSlug: string | undefined,
  hostSlug?: string,
): Destination {
  const mark = url.indexOf('?')
  let path = mark < 0 ? url : url.slice(0, mark)
  const query = mark < 0 ? '' : url.slice(mark + 1)

  let world: string | undefined
  if (path.startsWith('/w/')) {
    const end = path.indexOf('/', 3)
    world = end < 0 ? path.slice(3) : path.slice(3, end)
    path = end < 0 ? '/' : path.slice(end)
  }

  const ownHost = hostSlug !== undefined
  if (ownHost) return { world, slug: hostSlug, ownPort: false, ownHost, path, query }
  if (ownSlug !== undefined && !path.startsWith('/_sim'))
    return { world, slug: ownSlug, ownPort: true, ownHost, path, query }

  const end = path.indexOf('/', 1)
  const slug = end < 0 ? path.slice(1) : path.slice(1, end)
  return {
    world,
    slug,
    ownPort: ownSlug !== undefined,
    ownHost,
    path: end < 0 ? '' : path.slice(end),
    query,
  }
}

/** A destination as a path again, without the prefix of its world. */
export function pathBelowWorld({ slug, path, query }: Destination): string {
  return `/${slug}${path}${query && `?${query}`}`
}

/** The world a request names, by prefix or header; an empty header names none. */
export function worldNamed(to: Destination, request: IncomingMessage): string | undefined {
  return to.world ?? (headerOf(request, 'x-sim-world') || undefined)
}

/**
 * What the server's URLs begin with as the caller reaches it, without a trailing slash: the origin,
 * and the path an application that embeds the server has mounted it at.
 */
export function serverUrl(request: IncomingMessage, publicUrl: string | undefined): string {
  if (publicUrl !== undefined) return publicUrl
  const { baseUrl = '' } = request as { baseUrl?: string }
  const scheme = isEncrypted(request) ? 'https' : 'http'
  return `${scheme}://${request.headers.host ?? 'localhost'}${baseUrl}`
}

/**
 * What a provider's URLs begin with up to its base path, without a trailing slash. They lead to the
 * world they were made in, also for who follows them without the header that chose the world.
 */
export function rootOf(
  to: Destination,
  request: IncomingMessage,
  publicUrl: string | undefined,
): string {
  const world = worldNamed(to, request)
  const prefix = world === undefined ? '' : `/w/${world}`
  if (to.ownHost) return `${hostUrl(request)}${prefix}`
  return `${serverUrl(request, publicUrl)}${prefix}${to.ownPort ? '' : `/${to.slug}`}`
}
