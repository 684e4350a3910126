// Workflows: those that come with the simulator and the user's own, and their latest runs.
import { useState } from 'preact/hooks'
import type { WorkflowShown } from '../../../control/workflow-runs.ts'
import { call } from '../../client.ts'
import { Badge } from '../../kit/badge.tsx'
import { Empty } from '../../kit/empty.tsx'
import { TextField } from '../../kit/field.tsx'
import { useQuery } from '../../kit/link.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Page, Section } from '../../kit/page.tsx'
import { useLive } from '../../use-live.ts'
import { RunDialog } from './run-dialog.tsx'
import { RunsSection } from './runs-section.tsx'
import { keyOf } from './workflow-key.ts'

export function WorkflowsPage() {
  const live = useLive(
    () => call('listWorkflows'),
    [],
    () => false,
  )
  const [{ search = '' }, change] = useQuery()
  const [chosen, choose] = useState<WorkflowShown>()
  return (
    <Page title="Workflows">
      <RunsSection />
      <Section title="To be run">
        <TextField
          label="Search"
          type="search"
          value={search}
          onValue={(value) => change({ search: value })}
        />
        <Loaded live={live}>
          {({ workflows, problems, folder }) => (
            <>
              <Workflows of={workflows.filter((each) => matches(each, search))} onRun={choose} />
              {problems.map(({ file, line, says }) => (
                <p key={`${file} ${line} ${says}`} class="problem">
                  {file}, line {line}: {says}
                </p>
              ))}
              <OwnFolder folder={folder} />
            </>
          )}
        </Loaded>
      </Section>
      {chosen && <RunDialog workflow={chosen} onClose={() => choose(undefined)} />}
    </Page>
  )
}

/** Whether every word stands somewhere in what is told of a workflow. */
function matches(
  { file, id, summary, description = '', providers }: WorkflowShown,
  search: string,
) {
  const text = [file, id, summary, description, ...providers].join(' ').toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

interface WorkflowsProps {
  readonly of: readonly WorkflowShown[]
  readonly onRun: (workflow: WorkflowShown) => void
}

function Workflows({ of: workflows, onRun }: WorkflowsProps) {
  if (workflows.length === 0)
    return (
      <Empty title="No workflow has all of these words">
        <p>Take some away, or look for a provider.</p>
      </Empty>
    )
  return (
    <ul class="workflows">
      {workflows.map((each) => (
        <li key={keyOf(each)} class="workflow">
          <div>
            <h3>{each.summary}</h3>
            <p class="hint">{each.description}</p>
            <p class="workflow-marks">
              <Badge tone={each.source === 'folder' ? 'info' : 'neutral'}>
                {each.source === 'folder' ? 'your own' : 'shipped'}
              </Badge>
              {each.providers.map((slug) => (
                <Badge key={slug} tone="neutral">
                  {slug}
                </Badge>
              ))}
              <code>{each.file}</code>
            </p>
            <details>
              <summary>{each.steps.length === 1 ? '1 step' : `${each.steps.length} steps`}</summary>
              <ol>
                {each.steps.map(({ id, description, operation }) => (
                  <li key={id}>
                    {description ?? id} <code>{operation}</code>
                  </li>
                ))}
              </ol>
            </details>
          </div>
          <button
            type="button"
            class="button"
            aria-label={`Run ${each.summary}`}
            onClick={() => onRun(each)}
          >
            Run…
          </button>
        </li>
      ))}
    </ul>
  )
}

function OwnFolder({ folder }: { readonly folder: string | undefined }) {
  if (folder !== undefined)
    return (
      <p class="hint">
        Your own are read from <code>{folder}</code>, each time this page is opened.
      </p>
    )
  return (
    <Empty title="Workflows of your own" command="esimulator start --workflows ./workflows">
      <p>Start the simulator with the folder of your files, and they stand here, too.</p>
    </Empty>
  )
}
