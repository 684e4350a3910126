// Data used on the air: which bundle it comes from, and what happens when one runs out.
import { type Bundle, bundlesOf, consume, remainingBytes, startBundle } from './bundles.ts'
import { Refusal } from './refusal.ts'
import { type Sim, simKey, sims } from './sims.ts'
import { noteUse as writeDown } from './uses.ts'
import type { World } from './world.ts'

/** What a provider decides about use. */
export interface UsageRules {
  /** True where the bundle may be used in the country (ISO 3166 alpha-2). */
  readonly covers: (world: World, bundle: Bundle, country: string) => boolean
  /** Percentages of a bundle whose use is worth an event, ascending. */
  readonly thresholds: readonly number[]
  /** True where the provider can be asked when data was used: each use is written down. */
  readonly accounted?: boolean
}

/** How a use of data ended: what was carried, by which bundles, and what was not and why. */
export interface Usage {
  readonly used: number
  readonly denied: number
  readonly reason?: string
  readonly bundles: readonly { readonly id: string; readonly name: string; readonly used: number }[]
}

/** The bundle that carries data now: the active one that began first, else the next queued one, which then starts. */
function carrier(world: World, sim: Sim, country: string, rules: UsageRules): Bundle | undefined {
  const usable = bundlesOf(world, sim.provider, sim.iccid).filter((bundle) => rules.covers(world, bundle, country))
  const active = usable.filter((bundle) => bundle.state === 'active').sort((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0))[0]
  if (active) return active
  const next = usable.find((bundle) => bundle.state === 'queued' && bundle.startsAt === undefined)
  return next && startBundle(world, next)
}

/** Why nothing carries data, in words for the one who tried. */
function whyNone(world: World, sim: Sim, country: string): string {
  const states = bundlesOf(world, sim.provider, sim.iccid).map((bundle) => `${bundle.name} is ${bundle.state}`)
  return `no active or queued bundle covers ${country}: ${states.length ? states.join(', ') : 'the SIM has no bundle'}`
}

/**
 * Uses data where the SIM is attached.
 * @param bytes whole, above 0
 * @throws Refusal `wrong-state` where the SIM is on no network, its service is not active, or not one byte was carried
 */
export function useData(world: World, sim: Sim, bytes: number, rules: UsageRules): Usage {
  if (!sim.attached) throw new Refusal('wrong-state', 'the SIM is on no network: attach it first', { state: 'detached', event: 'use' })
  if (sim.service !== 'active') throw new Refusal('wrong-state', `the service is ${sim.service}`, { state: sim.service, event: 'use' })
  const country = sim.attached.country
  const carried: { id: string; name: string; used: number }[] = []
  let left = bytes
  while (left > 0) {
    const bundle = carrier(world, sim, country, rules)
    if (!bundle) break
    if (carried.length === 0) noteUse(world, sim, bundle)
    const amount = bundle.unlimited ? left : Math.min(left, remainingBytes(bundle))
    consume(world, bundle, amount, rules.thresholds)
    if (rules.accounted) writeDown(world, bundle, amount)
    carried.push({ id: bundle.id, name: bundle.name, used: amount })
    left -= amount
  }
  if (left === bytes) throw new Refusal('wrong-state', whyNone(world, sim, country), { state: 'no-bundle', event: 'use' })
  return { used: bytes - left, denied: left, ...(left > 0 ? { reason: whyNone(world, sim, country) } : {}), bundles: carried }
}

/** Notes when the SIM was last seen, and its first use. */
function noteUse(world: World, sim: Sim, bundle: Bundle): void {
  const current = world.in(sims).get(simKey(sim.provider, sim.iccid)) ?? sim
  const first = current.firstUsedAt === undefined
  world.in(sims).put({ ...current, lastSeenAt: world.now, ...(first ? { firstUsedAt: world.now } : {}) })
  if (first) world.emit({ type: 'sim.first-used', provider: sim.provider, iccid: sim.iccid, bundle: bundle.id })
}
