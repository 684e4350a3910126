// The running simulator a command speaks to.
import { readFileSync } from 'node:fs'
import { worldClient } from '../control/node-client.ts'
import type { WorldClient } from '../control/world-client.ts'
import { caFile, defaultCaFolder } from '../server/ca-file.ts'
import { namesOnly } from '../server/redaction/redactor.ts'
import { printable } from '../state/printable.ts'
import { CannotRun } from './cannot-run.ts'
import type { Config } from './config.ts'
import { DEFAULT_PORT } from './options.ts'

/**
 * Where the simulator answers: as told, else on the port it is configured to
 * listen on.
 */
export function urlOf({ url, port, tls, tlsCert }: Config): string {
  const main = port.find(({ slug }) => slug === undefined)
  const scheme = tls || tlsCert !== undefined ? 'https' : 'http'
  return url ?? `${scheme}://127.0.0.1:${main?.port ?? DEFAULT_PORT}`
}

/** The file of what a simulator behind TLS is trusted by: its own certificate, or the kept CA. */
export function trustedFile({ tlsCert, tlsCa }: Config): string {
  return tlsCert ?? caFile(tlsCa ?? defaultCaFolder())
}

/** Where a simulator answers, and what is trusted there; no such file is no trust. */
export function placeOf(config: Config): { readonly url: string; readonly ca: string | undefined } {
  const url = urlOf(config)
  if (!url.startsWith('https:')) return { url, ca: undefined }
  try {
    return { url, ca: readFileSync(trustedFile(config), 'utf8') }
  } catch {
    return { url, ca: undefined }
  }
}

/** The same as it is told: without a user's name and password. */
export function shownUrl(config: Config): string {
  return namesOnly.redacted(urlOf(config), 'url')
}

/** A client of the world that is configured. */
export function connect(config: Config): WorldClient {
  const { world, token } = config
  return worldClient({ ...placeOf(config), world, token })
}

/** Prints what was answered as JSON where that is asked for, else as text. */
export function print<T>({ json }: Config, answer: T, text: (answer: T) => string): void {
  console.log(json ? JSON.stringify(answer) : printable(text(answer)))
}

/** An argument that has to be there. @throws CannotRun */
export function argument(args: readonly string[], at: number, usage: string): string {
  const found = args[at]
  if (found === undefined) throw new CannotRun(`something is missing: esimulator ${usage}`)
  return found
}
