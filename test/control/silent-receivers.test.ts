// Receivers that take callbacks and never answer: many callbacks to one of them do not wait a timeout each.
import { expect, test } from 'vitest'
import { progressText } from '../../src/cli/clock.ts'
import {
  type RunningSimulator,
  type StreamEvent,
  startReceiver,
  startSimulator,
} from '../../src/index.ts'
import { PATIENT_FOR } from '../../src/server/patience.ts'

const TIMEOUT = 300
const WHOLE = /^no answer within 300 ms: /
const SHORT = /^no answer within 50 ms, and no longer waited for: it had not answered within 300 ms/

const never = () => new Promise<number>(() => {})

/** A simulator with one SIM whose callbacks go to a URL. */
const startFor = (callbackUrl: string) =>
  startSimulator({ given: 'an assigned bundle', callbackUrl, policy: { timeout: TIMEOUT } })

/** Queues so many callbacks that can be told apart. */
async function queue(sim: RunningSimulator, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1)
    await sim.callbacks.send({ provider: 'esim-go', type: 'FirstUse' })
}

/** What became of the first attempt at each callback, in the order they were queued. */
async function outcomes(sim: RunningSimulator) {
  const all = await sim.callbacks.list({ order: 'oldest', limit: 1000 })
  return all.map(({ attempts: [first] }) => first?.error ?? first?.status)
}

test('140 callbacks to a receiver that never answers take a few timeouts, and all of them leave in order', async () => {
  await using receiver = await startReceiver({ answer: never })
  await using sim = await startFor(receiver.url)
  await queue(sim, 140)
  await sim.clock.advance('PT0S')
  const found = await outcomes(sim)
  expect(found).toHaveLength(140)
  const waited = found.filter((outcome) => WHOLE.test(String(outcome)))
  expect(waited).toHaveLength(PATIENT_FOR)
  const rest = found.filter((outcome) => SHORT.test(String(outcome)))
  expect(rest).toHaveLength(140 - PATIENT_FOR)
  const ids = (await sim.callbacks.list({ order: 'oldest', limit: 1000 })).map(({ id }) => id)
  const left = (await sim.callbacks.deliveries({ limit: 1000 })).deliveries
  expect(left.map(({ callback }) => callback)).toEqual(ids)
  expect(receiver.arrivals).toHaveLength(140)
}, 60_000)

test('a receiver that answers again has its whole time again', async () => {
  let calls = 0
  const answer = () => {
    calls += 1
    return calls === PATIENT_FOR + 2 ? 200 : never()
  }
  await using receiver = await startReceiver({ answer })
  await using sim = await startFor(receiver.url)
  await queue(sim, PATIENT_FOR + 3)
  await sim.clock.advance('PT0S')
  const whole = expect.stringMatching(WHOLE)
  const expected = [...Array(PATIENT_FOR).fill(whole), expect.stringMatching(SHORT), 200, whole]
  expect(await outcomes(sim)).toEqual(expected)
})

test('another receiver does not lose its time', async () => {
  await using silent = await startReceiver({ answer: never })
  await using slow = await startReceiver({ delay: 150 })
  await using sim = await startFor(silent.url)
  await queue(sim, PATIENT_FOR + 1)
  await sim.callbacks.target('esim-go', slow.url)
  await queue(sim, 1)
  await sim.clock.advance('PT0S')
  expect((await outcomes(sim)).slice(PATIENT_FOR)).toEqual([expect.stringMatching(SHORT), 200])
})

test('however its callbacks fall into rounds, a silent receiver comes to the same', async () => {
  const run = async (isOneByOne: boolean) => {
    await using receiver = await startReceiver({ answer: never })
    await using sim = await startFor(receiver.url)
    for (let left = PATIENT_FOR + 2; left > 0; left -= 1) {
      await queue(sim, 1)
      if (isOneByOne) await sim.waitFor({ callbacks: {} }, { count: PATIENT_FOR + 3 - left })
    }
    const { fired } = await sim.clock.advance('PT10S')
    const retried = fired.map((each) => each.kind === 'callback' && each.error)
    return [...(await outcomes(sim)), ...retried]
  }
  const together = await run(false)
  expect(await run(true)).toEqual(together)
  expect(together).toHaveLength(2 * (PATIENT_FOR + 2))
})

test('while an advance waits, the clock tells for whom, and the stream who has not answered', async () => {
  await using receiver = await startReceiver({ answer: never })
  await using sim = await startFor(receiver.url)
  const heard: StreamEvent[] = []
  const stop = new AbortController()
  const listening = (async () => {
    for await (const event of sim.events({ types: ['clock'], signal: stop.signal }))
      heard.push(event)
  })()
  await queue(sim, 2)
  const advance = sim.clock.advance('PT10S')
  const { host } = new URL(receiver.url)
  const show = () => sim.control.call('getClock')
  await expect
    .poll(async () => (await show()).advance, { timeout: 10_000 })
    .toMatchObject({ attempts: 2, unanswered: 1, waitsFor: host, to: '2026-01-01T00:00:10.000Z' })
  expect(progressText(await show())).toMatch(
    /^the clock has come to 2026-.*Z, \d of \d+ callbacks attempted, \d of them not answered in time; waiting for 127/,
  )
  await advance
  expect(await show()).not.toHaveProperty('advance')
  stop.abort()
  await listening
  const told = heard.flatMap(({ data }) =>
    'advance' in data && data.advance ? [data.advance] : [],
  )
  expect(told.map(({ step }) => step)).toEqual(['begins', ...Array(4).fill('unanswered'), 'ends'])
  expect(told[4]).toMatchObject({ receiver: host, attempts: 4, unanswered: 4 })
})
