// Which world a request of the control API is for: where replicas share the store, it goes where that is.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RestTarget } from '../server/http.ts'
import { shortBody } from '../server/replicas/kept-body.ts'
import type { SimulatorServer } from '../server/server.ts'
import type { Operation } from '../server/spec.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import { isDashboard } from './dashboard.ts'
import { isControl } from './front-page.ts'
import type { OperationId } from './operations.ts'

/** Operations of the simulator and of no world: each replica answers them by itself. */
const OF_NO_WORLD: ReadonlySet<string> = new Set<OperationId>([
  'getHealth',
  'getReady',
  'getMetrics',
  'getOpenApi',
  'listWorlds',
  'createWorld',
  'listLifecycles',
  'listMagicValues',
  'listFaultKinds',
  'listProvenance',
  'getProvenance',
])

/** Operations whose world is in the path, whatever prefix or header says. */
const IN_PATH: ReadonlySet<string> = new Set<OperationId>(['getWorld', 'removeWorld'])

/** True for operations that look at no world, or at another than prefix or header name. */
export function looksElsewhere({ id }: Operation): boolean {
  return OF_NO_WORLD.has(id) || IN_PATH.has(id)
}

/** The name of the world that has to be here before a request is answered; `undefined` for none. */
function worldOf(operation: Operation | undefined, { path, world }: RestTarget) {
  const [bare = ''] = path.split('?', 1)
  if (operation && IN_PATH.has(operation.id)) return lastPart(bare)
  const isOfNone = operation
    ? OF_NO_WORLD.has(operation.id)
    : isDashboard(bare) || isControl(bare) || bare === '*'
  return isOfNone ? undefined : (world ?? DEFAULT_WORLD)
}

/** The last part of a path; `undefined` where it cannot be read, as is said later. */
function lastPart(path: string): string | undefined {
  try {
    return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1))
  } catch {
    return undefined
  }
}

/** A request as it came. */
interface Asked {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly target: RestTarget
}

/**
 * Goes on here once the world of a request is here; passes the request on where another replica has
 * it. At once where there are no replicas, or the world is open, as it mostly is.
 * @param failed told why the world cannot be had
 */
export function whereWorldIs(
  { worlds, replicas }: SimulatorServer,
  { request, response, target }: Asked,
  operation: Operation | undefined,
  { goOn, failed }: { goOn: () => void; failed: (error: unknown) => void },
): void {
  const name = replicas && worldOf(operation, target)
  const open = name === undefined ? undefined : worlds.get(name)
  if (!replicas || name === undefined || (open && replicas.use(open, response))) {
    goOn()
    return
  }
  const { ownSlug } = target
  const asked = { request, response, body: () => shortBody(request), ownSlug }
  replicas
    .reach(() => worlds.get(name) ?? worlds.open(name), asked)
    .then((found) => {
      if (found !== 'passed-on') goOn()
    })
    .catch(failed)
}
