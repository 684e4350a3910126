// The latest runs of workflows, and how they came out.
import type { WorkflowRunRow } from '../../../control/workflow-runs.ts'
import { call } from '../../client.ts'
import { State } from '../../kit/badge.tsx'
import { Empty } from '../../kit/empty.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Section } from '../../kit/page.tsx'
import { Table } from '../../kit/table.tsx'
import { pathOf } from '../../place.ts'
import { instantShown } from '../../shown.ts'
import { useLive } from '../../use-live.ts'

export function RunsSection() {
  const live = useLive(
    () => call('listWorkflowRuns'),
    [],
    ({ name }) => name === 'workflow',
  )
  return (
    <Section title="Runs">
      <Loaded live={live}>
        {({ runs }) => (runs.length === 0 ? <NoRuns /> : <Runs of={runs} />)}
      </Loaded>
    </Section>
  )
}

const NoRuns = () => (
  <Empty title="Nothing has been run from here yet">
    <p>Choose a workflow below: each runs in a world of its own.</p>
  </Empty>
)

const Runs = ({ of: runs }: { readonly of: readonly WorkflowRunRow[] }) => (
  <Table label="Latest runs" head={['Run', 'State', 'Started (by our clock)', 'World']}>
    {runs.map(({ id, summary, workflow, state, startedAt, world }) => (
      <tr key={id}>
        <td>
          <a href={pathOf('workflows/runs', id)}>{summary ?? workflow}</a>
        </td>
        <td>
          <State of={state} />
        </td>
        <td class="mono">{instantShown(startedAt)}</td>
        <td class="mono">{world}</td>
      </tr>
    ))}
  </Table>
)
