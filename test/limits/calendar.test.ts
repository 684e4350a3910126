// The two ends of the calendar: nothing leads beyond them, and what would is refused in each API's words.
import { setTimeout as wait } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { addDuration, DurationError } from '../../src/state/duration.ts'
import { END_OF_CALENDAR, LAST_INSTANT, nextDayOfMonth } from '../../src/state/instant.ts'
import { call, expectProblem } from '../support/control.ts'
import { startEsimGo } from '../support/esim-go.ts'
import { buy, esimWith, GB_1, GB_YEAR } from '../support/esim-go-shop.ts'
import { send } from '../support/http.ts'
import { asking, startRich } from '../support/rich-state.ts'

const FIRST = '1970-01-01T00:00:00Z'
const LAST_DAY = '8999-12-31T00:00:00Z'
const LAST = '9000-01-01T00:00:00.000Z'

test.each([FIRST, LAST_DAY])(
  'a world that begins at %s answers all calls, and its state goes back in',
  async (at) => {
    const said: string[] = []
    const { sim, calls } = await startRich((sentence) => said.push(sentence), { clock: { at } })
    const ask = asking(sim)
    const harm: string[] = []
    for (const each of calls) {
      const { status, body } = await ask(each)
      if (status === 500) harm.push(`${each.method} ${each.path}: ${JSON.stringify(body)}`)
    }
    await sim.restore(await sim.state())
    await sim.close()
    expect([harm, said]).toEqual([[], []])
  },
  120_000,
)

test('a clock that comes to its last instant stands still, and the world goes on there', async () => {
  await using sim = await startSimulator({
    clock: { at: '8999-12-31T23:59:59.990Z', mode: 'running' },
  })
  await wait(50)
  expect(await sim.clock.show()).toEqual({ now: LAST, mode: 'running', rate: 1 })
  const [esim] = await sim.sims()
  expect(await sim.device(esim?.iccid ?? '').disable()).toMatchObject({
    sim: { profile: 'disabled' },
    events: [{ at: LAST }],
  })
  await wait(50)
  expect((await sim.clock.show()).now).toBe(LAST)
})

test.each([
  ['advance', { by: 'P7000Y' }, /the clock goes from 1970 to 9000/],
  ['advance', { by: 'P9000Y' }, /"P9000Y" leads out of the calendar/],
  ['advance', { by: `P${'9'.repeat(40)}D` }, /leads out of the calendar/],
  ['advance', { to: '9000-01-01T00:00:00.001Z' }, /the clock goes from 1970 to 9000/],
  ['advance', { by: 'PT1S', maxWall: 'P901Y' }, /maxWall: must not be longer than 900 years/],
  ['advance', { by: 'PT1S', maxWall: '-PT1S' }, /maxWall: must not be negative/],
  ['freeze', { at: '9999-12-31T23:59:59Z' }, /the clock goes from 1970 to 9000/],
])('%s %j is a problem, and nothing is changed', async (what, json, detail) => {
  await using sim = await startSimulator()
  const before = await sim.state()
  expectProblem(await call(sim.url, `/_sim/clock/${what}`, { json }), 400, detail)
  expect(await sim.state()).toEqual(before)
})

test.each([
  [{ ttl: 'P901Y' }, /ttl: must not be longer than 900 years/],
  [{ ttl: 'P9000Y' }, /ttl: "P9000Y" leads out of the calendar/],
  [{ ttl: '-P1D' }, /ttl: must not be negative/],
  [{ clock: { at: '9000-01-02T00:00:00Z' } }, /the clock goes from 1970 to 9000/],
])('a world with %j is not made', async (start, detail) => {
  await using sim = await startSimulator()
  expectProblem(await call(sim.url, '/_sim/worlds', { json: { name: 'a', ...start } }), 400, detail)
  expect(await call(sim.url, '/_sim/worlds/a')).toMatchObject({ status: 404 })
})

test('a world may be kept for as long as a duration may be', async () => {
  await using sim = await startSimulator()
  const json = { name: 'a', ttl: 'P900Y' }
  expect(await call(sim.url, '/_sim/worlds', { json })).toMatchObject({ status: 201 })
  expect(await call(sim.url, '/_sim/worlds')).toMatchObject({ status: 200 })
})

test.each(['2.4', '2.5'])(
  'v%s: a bundle that would begin after every clock is refused',
  async (version) => {
    await using sim = await startEsimGo()
    const base = sim.base.replace(/v[\d.]+$/, `v${version}`)
    for (const item of [GB_1, GB_YEAR]) {
      await buy(sim, { item, quantity: 2 })
      const iccid = await esimWith(sim, GB_1)
      const before = sim.state()
      for (const startTime of [
        '9000-01-01T00:00:00.001Z',
        '9999-12-30T00:00:00Z',
        '9999-12-31T23:59:59Z',
      ])
        for (const [path, json] of [
          ['/esims/apply', { name: item, startTime }],
          [`/esims/${iccid}/bundles`, { name: item, startTime }],
        ] as const) {
          const answer = await sim.call<{ message: string }>('POST', base + path, { json })
          expect([answer.status, answer.body.message]).toEqual([
            400,
            expect.stringMatching(/startTime lies beyond the end of every clock/),
          ])
        }
      expect(sim.state()).toBe(before)
      const last = { name: item, startTime: LAST }
      expect(await sim.call('POST', `${base}/esims/apply`, { json: last })).toMatchObject({
        status: 200,
      })
    }
  },
)

