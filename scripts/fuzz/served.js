// The simulator under fuzz, a process of its own: tells its URL, then its heap when asked.
import { setTimeout as pause } from 'node:timers/promises'
import { startSimulator } from '../../dist/index.js'

const simulator = await startSimulator({ seed: process.argv[2] ?? 'fuzz' })

process.on('message', async (asked) => {
  if (asked === 'heap') {
    // What is only let go of at a collection goes at the next; compiled code that is not used, later.
    for (let round = 0; round < 8; round += 1) {
      globalThis.gc?.()
      await pause(50)
    }
    process.send?.({ heap: process.memoryUsage().heapUsed })
  }
  if (asked === 'stop') {
    await simulator.close()
    process.exit(0)
  }
})
process.send?.({ url: simulator.url })
