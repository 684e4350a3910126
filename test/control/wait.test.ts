// Waiting until something is there: by the wall clock, and by moving the clock of the world.
import { setMaxListeners } from 'node:events'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { worldClient } from '../../src/control/node-client.ts'
import { type RunningSimulator, startReceiver, startSimulator } from '../../src/index.ts'
import { MOST_LISTENERS } from '../../src/server/feed.ts'
import { call, expectProblem } from '../support/control.ts'
import { send } from '../support/http.ts'

const KEY = { 'X-API-Key': 'test-esim-go-key' }
const ask = (sim: RunningSimulator, path = '/esims') =>
  send('GET', sim.baseUrl('esim-go') + path, { headers: KEY })

async function onlySim(sim: RunningSimulator): Promise<string> {
  const [row] = await sim.sims('esim-go')
  if (!row) throw new Error('there is no SIM')
  return row.iccid
}

const START = '2026-01-01T00:00:00.000Z'

test('what is there already counts, so nothing is missed between the cause and the wait', async () => {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({ given: 'an assigned bundle', callbackUrl: receiver.url })
  const iccid = await onlySim(sim)
  await sim.device(iccid).attach('GB')
  await receiver.waitFor(1)
  const callback = await sim.waitFor({ callbacks: { type: 'FirstAttachment', iccid } })
  expect(callback).toMatchObject({
    met: true,
    at: START,
    found: 1,
    why: `1 of 1 callbacks of type FirstAttachment, iccid ${iccid}`,
    matches: [{ type: 'FirstAttachment', iccid, attempts: [{ status: 200 }] }],
  })
  const event = await sim.waitFor({ event: { type: 'sim.attached' } }, { timeout: '0s' })
  expect(event).toMatchObject({
    met: true,
    matches: [{ kind: 'event', type: 'sim.attached', iccid }],
  })
  await ask(sim)
  expect(await sim.waitFor({ requests: { operation: 'listEsims' } })).toMatchObject({
    met: true,
    matches: [{ id: 1, operation: 'listEsims', status: 200 }],
  })
})

test('a poll is answered as soon as something comes, as many as were asked for', async () => {
  await using sim = await startSimulator()
  const waiting = sim.waitFor({ requests: { status: '4xx', path: '/esims/' } }, { count: 2 })
  await ask(sim)
  await ask(sim, '/esims/8943108170000000013')
  await ask(sim, '/esims/8943108170000000021')
  expect(await waiting).toMatchObject({ met: true, found: 2, matches: [{ id: 2 }, { id: 3 }] })
})

test('a callback that no provider sends is not waited for', async () => {
  await using sim = await startSimulator()
  const refused = /^there is no callback "FirstUs": did you mean FirstUse\? There are: /
  for (const wait of [sim.wait, sim.waitFor])
    await expect(wait.call(sim, { callbacks: { type: 'FirstUs' } })).rejects.toThrow(refused)
})

test('a poll in vain says so, and what moves a clock that stands', async () => {
  await using sim = await startSimulator()
  const { met, why, found, matches } = await sim.waitFor(
    { event: { type: 'bundle.expired' } },
    { timeout: '10ms' },
  )
  expect({ met, found, matches }).toEqual({ met: false, found: 0, matches: [] })
  expect(why).toBe(
    `0 of 1 events of type bundle.expired: it did not come within 0.01 s; the clock stands at ${START}: POST /_sim/wait moves it`,
  )
})

test('after=now counts only what comes; each wait goes on where the last one ended, and none is lost', async () => {
  await using sim = await startSimulator()
  await ask(sim)
  let { next: after, found } = await sim.waitFor({ requests: {} }, { after: 'now', timeout: '0s' })
  expect(found).toBe(0)
  await ask(sim)
  await ask(sim)
  const coming = ask(sim)
  const seen: number[] = []
  for (let wait = 0; wait < 3; wait += 1) {
    const answer = await sim.waitFor({ requests: {} }, { after })
    expect(answer.matches).toHaveLength(1)
    const [match] = answer.matches
    if (match && 'method' in match) seen.push(match.id)
    after = answer.next
  }
  await coming
  expect(seen).toEqual([2, 3, 4])
})

