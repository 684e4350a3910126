// What a simulator tells of itself: its worlds, its store, and the replicas beside it.

import type { SimulatorServer } from '../server/server.ts'
import { pause } from '../server/ticker.ts'
import type { Worlds } from '../server/worlds.ts'
import { defined } from '../state/defined.ts'
import type { Leases } from '../stores/leases.ts'
import type { Store } from '../stores/store.ts'
import type { Schemas } from './operations.ts'
import type { Health } from './wire.ts'

/** Wall ms that a store may take to tell which replicas there are. */
const TELLS_WITHIN = 2000

/** All that the health tells to those who may use the control API. */
export async function healthOf(server: SimulatorServer): Promise<Health> {
  const { version, instance, providers, worlds, store, access } = server
  const names = (await worlds.openAll()).map(({ world }) => world.name)
  const failures = names.flatMap((name) => {
    const failure = store.failure(name)
    return failure ? [[name, failure.message] as const] : []
  })
  const isRefused = failures.length > 0
  return defined({
    status: 'ok' as const,
    version,
    instance,
    providers: [...providers.keys()],
    hosts: Object.fromEntries(access.providerHosts),
    worlds: names.length,
    writesRefused: isRefused ? Object.fromEntries(failures) : undefined,
    notOpened: notOpenedIn(worlds),
    store: storeShown(store, isRefused),
    ...(store.leases && (await amongReplicas(server, store.leases))),
  })
}

/** Worlds that could not be opened, and why; `undefined` where there are none. */
export function notOpenedIn({ notOpened }: Worlds): Record<string, string> | undefined {
  return notOpened.size > 0 ? Object.fromEntries(notOpened) : undefined
}

function storeShown({ kind = 'other', leases }: Store, isRefused: boolean): Schemas['StoreNow'] {
  return { kind, answers: leases ? leases.areSure : !isRefused }
}

/** What it is among those that share its store. */
async function amongReplicas({ worlds, isEnding }: SimulatorServer, leases: Leases) {
  const { id, url } = leases.self
  return defined({
    replica: { id, url, leaving: isEnding() },
    leases: { worlds: worlds.list().length, sure: leases.areSure },
    replicas: await othersOf(leases),
  })
}

/** The other living replicas; `undefined` where the store does not tell in time. */
async function othersOf(leases: Leases): Promise<Schemas['OtherReplica'][] | undefined> {
  const over = new AbortController()
  const all = leases.replicas().catch(() => undefined)
  const known = await Promise.race([all, pause(TELLS_WITHIN, over.signal).then(() => undefined)])
  over.abort()
  return known
    ?.filter(({ id }) => id !== leases.self.id)
    .map(({ id, url, worlds, isLeaving }) => ({ id, url, worlds, leaving: isLeaving }))
}
