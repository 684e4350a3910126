// The assignments of an eSIM: those on it, and those taken off it, which no network can use.
import { type Bundle, bundleShape, bundlesOf, removeBundle } from '../../state/bundles.ts'
import { defineCollection, SEPARATOR, sortable } from '../../state/collection.ts'
import { keepLatest } from '../../state/keep-latest.ts'
import { Refusal } from '../../state/refusal.ts'
import { fields, instant, oneOf } from '../../state/shape.ts'
import type { World } from '../../state/world.ts'
import { refusedBundles, refuseIfMagic } from './magic-values.ts'
import { SLUG } from './records.ts'

/** An assignment that was revoked or has lapsed; the shared state has forgotten it. */
export interface TakenOff {
  /** As it was when it was taken off. */
  readonly bundle: Bundle
  readonly state: 'revoked' | 'lapsed'
  readonly at: number
  /** Where its value went back to. */
  readonly refundTo: 'inventory' | 'balance' | 'none'
}

export const takenOff = defineCollection<TakenOff>({
  name: 'esim-go.taken-off',
  key: ({ bundle }) => bundle.id,
  shape: fields<TakenOff>({
    bundle: bundleShape,
    state: oneOf('revoked', 'lapsed'),
    at: instant,
    refundTo: oneOf('inventory', 'balance', 'none'),
  }),
  indexes: {
    esim: ({ bundle }) => bundle.iccid + SEPARATOR + sortable(bundle.serial),
    reference: ({ bundle }) => bundle.reference + SEPARATOR,
  },
})

/** How many assignments taken off an eSIM it still lists; the oldest go first. */
export const TAKEN_OFF_KEPT = 1000

/** An assignment with the state eSIM Go shows of it. */
export interface Assignment {
  readonly bundle: Bundle
  readonly state: Bundle['state'] | TakenOff['state']
}

/** Takes an assignment off its eSIM, and keeps it as it was: it is still listed. */
export function takeOff(
  world: World,
  bundle: Bundle,
  state: TakenOff['state'],
  refundTo: TakenOff['refundTo'] = 'none',
): void {
  world.in(takenOff).put({ bundle, state, at: world.now, refundTo })
  const ofEsim = { index: 'esim', prefix: bundle.iccid + SEPARATOR }
  keepLatest(world, takenOff, ofEsim, TAKEN_OFF_KEPT)
  removeBundle(world, bundle)
}

/** Every assignment an eSIM has or had, in the order they were assigned. */
export function assignmentsOf(world: World, iccid: string): Assignment[] {
  const on: Assignment[] = bundlesOf(world, SLUG, iccid).map((bundle) => ({
    bundle,
    state: bundle.state,
  }))
  const off = world.in(takenOff).matching('esim', iccid + SEPARATOR)
  if (off.length === 0) return on
  return [...on, ...off].sort((a, b) => a.bundle.serial - b.bundle.serial)
}

/**
 * The assignments of one bundle that an eSIM has or had.
 * @throws Refusal `not-found` where there are none, or what a magic name provokes
 */
export function assignmentsNamed(world: World, iccid: string, name: string): Assignment[] {
  const named = assignmentsOf(world, iccid).filter(({ bundle }) => bundle.name === name)
  if (named.length > 0) return named
  refuseIfMagic(refusedBundles, name)
  throw new Refusal('not-found', `eSIM ${iccid} has no bundle "${name}": names are case-sensitive`)
}

/** True while an assignment can still be used, or will be: what an eSIM has on it. */
export function isCurrent({ state }: { readonly state: Assignment['state'] }): boolean {
  return state === 'processing' || state === 'queued' || state === 'active'
}
