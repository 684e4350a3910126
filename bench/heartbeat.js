// A caller who asks for something cheap again and again, a process of its own: tells how long it had to wait.
import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/** Until the whole of an answer has come. @param {string} url @returns {Promise<void>} */
function answered(url) {
  return new Promise((done, fail) => {
    request(url, { agent }, (answer) => {
      answer.resume()
      answer.on('end', done)
    })
      .on('error', fail)
      .end()
  })
}

/** @type {{ at: number, took: number }[]} when each answer came, in ms since the epoch */
let waits = []

/** @param {string} url */
async function beat(url) {
  for (;;) {
    const began = performance.now()
    await answered(url).catch(() => {})
    const now = performance.now()
    waits.push({ at: performance.timeOrigin + now, took: now - began })
    await pause(1)
  }
}

// A text is where to ask from now on; a number asks for the longest wait since that instant.
process.on('message', (message) => {
  if (typeof message === 'string') return void beat(message)
  waits = waits.filter(({ at }) => at >= Number(message))
  process.send?.(waits.reduce((most, { took }) => Math.max(most, took), 0))
})
process.on('disconnect', () => process.exit())
