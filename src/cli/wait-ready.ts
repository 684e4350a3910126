// `esimulator wait-ready`: returns when the simulator can serve.
import { controlClient } from '../control/node-client.ts'
import { openLimit, within } from '../server/limit.ts'
import { pause, wallNow } from '../server/ticker.ts'
import { reasonOf } from '../state/reason.ts'
import type { Run } from './command.ts'
import { placeOf, print, shownUrl } from './connection.ts'

const BETWEEN_MS = 100

/** A simulator answers, and it is not the one that was started for this. */
function anotherAnswers(url: string, instance: string | undefined): string {
  const other = instance === undefined ? 'without --instance' : `as "${instance}"`
  return `another simulator answers at ${url}, started ${other}: stop it, or choose another port`
}

/** As it may be written: `2s`, `150ms`. */
function shownDuration(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`
}

/** 0 when it is ready, 1 when it is not in time. */
export const waitReady: Run = async (config) => {
  const until = wallNow() + config.timeout
  // What takes the connection may not answer either.
  const shown = shownUrl(config)
  const late = new Error(`${shown} takes connections and does not answer`)
  const limit = openLimit(config.timeout, new AbortController().signal, late)
  const client = controlClient({ ...placeOf(config), signal: limit.signal })
  for (;;) {
    try {
      const health = await within(limit.signal, client.call('getHealth'))
      if (config.instance !== undefined && health.instance !== config.instance)
        throw new Error(anotherAnswers(shown, health.instance))
      await within(limit.signal, client.call('getReady'))
      const answer = { url: shown, ...health }
      print(config, answer, ({ version }) => `esimulator ${version} answers at ${shown}`)
      return 0
    } catch (error) {
      if (wallNow() + BETWEEN_MS > until) {
        const why = `not ready within ${shownDuration(config.timeout)}: ${reasonOf(error)}`
        console.error(config.json ? JSON.stringify({ error: why }) : `esimulator: ${why}`)
        return 1
      }
    }
    await pause(BETWEEN_MS)
  }
}
