// Simulators that share a store, each on a free port of this process.
import { wholeControl } from '../../src/library/whole-control.ts'
import { listen } from '../../src/server/listen.ts'
import { openServer, type ServerOptions, type SimulatorServer } from '../../src/server/server.ts'
import { simulators } from '../../src/simulators/index.ts'
import type { SharedDatabase, SharedStore } from './shared-store.ts'

export interface RunningReplica extends AsyncDisposable {
  readonly url: string
  readonly server: SimulatorServer
  readonly store: SharedStore
  readonly reports: string[]
  /** Ends as a process does that is killed: its port is gone, and nothing is let go. */
  kill(): Promise<void>
  /** Ends as a process does at SIGTERM. */
  terminate(): Promise<void>
}

/** Starts one more simulator over a database. */
export async function startReplica(
  database: SharedDatabase,
  options: Partial<ServerOptions> = {},
): Promise<RunningReplica> {
  const listening = await listen('127.0.0.1', [{ port: 0 }])
  const url = listening.endpoints[0]?.url ?? ''
  const store = database.store(url)
  const reports: string[] = []
  const server = await openServer({
    simulators,
    store,
    clock: 'frozen',
    seed: 'tests',
    policy: { allow: [], timeout: 2000 },
    access: { token: undefined, hosts: [], cors: [] },
    checked: true,
    report: (sentence) => void reports.push(sentence),
    rest: wholeControl(undefined),
    ...options,
  })
  listening.serve(server)
  let ended: Promise<void> | undefined
  const terminate = async () => {
    await server.leave()
    server.stop()
    await listening.close(0)
    await server.close()
  }
  return {
    url,
    server,
    store,
    reports,
    async kill() {
      ended ??= listening.close(0)
      await ended
      store.expire()
    },
    terminate() {
      ended ??= terminate()
      return ended
    },
    async [Symbol.asyncDispose]() {
      server.stop()
      await listening.close(0)
      if (!ended) await server.close()
      await ended
    },
  }
}
