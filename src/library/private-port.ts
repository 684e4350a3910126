// The port by which a simulator calls itself: opened when first used, closed when all that used it is done.
import { type Listening, listen } from '../server/listen.ts'
import type { SimulatorServer } from '../server/server.ts'
import { Refusal } from '../state/refusal.ts'

export interface PrivatePort {
  /** Aborts once the simulator is stopping: what uses the port has to come to an end then. */
  readonly stopping: AbortSignal
  /**
   * Does `work` with the URL of the port, without a trailing slash; the port is there until it is done.
   * @throws Refusal `busy` where the simulator is stopping
   */
  use<T>(work: (url: string) => Promise<T>): Promise<T>
}

/** A port of this machine that nobody else is told of: it speaks HTTP, whatever the others speak. */
export function openPrivatePort(server: SimulatorServer): PrivatePort {
  const stop = new AbortController()
  const { signal: stopping } = stop
  const underWay = new Set<Promise<unknown>>()
  let opened: Promise<Listening> | undefined

  async function open(): Promise<Listening> {
    const listening = await listen('127.0.0.1', [{ port: 0 }])
    listening.serve(server)
    return listening
  }

  async function done<T>(work: (url: string) => Promise<T>): Promise<T> {
    refuseWhen(stopping)
    opened ??= open()
    const { endpoints } = await opened
    refuseWhen(stopping)
    return work(endpoints[0]?.url ?? '')
  }

  server.whenStopping(async () => {
    stop.abort(new Error('the simulator was stopped'))
    await Promise.allSettled(underWay)
    await (await opened)?.close(0)
  })
  return {
    stopping,
    async use(work) {
      const doing = done(work)
      underWay.add(doing)
      try {
        return await doing
      } finally {
        underWay.delete(doing)
      }
    },
  }
}

/** @throws Refusal `busy` */
export function refuseWhen(stopping: AbortSignal): void {
  if (stopping.aborted) throw new Refusal('busy', 'the simulator is stopping: start it again')
}
