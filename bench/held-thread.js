// Loaded before a server: measures from within how long its thread is held at once, and tells whoever asks.
import { readFileSync } from 'node:fs'
import { PerformanceObserver, performance } from 'node:perf_hooks'

/**
 * @typedef {object} Held what the longest of each was, in ms
 * @property {number} held from one look at what waits to the next
 * @property {number | undefined} busy of that on the processor, where the system tells: the rest is the machine's
 * @property {number} collected one garbage collection
 */

/** Shorter ones are nobody's concern. */
const WORTH_NOTING = 2

/** Processor time of this thread in ms, where the system tells. */
function onProcessor() {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ', 1)[0]) / 1e6
  } catch {
    return undefined
  }
}

/** @type {{ at: number, held: number, busy: number | undefined }[]} when each ended, in ms since the epoch */
let holds = []
/** @type {{ at: number, took: number }[]} */
let collections = []
let last = performance.now()
let lastBusy = onProcessor()

setInterval(() => {
  const now = performance.now()
  const nowBusy = onProcessor()
  const held = now - last - 1
  const busy = nowBusy === undefined || lastBusy === undefined ? undefined : nowBusy - lastBusy
  if (held > WORTH_NOTING || (busy ?? 0) > WORTH_NOTING)
    holds.push({ at: performance.timeOrigin + now, held, busy })
  last = now
  lastBusy = nowBusy
}, 1).unref()

new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries())
    if (duration > WORTH_NOTING)
      collections.push({ at: performance.timeOrigin + startTime + duration, took: duration })
}).observe({ entryTypes: ['gc'] })

/** @param {number[]} values */
const longest = (values) => values.reduce((most, value) => Math.max(most, value), 0)

// Asked what was since an instant; what was before is forgotten.
process.on('message', (since) => {
  holds = holds.filter(({ at }) => at >= Number(since))
  collections = collections.filter(({ at }) => at >= Number(since))
  process.send?.({
    held: longest(holds.map(({ held }) => held)),
    busy: lastBusy === undefined ? undefined : longest(holds.map(({ busy }) => busy ?? 0)),
    collected: longest(collections.map(({ took }) => took)),
  })
})
process.channel?.unref()
