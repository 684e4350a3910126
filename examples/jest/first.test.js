// eSIM Go under Jest 30, with ECMAScript modules.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startReceiver, startSimulator } from 'esimulator'

let sim
let receiver

beforeAll(async () => {
  receiver = await startReceiver()
  sim = await startSimulator({
    providers: ['esim-go'],
    given: 'an assigned bundle',
    callbackUrl: receiver.url,
  })
})
afterAll(async () => {
  await sim.close()
  await receiver.close()
})

test('half of the data is used', async () => {
  const [{ iccid }] = await sim.sims()
  await sim.device(iccid).use('500MB')
  const told = await receiver.waitFor({ type: 'Utilisation' }, { count: 2 })
  expect(told.at(-1).json).toMatchObject({ iccid, bundle: { remainingQuantity: 500_000_000 } })
})
