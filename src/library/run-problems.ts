// Why nothing ran, or a case failed: apart from what runs, which takes long to load.
import { caseText } from '../workflows/reports/text.ts'
import type { CaseResult } from '../workflows/result.ts'

/** Nothing can be run; the message says what to do. */
export class CannotRunWorkflows extends Error {
  override readonly name = 'CannotRunWorkflows'
}

/** A case failed; the message shows the step, what was seen, and a curl that repeats it. */
export class WorkflowFailed extends Error {
  readonly result: CaseResult

  constructor(result: CaseResult) {
    super(caseText(result))
    this.name = 'WorkflowFailed'
    this.result = result
  }
}

/** Why nothing can be imported: one sentence that says what to do. */
export class CannotImport extends Error {
  override readonly name = 'CannotImport'
}
