// What takes long to load, loaded when it is first called: a test that starts a simulator does not wait for it.
import type { RunResult } from '../workflows/result.ts'
import type { Imported, ImportOptions } from './import.ts'
import type { PactOptions } from './pact.ts'
import type { WorkflowCase, WorkflowChoice, WorkflowRunOptions } from './workflows.ts'

const workflows = () => import('./workflows.ts')

/**
 * Runs the workflows of files, each case in a world of its own.
 *
 * @example
 * const { outcome, cases } = await runWorkflows('scenarios/*.yaml', { tags: ['smoke'] })
 *
 * @param files names or patterns
 * @throws MistakesError with all that is wrong in the files, before anything is sent
 * @throws CannotRunWorkflows where no file or workflow is chosen, or the target is none
 */
export async function runWorkflows(
  files: string | readonly string[],
  options: WorkflowChoice & WorkflowRunOptions = {},
): Promise<RunResult> {
  return (await workflows()).runWorkflows(files, options)
}

/**
 * The cases of files, for `test.each` of a test runner.
 *
 * @example
 * test.each(await workflowCases('scenarios/*.yaml'))('$name', ({ run }) => run())
 *
 * @throws as `runWorkflows` does
 */
export async function workflowCases(
  files: string | readonly string[],
  options: WorkflowChoice & WorkflowRunOptions = {},
): Promise<WorkflowCase[]> {
  return (await workflows()).workflowCases(files, options)
}

/**
 * Verifies consumer contracts with the package's own verifier: each interaction in a world of its
 * own that is as its provider states say.
 *
 * @example
 * const { outcome } = await verifyPacts('pacts/*.json', { provider: 'esim-go' })
 *
 * @param files names or patterns
 * @throws CannotRunWorkflows where the package is not installed, a file is no contract, or there is
 *   nothing to verify
 */
export async function verifyPacts(
  files: string | readonly string[],
  options: PactOptions,
): Promise<RunResult> {
  return (await import('./pact.ts')).verifyPacts(files, options)
}

/**
 * Imports an account. What was read is kept in `<out>.part` until all of it is there: a later call goes
 * on with it.
 *
 * @example
 * const { taken, left } = await importAccount({ target: 'account.yaml', out: 'seed.yaml' })
 *
 * @throws CannotImport, MistakesError, CannotRunWorkflows
 */
export async function importAccount(options: ImportOptions): Promise<Imported> {
  return (await import('./import.ts')).importAccount(options)
}
