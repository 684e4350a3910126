// Asks how a workflow is to be run: its case, its inputs, at once or a step at a time.

import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { WorkflowShown } from '../../../control/workflow-runs.ts'
import { defined } from '../../../state/defined.ts'
import { call } from '../../client.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { AreaField, SelectField } from '../../kit/field.tsx'
import { pathOf } from '../../place.ts'

export interface RunDialogProps {
  readonly workflow: WorkflowShown
  readonly onClose: () => void
}

export function RunDialog({ workflow, onClose }: RunDialogProps) {
  const { file, id, summary, description, cases = [], inputs } = workflow
  const { route } = useLocation()
  const [named, name] = useState(cases[0]?.name ?? '')
  const [given, give] = useState('')
  const run = (pause: 'never' | 'each-step') => async () => {
    const body = defined({
      file,
      workflow: id,
      case: named === '' ? undefined : named,
      inputs: given.trim() === '' ? undefined : inputsIn(given),
      pause,
    })
    const started = await call('startWorkflowRun', { body })
    onClose()
    route(pathOf('workflows/runs', started.id))
  }
  return (
    <Dialog title={summary} onClose={onClose}>
      <div class="run-form">
        {description !== undefined && <p>{description}</p>}
        <p class="hint">It runs in a world of its own: this one is not touched.</p>
        {cases.length > 0 && (
          <SelectField
            label="Case"
            value={named}
            onValue={name}
            options={cases.map((each) => [each.name, each.name] as const)}
          />
        )}
        {inputs !== undefined && (
          <AreaField
            label="Inputs, over those of the case (JSON)"
            hint={`It takes ${namesIn(inputs).join(', ') || 'any'}; empty: as they are`}
            value={given}
            onValue={give}
          />
        )}
        <div class="actions">
          <ActButton look="main" act={run('never')}>
            Run
          </ActButton>
          <ActButton act={run('each-step')}>Run a step at a time</ActButton>
        </div>
      </div>
    </Dialog>
  )
}

function namesIn(schema: Readonly<Record<string, unknown>>): string[] {
  const { properties } = schema
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
}

/** @throws Error for what is no JSON object */
function inputsIn(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return Object.fromEntries(Object.entries(value))
  throw new Error('inputs are a JSON object, as in {"country": "FR"}')
}
