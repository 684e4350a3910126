// The load generator, a process of its own: told a URL and a request, it answers with what came back.
import { createHistogram } from 'node:perf_hooks'
import autocannon from 'autocannon'

/**
 * @typedef {object} Task
 * @property {string} url
 * @property {import('./requests.js').Sendable[]} requests sent in turn by every connection; paths below the URL
 * @property {number} connections
 * @property {number} [seconds] how long
 * @property {number} [amount] or how many
 */

/**
 * @typedef {object} Outcome
 * @property {number} requests answered
 * @property {number} seconds
 * @property {number} p50 ms
 * @property {number} p99 ms
 * @property {Record<string, number>} statuses
 * @property {number} failed requests without an answer
 */

/** @param {Task} task @returns {Promise<Outcome>} */
async function load({ url, requests, connections, seconds, amount }) {
  // autocannon's own histogram counts whole milliseconds.
  const latency = createHistogram()
  /** @type {Record<string, number>} */
  const statuses = {}
  const base = new URL(url).pathname.replace(/\/$/, '')
  const sent = requests.map((request) => ({ ...request, path: base + request.path }))
  const began = performance.now()
  let last = began
  const run = autocannon({
    url,
    requests: sent,
    connections,
    ...(amount ? { amount } : { duration: seconds }),
    timeout: 5,
  })
  run.on('response', (_client, status, _bytes, ms) => {
    latency.record(Math.max(1, Math.round(ms * 1000)))
    statuses[status] = (statuses[status] ?? 0) + 1
    last = performance.now()
  })
  const { errors, timeouts } = await run
  const at = (/** @type {number} */ percentile) => latency.percentile(percentile) / 1000
  return {
    requests: latency.count,
    seconds: (last - began) / 1000,
    p50: at(50),
    p99: at(99),
    statuses,
    failed: errors + timeouts,
  }
}

process.on('message', (task) => {
  load(/** @type {Task} */ (task)).then(
    (outcome) => process.send?.({ outcome }),
    (error) => process.send?.({ error: String(error) }),
  )
})
process.on('disconnect', () => process.exit())
