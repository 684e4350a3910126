// A workflow made of what was done by hand in a world, tried in other worlds of the same simulator.
import { worldClient } from '../control/node-client.ts'
import type { NewRecording, RecordingShown } from '../control/workflow-runs.ts'
import { Refusal } from '../state/refusal.ts'
import { schemaPath } from '../workflows/editor-comment.ts'
import { NothingToRecord, record } from '../workflows/record/record.ts'
import type { TargetFor } from '../workflows/record/trial.ts'
import { startReceiver } from './receiver.ts'

/** Where the simulator is reached, without a trailing slash, and what lets in. */
interface Place {
  readonly url: string
  readonly token?: string
  /** Where it is tried. */
  readonly targetFor: TargetFor
  /** Breaks the trials off. */
  readonly signal: AbortSignal
}

/** @throws Refusal `invalid-request` where nothing was done, or too much for one file */
export async function recordedIn(
  world: string,
  { since, until, workflow = 'recorded' }: NewRecording,
  { targetFor, signal, ...place }: Place,
): Promise<RecordingShown> {
  await using receiver = await startReceiver()
  try {
    return await record(worldClient({ ...place, world }), {
      since: since === undefined ? undefined : { exchange: since },
      until,
      workflowId: workflow,
      world,
      schema: schemaPath('workflow'),
      receiver: receiver.url,
      targetFor,
      signal,
    })
  } catch (error) {
    if (!(error instanceof NothingToRecord)) throw error
    const reason = error.message
      .replace(', or name another world with --world', '')
      .replace('with --since', 'with "since"')
    throw new Refusal('invalid-request', reason)
  }
}
