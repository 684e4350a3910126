// An exchange of the journal as it is shown: its bodies parsed, and what it nearly asked for.
import { adviceOn } from '../server/advice.ts'
import { isCut, type JournalEntry } from '../server/journal.ts'
import { type NearMiss, nearMisses } from '../server/near-misses.ts'
import type { SimulatorServer } from '../server/server.ts'
import { defined } from '../state/defined.ts'
import { iso } from '../state/instant.ts'
import { jsonOf } from '../state/json-of.ts'
import type { World } from '../state/world.ts'
import type { ExchangeShown } from './wire.ts'

export function exchangeShown(
  server: SimulatorServer,
  world: World,
  entry: JournalEntry,
): ExchangeShown {
  const { refusal } = entry
  const simulator = server.providers.get(entry.provider ?? '')?.simulator
  const near = nearMissesOf(server, world, entry)
  return defined({
    ...entry,
    at: iso(entry.at),
    requestJson: jsonIn(entry.requestBody),
    replyJson: jsonIn(entry.replyBody),
    refusal: refusal && defined({ ...refusal, advice: adviceOn(refusal.code, simulator) }),
    nearMisses: near.length > 0 ? near : undefined,
  }) as ExchangeShown
}

/** A body parsed; `undefined` where it is no JSON, or not whole. */
export function jsonIn(body: string | undefined): unknown {
  return body === undefined || isCut(body) ? undefined : jsonOf(body)
}

const NONE: readonly NearMiss[] = []

/** Looked for once: a list is asked for over and over. */
const known = new WeakMap<JournalEntry, readonly NearMiss[]>()

/** What a request that found no operation may have meant. */
export function nearMissesOf(
  { providers }: SimulatorServer,
  world: World,
  entry: JournalEntry,
): readonly NearMiss[] {
  const { refusal, method, url, provider } = entry
  if (refusal?.code !== 'unknown-route' && refusal?.code !== 'method-not-allowed') return NONE
  const before = known.get(entry)
  if (before) return before

  const own = provider === undefined ? undefined : providers.get(provider)
  const asked = (own ? [own] : [...providers.values()]).map(({ simulator }) => ({
    simulator,
    settings: world.settings(simulator.settings),
  }))
  const found = nearMisses({ method, url, provider }, asked)
  known.set(entry, found)
  return found
}
