// A provider as the server has it: held to its specs, each of which is compiled when first called.
import type { Mount, SettingValues, Simulator } from '../simulators/simulator.ts'
import { defined } from '../state/defined.ts'
import { Refusal } from '../state/refusal.ts'
import { type Found, type Spec, specOf } from './spec.ts'
import { operationIdsIn } from './spec-files.ts'
import type { Upstream } from './upstream.ts'

/** A provider with its specs compiled, ready to answer. */
export interface Provider {
  readonly simulator: Simulator
  /** Answers in its place, where it is a real endpoint that is asked. */
  readonly upstream?: Upstream
  readonly mounts: readonly { readonly mount: Mount; readonly spec: Spec }[]
}

/** A provider before anybody has called it. */
export interface KnownProvider {
  readonly simulator: Simulator
  /**
   * What can answer at a path below the slug; `undefined` where a spec is yet
   * to be compiled.
   */
  readonly ready: (path: string) => Provider | undefined
  /**
   * Compiles the spec of the mount that a path belongs to; without a path, of every mount that is
   * listed.
   * @throws Error for a wrong spec
   */
  readonly compile: (path?: string) => Promise<Provider>
}

/** Where a request leads within a provider. */
export interface Route extends Found {
  readonly basePath: string
  /** Every operation of the spec it came by, as in `GET /orders`. */
  readonly endpoints: readonly string[]
}

/** True where a path, below the slug, lies under a base path. */
function isBelow(path: string, { basePath }: Mount): boolean {
  return (
    path.startsWith(basePath) && (path.length === basePath.length || path[basePath.length] === '/')
  )
}

/**
 * Finds the operation of a request.
 * @param asked the path below the slug, as the client wrote it
 * @throws Refusal `unknown-route`, `method-not-allowed`
 */
export function route(
  { simulator, mounts }: Provider,
  method: string,
  asked: string,
  settings: SettingValues,
): Route {
  const path = simulator.requests?.pathOf?.(asked, settings) ?? asked
  for (const { mount, spec } of mounts) {
    const { basePath } = mount
    if (!isBelow(path, mount)) continue

    const found = spec.find(method, path.slice(basePath.length) || '/')
    if (found === 'other-method')
      throw wrongMethod(method, path, spec.methodsAt(path.slice(basePath.length) || '/'))
    if (found) {
      const { operation, params } = found
      return { operation, params, basePath, endpoints: spec.endpoints }
    }
  }

  const bases = simulator.mounts.map(
    ({ basePath, api = '' }) => `/${simulator.slug}${basePath}${api}`,
  )
  throw new Refusal(
    'unknown-route',
    `the spec has no path for ${method} ${path}; base paths are ${bases.join(', ')}`,
    { method, path },
  )
}

function wrongMethod(method: string, path: string, allowed: readonly string[]): Refusal {
  const allow = allowed.join(', ')
  return new Refusal('method-not-allowed', `${path} knows no ${method}: use ${allow}`, {
    method,
    allow,
  })
}

/**
 * @param upstream answers in its place
 * @throws Error where an operation has neither handler nor declared gap, or the
 * other way round
 */
export async function knownProvider(
  simulator: Simulator,
  upstream?: Upstream,
): Promise<KnownProvider> {
  checkOperations(simulator)
  const { mounts, requests } = simulator
  let provider: Provider = defined({ simulator, upstream, mounts: [] })

  const isCompiled = (mount: Mount) => provider.mounts.some((each) => each.mount === mount)
  /** A provider whose paths move may find any of them in any mount. */
  const servesPath = (mount: Mount, path?: string) =>
    path === undefined ? !mount.isUnlisted : requests?.pathOf !== undefined || isBelow(path, mount)
  const missing = (path?: string) =>
    mounts.filter((mount) => servesPath(mount, path) && !isCompiled(mount))

  return {
    simulator,
    ready: (path) =>
      provider.mounts.length === mounts.length || missing(path).length === 0 ? provider : undefined,
    async compile(path) {
      const specs = await Promise.all(
        missing(path).map(async (mount) => ({ mount, spec: await specOf(mount.spec) })),
      )
      // Another call may have compiled the same meanwhile.
      const added = specs.filter(({ mount }) => !isCompiled(mount))
      provider = { ...provider, mounts: [...provider.mounts, ...added] }
      return provider
    },
  }
}

function checkOperations({ slug, mounts, handlers, gaps = {} }: Simulator): void {
  const specified = new Set(mounts.flatMap(({ spec }) => operationIdsIn(spec)))
  const served = new Set([...Object.keys(handlers), ...Object.keys(gaps)])

  const unserved = [...specified].filter((id) => !served.has(id))
  const unknown = [...served].filter((id) => !specified.has(id))
  if (unserved.length > 0) throw new Error(`${slug}: no handler for ${unserved.join(', ')}`)
  if (unknown.length > 0) throw new Error(`${slug}: not in the spec: ${unknown.join(', ')}`)
}
