// Odd receivers through the front door: how often each is called, and what becomes of its callback.
import { expect, test } from 'vitest'
import type { CallbackShown } from '../../src/control/wire.ts'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import type { Outcome } from '../../src/state/callbacks.ts'
import { call } from '../support/control.ts'
import { freePort, listenRaw, listenTls, ODD_RECEIVERS } from '../support/odd-receivers.ts'

/** What one callback to a receiver comes to within a day, in a world of its own. */
async function callbackTo(sim: RunningSimulator, name: string, url: string) {
  const world = `/w/${name}/_sim`
  await call(sim.url, '/_sim/worlds', { json: { name, given: 'an assigned bundle' } })
  const target = `${world}/callbacks/target/esim-go`
  expect((await call(sim.url, target, { method: 'PUT', json: { url } })).status).toBe(200)
  const { body } = await call<{ sims: { iccid: string }[] }>(sim.url, `${world}/sims?limit=1`)
  await call(sim.url, `${world}/sims/${body.sims[0]?.iccid}/attach`, { json: { country: 'GB' } })
  await call(sim.url, `${world}/clock/advance`, { json: { by: 'P1D' } })
  const told = await call<{ callbacks: CallbackShown[] }>(sim.url, `${world}/callbacks`)
  return told.body.callbacks[0]
}

test('a receiver whose status line says 2xx has its callback, any other is tried three times', async () => {
  await using sim = await startSimulator({ policy: { timeout: 1500 } })
  const found = ODD_RECEIVERS.map(async ({ what, speak, outcome }, at) => {
    const shown = await callbackTo(sim, `w${at}`, `http://127.0.0.1:${await listenRaw(speak)}/`)
    return [what, shown?.state, shown?.attempts.map(({ at: _, ...attempt }) => attempt), outcome]
  })
  for (const [what, state, attempts, outcome] of await Promise.all(found)) {
    const { isLate: _, ...shown } = outcome as Outcome
    const { status = 0 } = shown
    const isTaken = status >= 200 && status < 300
    expect([what, state], String(what)).toEqual([what, isTaken ? 'delivered' : 'dead'])
    expect(attempts, String(what)).toEqual(Array(isTaken ? 1 : 3).fill(shown))
  }
})

test('what hinders a delivery is said where callbacks are listed', async () => {
  await using sim = await startSimulator({ policy: { timeout: 2000 } })
  const hindrances = [
    [`https://127.0.0.1:${await listenTls()}/`, /NODE_EXTRA_CA_CERTS=FILE/],
    [`https://127.0.0.1:${await listenRaw((socket) => socket.end('no'))}/`, /http:\/\/|TLS/],
    [`http://127.0.0.1:${await freePort()}/`, /start the receiver/],
    ['http://no-such-host.invalid/', /check the callback URL/],
  ] as const
  for (const [at, [url, sentence]] of hindrances.entries()) {
    const shown = await callbackTo(sim, `w${at}`, url)
    expect(shown?.attempts.map(({ error }) => error)).toEqual(
      Array(3).fill(expect.stringMatching(sentence)),
    )
  }
})

test('port 0 is refused as a target', async () => {
  await using sim = await startSimulator()
  const target = '/_sim/callbacks/target/esim-go'
  const json = { url: 'http://127.0.0.1:0/' }
  expect(await call(sim.url, target, { method: 'PUT', json })).toMatchObject({
    status: 400,
    body: { detail: expect.stringMatching(/port 0: give the port/) },
  })
})