test('whatever is asked in between, waits one after the other see each request once, in order', async () => {
  await using sim = await startSimulator()
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 5 }), async (bursts) => {
      const { next } = await sim.waitFor({ requests: {} }, { after: 'now', timeout: '0s' })
      const asked: number[] = []
      const seen: number[] = []
      let after = next
      for (const burst of bursts) {
        for (let each = 0; each < burst; each += 1) {
          await ask(sim)
          asked.push((await sim.journal.list({ limit: 1 }))[0]?.id ?? 0)
        }
        const answer = await sim.waitFor({ requests: {} }, { after, timeout: '0s' })
        for (const match of answer.matches) if ('method' in match) seen.push(match.id)
        after = answer.next
      }
      for (;;) {
        const answer = await sim.waitFor({ requests: {} }, { after, timeout: '0s' })
        if (!answer.met) break
        for (const match of answer.matches) if ('method' in match) seen.push(match.id)
        after = answer.next
      }
      expect(seen).toEqual(asked)
    }),
    { numRuns: 15 },
  )
})

test.each([
  [
    'for=callback&operation=x',
    /no callback has a \?operation=: it can be asked for provider, type/,
  ],
  ['for=event&state=dead', /no event has a \?state=/],
  ['for=request&type=x', /no request has a \?type=/],
  ['for=request&operation=getCatalog', /did you mean getCatalogue\?/],
  ['for=request&timeout=61s', /timeout is at most 60 s: ask again after that, with `next`/],
  ['for=request&timeout=-PT1S', /timeout goes back in time/],
  ['for=request&after=zzz-1', /what came after zzz-1 is no longer kept: leave `after` out/],
  ['for=request&after=yesterday', /"yesterday" is no place to go on from/],
  ['for=nothing', /for must be one of callback, request, event/],
  ['', /for is missing/],
])('GET /_sim/wait?%s is refused, with what to do', async (query, detail) => {
  await using sim = await startSimulator()
  expectProblem(await call(sim.url, `/_sim/wait?${query}`), 400, detail)
})

test('a frozen clock is moved from event to event, and stands where it came', async () => {
  await using receiver = await startReceiver({ answer: [500, 500, 200] })
  await using sim = await startSimulator({ given: 'an assigned bundle', callbackUrl: receiver.url })
  await sim.device(await onlySim(sim)).attach('GB')
  const waited = await sim.wait({ callbacks: { state: 'delivered' } })
  expect(waited).toMatchObject({ met: true, at: '2026-01-01T00:05:05.000Z', found: 1 })
  expect((await sim.clock.show()).now).toBe('2026-01-01T00:05:05.000Z')
  expect(receiver.arrivals.map(({ at }) => at)).toEqual(['PT0S', 'PT5S', 'PT5M5S'])
})

test('a wait for an event goes past others, and never past its end', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  await sim.device(await onlySim(sim)).use('1MB')
  const expired = { event: { type: 'bundle.expired' } }
  const short = await sim.wait(expired, { within: 'P3D' })
  expect(short).toMatchObject({ met: false, at: START })
  expect(short.why).toMatch(
    /^0 of 1 events of type bundle.expired: nothing more is due until 2026-01-04T00:00:00.000Z: the next is \S+ at 2026-01-08/,
  )
  expect(await sim.wait(expired, { within: 'P30D' })).toMatchObject({
    met: true,
    at: '2026-01-08T00:00:00.000Z',
    matches: [{ type: 'bundle.expired', at: '2026-01-08T00:00:00.000Z' }],
  })
})

test('where nothing is due any more a wait says so, and the clock stands', async () => {
  await using sim = await startSimulator()
  const { met, at, why } = await sim.wait({ event: { type: 'sim.attached' } }, { within: 'P300D' })
  expect({ met, at }).toEqual({ met: false, at: START })
  expect(why).toMatch(/nothing (is due any more, and nothing more comes by itself|more is due)/)
})

