// What callers prove themselves with: API keys, client secrets, tokens.
import { defineCollection, type Records, SEPARATOR, sortable } from './collection.ts'
import { defined } from './defined.ts'
import { count, fields, instant, name, oneOf, optional, present, text } from './shape.ts'
import { snapshotRecords } from './snapshots.ts'
import type { World } from './world.ts'

/** What does not expire: a key alone, or a client's id with its secret. */
export type PermanentKind = 'api-key' | 'client'

export interface Credential {
  readonly provider: string
  readonly kind: PermanentKind | 'token'
  /** What the caller presents; never journalled. */
  readonly secret: string
  /** The client's id, where the secret goes with one. */
  readonly client?: string
  /** Virtual ms from which it is no longer good. */
  readonly expiresAt?: number
  /** Of a token: its turn among those of its provider. */
  readonly serial?: number
  /** True where the user chose it: a world keeps it when it begins anew. */
  readonly chosen?: true
  /** Its place among the permanent ones of its provider, from 0; the first one signs. */
  readonly position?: number
  /**
   * How many worlds had it when it came into this one, by a copied state. It leads to the world
   * where this is the lowest, also after a restart: that one had it first.
   */
  readonly claim?: number
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
    serial: optional(count),
    chosen: optional(present),
    position: optional(count),
    claim: optional(count),
  }),
  indexes: {
    /** Of a provider, those that do not expire, in their places. */
    permanent: ({ kind, provider, position = 0 }) =>
      kind === 'token' ? undefined : provider + SEPARATOR + kind + SEPARATOR + sortable(position),
    /** Of a provider, in the order they expire. */
    tokens: ({ kind, provider, expiresAt = 0, serial = 0 }) =>
      kind === 'token' ? provider + SEPARATOR + sortable(expiresAt) + sortable(serial) : undefined,
    /** Of all providers, in the order they expire. */
    ends: ({ kind, expiresAt = 0, serial = 0 }) =>
      kind === 'token' ? sortable(expiresAt) + sortable(serial) : undefined,
  },
})

/** The key of a record as it may be told: that of a credential holds its secret. */
export function shownKey(collection: string, key: string): string {
  if (collection === credentials.name) return key.replace(/\/.*/s, '/[redacted]')
  if (collection !== snapshotRecords.name) return key
  return key.replace(/^(\d+\/credentials\/[^/]*\/).*/s, '$1[redacted]')
}

/** The first of a provider's credentials of a permanent kind in this world. */
export function credentialOf(
  world: World,
  provider: string,
  kind: PermanentKind,
): Credential | undefined {
  return world.in(credentials).matching('permanent', provider + SEPARATOR + kind + SEPARATOR)[0]
}

/** A provider's credentials in this world that do not expire, the first one first. */
export function permanentOf(world: World, provider: string): readonly Credential[] {
  return world.in(credentials).matching('permanent', provider + SEPARATOR)
}

/** Those of a world that its user chose, of every provider. */
export function chosenIn(world: World): readonly Credential[] {
  return world
    .in(credentials)
    .matching('permanent', '')
    .filter(({ chosen }) => chosen === true)
}

/** Puts these in the place of all that a provider has in this world and that do not expire. */
export function replacePermanent(
  world: World,
  provider: string,
  replacement: readonly Credential[],
): void {
  const all = world.in(credentials)
  for (const credential of permanentOf(world, provider)) all.delete(credentials.key(credential))
  for (const credential of replacement) all.put(credential)
}

/** Tells by its key how many worlds had a credential before this one. */
export type ClaimOf = (key: string) => number

function withClaim({ claim: _, ...credential }: Credential, claim: number): Credential {
  return defined({ ...credential, claim: claim === 0 ? undefined : claim })
}

/** Writes down what each credential of a world has for a claim; within a transaction. */
export function putClaims(world: World, claimOf: ClaimOf): void {
  const all = world.in(credentials)
  for (const credential of [...all.values()]) {
    const claim = claimOf(credentials.key(credential))
    if (claim !== (credential.claim ?? 0)) all.put(withClaim(credential, claim))
  }
}

/** The same in records that no world has yet. */
export function setClaims(records: Records, claimOf: ClaimOf): void {
  const byKey = records.get(credentials.name) as Map<string, Credential> | undefined
  for (const [key, credential] of byKey ?? []) byKey?.set(key, withClaim(credential, claimOf(key)))
}
