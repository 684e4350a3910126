// What serves /_sim, and runs workflows and calls providers for it: each is loaded when it is first asked for.
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { OpenProviderCalls, ProviderCalls } from '../control/provider-calls.ts'
import type { OpenWorkflowRuns, WorkflowRuns } from '../control/workflow-runs.ts'
import type { ServerOptions } from '../server/server.ts'
import { reasonOf } from '../state/reason.ts'
import { openPrivatePort } from './private-port.ts'

/** Serves the control API where no workflows may be run. */
export const controlAlone: ServerOptions['rest'] = async (server) =>
  (await import('../control/app.ts')).controlApp(server)

/** What is wrong with a folder of workflows; `undefined` where it can be read. */
export async function folderProblem(folder: string): Promise<string | undefined> {
  try {
    if ((await stat(folder)).isDirectory()) return undefined
    return `${folder} is no folder: name the folder that holds your workflows`
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return isMissing
      ? `there is no folder ${folder}: make it first, or name another`
      : `${folder} cannot be read: ${reasonOf(error)}`
  }
}

/**
 * Serves the control API, runs workflows and calls providers for it.
 * @param folder of workflows of the user's own; none unless given
 */
export function wholeControl(folder: string | undefined): ServerOptions['rest'] {
  const own = folder === undefined ? undefined : resolve(folder)
  return async (server) => {
    const port = openPrivatePort(server)
    let opened: Promise<WorkflowRuns> | undefined
    const open: OpenWorkflowRuns = () => {
      opened ??= import('./workflow-runs.ts').then(({ openWorkflowRuns }) =>
        openWorkflowRuns(server, port, own),
      )
      return opened
    }
    let caller: Promise<ProviderCalls> | undefined
    const calls: OpenProviderCalls = () => {
      caller ??= import('./provider-calls.ts').then(({ openProviderCalls }) =>
        openProviderCalls(server, port),
      )
      return caller
    }
    return (await import('../control/app.ts')).controlApp(server, { workflows: open, calls })
  }
}
