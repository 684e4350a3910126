// The registry: every kind of fault there is; of calls and of callbacks one may have the same name.
import { callbackKinds } from './callback-kinds.ts'
import { connectionKinds } from './connection.ts'
import { contentKinds } from './content.ts'
import { delay } from './delay.ts'
import type { CallbackKind, CallKind, FaultKind } from './kind.ts'
import { revoked } from './revoked.ts'
import { stale } from './stale.ts'
import { rateLimit, status } from './status.ts'

const callKinds: readonly CallKind[] = [
  status,
  delay,
  ...connectionKinds,
  ...contentKinds,
  rateLimit,
  revoked,
  stale,
]

const named = <Kind extends FaultKind>(kinds: readonly Kind[]): ReadonlyMap<string, Kind> =>
  new Map(kinds.map((kind) => [kind.name, kind]))

export const callKindsByName: ReadonlyMap<string, CallKind> = named(callKinds)
export const callbackKindsByName: ReadonlyMap<string, CallbackKind> = named(callbackKinds)

export const faultKinds: readonly FaultKind[] = [...callKinds, ...callbackKinds]
