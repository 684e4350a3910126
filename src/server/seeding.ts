// What a new world holds: each provider's starting state, the user's settings, stock, faults and targets.
import type { Simulator } from '../simulators/simulator.ts'
import { type Target, targets, untold } from '../state/callbacks.ts'
import type { Change } from '../state/collection.ts'
import { type ClaimOf, type Credential, putClaims } from '../state/credentials.ts'
import { setFault } from '../state/faults.ts'
import type { PastRecord } from '../state/past.ts'
import { Refusal } from '../state/refusal.ts'
import { checkSettings, chosenSettings, type SettingValue } from '../state/settings.ts'
import type { World } from '../state/world.ts'
import { worldRecords } from '../state/world-records.ts'
import { choose } from './chosen-credentials.ts'
import { checkUseful } from './faults/callback-faults.ts'
import { type FaultRequest, faultAt } from './faults/read-fault.ts'
import { fallbacksOf, type GivenState } from './named-states.ts'

/** What the user brings into every new world. */
export interface NewWorldContent {
  /** Where every provider's callbacks go in a new world. */
  readonly callbackUrl?: string
  /** Settings of new worlds, by provider. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, SettingValue>>>>
  /** The user's own stock, by provider, laid over the default state of new worlds. */
  readonly stock?: Readonly<Record<string, unknown>>
  /** Set in every new world. */
  readonly faults?: readonly FaultRequest[]
}

/** What this one world is given beside that. */
export interface WorldCredentials {
  /** Those its user chose. */
  readonly chosen: readonly Credential[]
  readonly claimOf: ClaimOf
}

/**
 * Fills an empty world: with what every provider has of the states given, its default one where
 * none of them is a seed of its own.
 * @returns what it was filled with, for `recordsOf`
 */
export function populate(
  world: World,
  simulators: readonly Simulator[],
  given: readonly GivenState[],
  content: NewWorldContent & WorldCredentials,
): readonly Change[] {
  const { changes } = world.transaction(() => {
    // What a starting state would tell of happened before anybody could listen.
    untold(world, () => {
      for (const each of simulators)
        world.withStream(each.slug, () => populateOne(world, each, given, content))
    })
    for (const request of content.faults ?? []) {
      const fault = faultAt(request, world.now)
      const simulator = simulators.find(({ slug }) => slug === fault.provider)
      if (simulator) checkUseful(fault, { world, simulator })
      setFault(world, fault)
    }
    putClaims(world, content.claimOf)
  })
  return changes
}

/** The records that a world was filled with, for `populateAgain`. */
export function recordsOf(filled: readonly Change[]): PastRecord[] {
  return filled.flatMap(({ collection, key, after: record }) =>
    collection === worldRecords.name && key === 'clock' ? [] : [{ collection, key, record }],
  )
}

/** Fills an empty world with what one was filled with that began just so: it is like that one. */
export function populateAgain(
  world: World,
  records: readonly PastRecord[],
  claimOf: ClaimOf,
): void {
  world.transaction(() => {
    world.putAll(records)
    putClaims(world, claimOf)
  })
}

/** @throws Refusal `invalid-request` where the state cannot be so */
function layState(world: World, { states = {} }: Simulator, { name, values }: GivenState): void {
  const state = Object.hasOwn(states, name) ? states[name] : undefined
  try {
    state?.lay(world, { ...fallbacksOf(state), ...values })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal('invalid-request', `the state "${name}" cannot be: ${error.message}`)
  }
}

function populateOne(
  world: World,
  simulator: Simulator,
  given: readonly GivenState[],
  { callbackUrl, settings, stock, chosen }: NewWorldContent & WorldCredentials,
): void {
  const { slug, seeds } = simulator
  const values = settings?.[slug]
  if (values) {
    checkSettings(simulator.settings, values)
    world.in(chosenSettings).put({ provider: slug, values })
  }

  const named = given.find(({ name }) => Object.hasOwn(seeds, name))
  const seed = seeds[named?.name ?? 'default'] ?? seeds.default
  seed?.(world)
  for (const each of given) layState(world, simulator, each)

  const seedFile = stock?.[slug]
  if (seedFile !== undefined) {
    if (!simulator.applySeedFile) throw new Refusal('invalid-request', `${slug} takes no seed file`)
    simulator.applySeedFile(world, seedFile)
  }

  const own = chosen.filter(({ provider }) => provider === slug)
  if (own.length > 0) choose(world, simulator, own)

  if (callbackUrl !== undefined && simulator.callbacks)
    world.in(targets).put({ provider: slug, url: callbackUrl } satisfies Target)
}
