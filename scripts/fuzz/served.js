// The simulator under fuzz, a process of its own: tells its URL, then its heap when asked.
import { startSimulator } from '../../dist/index.js'

const simulator = await startSimulator({ seed: process.argv[2] ?? 'fuzz' })

process.on('message', async (asked) => {
  if (asked === 'heap') {
    globalThis.gc?.()
    process.send?.({ heap: process.memoryUsage().heapUsed })
  }
  if (asked === 'stop') {
    await simulator.close()
    process.exit(0)
  }
})
process.send?.({ url: simulator.url })
