// Simulators that share a store, each on a free port of this process.
import { wholeControl } from '../../src/library/whole-control.ts'
import { listen, type Port } from '../../src/server/listen.ts'
import { openServer, type ServerOptions, type SimulatorServer } from '../../src/server/server.ts'
import { simulators } from '../../src/simulators/index.ts'
import { postgresStore } from '../../src/stores/postgres/postgres.ts'
import type { Store } from '../../src/stores/store.ts'
import { send } from './http.ts'
import { newDatabase } from './postgres.ts'

/** Where replicas keep their worlds. */
export interface Database<S extends Store = Store> {
  /** A store for one more replica. @param url where the others reach it */
  store(url: string): S | Promise<S>
}

/** A new database of PostgreSQL. */
export async function postgresDatabase(): Promise<Database> {
  const url = await newDatabase()
  return { store: (replicaUrl) => postgresStore({ url, replicaUrl }) }
}

export interface RunningReplica<S extends Store = Store> extends AsyncDisposable {
  readonly url: string
  /** Of each port, the first one first. */
  readonly urls: readonly string[]
  readonly server: SimulatorServer
  readonly store: S
  readonly reports: readonly string[]
  /** Its port is gone, as that of a process that is killed: nothing is let go. */
  vanish(): Promise<void>
  /** Ends as a process does at SIGTERM. */
  terminate(): Promise<void>
}

export interface ReplicaOptions extends Partial<ServerOptions> {
  /** Beside the one for all. */
  readonly ports?: readonly Port[]
}

/** Starts one more simulator over a database. */
export async function startReplica<S extends Store>(
  database: Database<S>,
  { ports = [], ...options }: ReplicaOptions = {},
): Promise<RunningReplica<S>> {
  const listening = await listen('127.0.0.1', [{ port: 0 }, ...ports])
  const urls = listening.endpoints.map(({ url }) => url)
  const [url = ''] = urls
  const store = await database.store(url)
  const reports: string[] = []
  const server = await openServer({
    simulators,
    store,
    clock: 'frozen',
    seed: 'tests',
    policy: { allow: [], timeout: 2000 },
    access: { token: undefined, hosts: [], cors: [] },
    publicUrl: 'http://sim.example',
    checked: true,
    report: (sentence) => void reports.push(sentence),
    rest: wholeControl(undefined),
    ...options,
  })
  listening.serve(server)
  let gone: Promise<void> | undefined
  let ended: Promise<void> | undefined
  const vanish = () => {
    gone ??= listening.close(0)
    return gone
  }
  const end = async () => {
    server.stop()
    await vanish()
    await server.close()
  }
  return {
    url,
    urls,
    server,
    store,
    reports,
    vanish,
    terminate() {
      ended ??= server.leave().then(end)
      return ended
    },
    [Symbol.asyncDispose]() {
      ended ??= end()
      return ended
    },
  }
}

/** Makes a world, and tells the key of its account at eSIM Go. */
export async function makeWorld(
  { url }: RunningReplica,
  name: string,
  start: object = {},
): Promise<string> {
  const json = { name, ...start }
  const made = await send<World>('POST', `${url}/_sim/worlds`, { json })
  if (made.status !== 201) throw new Error(made.text)
  return made.body.credentials['esim-go'].apiKey
}

interface World {
  readonly credentials: { readonly 'esim-go': { readonly apiKey: string } }
}
