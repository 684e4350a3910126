// Virtual time: shown, advanced, stopped, let go.
import type { Advance, Fired } from '../server/runner.ts'
import { wallNow } from '../server/ticker.ts'
import { reply } from '../simulators/call.ts'
import { freeze, resume } from '../state/clock.ts'
import { addDuration } from '../state/duration.ts'
import { iso } from '../state/instant.ts'
import { Refusal } from '../state/refusal.ts'
import type { World } from '../state/world.ts'
import type { ControlHandlers } from './call.ts'
import { mapInTurns } from './long-list.ts'
import { type EventShown, eventShown } from './sims.ts'

export interface ClockShown {
  readonly now: string
  readonly mode: 'running' | 'frozen'
  /** Virtual seconds a second. */
  readonly rate: number
}

/** One thing that happened during an advance, in the words of the wire. */
export type FiredShown =
  | ({ readonly kind: 'event'; readonly provider: string; readonly iccid: string } & EventShown)
  | {
      readonly kind: 'task'
      readonly at: string
      readonly type: string
      readonly provider?: string
      readonly data: Readonly<Record<string, string>>
      readonly error?: string
    }
  | {
      readonly kind: 'callback'
      readonly at: string
      readonly type: string
      readonly provider: string
      readonly iccid?: string
      readonly id: string
      /** What the attempt left the callback in. */
      readonly state: string
      /** Which attempt it was, from 1. */
      readonly attempt: number
      readonly status?: number
      readonly error?: string
      readonly nextAt?: string
    }

export interface AdvanceShown {
  readonly from: string
  readonly to: string
  readonly fired: readonly FiredShown[]
  readonly stopped?: { readonly at: string; readonly reason: string }
}

export function clockShown({ now, clock: { mode, rate } }: World): ClockShown {
  return { now: iso(now), mode, rate }
}

/** An instant on the wire in ms. @throws Refusal `invalid-request` naming the field */
export function instant(field: string, text: string): number {
  const at = Date.parse(text)
  if (!Number.isFinite(at) || at < 0)
    throw new Refusal(
      'invalid-request',
      `${field} is no instant after 1970: write ISO 8601 in UTC, as in 2026-01-01T00:00:00Z`,
    )
  return at
}

function firedShown(fired: Fired): FiredShown {
  const at = iso(fired.at)
  if (fired.kind === 'event') {
    const { provider, iccid } = fired.event
    return { kind: 'event', provider, iccid, ...eventShown(fired.event) }
  }
  if (fired.kind === 'task') {
    const { kind, data } = fired.task
    const provider = kind.includes('/')
      ? kind.slice(0, kind.indexOf('/'))
      : data.bundle?.slice(0, data.bundle.indexOf('/'))
    const rest = {
      ...(provider ? { provider } : {}),
      ...(fired.error === undefined ? {} : { error: fired.error }),
    }
    return { kind: 'task', at, type: kind, data, ...rest }
  }
  const { id, type, provider, iccid, state, attempts, nextAt } = fired.delivery
  const { status, error } = attempts.at(-1) ?? {}
  return {
    kind: 'callback',
    at,
    type,
    provider,
    ...(iccid === undefined ? {} : { iccid }),
    id,
    state,
    attempt: attempts.length,
    ...(status === undefined ? {} : { status }),
    ...(error === undefined ? {} : { error }),
    ...(nextAt === undefined ? {} : { nextAt: iso(nextAt) }),
  }
}

async function advanceShown({ from, to, fired, stopped }: Advance): Promise<AdvanceShown> {
  return {
    from: iso(from),
    to: iso(to),
    fired: await mapInTurns(fired, firedShown),
    ...(stopped ? { stopped: { at: iso(stopped.at), reason: stopped.reason } } : {}),
  }
}

interface AdvanceWanted {
  readonly by?: string
  readonly to?: string
  readonly maxEvents?: number
  readonly maxWall?: number | string
}

function destination(now: number, { by, to }: AdvanceWanted): number {
  if (by !== undefined && to === undefined) return addDuration(now, by)
  if (to !== undefined && by === undefined) return instant('to', to)
  throw new Refusal(
    'invalid-request',
    'give exactly one of "by" (a duration, as in P3D) and "to" (an instant)',
  )
}

export const clockHandlers: ControlHandlers = {
  getClock: ({ hosted }) => reply(200, clockShown(hosted.world)),
  async advanceClock({ hosted, body }) {
    const wanted = (body ?? {}) as AdvanceWanted
    const { maxEvents, maxWall } = wanted
    hosted.runner.checkIdle()
    const advanced = await hosted.runner.advance(destination(hosted.world.now, wanted), {
      ...(maxEvents === undefined ? {} : { maxEvents }),
      ...(maxWall === undefined
        ? {}
        : { maxWall: typeof maxWall === 'number' ? maxWall : addDuration(0, maxWall) }),
    })
    return reply(200, await advanceShown(advanced))
  },
  async freezeClock({ hosted, body }) {
    const { at } = (body ?? {}) as { at?: string }
    hosted.runner.checkIdle()
    const { world, runner } = hosted
    const stop = at === undefined ? undefined : instant('at', at)
    if (stop !== undefined && stop < world.now)
      throw new Refusal(
        'invalid-request',
        `the clock shows ${iso(world.now)} already, and time only moves forward: give a later "at", or none`,
      )
    world.transaction(() => world.setClock(freeze(world.clock, wallNow())))
    if (stop !== undefined) await runner.advance(stop)
    return reply(200, clockShown(world))
  },
  resumeClock({ hosted, body }) {
    const { rate } = (body ?? {}) as { rate?: number }
    hosted.runner.checkIdle()
    const { world } = hosted
    world.transaction(() => world.setClock(resume(world.clock, wallNow(), rate)))
    hosted.runner.nudge()
    return reply(200, clockShown(world))
  },
}
