// What commands share that serve until they are told to stop.
import { constants } from 'node:os'
import type { Listening } from '../server/listen.ts'
import { isLoopback } from '../server/loopback.ts'
import type { SimulatorServer } from '../server/server.ts'
import { alarm, wallNow } from '../server/ticker.ts'
import { reasonOf } from '../state/reason.ts'
import { CannotRun } from './cannot-run.ts'
import type { Config } from './config.ts'
import { report } from './open.ts'

/** @throws CannotRun where others could reach the control API, and no token guards it */
export function checkExposure({ host, token }: Config): void {
  if (isLoopback(host) || token !== undefined) return
  const how = 'set ESIMULATOR_TOKEN to a secret of your own, or listen on 127.0.0.1'
  throw new CannotRun(`listening on ${host} opens the control API to others: ${how}`)
}

/**
 * Wall ms in which a second signal is the first again: a terminal and npm both
 * pass Ctrl-C on.
 */
const SAME_SIGNAL = 1000

/** SIGHUP tells that its terminal was closed. */
const ENDING = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const

/**
 * Drains, saves and ends the process when it is asked to end; asked again later, at once.
 * @param onStopped told when everything is kept
 */
export function stopOnSignal(
  listening: Listening,
  server: SimulatorServer,
  onStopped: () => void = () => {},
): void {
  let since: number | undefined
  const stop = async (signal: NodeJS.Signals) => {
    if (since !== undefined) {
      if (wallNow() - since > SAME_SIGNAL) process.exit(128 + constants.signals[signal])
      return
    }
    since = wallNow()
    const failures = await ended(listening, server)
    for (const failure of failures) report(reasonOf(failure))
    if (failures.length === 0) onStopped()
    process.exit(failures.length === 0 ? 0 : 2)
  }
  for (const signal of ENDING) process.on(signal, stop)
  if (process.env.npm_lifecycle_event !== undefined) whenOrphaned(() => stop('SIGTERM'))
}

/** Ends one part after the other; one that fails keeps no other from its end. @returns why some did */
async function ended(listening: Listening, server: SimulatorServer): Promise<unknown[]> {
  const steps = [
    // Among replicas nothing is refused: the others have all worlds before this one ends.
    () => server.leave(),
    // Who waits for an advance is told now, and not after the time answers are given to leave.
    () => server.stop(),
    () => listening.close(),
    () => server.close(),
  ]
  const failures: unknown[] = []
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      failures.push(error)
    }
  }
  return failures
}

/**
 * npm runs scripts in a shell, and some shells die of a signal without passing
 * it on.
 */
function whenOrphaned(then: () => void): void {
  const parent = process.ppid
  const watch = alarm(() => (process.ppid === parent ? watch.set(250) : then()))
  watch.set(250)
}
