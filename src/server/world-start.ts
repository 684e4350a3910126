// How a world begins: its name, its seed, its clock, and how long it is kept.
import type { Clock } from '../state/clock.ts'
import { defined } from '../state/defined.ts'
import { Refusal } from '../state/refusal.ts'
import { isWorldName } from '../state/world-name.ts'
import type { Identity } from '../state/world-records.ts'
import type { ChosenCredentials } from './chosen-credentials.ts'
import { wallNow } from './ticker.ts'

/** How a new world begins. */
export interface WorldStart {
  readonly seed?: string
  /** Named states of providers, as `statesGiven` reads them. */
  readonly given?: string
  readonly clock?: Partial<Pick<Clock, 'mode' | 'at' | 'rate'>>
  /** Wall ms it is kept for. */
  readonly ttl?: number
  /** Instead of those it would be given, of the providers that are named. */
  readonly credentials?: ChosenCredentials
}

/** How a new world begins where it is not told. */
export interface StartDefaults {
  /** How its clock goes. */
  readonly clock: 'running' | 'frozen'
  readonly seed: string
  /** Named states it begins from, as `statesGiven` reads them. */
  readonly given?: string
}

/** @throws Refusal `invalid-request` */
export function checkWorldName(name: string): void {
  if (!isWorldName(name))
    throw new Refusal('invalid-request', 'a world is named with 1 to 64 of A-Z a-z 0-9 . _ -')
}

/**
 * A seed that is chosen for one world is its own; else it shares that of the
 * server.
 * @param lives those that worlds of its name had that were removed
 */
export function identityOf(
  name: string,
  start: WorldStart,
  defaults: StartDefaults,
  lives: number,
): Identity {
  const { seed, clock = {}, ttl } = start
  return defined({
    name,
    seed: seed ?? defaults.seed,
    ownSeed: seed === undefined ? undefined : true,
    start: defined({ mode: clock.mode ?? defaults.clock, rate: clock.rate ?? 1, at: clock.at }),
    life: lives === 0 ? undefined : lives + 1,
    expiresAt: ttl === undefined ? undefined : wallNow() + ttl,
  })
}

/**
 * The identity of a world that begins anew: with the seed it has, or with one
 * chosen for it.
 */
export function reborn(identity: Identity, seed: string | undefined): Identity {
  return seed === undefined ? identity : { ...identity, seed, ownSeed: true }
}
