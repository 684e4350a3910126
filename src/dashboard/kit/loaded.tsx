// What was asked of the simulator: a line that says it is on its way, why it did not come, or what came.
import type { ComponentChildren } from 'preact'
import type { Live } from '../use-live.ts'

export interface LoadedProps<T> {
  readonly live: Live<T>
  readonly children: (data: T) => ComponentChildren
}

export function Loaded<T>({ live, children }: LoadedProps<T>) {
  const { data, problem, reload } = live
  return (
    <>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}{' '}
          <button type="button" class="button quiet" onClick={reload}>
            Ask again
          </button>
        </p>
      )}
      {data !== undefined && children(data)}
      {data === undefined && problem === undefined && <p class="loading">Loading…</p>}
    </>
  )
}
