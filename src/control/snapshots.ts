// Snapshots: taken, listed, compared, gone back to, removed.
import { redactedTexts } from '../server/redaction/redactor.ts'
import type { HostedWorld, Worlds } from '../server/worlds.ts'
import { reply } from '../simulators/call.ts'
import { differenceOf, isCounter, type RecordDifference } from '../state/differences.ts'
import { iso } from '../state/instant.ts'
import type { PastRecord } from '../state/past.ts'
import { Refusal } from '../state/refusal.ts'
import {
  differing,
  PRESENT,
  pastOf,
  removeSnapshot,
  snapshotOf,
  snapshotsOf,
  takeSnapshot,
} from '../state/snapshot-moves.ts'
import { type Snapshot, snapshots } from '../state/snapshots.ts'
import type { World } from '../state/world.ts'
import type { ControlHandlers } from './call.ts'
import type { DifferenceShown, SnapshotShown, WentBack } from './wire.ts'

function snapshotShown({ name, at }: Snapshot): SnapshotShown {
  return { name, at: iso(at) }
}

/** A snapshot, or the present. */
function momentOf(world: World, name: string): Snapshot {
  if (name !== PRESENT) return snapshotOf(world, name)
  return { name, serial: Number.POSITIVE_INFINITY, at: world.now }
}

/** @param limit how many records are told of */
function differenceShown(
  world: World,
  moments: { readonly from: Snapshot; readonly to: Snapshot },
  limit: number,
): Omit<DifferenceShown, 'records'> & { readonly records: readonly RecordDifference[] } {
  const { from, to } = moments
  const isBackwards = from.serial > to.serial
  const [earlier, later] = isBackwards ? [to, from] : [from, to]
  const all = Number.isFinite(earlier.serial)
    ? differing(world, earlier, Number.isFinite(later.serial) ? later : undefined)
    : []
  const told = all.filter((pair) => !isCounter(pair))
  const records = told.slice(0, limit).map(({ before, after, ...place }) => {
    const pair = isBackwards ? { before: after, after: before } : { before, after }
    return differenceOf({ ...place, ...pair })
  })
  return {
    from: snapshotShown(from),
    to: snapshotShown(to),
    total: told.length,
    records,
  }
}

/** Puts records back, and tells how far that was. */
export function wentBack(
  worlds: Worlds,
  hosted: HostedWorld,
  { past, at }: { readonly past: readonly PastRecord[]; readonly at?: number },
): WentBack {
  const { world } = hosted
  const from = iso(world.now)
  worlds.goBack(hosted, past, at)
  return { from, to: iso(world.now), records: past.length }
}

export const snapshotHandlers = {
  listSnapshots: ({ hosted: { world } }) =>
    reply(200, { snapshots: snapshotsOf(world).map(snapshotShown) }),
  getSnapshot: ({ hosted: { world }, path: { name } }) =>
    reply(200, snapshotShown(snapshotOf(world, name))),
  saveSnapshot({ hosted: { world, runner, history }, path: { name } }) {
    if (name === PRESENT)
      throw new Refusal('invalid-request', `"${PRESENT}" stands for the present: name it otherwise`)
    runner.checkIdle()
    const isNew = !world.in(snapshots).has(name)
    // Nothing of the world changes: there is nothing to undo.
    const taken = history.within(undefined, () => takeSnapshot(world, name))
    return reply(isNew ? 201 : 200, snapshotShown(taken))
  },
  removeSnapshot({ hosted: { world, history }, path: { name } }) {
    const snapshot = snapshotOf(world, name)
    history.within(undefined, () => removeSnapshot(world, snapshot))
    return { status: 204 }
  },
  restoreSnapshot({ server, hosted, path: { name } }) {
    const snapshot = snapshotOf(hosted.world, name)
    const past = pastOf(hosted.world, snapshot)
    return reply(200, wentBack(server.worlds, hosted, { past, at: snapshot.at }))
  },
  diffSnapshots({ server, hosted: { world }, path, query: { limit = 100 } }) {
    const moments = { from: momentOf(world, path.name), to: momentOf(world, path.other) }
    const { records, ...difference } = differenceShown(world, moments, limit)
    const shown = redactedTexts(records, server.redactor) as DifferenceShown['records']
    return reply(200, { ...difference, records: shown })
  },
} satisfies Partial<ControlHandlers>
