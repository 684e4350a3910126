// One SIM with what can be done to it now, and what it has used.
import { reply } from '../simulators/call.ts'
import { findNetwork } from '../simulators/countries.ts'
import type { Simulator } from '../simulators/simulator.ts'
import { bundlesOf } from '../state/bundles.ts'
import { defined } from '../state/defined.ts'
import type { WorldEvent } from '../state/events.ts'
import { iso } from '../state/instant.ts'
import { Refusal } from '../state/refusal.ts'
import type { Sim } from '../state/sims.ts'
import type { UsedData } from '../state/usage.ts'
import { usageWithin } from '../state/usage-records.ts'
import type { World } from '../state/world.ts'
import { type ControlHandlers, providerOf } from './call.ts'
import { type Act, acts } from './device.ts'
import { simOf } from './sims.ts'
import { beforeShown, type MoveShown, simShown, timelineOf, type UseShown } from './wire.ts'

/** Thrown at the end of a trial: nothing of it stays. */
const UNDONE = new Error('it was only a trial')

/** Why something is refused now; `undefined` where it is not. It is done, and undone. */
function whyNot(world: World, trial: () => unknown): string | undefined {
  try {
    world.transaction(() => {
      trial()
      throw UNDONE
    })
  } catch (error) {
    if (error instanceof Refusal) return error.message
    if (error !== UNDONE) throw error
  }
  return undefined
}

/** A country where a network lets the SIM on. */
function countryFor(world: World, sim: Sim, { device }: Simulator): string {
  const known = [sim.lastNetwork?.country, device.homeCountry?.(world, sim)]
  return known.find((country) => country !== undefined && findNetwork(country)) ?? 'GB'
}

/** A confirmation code that is right. */
function codeFor(world: World, { settings }: Simulator): string {
  const { confirmationCode = 'any' } = world.settings(settings)
  return String(confirmationCode)
}

/** What can be done to a SIM, each tried with what its caller would give. */
function movesOf(world: World, sim: Sim, simulator: Simulator): MoveShown[] {
  const handset = sim.needsConfirmation ? { confirmationCode: codeFor(world, simulator) } : {}
  const code = sim.needsConfirmation ? 'confirmationCode' : undefined
  const tries: readonly (readonly [MoveShown['move'], Act<unknown>, MoveShown['needs']])[] = [
    ['download', acts.download(handset), code],
    ['install', acts.install(handset), code],
    ['enable', acts.enable(), undefined],
    ['disable', acts.disable(), undefined],
    ['delete', acts.delete(), undefined],
    ['attach', acts.attach({ country: countryFor(world, sim, simulator) }), 'country'],
    ['detach', acts.detach(), undefined],
    ['use', acts.use({ bytes: 1 }), 'amount'],
  ]
  return tries.map(([name, act, needs]) => {
    const why = whyNot(world, () => act(world, sim, simulator))
    return defined({ move: name, possible: why === undefined, why, needs })
  })
}

/** How many uses are told; those before are told as one. */
export const USES_SHOWN = 200

/** How much of a bundle is used at an event, in bytes; `undefined` where it does not tell. */
function usedAt({ type }: WorldEvent, initialBytes: number): number | undefined {
  if (type === 'bundle.depleted') return initialBytes
  const [, percent] = /^bundle\.used-(\d+)$/.exec(type) ?? []
  return percent === undefined ? undefined : Math.ceil((Number(percent) * initialBytes) / 100)
}

/**
 * What a SIM used, where its provider keeps no record of each use: at each threshold that a bundle
 * reached what had come together, and the rest when the SIM was last seen.
 */
function usesInTimeline(world: World, sim: Sim): UsedData[] {
  const events = timelineOf(world, sim)
  const uses = bundlesOf(world, sim.provider, sim.iccid).flatMap(
    ({ id, initialBytes, usedBytes, startedAt = 0 }) => {
      const found: UsedData[] = []
      let told = 0
      for (const event of events.filter(({ bundle }) => bundle === id)) {
        const bytes = (usedAt(event, initialBytes) ?? 0) - told
        if (bytes <= 0) continue
        found.push({ at: event.at, bundle: id, bytes })
        told += bytes
      }
      const at = Math.max(found.at(-1)?.at ?? startedAt, sim.lastSeenAt ?? 0)
      return usedBytes > told ? [...found, { at, bundle: id, bytes: usedBytes - told }] : found
    },
  )
  return together(uses.sort((one, other) => one.at - other.at))
}

/** What a bundle carried at one instant is one use, however many thresholds it reached. */
function together(uses: readonly UsedData[]): UsedData[] {
  const byPlace = new Map<string, UsedData>()
  for (const use of uses) {
    const place = `${use.at} ${use.bundle}`
    byPlace.set(place, { ...use, bytes: use.bytes + (byPlace.get(place)?.bytes ?? 0) })
  }
  return [...byPlace.values()]
}

/** What a SIM used, oldest first, and what that is taken from. */
function usesOf(world: World, sim: Sim, { device }: Simulator) {
  if (device.usesOf) return { uses: device.usesOf(world, sim), usesFrom: 'records' as const }
  if (device.usage.itemized)
    return { uses: usageWithin(world, sim, 0, world.now), usesFrom: 'records' as const }
  return { uses: usesInTimeline(world, sim), usesFrom: 'timeline' as const }
}

function useShown({ at, bundle, bytes, country }: UsedData): UseShown {
  return defined({ at: iso(at), bundle, bytes, country })
}

/** The latest uses; those before them as one, which ends when the last of them did. */
function shortened(uses: readonly UsedData[]): readonly UsedData[] {
  const older = uses.slice(0, Math.max(0, uses.length - USES_SHOWN))
  const last = older.at(-1)
  if (!last) return uses
  const bytes = older.reduce((sum, each) => sum + each.bytes, 0)
  return [{ at: last.at, bytes }, ...uses.slice(older.length)]
}

export const oneSimHandlers = {
  getSim(call) {
    const { world } = call.hosted
    const sim = simOf(call)
    const { simulator } = providerOf(call.server, sim.provider)
    // A trial must not be broken off by an index that is still to be built.
    beforeShown(world)
    const { uses, usesFrom } = usesOf(world, sim, simulator)
    return reply(200, {
      ...simShown(world, sim, call.server.redactor),
      moves: movesOf(world, sim, simulator),
      uses: shortened(uses).map(useShown),
      usesFrom,
    })
  },
} satisfies Partial<ControlHandlers>
