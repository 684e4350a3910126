// The running simulator a command speaks to.
import { type ControlClient, controlClient } from '../control/client.ts'
import { CannotRun } from './cannot-run.ts'
import type { Config } from './config.ts'

/** Where the simulator answers: as told, else on the port it is configured to listen on. */
export function urlOf({ url, port }: Config): string {
  return url ?? `http://127.0.0.1:${port.find(({ slug }) => slug === undefined)?.port ?? 4010}`
}

export function connect(config: Config): ControlClient {
  const { world, token } = config
  return controlClient({
    url: urlOf(config),
    ...(world === undefined ? {} : { world }),
    ...(token === undefined ? {} : { token }),
  })
}

/** Prints `shown` as JSON where that is asked for, else as text. */
export function print<T>({ json }: Config, shown: T, text: (shown: T) => string): void {
  console.log(json ? JSON.stringify(shown) : text(shown))
}

/** An argument that has to be there. @throws CannotRun */
export function argument(args: readonly string[], at: number, usage: string): string {
  const found = args[at]
  if (found === undefined) throw new CannotRun(`something is missing: esimulator ${usage}`)
  return found
}
