// Mistakes in what a user has written, and why nothing can be run, as a command tells them.
import { CannotRun } from './cannot-run.ts'

/** Tells why it cannot be run. @throws CannotRun */
export async function withReason<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    const { CannotRunWorkflows } = await import('../library/workflows.ts')
    const { MistakesError } = await import('../workflows/document.ts')
    if (error instanceof CannotRunWorkflows || error instanceof MistakesError)
      throw new CannotRun(error.message)
    throw error
  }
}
