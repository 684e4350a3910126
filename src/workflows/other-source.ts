// Where an API is that is none of the simulator: the application under test, as its own document or the run says.
import { isLoopback } from '../server/loopback.ts'
import type { Source } from './sources.ts'

/** By the name of the source: where its paths begin, in place of what its document says. */
export type SourceUrls = Readonly<Record<string, string>>

/**
 * Where the paths of such an API begin, without a trailing slash. What is in `servers` of a document
 * is mostly where customers are served, so that only a server on this machine counts.
 * @throws Error where nobody says where it is; the message says how to
 */
export function otherBaseUrl({ name, url, document }: Source, chosen: SourceUrls): string {
  const own = Object.hasOwn(chosen, name) ? chosen[name] : undefined
  const base = own ?? document.servers?.map(serverUrl).find(isOnThisMachine)
  if (base !== undefined) return base.replace(/\/+$/, '')
  throw new Error(
    `${url} is no API of the simulator, and has no server on this machine: ` +
      `say where it is, as in --source ${name}=http://127.0.0.1:3000`,
  )
}

type Server = NonNullable<Source['document']['servers']>[number]

/** With the defaults of its variables. */
function serverUrl({ url = '', variables = {} }: Server): string {
  return url.replace(/\{(\w+)\}/g, (written, name: string) =>
    Object.hasOwn(variables, name) ? String(variables[name]?.default) : written,
  )
}

function isOnThisMachine(url: string): boolean {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) return false
  return isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''))
}
