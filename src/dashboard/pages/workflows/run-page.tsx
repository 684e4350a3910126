// One run of a workflow: watched as it goes, or made a step at a time; its report.
import { useLocation, useRoute } from 'preact-iso'
import type { WorkflowRunShown } from '../../../control/workflow-runs.ts'
import { call } from '../../client.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { State } from '../../kit/badge.tsx'
import { ConfirmButton } from '../../kit/confirm.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Page, Section } from '../../kit/page.tsx'
import { base, homeOf } from '../../place.ts'
import { type Live, useLive } from '../../use-live.ts'
import { ReportButtons } from './report-buttons.tsx'
import { Steps } from './run-steps.tsx'

export function RunPage() {
  const { id = '' } = useRoute().params
  const live = useLive(
    () => call('getWorkflowRun', { path: { id } }),
    [id],
    ({ name }) => name === 'workflow',
  )
  return (
    <Page title={live.data?.summary ?? live.data?.workflow ?? 'Run'} actions={<Acts live={live} />}>
      <Loaded live={live}>
        {(run) => (
          <>
            <Facts of={run} />
            <Section title="Steps">
              <Steps of={run.steps} />
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Facts({ of: run }: { readonly of: WorkflowRunShown }) {
  return (
    <Section title="Run">
      <dl class="facts">
        <dt>State</dt>
        <dd>
          <State of={run.state} /> {run.says}
        </dd>
        <dt>File</dt>
        <dd>
          <code>{run.file}</code>
          {run.case !== undefined && `, case ${run.case}`}
        </dd>
        <dt>World</dt>
        <dd>
          {run.world === undefined ? (
            'not there yet'
          ) : (
            <a href={homeOf(run.world)}>{run.world}: look into it</a>
          )}
        </dd>
        {run.nextStep !== undefined && (
          <>
            <dt>Next step</dt>
            <dd>{run.nextStep}</dd>
          </>
        )}
      </dl>
      {run.endedAt !== undefined && <ReportButtons id={run.id} />}
    </Section>
  )
}

function Acts({ live: { data: run, reload } }: { readonly live: Live<WorkflowRunShown> }) {
  const { route } = useLocation()
  if (!run) return null
  const path = { id: run.id }
  const isPaused = run.state === 'paused'
  const acted = (act: () => Promise<unknown>) => async () => {
    await act()
    reload()
  }
  const remove = async () => {
    await call('removeWorkflowRun', { path })
    route(`${base}/workflows`)
    return 'the run and its world are gone'
  }
  return (
    <>
      {isPaused && (
        <>
          <ActButton look="main" act={acted(() => call('nextWorkflowStep', { path }))}>
            Next step
          </ActButton>
          <ActButton act={acted(() => call('continueWorkflowRun', { path }))}>
            Go on to the end
          </ActButton>
        </>
      )}
      <ConfirmButton question="Remove this run and its world?" act={remove}>
        {run.endedAt === undefined ? 'Stop and remove' : 'Remove'}
      </ConfirmButton>
    </>
  )
}
