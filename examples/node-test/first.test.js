// eSIM Go under node:test: an order, a failure on demand, time that passes.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { startReceiver, startSimulator } from 'esimulator'

/** @type {import('esimulator').RunningSimulator<'esim-go'>} */
let sim
/** @type {import('esimulator').Receiver} */
let receiver

before(async () => {
  receiver = await startReceiver()
  sim = await startSimulator({
    providers: ['esim-go'],
    given: 'an assigned bundle',
    callbackUrl: receiver.url,
  })
})
after(async () => {
  await sim.close()
  await receiver.close()
})
beforeEach(async () => {
  await sim.reset()
  await sim.callbacks.target('esim-go', receiver.url)
  receiver.clear()
})

const listed = () =>
  fetch(`${sim.baseUrl('esim-go')}/esims`, {
    headers: { 'X-API-Key': sim.credentials['esim-go'].apiKey ?? '' },
  })

test('a call fails as it is told to, once', async () => {
  await sim.faults.add({
    provider: 'esim-go',
    operation: 'listEsims',
    kind: 'status',
    status: 503,
    times: 1,
  })
  assert.equal((await listed()).status, 503)
  assert.equal((await listed()).status, 200)
})

test('a bundle that is over is told, and time does not have to pass', async () => {
  const [esim] = await sim.sims()
  await sim.device(esim?.iccid ?? '').use('1MB')
  await sim.clock.advance('P8D')
  assert.equal(esim && (await sim.device(esim.iccid).show()).bundles[0]?.state, 'expired')
  await receiver.waitFor({ type: 'FirstUse' })
})
