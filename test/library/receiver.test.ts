// What a receiver of callbacks waits for, and what it says where that does not come.
import { expect, test } from 'vitest'
import { CallbackTimeout, startReceiver, startSimulator } from '../../src/index.ts'

/** A receiver, and an eSIM with a bundle whose callbacks come to it. */
async function opened() {
  const receiver = await startReceiver()
  const sim = await startSimulator({
    providers: ['esim-go'],
    given: 'an assigned bundle',
    callbackUrl: receiver.url,
  })
  const [{ iccid } = { iccid: '' }] = await sim.sims()
  const close = async () => {
    await sim.close()
    await receiver.close()
  }
  return { receiver, sim, iccid, [Symbol.asyncDispose]: close }
}

const soon = { timeout: 10 }

test('one of a type, of a SIM, or that fits is waited for; what came before counts', async () => {
  await using all = await opened()
  const { receiver, sim, iccid } = all
  await sim.device(iccid).use('800MB')
  await sim.clock.advance('PT1S')
  const used = await receiver.waitFor({ type: 'Utilisation', iccid }, { count: 2 })
  expect(used.length).toBeGreaterThanOrEqual(2)
  expect(new Set(used.map(({ type }) => type))).toEqual(new Set(['Utilisation']))
  expect(used[0]).toMatchObject({ provider: 'esim-go', iccid, json: { iccid } })
  const [fitting] = await receiver.waitFor(({ body }) => body.includes('"FirstUse"'))
  expect(fitting?.type).toBe('FirstUse')
})

test('what did not come is told with what did', async () => {
  await using all = await opened()
  const { receiver, sim, iccid } = all
  await sim.device(iccid).attach('GB')
  await sim.clock.advance('PT1S')
  const told = await receiver.waitFor(7, soon).catch((error: unknown) => error)
  expect(told).toBeInstanceOf(CallbackTimeout)
  expect(String(told)).toMatch(
    /CallbackTimeout: \d of 7 callbacks arrived within 10 ms; what came: .*FirstAttachment/,
  )
  await expect(receiver.waitFor({ type: 'Utilisation', iccid }, soon)).rejects.toThrow(
    `0 of 1 callbacks with type Utilisation, iccid ${iccid} arrived within 10 ms`,
  )
  receiver.clear()
  await expect(receiver.waitFor(() => true, soon)).rejects.toThrow(/that fit .*; nothing came/)
  await sim.callbacks.send({ provider: 'esim-go', type: 'Utilisation' })
  await expect(receiver.waitFor(1)).resolves.toMatchObject([{ type: 'Utilisation' }])
})

test('where the clock stands and something is due, it is said how to go on', async () => {
  await using receiver = await startReceiver({ answer: 500 })
  await using sim = await startSimulator({
    providers: ['wholesale'],
    given: 'a pending activation',
    callbackUrl: receiver.url,
  })
  const hint =
    /the clock of the world "default" is frozen, and something is due at 2026-01-01T00:00:\d\d.000Z: sim.clock.advance\('PT\d+S'\) brings it there/
  await expect(receiver.waitFor(1, soon)).rejects.toThrow(hint)
  await sim.clock.advance('PT2S')
  await receiver.waitFor({ type: 'Activate' })
  await expect(receiver.waitFor(2, { ...soon, sim })).rejects.toThrow(/is frozen, and something/)
})

test('a receiver that nobody calls back says so', async () => {
  await using sim = await startSimulator()
  await using receiver = await startReceiver()
  expect(sim.port).toBeGreaterThan(0)
  await expect(receiver.waitFor(1, soon)).rejects.toThrow(
    /no simulator of this process sends callbacks to .* begin it with callbackUrl/,
  )
})

test('a body that came from elsewhere is known by what it says of itself', async () => {
  await using receiver = await startReceiver()
  await fetch(receiver.url, { method: 'POST', body: '{"alertType":"Location","iccid":"89"}' })
  await fetch(receiver.url, { method: 'POST', body: 'none' })
  expect(receiver.arrivals).toMatchObject([
    { type: 'Location', iccid: '89', provider: undefined, at: undefined },
    { type: undefined, json: undefined },
  ])
  await expect(receiver.waitFor(3, soon)).rejects.toThrow(/what came: Location, of no known type/)
})