test('a callback that was due and not sent is told instead of waited for', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  await sim.device(await onlySim(sim)).attach('GB')
  const { met, why } = await sim.wait(
    { callbacks: { type: 'FirstAttachment' } },
    { within: 'PT1S' },
  )
  expect(met).toBe(false)
  expect(why).toMatch(/FirstAttachment was due and was not sent: no callback URL is set/)
  const unsent = await sim.wait({ callbacks: { type: 'FirstAttachment', state: 'unsent' } })
  expect(unsent).toMatchObject({ met: true, matches: [{ state: 'unsent' }] })
})

test('a request that a callback calls for is waited for before time moves on', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  await using receiver = await startReceiver({
    answer() {
      // The last of them may come when the simulator has stopped.
      setTimeout(() => void ask(sim, '/catalogue').catch(() => {}), 20)
      return 200
    },
  })
  await sim.callbacks.target('esim-go', receiver.url)
  const iccid = await onlySim(sim)
  await sim.device(iccid).use('1MB')
  const waited = await sim.wait({ requests: { operation: 'getCatalogue' } }, { within: 'P30D' })
  expect(waited).toMatchObject({ met: true, at: START })
})

test('the same world and the same wait end at the same time, with the same found', async () => {
  const run = async (delay: number) => {
    await using receiver = await startReceiver({ answer: 500, delay })
    await using sim = await startSimulator({
      given: 'an assigned bundle',
      callbackUrl: receiver.url,
    })
    await sim.device(await onlySim(sim)).use('800MB')
    const dead = { callbacks: { state: 'dead' } } as const
    const { next: _, matches, ...waited } = await sim.wait(dead, { count: 3 })
    const attempts = matches.map((match) => ('attempts' in match ? match.attempts : []))
    return { ...waited, attempts }
  }
  const quick = await run(0)
  expect(quick).toMatchObject({ met: true, found: 3 })
  expect(await run(20)).toEqual(quick)
})

test('however far it may go, a wait ends at the first event that an advance tells of, or at none', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom('bundle.expired', 'bundle.activated', 'sim.attached'),
      async (days, type) => {
        const start = async () => {
          const sim = await startSimulator({ given: 'an assigned bundle' })
          await sim.device(await onlySim(sim)).use('1MB')
          return sim
        }
        await using told = await start()
        const { next: after } = await told.waitFor({ event: {} }, { after: 'now', timeout: '0s' })
        const { fired } = await told.clock.advance(`P${days}D`)
        const first = fired.find((each) => each.kind === 'event' && each.type === type)
        const since = await told.waitFor({ event: { type } }, { after, timeout: '0s' })
        expect(since.met).toBe(first !== undefined)

        await using waiting = await start()
        const now = await waiting.waitFor({ event: {} }, { after: 'now', timeout: '0s' })
        const limits = { within: `P${days}D`, after: now.next }
        const { met, at } = await waiting.wait({ event: { type } }, limits)
        expect(met).toBe(first !== undefined)
        if (first) expect(at).toBe(first.at)
        else expect(at <= new Date(Date.parse(START) + days * 86_400_000).toISOString()).toBe(true)
      },
    ),
    { numRuns: 8 },
  )
})

test('a running clock is waited for, and a clock that is frozen meanwhile is told', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  await sim.device(await onlySim(sim)).use('1MB')
  await sim.clock.resume(1_000_000)
  const expired = await sim.wait({ event: { type: 'bundle.expired' } }, { within: 'P30D' })
  expect(expired).toMatchObject({ met: true })
  const late = await sim.wait({ event: { type: 'sim.gone' } }, { within: 'PT1H' })
  expect(late.why).toMatch(/it did not come until/)

  await sim.clock.resume(1)
  const waiting = sim.wait({ event: { type: 'sim.gone' } }, { within: 'P30D' })
  await expect.poll(async () => (await call(sim.url, '/_sim/clock')).status).toBe(200)
  await sim.clock.freeze()
  expect((await waiting).why).toMatch(/frozen meanwhile|nothing (more )?is due/)
  await sim.clock.resume(1)
  const limited = await sim.wait({ event: { type: 'sim.gone' } }, { within: 'P30D', maxWall: 20 })
  expect(limited.why).toMatch(/maxWall 20 ms reached/)
})

