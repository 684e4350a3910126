// Loaded before a server: measures from within how long its thread is held at once, and tells whoever asks.
import { readFileSync } from 'node:fs'
import { PerformanceObserver, performance } from 'node:perf_hooks'

/**
 * @typedef {object} Held what the longest of each was, in ms
 * @property {number} held from one look at what waits to the next
 * @property {number | undefined} busy of that on the processor, where the system tells: the rest is the machine's
 * @property {number} collected one garbage collection
 */

/** Processor time of this thread in ms, where the system tells. */
function onProcessor() {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ', 1)[0]) / 1e6
  } catch {
    return undefined
  }
}

/** @type {Held} */
let longest = { held: 0, busy: 0, collected: 0 }
let last = performance.now()
let lastBusy = onProcessor()

setInterval(() => {
  const now = performance.now()
  const busy = onProcessor()
  const held = now - last - 1
  if (held > longest.held) longest.held = held
  if (busy === undefined || lastBusy === undefined) longest.busy = undefined
  else if (busy - lastBusy > (longest.busy ?? 0)) longest.busy = busy - lastBusy
  last = now
  lastBusy = busy
}, 1).unref()

new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries())
    if (duration > longest.collected) longest.collected = duration
}).observe({ entryTypes: ['gc'] })

// Each question begins the next measurement.
process.on('message', () => {
  process.send?.(longest)
  longest = { held: 0, busy: 0, collected: 0 }
})
process.channel?.unref()
