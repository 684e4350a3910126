// What callers prove themselves with: API keys, client secrets, tokens.
import { defineCollection, SEPARATOR, sortable } from './collection.ts'
import { fields, instant, name, oneOf, optional, text } from './shape.ts'
import type { World } from './world.ts'

export interface Credential {
  readonly provider: string
  readonly kind: 'api-key' | 'client' | 'token'
  /** What the caller presents; never journalled. */
  readonly secret: string
  /** The client's id, where the secret goes with one. */
  readonly client?: string
  /** Virtual ms from which it is no longer good. */
  readonly expiresAt?: number
}

export const credentials = defineCollection<Credential>({
  name: 'credentials',
  key: (credential) => `${credential.provider}/${credential.secret}`,
  shape: fields<Credential>({
    provider: name,
    kind: oneOf('api-key', 'client', 'token'),
    secret: name,
    client: optional(text),
    expiresAt: optional(instant),
  }),
  indexes: {
    /** Of a provider, those that do not expire. */
    permanent: ({ kind, provider }) =>
      kind === 'token' ? undefined : provider + SEPARATOR + kind + SEPARATOR,
    /** Of a provider, in the order they expire. */
    tokens: ({ kind, provider, expiresAt = 0 }) =>
      kind === 'token' ? provider + SEPARATOR + sortable(expiresAt) : undefined,
  },
})

/** A provider's credential of a permanent kind in this world. */
export function credentialOf(
  world: World,
  provider: string,
  kind: 'api-key' | 'client',
): Credential | undefined {
  return world.in(credentials).matching('permanent', provider + SEPARATOR + kind + SEPARATOR)[0]
}
