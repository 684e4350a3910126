// The server as a config asks for it.
import { readFile } from 'node:fs/promises'
import type { Port } from '../server/listen.ts'
import { isLoopback } from '../server/loopback.ts'
import { openServer, packageVersion, type SimulatorServer } from '../server/server.ts'
import { simulators } from '../simulators/index.ts'
import { memoryStore } from '../stores/memory.ts'
import type { Store } from '../stores/store.ts'
import { CannotRun } from './cannot-run.ts'
import { type Config, parseYaml } from './config.ts'

export const DEFAULT_PORT = 4010

/** Told what went wrong without stopping anything. */
export const report = (sentence: string) => console.error(`esimulator: ${sentence}`)

/** The ports to listen on: those of providers, and at least one for everything. @throws CannotRun */
export function portsOf({ port }: Config): readonly Port[] {
  const slugs = simulators.map(({ slug }) => slug)
  const unknown = port.find(({ slug }) => slug !== undefined && !slugs.includes(slug))
  if (unknown)
    throw new CannotRun(
      `--port ${unknown.slug}=${unknown.port}: there is no provider "${unknown.slug}"; there are: ${slugs.join(', ')}`,
    )
  return port.some(({ slug }) => slug === undefined) ? port : [{ port: DEFAULT_PORT }, ...port]
}

/** The stock of a seed file, by provider. @throws CannotRun */
export async function readSeedFile({
  seedFile,
}: Config): Promise<Readonly<Record<string, unknown>> | undefined> {
  if (seedFile === undefined) return undefined
  const written = await readFile(seedFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CannotRun(
      `cannot read the seed file ${seedFile}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`,
    )
  })
  const stock = await parseYaml(seedFile, written)
  const slugs = simulators.map(({ slug }) => slug)
  const unknown = Object.keys(stock).find((slug) => !slugs.includes(slug))
  if (unknown !== undefined)
    throw new CannotRun(
      `${seedFile}: there is no provider "${unknown}"; there are: ${slugs.join(', ')}`,
    )
  return stock
}

/** Where the state is kept. @throws StoreError */
export async function storeOf({ ephemeral, state, durability }: Config): Promise<Store> {
  if (ephemeral) return memoryStore()
  const { lowdbStore } = await import('../stores/lowdb.ts')
  return lowdbStore({ dir: state, durability, version: await packageVersion(), warn: report })
}

/** Opens a server; lets go of the store where that fails. @throws StoreError, Refusal */
export async function openFromConfig(
  config: Config,
  store: Store,
  stock: Readonly<Record<string, unknown>> | undefined,
): Promise<SimulatorServer> {
  const {
    host,
    allowedHosts,
    callbackUrl,
    publicUrl,
    token,
    seed,
    clock,
    unchecked,
    callbackAllow,
    callbackTimeout,
  } = config
  try {
    return await openServer({
      simulators,
      store,
      clock,
      seed,
      ...(callbackUrl === undefined ? {} : { callbackUrl }),
      ...(stock === undefined ? {} : { stock }),
      policy: { allow: callbackAllow, timeout: callbackTimeout },
      control: { token, hosts: isLoopback(host) ? allowedHosts : [...allowedHosts, host] },
      ...(publicUrl === undefined ? {} : { publicUrl }),
      checked: !unchecked,
      report,
      // Express is loaded when it is first asked for: a provider's first answer does not wait for it.
      rest: async (server) => (await import('../control/app.ts')).controlApp(server),
    })
  } catch (error) {
    await store.close().catch(() => {})
    throw error
  }
}
