// Which secrets are known: those of every world, those that went, and the token of the control API.
import type { Simulator } from '../../simulators/simulator.ts'
import { isAccessToken } from '../../state/access-token.ts'
import { type Target, targets } from '../../state/callbacks.ts'
import type { Change } from '../../state/collection.ts'
import { type Credential, credentials } from '../../state/credentials.ts'
import { type ChosenSettings, chosenSettings } from '../../state/settings.ts'
import { snapshotRecords } from '../../state/snapshots.ts'
import type { World } from '../../state/world.ts'
import { secretsNamedIn } from './credential-names.ts'
import { SecretIndex } from './secret-index.ts'

export interface KnownSecrets {
  /** Finds all that are known now. */
  index(): SecretIndex
  /** Goes along with a world that came, or that got other records. */
  add(): void
  /** Goes along with a world that goes, or whose records do: before they have gone. */
  remove(world: World): void
  /** Goes along with what a transaction changed. */
  follow(changes: readonly Change[]): void
}

export interface SecretSources {
  readonly simulators: readonly Simulator[]
  /** What lets callers in at the control API. */
  readonly controlToken?: string | undefined
  /** The worlds that are open. */
  readonly worlds: () => Iterable<World>
}

/** How many secrets that went are remembered: what was asked with them may still be told. */
const GONE_KEPT = 10_000

export function openKnownSecrets(sources: SecretSources): KnownSecrets {
  const { simulators, controlToken, worlds } = sources
  /** The longest gone first. */
  const gone = new Set<string>()
  let index: SecretIndex | undefined

  function* all(): Generator<string, void, undefined> {
    if (controlToken !== undefined) yield controlToken
    for (const world of worlds()) yield* secretsOf(world, simulators)
    yield* gone
  }

  function keep(secret: string): void {
    // That one is known by its looks.
    if (isAccessToken(secret)) return
    gone.delete(secret)
    gone.add(secret)
    const [first = ''] = gone
    if (gone.size > GONE_KEPT) gone.delete(first)
  }

  return {
    index() {
      index ??= new SecretIndex(all())
      return index
    },
    add() {
      index = undefined
    },
    remove(world) {
      for (const secret of secretsOf(world, simulators)) keep(secret)
      index = undefined
    },
    follow(changes) {
      for (const change of changes) {
        if (!KEPT_IN.has(change.collection)) continue
        index = undefined
        const { collection, before } = change
        for (const secret of secretsIn(collection, before, simulators)) keep(secret)
      }
    },
  }
}

/** Where a world keeps secrets. */
const KEPT_IN: ReadonlySet<string> = new Set(
  [credentials, chosenSettings, targets].map(({ name }) => name),
)

/** Every secret of a world. */
function* secretsOf(
  world: World,
  simulators: readonly Simulator[],
): Generator<string, void, undefined> {
  for (const { secret } of world.in(credentials).values()) yield secret
  for (const { auth, settings, callbacks } of simulators) {
    yield* auth.secretsIn?.(world.settings(settings)) ?? []
    const signing = callbacks?.secret?.(world)
    if (signing !== undefined) yield signing
  }
  for (const { url } of world.in(targets).values()) yield* secretsNamedIn(url, 'url')
  // What a snapshot has may come back.
  for (const { collection, record } of world.in(snapshotRecords).values())
    if (KEPT_IN.has(collection)) yield* secretsIn(collection, record, simulators)
}

/** The secrets of a record of one of these collections. */
function secretsIn(
  collection: string,
  record: object | undefined,
  simulators: readonly Simulator[],
): readonly string[] {
  if (record === undefined) return []
  if (collection === credentials.name) return [(record as Credential).secret]
  if (collection === targets.name) return secretsNamedIn((record as Target).url, 'url')
  const { provider, values } = record as ChosenSettings
  const simulator = simulators.find(({ slug }) => slug === provider)
  return simulator?.auth.secretsIn?.({ ...simulator.settings.defaults, ...values }) ?? []
}
