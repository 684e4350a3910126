// What is due next in a world: tasks of its clock, attempts at callbacks, ends of codes, tokens and faults.
import type { SimulatorServer } from '../server/server.ts'
import type { HostedWorld } from '../server/worlds.ts'
import { reply } from '../simulators/call.ts'
import { bundles, bundleTasks } from '../state/bundles.ts'
import { type Callback, callbacks } from '../state/callbacks.ts'
import { SEPARATOR, sortable } from '../state/collection.ts'
import { type Credential, credentials } from '../state/credentials.ts'
import { defined } from '../state/defined.ts'
import { type Fault, faults, isActive, replyDue } from '../state/faults.ts'
import { iso } from '../state/instant.ts'
import { type Sim, sims } from '../state/sims.ts'
import { DUE, dueAfter, type Task, tasks } from '../state/task-queue.ts'
import type { ShownAs, TaskDef } from '../state/tasks.ts'
import type { World } from '../state/world.ts'
import { openTurns } from '../stores/turns.ts'
import { type ControlHandlers, providerFilter } from './call.ts'
import { providerOf, type UpcomingShown } from './wire.ts'

/** One thing that is due, in virtual ms. */
interface Due extends Omit<UpcomingShown, 'at'> {
  readonly at: number
}

/** Where things are due. */
interface Place {
  readonly server: SimulatorServer
  readonly hosted: HostedWorld
}

/** Which of them: what comes after an instant (virtual ms), and how many. */
interface Asked {
  readonly after: number
  readonly limit: number
}

/** Tells what a task is to people. */
type Teller = (task: Task) => Due

/** How each kind of task is shown, by its name. */
function shownAsIn({ providers }: SimulatorServer): ReadonlyMap<string, ShownAs> {
  const own = [...providers.values()].flatMap(({ simulator }) => simulator.tasks ?? [])
  const shared: readonly TaskDef<never>[] = [...bundleTasks, replyDue]
  const shown = new Map<string, ShownAs>()
  for (const { kind, shownAs } of [...own, ...shared]) if (shownAs) shown.set(kind, shownAs)
  return shown
}

function attemptDue(task: Task, callback: Callback): Due {
  const { id, type, provider, iccid, attempts, earlierAttempts = 0 } = callback
  const attempt = earlierAttempts + attempts.length + 1
  const says =
    attempt === 1 ? `the callback ${type} is sent` : `the callback ${type} is tried once more`
  return defined({
    at: task.due,
    provider,
    kind: 'callback',
    says,
    iccid,
    callback: { id, type, attempt },
  })
}

function tellerIn({ server, hosted: { world } }: Place): Teller {
  const shown = shownAsIn(server)
  return (task) => {
    const { kind, due: at, data } = task
    const callback = world.in(callbacks).get(data.callback ?? '')
    if (callback) return attemptDue(task, callback)
    const bundle = world.in(bundles).get(data.bundle ?? '')
    const { kind: word, says, iccidOf } = shown.get(kind) ?? { kind: 'task', says: kind }
    const iccid = data.iccid ?? bundle?.iccid ?? iccidOf?.(world, data)
    return defined({ at, provider: providerOf(task), kind: word, says, iccid, bundle: bundle?.id })
  }
}

const codeDue = ({ provider, iccid, codeExpiresAt = 0 }: Sim): Due => ({
  at: codeExpiresAt,
  provider,
  kind: 'code',
  says: 'the activation code ends: the profile can no longer be downloaded',
  iccid,
})

const tokenDue = ({ provider, expiresAt = 0 }: Credential): Due => ({
  at: expiresAt,
  provider,
  kind: 'token',
  says: 'an access token ends: its client has to fetch another',
})

const faultDue = ({ id, provider, kind, until = 0 }: Fault): Due => ({
  at: until,
  provider,
  kind: 'fault',
  says: `the fault ${id} (${kind}) ends`,
})

function faultsEnding(world: World, after: number): Due[] {
  const ending = [...world.in(faults).values()].filter(
    (fault) => fault.until !== undefined && fault.until > after && isActive(fault, world.now),
  )
  return ending.map(faultDue)
}

/** The earliest of them; those of one instant in the order they are given. */
function earliest<T extends { readonly at: number }>(found: T[], limit: number): T[] {
  return found.sort((one, other) => one.at - other.at).slice(0, limit)
}

/**
 * What is due after an instant, the earliest first. It looks at no more of each kind than it tells.
 * @throws NotBuilt
 */
export function upcomingIn(place: Place, { after, limit }: Asked): Due[] {
  const { world } = place.hosted
  const queue = world.in(tasks)
  const tell = tellerIn(place)
  // A task that is late is still to come; a code that has ended is not.
  const range = { from: sortable(Math.max(after, world.now) + 1) }
  const found = [
    ...DUE.flatMap((part) => dueAfter(queue, part, after, limit).map(tell)),
    ...world.in(sims).page('code', range, 0, limit).map(codeDue),
    ...world.in(credentials).page('ends', range, 0, limit).map(tokenDue),
    ...faultsEnding(world, Math.max(after, world.now)),
  ]
  return earliest(found, limit)
}