test('only one command at a time moves the clock, and maxWall ends a wait for a slow receiver', async () => {
  await using receiver = await startReceiver({ delay: 5000 })
  await using sim = await startSimulator({
    given: 'an assigned bundle',
    callbackUrl: receiver.url,
    policy: { timeout: 60_000 },
  })
  await sim.device(await onlySim(sim)).attach('GB')
  const waiting = sim.wait({ callbacks: {} }, { maxWall: '300ms' })
  await expect
    .poll(async () => (await call(sim.url, '/_sim/clock/freeze', { method: 'POST' })).status)
    .toBe(409)
  expectProblem(
    await call(sim.url, '/_sim/wait', { json: { callbacks: {} } }),
    409,
    /the clock is being advanced/,
  )
  expect(await waiting).toMatchObject({ met: false, at: START })
  expect((await waiting).why).toMatch(/maxWall 300 ms reached/)
})

test.each([
  [{}, /exactly one of "callbacks", "requests" and "event"/],
  [{ callbacks: {}, event: {} }, /exactly one of/],
  [
    { callbacks: { operation: 'x' } },
    /callbacks knows no "operation"; it knows provider, type, iccid, state/,
  ],
  [{ callbacks: {}, within: 'soon' }, /is not a duration/],
  [{ callbacks: {}, within: '-P1D' }, /within goes back in time/],
  [{ callbacks: {}, count: 0 }, /count must be at least 1/],
  [{ requests: { operation: 'nope' } }, /no provider has operation "nope"/],
])('POST /_sim/wait %j is refused, with what to do', async (json, detail) => {
  await using sim = await startSimulator()
  expectProblem(await call(sim.url, '/_sim/wait', { json }), 400, detail)
})

test('a wait ends with its world: reset, gone back, removed, or the simulator closed', async () => {
  const sim = await startSimulator()
  await sim.control.call('createWorld', { body: { name: 'w' } })
  const ofWorld = worldClient({ url: sim.url, world: 'w' })
  await sim.clock.advance('P1D')
  const never = { event: { type: 'sim.gone' } }
  const started = async (client: Pick<RunningSimulator, 'waitFor'>) => {
    const waiting = client.waitFor(never)
    // The next call is answered after this one has begun.
    await client.waitFor(never, { timeout: '0s' })
    return { waiting }
  }
  const reset = await started(sim)
  await sim.reset()
  expect((await reset.waiting).why).toMatch(/the world was replaced meanwhile/)
  await sim.clock.advance('P1D')
  const back = await started(sim)
  await sim.rewind(1)
  expect((await back.waiting).why).toMatch(/the world went back meanwhile/)
  const removed = await started(ofWorld)
  await sim.control.call('removeWorld', { path: { name: 'w' } })
  expect((await removed.waiting).why).toMatch(/the world was removed/)
  const closed = await started(sim)
  await sim.close()
  expect((await closed.waiting).why).toMatch(/the simulator is stopping/)
})

test('a wait that is broken off leaves room for others', async () => {
  await using sim = await startSimulator()
  const stop = new AbortController()
  setMaxListeners(0, stop.signal)
  const client = worldClient({ url: sim.url, signal: stop.signal })
  const all = Array.from({ length: MOST_LISTENERS }, () =>
    client.waitFor({ event: { type: 'sim.gone' } }).catch(() => 'broken off'),
  )
  await expect
    .poll(async () => (await call(sim.url, '/_sim/wait?for=event&timeout=0s')).status)
    .toBe(409)
  stop.abort()
  expect(new Set(await Promise.all(all))).toEqual(new Set(['broken off']))
  await expect
    .poll(async () => (await call(sim.url, '/_sim/wait?for=event&timeout=0s')).status)
    .toBe(200)
})

test('a wait that moved the clock is one step of the history, and can be gone back on', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  await sim.device(await onlySim(sim)).use('1MB')
  await sim.wait({ event: { type: 'bundle.expired' } }, { within: 'P30D' })
  expect((await sim.history())[0]).toMatchObject({
    cause: { kind: 'control', what: 'POST /_sim/wait' },
    at: '2026-01-08T00:00:00.000Z',
  })
  await sim.rewind(1)
  expect((await sim.clock.show()).now).toBe(START)
})
