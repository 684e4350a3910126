// Waiting until something is there: by the wall clock, or by moving the clock of the world.
import { openLimit } from '../server/limit.ts'
import { type Fired, NOTHING_MORE } from '../server/runner.ts'
import type { SimulatorServer } from '../server/server.ts'
import { pause, wallNow } from '../server/ticker.ts'
import type { HostedWorld } from '../server/worlds.ts'
import { reply } from '../simulators/call.ts'
import { unsentCallbacks } from '../state/callbacks.ts'
import { wallUntil } from '../state/clock.ts'
import { addDuration } from '../state/duration.ts'
import { iso } from '../state/instant.ts'
import { Refusal } from '../state/refusal.ts'
import { firstTask, tasks } from '../state/task-queue.ts'
import type { CallOf, ControlHandlers } from './call.ts'
import { matches } from './filter.ts'
import type { Schemas } from './operations.ts'
import { type Condition, conditionText, openSearch, type Search } from './search.ts'
import type { WaitedShown } from './wire.ts'

/** Wall ms: the longest a long poll waits, and how long one waits unless told. */
export const LONGEST_POLL = 60_000
const USUAL = 30_000
/** How far a wait moves the clock unless told, and how long it may take by the wall clock. */
const WITHIN = 'PT10M'
const MAX_WALL = 60_000
/** Wall ms that a request from outside is given, once a callback may have called for it. */
const ANSWERING = 100

type Query = CallOf<'waitFor'>['query']

/** What each thing that is waited for can be asked. */
const ASKED = {
  callback: ['provider', 'type', 'iccid', 'state'],
  event: ['provider', 'type', 'iccid'],
  request: [
    ...['provider', 'operation', 'method', 'status', 'refused', 'iccid', 'path', 'text', 'fault'],
  ],
} as const satisfies Record<string, readonly string[]>

/** What a long poll waits for. @throws Refusal `invalid-request` for what is asked of nothing */
function conditionOf({ for: kind, count: _, after: __, timeout: ___, ...asked }: Query): Condition {
  const known: readonly string[] = ASKED[kind]
  const stray = Object.keys(asked).find((name) => !known.includes(name))
  if (stray !== undefined) {
    const knows = `it can be asked for ${known.join(', ')}`
    throw new Refusal('invalid-request', `no ${kind} has a ?${stray}=: ${knows}`)
  }
  if (kind === 'callback') return { callbacks: asked }
  return kind === 'event' ? { event: asked } : { requests: asked }
}

/** @throws Refusal `invalid-request` where it is not exactly one */
function onlyCondition({ callbacks, requests, event }: Schemas['WaitUntil']): Condition {
  const given: Condition[] = []
  if (callbacks) given.push({ callbacks })
  if (requests) given.push({ requests })
  if (event) given.push({ event })
  const [condition] = given
  if (!condition || given.length > 1)
    throw new Refusal('invalid-request', 'give exactly one of "callbacks", "requests" and "event"')
  return condition
}

/** @throws Refusal `invalid-request` for a duration that is none, or goes back */
function wallMs(name: string, text: string | number): number {
  const ms = typeof text === 'number' ? text : addDuration(0, text)
  if (ms >= 0) return ms
  throw new Refusal('invalid-request', `${name} goes back in time: give a duration such as 30s`)
}

/** Where a wait ends, in virtual ms. @throws Refusal `invalid-request` */
function endOf({ world: { now } }: HostedWorld, within: string): number {
  const to = addDuration(now, within)
  if (to >= now) return to
  throw new Refusal('invalid-request', 'within goes back in time: give a duration such as PT10M')
}

/** @throws Refusal `invalid-request` */
function timeoutOf({ timeout }: Query): number {
  const ms = timeout === undefined ? USUAL : wallMs('timeout', timeout)
  if (ms <= LONGEST_POLL) return ms
  const most = `timeout is at most ${LONGEST_POLL / 1000} s`
  throw new Refusal('invalid-request', `${most}: ask again after that, with \`next\` as \`after\``)
}

/** What was looked for. */
interface Sought {
  readonly server: SimulatorServer
  readonly hosted: HostedWorld
  readonly search: Search
  readonly condition: Condition
  readonly count: number
  /** Makes what is done a part of the command's step. */
  readonly step: CallOf<'waitUntil'>['step']
}

/** @param reason why it ended, where not enough is there and nothing else tells why */
function waited(sought: Sought, reason: string): WaitedShown {
  const { server, hosted, search, condition, count } = sought
  const { isMet: met, found, next } = search
  const what = `${found} of ${count} ${conditionText(condition)}`
  const said = met ? what : `${what}: ${search.over ?? unsentText(sought) ?? reason}`
  const why = server.redactor.redacted(said, 'sentence')
  return { met, at: iso(hosted.world.now), why, found, matches: search.shown(), next }
}

