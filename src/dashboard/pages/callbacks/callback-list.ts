// The callbacks that the filters of the URL let through: those that were queued, and those that were not sent.
import type { CallbackShown, UnsentCallbackShown } from '../../../control/wire.ts'
import { call } from '../../client.ts'
import type { Query } from '../../kit/link.tsx'

export type AnyCallback = CallbackShown | UnsentCallbackShown

/** What they are filtered by, in the URL as in the control API. */
export const FILTERS = ['provider', 'state', 'type', 'iccid'] as const

type State = AnyCallback['state']

export const STATES: readonly State[] = ['pending', 'retrying', 'delivered', 'dead', 'unsent']

export interface CallbackQuery {
  readonly provider: string | undefined
  readonly type: string | undefined
  readonly iccid: string | undefined
  readonly state: State | undefined
}

export interface CallbackList {
  /** The newest first. */
  readonly callbacks: readonly AnyCallback[]
  /** How many there are, listed or not. */
  readonly total: number
  /** How many of those were not sent. */
  readonly unsent: number
}

export function callbackQuery({ provider, type, iccid, state }: Query): CallbackQuery {
  return {
    provider: provider || undefined,
    type: type || undefined,
    iccid: iccid || undefined,
    // One there is not is refused by the simulator, which names those there are.
    state: (state || undefined) as State | undefined,
  }
}

export const isFiltered = (query: CallbackQuery): boolean =>
  Object.values(query).some((value) => value !== undefined)

/** @param limit how many of each kind are listed at most */
export async function callbackList(query: CallbackQuery, limit: number): Promise<CallbackList> {
  const { state, ...asked } = query
  const listed = (of: State | undefined) =>
    call('listCallbacks', { query: { ...asked, state: of, limit } })
  if (state !== undefined) {
    const { total, callbacks } = await listed(state)
    return { total, callbacks, unsent: 0 }
  }
  const [sent, unsent] = await Promise.all([listed(undefined), listed('unsent')])
  const total = sent.total + unsent.total
  const all = [...sent.callbacks, ...unsent.callbacks].sort(newestFirst).slice(0, limit)
  return { total, callbacks: all, unsent: unsent.total }
}

function newestFirst(one: AnyCallback, other: AnyCallback): number {
  if (one.queuedAt !== other.queuedAt) return one.queuedAt < other.queuedAt ? 1 : -1
  return one.id < other.id ? 1 : -1
}
