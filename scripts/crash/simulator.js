// The built simulator as a process of its own: started on a state folder, killed, started again.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js')
const running = new Set()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(2))

/**
 * Starts it; `started` resolves with what it says of itself, or `undefined` where it ended before.
 * @param kept flags that say where its state is
 * @param folder where it runs
 */
export function spawnProcess({ folder, kept, callbackUrl, seedFile }) {
  const flags = ['--port', '0', '--json', '--callback-url', callbackUrl, '--seed-file', seedFile]
  const child = spawn(process.execPath, [MAIN, 'start', ...flags, ...kept], {
    cwd: folder,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return watched(child)
}

/** On a state folder. */
export function spawnSimulator({ folder, durability, callbackUrl, seedFile }) {
  const kept = ['--state', folder, '--durability', durability]
  return spawnProcess({ folder, kept, callbackUrl, seedFile })
}

function watched(child) {
  running.add(child)
  const said = []
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line))
  const ended = once(child, 'close').then(([code, signal]) => {
    running.delete(child)
    return code ?? signal
  })
  const lines = createInterface({ input: child.stdout })
  const first = once(lines, 'line').then(([line]) => JSON.parse(line))
  return {
    started: Promise.race([first, ended.then(() => undefined)]),
    /** Lines of standard error so far. */
    said: () => [...said],
    pid: child.pid,
    ended,
    signal: (name) => child.kill(name),
    /** Until it is reaped a killed process counts as alive, and its folder as in use. */
    async kill() {
      const at = Date.now()
      child.kill('SIGKILL')
      await ended
      return at
    },
  }
}