export const waitHandlers = {
  async waitFor({ server, hosted, query, gone, step }) {
    const { count = 1, after } = query
    const ms = timeoutOf(query)
    const condition = conditionOf(query)
    const search = openSearch({ server, hosted, condition, count, after })
    const limit = openLimit(ms, gone, new Error('the time is over'))
    try {
      await search.begin()
      await ended(limit.signal, search.done)
      return reply(
        200,
        waited({ server, hosted, search, condition, count, step }, inVain(hosted, ms)),
      )
    } finally {
      limit.end()
      search.stop()
    }
  },
  async waitUntil({ server, hosted, body, gone, step }) {
    const { count = 1, after, within = WITHIN, maxWall = MAX_WALL } = body
    const condition = onlyCondition(body)
    const bounds = { to: endOf(hosted, within), wall: wallMs('maxWall', maxWall), gone }
    hosted.runner.checkIdle()
    const search = openSearch({ server, hosted, condition, count, after })
    const sought: Sought = { server, hosted, search, condition, count, step }
    try {
      await search.begin()
      const reason = search.done.aborted ? '' : await passed(sought, bounds)
      return reply(200, waited(sought, reason))
    } finally {
      search.stop()
    }
  },
} satisfies Partial<ControlHandlers>

/** Resolves as soon as one of these aborts. */
function ended(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    }
  })
}

/** How far a wait may go. */
interface Bounds {
  /** Virtual ms. */
  readonly to: number
  /** Wall ms. */
  readonly wall: number
  readonly gone: AbortSignal
}

/** Lets time pass until enough is there. Answers why it ended where it is not. */
function passed(sought: Sought, bounds: Bounds): Promise<string> {
  const isFrozen = sought.hosted.world.clock.mode === 'frozen'
  return isFrozen ? moved(sought, bounds) : ran(sought, bounds)
}

/** Moves a frozen clock from one thing that is due to the next. */
async function moved(
  { hosted, search, condition, step }: Sought,
  { to, wall }: Bounds,
): Promise<string> {
  const { world, runner } = hosted
  // A request comes from outside, and so a little later than what calls for it.
  const answered = async (last: Fired | undefined) => {
    const isCalledFor = last === undefined || last.kind === 'callback'
    if (isCalledFor) await pause(ANSWERING, search.done)
    return search.done.aborted
  }
  const until = 'requests' in condition ? answered : () => search.done.aborted
  const limits = { maxWall: wall, until }
  const { stopped } = await step(() => runner.advance(to, limits))
  if (stopped && stopped.reason !== NOTHING_MORE) return stopped.reason
  const next = firstTask(world.in(tasks))
  if (!next) return 'nothing is due any more, and nothing more comes by itself'
  return `nothing more is due until ${iso(to)}: the next is ${next.kind} at ${iso(next.due)}`
}

/** Waits while a running clock goes. */
async function ran({ hosted, search }: Sought, { to, wall, gone }: Bounds): Promise<string> {
  const { world, feed } = hosted
  const began = wallNow()
  let changed = new AbortController()
  const listening = feed.listen({
    hear({ news }) {
      if (news.type === 'clock') changed.abort()
    },
    ended() {},
  })
  try {
    for (;;) {
      changed = new AbortController()
      if (search.done.aborted || gone.aborted) return ''
      const left = wall - (wallNow() - began)
      const needed = wallUntil(world.clock, wallNow(), to)
      if (needed === undefined) return 'the clock was frozen meanwhile: ask again, and it is moved'
      if (needed <= 0) return `it did not come until ${iso(to)}`
      if (left <= 0) return `maxWall ${wall} ms reached`
      const limit = openLimit(Math.min(left, needed), gone, new Error('the time is over'))
      await ended(limit.signal, search.done, changed.signal)
      limit.end()
    }
  } finally {
    listening.stop()
  }
}

/** A callback that was due and not sent is not waited for in vain without a word. */
function unsentText({ hosted: { world }, condition }: Sought): string | undefined {
  if (!('callbacks' in condition) || condition.callbacks.state === 'unsent') return undefined
  const { state: _, ...asked } = condition.callbacks
  for (const unsent of world.in(unsentCallbacks).page('noted', { descending: true }, 0, 100))
    if (matches(unsent, asked)) return `${unsent.type} was due and was not sent: ${unsent.reason}`
  return undefined
}

/** Why a long poll found nothing. */
function inVain({ world }: HostedWorld, ms: number): string {
  const waited = `it did not come within ${ms / 1000} s`
  if (world.clock.mode !== 'frozen') return waited
  return `${waited}; the clock stands at ${iso(world.now)}: POST /_sim/wait moves it`
}
