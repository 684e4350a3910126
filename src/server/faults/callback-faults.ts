// What faults make of an attempt at a callback: whether it leaves now, and as what.
import type { Simulator } from '../../simulators/simulator.ts'
import {
  type Callback,
  type ChosenFault,
  callbacks,
  holdBack,
  isOneBehind,
} from '../../state/callbacks.ts'
import {
  activeFaults,
  chooseFaults,
  type Fault,
  faults,
  type NewFault,
} from '../../state/faults.ts'
import { Refusal } from '../../state/refusal.ts'
import { type Task, tasks } from '../../state/task-queue.ts'
import { parsedJson } from '../json-body.ts'
import { wallNow } from '../ticker.ts'
import { webhooksOfFile } from '../webhooks.ts'
import type { CallbacksOf, Departure, HeldBack } from './kind.ts'
import { callbackKindsByName } from './kinds.ts'
import { matchesContent } from './match.ts'

/** Nothing leaves: no other fault happens to it. */
const DROP = 'drop'

/**
 * @throws Refusal `invalid-request` for a fault of callbacks that could do nothing in that world as
 *   it is now
 */
export function checkUseful({ kind, callback }: NewFault, of: CallbacksOf): void {
  const found = callback === undefined ? undefined : callbackKindsByName.get(kind)
  const problem = found?.problem?.(of)
  if (problem !== undefined) throw new Refusal('invalid-request', `${kind}: ${problem}`)
}

/** True where a fault is of a callback of this type, by the type or by its webhook. */
function isNamed({ callback: named }: Fault, { mounts }: Simulator, type: string): boolean {
  if (named === '*' || named === type) return true
  if (named === undefined) return false
  return mounts.some(({ spec }) => {
    const { names, namesFor } = webhooksOfFile(spec)
    return names.includes(named) && namesFor(type).includes(named)
  })
}

function matches(fault: Fault, callback: Callback, { simulator }: CallbacksOf): boolean {
  if (!isNamed(fault, simulator, callback.type)) return false
  const pointers = fault.match?.body
  return pointers === undefined || matchesContent(pointers, parsedJson(callback.body))
}

/** Whether a fault can happen to a callback whose turn it is. */
function happens({ kind: name, own }: Fault, callback: Callback, of: CallbacksOf): boolean {
  const kind = callbackKindsByName.get(name)
  if (!kind || kind.concerns?.(own, callback, of) === false) return false
  // The one that leaves next lets the other go: it does not wait itself.
  const waitsForAnother = kind.holdsBack?.(own).untilAnother === true
  return !waitsForAnother || !isOneBehind(of.world, callback.provider)
}

/** Chooses the faults of an attempt that is due, and counts them. */
function choose(callback: Callback, of: CallbacksOf): readonly ChosenFault[] {
  const { world } = of
  const matching = activeFaults(world, callback.provider).filter((fault) =>
    matches(fault, callback, of),
  )
  const { hits } = chooseFaults(
    world,
    matching,
    (fault) => (happens(fault, callback, of) ? { effect: fault.kind } : {}),
    (kind) => kind !== DROP,
  )
  return hits.map(({ fault: { id, kind, own } }) => ({ id, kind, own }))
}

/** How long faults hold a callback back; one that is late is not let go by another that leaves. */
function holdOf(faults: readonly ChosenFault[]): HeldBack | undefined {
  const all = faults.flatMap(
    ({ kind, own }) => callbackKindsByName.get(kind)?.holdsBack?.(own) ?? [],
  )
  const late = all.filter(({ untilAnother }) => !untilAnother)
  return (late.length > 0 ? late : all).sort((a, b) => b.ms - a.ms)[0]
}

/**
 * Lets the faults happen whose turn it is when an attempt is due.
 * @param task of the attempt
 * @returns the callback with its faults, to leave now; `undefined` where it is held back
 */
export function disturbed(callback: Callback, task: Task, of: CallbacksOf): Callback | undefined {
  const { world } = of
  // Chosen already: it was held back, or its attempt was broken off.
  if (callback.faults || world.in(faults).size === 0) return callback
  const chosen = choose(callback, of)
  if (chosen.length === 0) return callback

  const hit: Callback = { ...callback, faults: chosen }
  const hold = holdOf(chosen)
  world.transaction(() => {
    if (!hold) return void world.in(callbacks).put(hit)
    world.in(tasks).delete(String(task.id))
    holdBack(world, hit, world.now + hold.ms, hold.untilAnother)
  })
  return hold ? undefined : hit
}

/** What leaves of a callback once its faults have changed it. */
export function departureOf(callback: Callback, of: CallbacksOf): Departure {
  const { body, faults: chosen = [] } = callback
  const leaving: Departure = {
    body,
    signed: body,
    signing: { wall: wallNow() },
    copies: 1,
    isBroken: false,
  }
  for (const { kind, own } of chosen)
    Object.assign(leaving, callbackKindsByName.get(kind)?.changes?.(own, leaving, of))
  return leaving
}
