// The load generator's process, as those see it who give it work.
import { fileURLToPath } from 'node:url'
import { helper } from './processes.js'

/** The load generator, started, and what to give it work with.
 *
 * @returns {{ pid: number, load: (task: import('./load.js').Task) => Promise<import('./load.js').Outcome> }} */
export function generator() {
  const child = helper(fileURLToPath(new URL('load.js', import.meta.url)))
  const load = (/** @type {import('./load.js').Task} */ task) =>
    new Promise((done, fail) => {
      const ended = () => fail(new Error('the load generator ended'))
      child.once('exit', ended)
      child.once('message', (message) => {
        child.off('exit', ended)
        const { outcome, error } =
          /** @type {{ outcome: import('./load.js').Outcome, error?: string }} */ (message)
        if (error) fail(new Error(error))
        else done(outcome)
      })
      child.send(task)
    })
  return { pid: child.pid ?? 0, load }
}