test.each([
  ['-P1D', /testCreditLifetime must not be negative/],
  ['P901Y', /testCreditLifetime must not be longer than 900 years/],
  ['P9000Y', /testCreditLifetime "P9000Y" leads out of the calendar/],
])('a seed file with test credit for %s is refused', async (testCreditLifetime, why) => {
  await expect(startSimulator({ stock: { 'esim-go': { testCreditLifetime } } })).rejects.toThrow(
    why,
  )
})

/** Every setting that is a duration, as long as it may be. */
async function longest(url: string): Promise<void> {
  for (const slug of ['esim-go', 'highland', 'wholesale', 'accounts-orders']) {
    const { body } = await call<{ settings: Record<string, { value: unknown }> }>(
      url,
      `/_sim/settings/${slug}`,
    )
    const isDuration = (value: unknown) =>
      typeof value === 'string' && /^PT?\d+[YMDHS]$/.test(value)
    const values = Object.entries(body.settings).flatMap(([name, { value }]) => {
      if (Array.isArray(value) && value.length > 0 && value.every(isDuration))
        return [[name, ['P900Y', 'P900Y']]]
      return isDuration(value) ? [[name, 'P900Y']] : []
    })
    const json = Object.fromEntries(values)
    const sent = { method: 'PATCH', json }
    expect(await call(url, `/_sim/settings/${slug}`, sent)).toMatchObject({ status: 200 })
  }
}

test('with every duration as long as may be, nothing leads out of the calendar', async () => {
  const said: string[] = []
  const { sim, state, calls } = await startRich((sentence) => said.push(sentence), {
    clock: { at: LAST_DAY },
  })
  await sim.restore(state)
  await longest(sim.url)
  const harm: string[] = []
  for (const each of calls) {
    const { status, body } = await asking(sim)(each)
    if (status === 500) harm.push(`${each.method} ${each.path}: ${JSON.stringify(body)}`)
  }
  await sim.close()
  expect([harm, said]).toEqual([[], []])
}, 120_000)

test('a task that would lead out of the calendar is set aside and told, and the others go on', async () => {
  const said: string[] = []
  await using sim = await startSimulator({
    given: 'an assigned bundle',
    report: (sentence) => said.push(sentence),
  })
  // As only a state that was written by hand has it: a bundle that ends with the calendar.
  const state = await sim.state()
  const collections = structuredClone(state.collections) as Record<
    string,
    Record<string, Record<string, unknown>>
  >
  for (const bundle of Object.values(collections.bundles ?? {}))
    if (bundle.provider === 'esim-go') bundle.startsAt = END_OF_CALENDAR
  await sim.restore({ ...state, collections })
  const { fired, stopped } = await sim.clock.advance('P2Y')
  expect(stopped).toBeUndefined()
  expect(fired).toContainEqual(
    expect.objectContaining({
      type: 'esim-go/lapse-bundle',
      error: expect.stringMatching(/leads out of the calendar/),
    }),
  )
  expect(said).toEqual([
    expect.stringMatching(/lapse-bundle .* was dropped: .*out of the calendar/),
  ])
  expect(await send('GET', `${sim.url}/_sim/clock`)).toMatchObject({ status: 200 })
})

test('whatever is added, the sum is in the calendar or refused as a bad value', () => {
  const part = (unit: string) => fc.integer({ min: 0, max: 99_999 }).map((n) => `${n}${unit}`)
  const duration = fc
    .tuple(part('Y'), part('M'), part('D'), part('H'))
    .map(([years, months, days, hours]) => `P${years}${months}${days}T${hours}`)
  const odd = fc.constantFrom('P1E3D', `P${'9'.repeat(400)}Y`, '1e308d', 'NaNs', '-P99999Y', '')
  const instant = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.constantFrom(LAST_INSTANT, END_OF_CALENDAR),
  )
  fc.assert(
    fc.property(instant, fc.oneof(duration, odd), (at, text) => {
      try {
        expect(Math.abs(addDuration(at, text))).toBeLessThanOrEqual(END_OF_CALENDAR)
      } catch (error) {
        if (!(error instanceof DurationError)) throw error
        expect(error.code).toBe('invalid-request')
      }
    }),
  )
})

test('the next bill day lies ahead, within 31 days, whatever the day and the instant', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: LAST_INSTANT }),
      fc.integer({ min: 1, max: 28 }),
      (at, day) => {
        const next = nextDayOfMonth(at, day)
        expect(next).toBeGreaterThan(at)
        expect(next - at).toBeLessThanOrEqual(31 * 86_400_000)
        expect(new Date(next).getUTCDate()).toBe(day)
      },
    ),
  )
})

test.each([-1.5, 0, 0.5, 1.5, 29, 31, -1, 1e308, Number.NaN, Number.POSITIVE_INFINITY])(
  'a day %d of the month is an error, not a period that stands still',
  (day) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LAST_INSTANT }), (at) => {
        expect(() => nextDayOfMonth(at, day)).toThrow(/it must be 1 to 28/)
      }),
    )
  },
)
