// A run in the simulator that hosts it: what its pauses leave behind.
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { HostedRun } from '../../src/library/hosted-run.ts'
import { compileText } from '../../src/workflows/compile.ts'
import { planned, type RunOptions, runCases } from '../../src/workflows/runner.ts'
import { HEAD } from '../support/workflows.ts'

const LOOKS = `${HEAD}
  - workflowId: looks
    steps: [{ stepId: look, operationId: $sourceDescriptions.sim.getClock }]
`

test('no pause leaves a listener behind, and a run that is stopped in one ends', async () => {
  const [looks] = planned([await compileText('looks.arazzo.yaml', LOOKS)], {})
  if (!looks) throw new Error('the file has no workflow')
  const about = { id: 'run_1', file: 'looks', planned: looks, isPausing: true, tell: () => {} }
  const run = new HostedRun(about)
  const listeners: number[] = []
  const step = { id: 'look', description: undefined, within: undefined, attempt: undefined }
  run.begin(async (watched) => {
    const { signal, beforeStep } = watched as Required<RunOptions>
    for (let number = 0; !signal.aborted; number += 1) {
      listeners.push(getEventListeners(signal, 'abort').length)
      await beforeStep({ ...step, number } as never, looks)
    }
    return runCases(
      [],
      { name: 'none', open: () => Promise.reject(), close: async () => {} },
      {
        ...watched,
        seed: 'any',
        jobs: 1,
      },
    )
  })
  for (let count = 0; count < 20; count += 1) await run.next()
  await run.stop('that is enough')
  expect(run.row()).toMatchObject({ state: 'stopped', says: 'that is enough' })
  expect(new Set(listeners)).toEqual(new Set([0]))
})
