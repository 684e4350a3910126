// One call of the control API, as its handlers see it.
import type { SimulatorServer } from '../server/server.ts'
import type { HostedWorld } from '../server/worlds.ts'
import type { Reply } from '../simulators/call.ts'
import { Refusal } from '../state/refusal.ts'

/** A call, routed and validated: values are as specs/control.yaml types them. */
export interface ControlCall {
  readonly server: SimulatorServer
  /** The world the call speaks to, caught up with its clock. Reading it throws Refusal `not-found` where there is none. */
  readonly hosted: HostedWorld
  readonly path: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
  /** URL of the simulator as the caller reaches it, without a trailing slash and without a world. */
  readonly root: string
  /** False only for calls of `getHealth` that may not see more than that. */
  readonly trusted: boolean
}

export type ControlHandler = (call: ControlCall) => Reply | Promise<Reply>

/** Handlers by operationId. */
export type ControlHandlers = Readonly<Record<string, ControlHandler>>

/** The provider of a slug. @throws Refusal `not-found` */
export function providerOf(server: SimulatorServer, slug: string) {
  const provider = server.providers.get(slug)
  if (!provider)
    throw new Refusal(
      'not-found',
      `there is no provider "${slug}"; there are: ${[...server.providers.keys()].join(', ')}`,
    )
  return provider
}

/** The filter `?provider=`, checked. @throws Refusal `invalid-request` for a provider there is not */
export function providerFilter({ server, query }: ControlCall): string | undefined {
  const slug = query.provider as string | undefined
  if (slug !== undefined && !server.providers.has(slug))
    throw new Refusal(
      'invalid-request',
      `there is no provider "${slug}"; there are: ${[...server.providers.keys()].join(', ')}`,
    )
  return slug
}

/** True where a record has every value that is asked for; what is `undefined` is not. */
export function fits<T extends object>(
  record: T,
  asked: { readonly [Name in keyof T]?: T[Name] | undefined },
): boolean {
  return Object.entries(asked).every(
    ([name, value]) => value === undefined || record[name as keyof T] === value,
  )
}