/** How much is due in all. @throws NotBuilt */
function countIn(world: World): number {
  const { now } = world
  const range = { from: sortable(now + 1) }
  return (
    world.in(tasks).size +
    world.in(sims).count('code', range) +
    world.in(credentials).count('ends', range) +
    faultsEnding(world, now).length
  )
}

/** Whose things are asked for. */
interface Of {
  readonly provider: string | undefined
  readonly iccid: string | undefined
}

/** Something that is due, told only where it is among the first. */
interface Candidate {
  readonly at: number
  readonly tell: () => Due
}

/** What names a SIM, or something of it, in the data of a task. @param found it, at each provider */
function namesOf(world: World, iccid: string, found: readonly Sim[]): Set<string> {
  const names = new Set([iccid])
  for (const { provider } of found) {
    const ofSim = provider + SEPARATOR + iccid + SEPARATOR
    for (const bundle of world.in(bundles).matching('sim', ofSim))
      names.add(bundles.key(bundle)).add(bundle.reference)
    for (const { id } of world.in(callbacks).matching('sim', ofSim)) names.add(id)
  }
  return names
}

/** Whether a task is of a SIM: its data names that, or leads to it. */
function isOfSim(place: Place, iccid: string, found: readonly Sim[]): (task: Task) => boolean {
  const { world } = place.hosted
  const names = namesOf(world, iccid, found)
  const shown = shownAsIn(place.server)
  return ({ kind, data }) => {
    for (const name in data) if (names.has(data[name] ?? '')) return true
    // The reference of a bundle is among the names already.
    if (data.iccid !== undefined || data.bundle !== undefined || data.reference !== undefined)
      return false
    return shown.get(kind)?.iccidOf?.(world, data) === iccid
  }
}

/** Each thing there is, where it is asked for, and `undefined` where it is not: both take time. */
function* candidatesOf(place: Place, { provider, iccid }: Of): Iterable<Candidate | undefined> {
  const { world } = place.hosted
  const { now } = world
  const one = iccid === undefined ? undefined : world.in(sims).matching('iccid', iccid + SEPARATOR)
  const isOf = iccid === undefined || !one ? () => true : isOfSim(place, iccid, one)
  const providerOfTask = (task: Task) =>
    world.in(callbacks).get(task.data.callback ?? '')?.provider ?? providerOf(task)
  const tell = tellerIn(place)
  for (const task of world.in(tasks).values()) {
    const isAsked = isOf(task) && (provider === undefined || providerOfTask(task) === provider)
    yield isAsked ? { at: task.due, tell: () => tell(task) } : undefined
  }
  const isTheirs = (due: Due) => provider === undefined || due.provider === provider
  const others = function* (): Iterable<Due | undefined> {
    for (const sim of one ?? world.in(sims).values()) yield hasCode(sim) ? codeDue(sim) : undefined
    // Tokens and faults are of no SIM.
    if (one) return
    for (const each of world.in(credentials).values())
      yield each.kind === 'token' ? tokenDue(each) : undefined
    yield* faultsEnding(world, now)
  }
  for (const due of others()) {
    const isAsked = due !== undefined && due.at > now && isTheirs(due)
    yield isAsked ? { at: due.at, tell: () => due } : undefined
  }
}

const hasCode = ({ profile, codeExpiresAt }: Sim) =>
  profile === 'released' && codeExpiresAt !== undefined

/** Things that are looked at between two looks at the time. */
const A_FEW = 200

/** What is due of one provider or SIM: all is looked at, in turns, and only the first are kept. */
async function upcomingOf(place: Place, of: Of, limit: number) {
  const turns = openTurns()
  let kept: Candidate[] = []
  let last = Number.POSITIVE_INFINITY
  let total = 0
  let looked = 0
  for (const candidate of candidatesOf(place, of)) {
    looked += 1
    const rest = looked % A_FEW === 0 ? turns.over() : undefined
    if (rest) await rest
    if (!candidate) continue
    total += 1
    if (candidate.at < last) kept.push(candidate)
    if (kept.length < 4 * limit) continue
    kept = earliest(kept, limit)
    last = kept.at(-1)?.at ?? last
  }
  return { total, found: earliest(kept, limit).map(({ tell }) => tell()) }
}

export const upcomingHandlers = {
  async listUpcoming(call) {
    const provider = providerFilter(call)
    const { iccid, limit = 100 } = call.query
    const { world } = call.hosted
    const isWhole = provider === undefined && iccid === undefined
    // What is due already and not yet done is told, too.
    const { total, found } = isWhole
      ? { total: countIn(world), found: upcomingIn(call, { after: -1, limit }) }
      : await upcomingOf(call, { provider, iccid }, limit)
    const upcoming = found.map((due) => ({ ...due, at: iso(due.at) }))
    return reply(200, { now: iso(world.now), total, upcoming })
  },
} satisfies Partial<ControlHandlers>
