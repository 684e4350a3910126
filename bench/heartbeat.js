// A caller who asks for something cheap again and again, a process of its own: tells how long it had to wait.
import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/** Ms from the question to the end of the answer. @param {string} url */
function asked(url) {
  const began = performance.now()
  return new Promise((done, fail) => {
    request(url, { agent }, (answer) => {
      answer.resume()
      answer.on('end', () => done(performance.now() - began))
    })
      .on('error', fail)
      .end()
  })
}

let longest = 0

/** @param {string} url */
async function beat(url) {
  for (;;) {
    const took = await asked(url).catch(() => 0)
    if (took > longest) longest = took
    await pause(1)
  }
}

// A URL is where to ask from now on; anything else asks for the longest wait since the last question.
process.on('message', (message) => {
  const { url } = /** @type {{ url?: string }} */ (message)
  if (url !== undefined) return void beat(url)
  process.send?.(longest)
  longest = 0
})
process.on('disconnect', () => process.exit())
