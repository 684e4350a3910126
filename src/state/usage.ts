// What a SIM uses on the air: data from its bundles; voice and SMS where its provider has them.
import { type Bundle, bundlesOf, consume, remainingBytes, startBundle } from './bundles.ts'
import { defined } from './defined.ts'
import { Refusal } from './refusal.ts'
import { type Network, type Sim, simKey, sims } from './sims.ts'
import { recordUsage } from './usage-records.ts'
import type { World } from './world.ts'

/** What a provider decides about use. */
export interface UsageRules {
  /** True where the bundle may be used in the country (ISO 3166 alpha-2). */
  readonly covers: (world: World, bundle: Bundle, country: string) => boolean
  /** Percentages of a bundle whose use is worth an event, ascending. */
  readonly thresholds: readonly number[]
  /**
   * True where the provider can be asked when data was used: each use is
   * written down.
   */
  readonly itemized?: boolean
  /**
   * True where data that no bundle carries is carried, and charged; else it is
   * denied.
   */
  readonly overage?: boolean
  /** What its SIMs carry besides data; absent, nothing. */
  readonly services?: readonly ('voice' | 'sms')[]
  /** Told of each use that was carried, in the same transaction. */
  readonly onUsage?: (world: World, sim: Sim, use: CarriedTraffic) => void
}

/** Who began a use, and who was at the other end where there is one. */
export interface CallParty {
  readonly direction: 'inbound' | 'outbound'
  /** A number, as the caller gave it. */
  readonly peer?: string
}

/** A use as the network saw it. */
export interface CarriedTraffic extends CallParty {
  readonly kind: 'data' | 'voice' | 'sms'
  /** Bytes, seconds or messages. */
  readonly quantity: number
  /** How much of it came from bundles, */
  readonly bundled: number
  /** and from which. */
  readonly bundles: Usage['bundles']
  readonly network: Network
  /**
   * Virtual ms. A call ends now, and began as long ago as it took; all else
   * takes no time.
   */
  readonly startedAt: number
  readonly endedAt: number
}

/** How a use ended: what was carried and by which bundles, what was not and why. */
export interface Usage {
  /** Bytes, seconds or messages. */
  readonly used: number
  readonly denied: number
  readonly reason?: string
  readonly bundles: readonly { readonly id: string; readonly name: string; readonly used: number }[]
}

/**
 * The bundle that carries data now: the active one that began first, else the next queued one,
 * which then starts.
 */
function carrier(world: World, sim: Sim, country: string, rules: UsageRules): Bundle | undefined {
  const usable = bundlesOf(world, sim.provider, sim.iccid).filter((bundle) =>
    rules.covers(world, bundle, country),
  )
  const active = usable
    .filter((bundle) => bundle.state === 'active')
    .sort((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0))[0]
  if (active) return active

  const next = usable.find((bundle) => bundle.state === 'queued' && bundle.startsAt === undefined)
  return next && startBundle(world, next)
}

/** Why nothing carries data, in words for the one who tried. */
function whyNone(world: World, sim: Sim, country: string): string {
  const states = bundlesOf(world, sim.provider, sim.iccid).map(
    (bundle) => `${bundle.name} is ${bundle.state}`,
  )
  const found = states.length ? states.join(', ') : 'the SIM has no bundle'
  return `no active or queued bundle covers ${country}: ${found}`
}

/**
 * The network a SIM can use.
 * @throws Refusal `wrong-state` where it is on none, or its service is not active
 */
function requireService(sim: Sim): Network {
  if (!sim.attached)
    throw new Refusal('wrong-state', 'the SIM is on no network: attach it first', {
      state: 'detached',
      event: 'use',
    })
  if (sim.service !== 'active')
    throw new Refusal('wrong-state', `the service is ${sim.service}`, {
      state: sim.service,
      event: 'use',
    })
  return sim.attached
}

