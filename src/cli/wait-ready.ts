// `esimulator wait-ready`: returns when the simulator answers.
import { controlClient } from '../control/client.ts'
import type { Health } from '../control/worlds.ts'
import { pause, wallNow } from '../server/ticker.ts'
import { urlOf } from './connection.ts'
import type { Run } from './program.ts'

const BETWEEN_MS = 100

/** 0 when it answers, 1 when it does not in time. */
export const waitReady: Run = async (config) => {
  const url = urlOf(config)
  const control = controlClient({ url })
  const until = wallNow() + config.timeout
  for (;;) {
    try {
      const health = await control.get<Health>('/health')
      console.log(
        config.json
          ? JSON.stringify({ url, ...health })
          : `esimulator ${health.version} answers at ${url}`,
      )
      return 0
    } catch (error) {
      if (wallNow() + BETWEEN_MS > until) {
        console.error(
          `esimulator: not ready within ${config.timeout} ms: ${error instanceof Error ? error.message : error}`,
        )
        return 1
      }
    }
    await pause(BETWEEN_MS)
  }
}
