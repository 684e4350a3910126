// The steps of a run, each with what was sent and answered.
import type { WorkflowStepShown } from '../../../control/workflow-runs.ts'
import { State } from '../../kit/badge.tsx'
import { Body, Headers } from '../../kit/body.tsx'
import { instantShown } from '../../shown.ts'

export const Steps = ({ of: steps }: { readonly of: readonly WorkflowStepShown[] }) => (
  <ol class="steps">
    {steps.map((each) => (
      <li key={`${each.within.join('/')} ${each.id} ${each.attempt}`} class={`step ${each.state}`}>
        <Step of={each} />
      </li>
    ))}
  </ol>
)

/** A URL without what is the same in all of a run: the simulator and the world. */
const pathIn = (url: string) => url.replace(/^https?:\/\/[^/]+(\/w\/[^/]+)?/, '')

function Step({ of: step }: { readonly of: WorkflowStepShown }) {
  const { id, description, within, attempt, state, says, clock, exchange } = step
  return (
    <>
      <p class="step-head">
        <State of={state} /> <strong>{description ?? id}</strong>
        {within.length > 1 && <span class="hint">in {within.slice(1).join(', in ')}</span>}
        {attempt > 1 && <span class="hint">attempt {attempt}</span>}
        {clock !== undefined && <span class="hint">then it was {instantShown(clock)} UTC</span>}
      </p>
      {says !== undefined && <p class={state === 'failed' ? 'problem' : 'hint'}>{says}</p>}
      {exchange && <Exchange of={exchange} />}
    </>
  )
}

function Exchange({
  of: { request, reply, error },
}: {
  readonly of: NonNullable<WorkflowStepShown['exchange']>
}) {
  return (
    <details>
      <summary>
        <code>
          {request.method} {pathIn(request.url)}
        </code>{' '}
        {reply ? reply.status : (error ?? 'no answer yet')}
      </summary>
      <div class="side-by-side">
        <div>
          <h3>Request</h3>
          <Headers of={request.headers} label="Headers of the request" />
          <Body text={request.body} label="Body of the request" />
        </div>
        <div>
          <h3>Reply</h3>
          {reply ? (
            <>
              <Headers of={reply.headers} label="Headers of the reply" />
              <Body text={reply.body} label="Body of the reply" />
            </>
          ) : (
            <p class="hint">{error ?? 'none yet'}</p>
          )}
        </div>
      </div>
    </details>
  )
}