/** Data that a SIM has used, at an instant (virtual ms). */
export interface UsedData {
  readonly at: number
  readonly bytes: number
  /** Id of the bundle that carried it. */
  readonly bundle?: string
  /** ISO 3166 alpha-2. */
  readonly country?: string
}

/** Data that a SIM is to use: whole bytes, above 0. */
export interface DataUse {
  readonly bytes: number
  /** Absent: the SIM began it. */
  readonly party?: CallParty
}

/**
 * Uses data where the SIM is attached.
 * @throws Refusal `wrong-state` where the SIM is on no network, its service is not active, or not
 *   one byte was carried
 */
export function useData(world: World, sim: Sim, rules: UsageRules, use: DataUse): Usage {
  const { bytes, party = { direction: 'outbound' } } = use
  const network = requireService(sim)
  const { country } = network
  const carried: { id: string; name: string; used: number }[] = []
  let left = bytes
  while (left > 0) {
    const bundle = carrier(world, sim, country, rules)
    if (!bundle) break
    if (carried.length === 0) noteUse(world, sim, bundle)
    const amount = bundle.unlimited ? left : Math.min(left, remainingBytes(bundle))
    consume(world, bundle, amount, rules.thresholds)
    if (rules.itemized) recordUsage(world, bundle, amount)
    carried.push({ id: bundle.id, name: bundle.name, used: amount })
    left -= amount
  }

  const bundled = bytes - left
  const denied = rules.overage ? 0 : left
  if (denied === bytes)
    throw new Refusal('wrong-state', whyNone(world, sim, country), {
      state: 'no-bundle',
      event: 'use',
    })
  if (bundled === 0) noteUse(world, sim)

  const { now } = world
  rules.onUsage?.(world, current(world, sim), {
    kind: 'data',
    quantity: bytes - denied,
    bundled,
    bundles: carried,
    network,
    ...party,
    startedAt: now,
    endedAt: now,
  })
  const reason = denied > 0 ? whyNone(world, sim, country) : undefined
  return defined({ used: bytes - denied, denied, reason, bundles: carried })
}

/** A call or SMS of a SIM. */
export interface ServiceUse {
  readonly kind: 'voice' | 'sms'
  /** Seconds or messages, whole, above 0. */
  readonly quantity: number
  readonly party: CallParty
}

/**
 * A call or SMS of a SIM, where it is attached; no bundle carries it.
 * @throws Refusal `wrong-state` where the SIM is on no network, or its service is not active;
 *   `not-implemented` where the provider does not carry such
 */
export function useService(world: World, sim: Sim, rules: UsageRules, use: ServiceUse): Usage {
  const { kind, quantity, party } = use
  if (!rules.services?.includes(kind))
    throw new Refusal(
      'not-implemented',
      `${sim.provider} carries no ${kind}: use "data" or "bytes"`,
    )
  const network = requireService(sim)
  noteUse(world, sim)
  const endedAt = world.now
  const startedAt = kind === 'voice' ? Math.max(0, endedAt - quantity * 1000) : endedAt
  rules.onUsage?.(world, current(world, sim), {
    kind,
    quantity,
    bundled: 0,
    bundles: [],
    network,
    ...party,
    startedAt,
    endedAt,
  })
  return { used: quantity, denied: 0, bundles: [] }
}

function current(world: World, sim: Sim): Sim {
  return world.in(sims).get(simKey(sim.provider, sim.iccid)) ?? sim
}

/** Notes when the SIM was last seen, and its first use. */
function noteUse(world: World, sim: Sim, bundle?: Bundle): void {
  const before = current(world, sim)
  const { now } = world
  world.in(sims).put({ ...before, lastSeenAt: now, firstUsedAt: before.firstUsedAt ?? now })
  if (before.firstUsedAt !== undefined) return

  const { provider, iccid } = sim
  world.emit(defined({ type: 'sim.first-used', provider, iccid, bundle: bundle?.id }))
}
