// A callback as a row of the list: its state, what it is of, and how it went.
import { Badge, State } from '../../kit/badge.tsx'
import { CallbackLink, SimLink } from '../../kit/link.tsx'
import { Distance, Instant } from '../../kit/time.tsx'
import type { AnyCallback } from './callback-list.ts'

export const HEAD = [
  'State',
  'Type',
  'Provider',
  'SIM',
  'Attempts',
  'Outcome',
  'Next',
  'Queued (UTC)',
]

export function CallbackCells({ callback }: { readonly callback: AnyCallback }) {
  const { id, state, type, provider, iccid, queuedAt } = callback
  const isQueued = callback.state !== 'unsent'
  return (
    <>
      <td>
        <State of={state} />
      </td>
      <td title={id}>
        <CallbackLink id={id}>{type}</CallbackLink>
      </td>
      <td>{provider}</td>
      <td>{iccid === undefined ? '' : <SimLink iccid={iccid} provider={provider} />}</td>
      <td class="count">{isQueued ? attemptsOf(callback) : 'none'}</td>
      <td title={outcomeOf(callback)} class={state === 'dead' ? 'refused' : ''}>
        <FaultBadge callback={callback} />
        {outcomeOf(callback)}
      </td>
      <td>{isQueued && callback.nextAt !== undefined && <Distance to={callback.nextAt} />}</td>
      <td>
        <Instant at={queuedAt} />
      </td>
    </>
  )
}

export const attemptsOf = (callback: AnyCallback): number =>
  callback.state === 'unsent' ? 0 : callback.attempts.length + (callback.earlierAttempts ?? 0)

/** How the latest attempt went, or why there was none. */
export function outcomeOf(callback: AnyCallback): string {
  if (callback.state === 'unsent') return callback.reason
  const latest = callback.attempts.at(-1)
  if (!latest) return 'not attempted yet'
  const { status, error, note } = latest
  return [status === undefined ? undefined : `answered ${status}`, error, note]
    .filter((part) => part !== undefined)
    .join('; ')
}

/** That a fault hurt the latest attempt, or will hurt the next. */
function FaultBadge({ callback }: { readonly callback: AnyCallback }) {
  if (callback.state === 'unsent') return null
  const faults = callback.attempts.at(-1)?.faults ?? callback.faults ?? []
  if (faults.length === 0) return null
  return (
    <>
      <Badge tone="warn">fault {faults.join(', ')}</Badge>{' '}
    </>
  )
}
