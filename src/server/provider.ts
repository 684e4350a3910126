// A provider as the server knows it before anybody has called it: held to its specs, each of which is compiled when first called.
import type { Mount, Simulator } from '../simulators/simulator.ts'
import type { Provider } from './pipeline.ts'
import { operationIdsOf, specOf } from './spec.ts'

export interface KnownProvider {
  readonly simulator: Simulator
  /** What can answer at a path below the slug; `undefined` where a spec is yet to be compiled for it. */
  readonly ready: (path: string) => Provider | undefined
  /** Compiles the spec of the mount that a path belongs to; without a path, of every mount. @throws Error for a wrong spec */
  readonly compile: (path?: string) => Promise<Provider>
}

/** True where a path, below the slug, lies under a base path. */
export function isBelow(path: string, { basePath }: Mount): boolean {
  return (
    path.startsWith(basePath) && (path.length === basePath.length || path[basePath.length] === '/')
  )
}

/** @throws Error where an operation of a spec has neither a handler nor a declared gap, or the other way round */
export async function knownProvider(simulator: Simulator): Promise<KnownProvider> {
  await checkOperations(simulator)
  const { mounts, requests } = simulator
  let provider: Provider = { simulator, mounts: [] }
  /** A provider whose paths move may find any of them in any mount. */
  const wanted = (path?: string) =>
    mounts.filter((mount) => path === undefined || requests?.pathOf || isBelow(path, mount))
  const missing = (path?: string) =>
    wanted(path).filter((mount) => provider.mounts.every((each) => each.mount !== mount))
  return {
    simulator,
    ready: (path) =>
      provider.mounts.length === mounts.length || missing(path).length === 0 ? provider : undefined,
    async compile(path) {
      const specs = await Promise.all(
        missing(path).map(async (mount) => ({ mount, spec: await specOf(mount.spec) })),
      )
      // Another call may have compiled the same meanwhile.
      const added = specs.filter(({ mount }) =>
        provider.mounts.every((each) => each.mount !== mount),
      )
      provider = { simulator, mounts: [...provider.mounts, ...added] }
      return provider
    },
  }
}

async function checkOperations({ slug, mounts, handlers, gaps = {} }: Simulator): Promise<void> {
  const listed = await Promise.all(mounts.map(({ spec }) => operationIdsOf(spec)))
  const known = new Set(listed.flat())
  const served = new Set([...Object.keys(handlers), ...Object.keys(gaps)])
  const unserved = [...known].filter((id) => !served.has(id))
  const unknown = [...served].filter((id) => !known.has(id))
  if (unserved.length > 0) throw new Error(`${slug}: no handler for ${unserved.join(', ')}`)
  if (unknown.length > 0) throw new Error(`${slug}: not in the spec: ${unknown.join(', ')}`)
}
