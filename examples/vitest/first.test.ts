// The first test of a project: an eSIM that is used, and the callback that tells of it.
import { test } from 'esimulator/vitest'
import { expect } from 'vitest'

test.override({ world: { given: 'an assigned bundle' } })

test('half of the data is used', async ({ sim, receiver }) => {
  const [esim] = await sim.sims('esim-go')
  await sim.device(esim?.iccid ?? '').use('500MB')
  const told = await receiver.waitFor({ type: 'Utilisation' }, { count: 2 })
  expect(told.at(-1)?.json).toMatchObject({ bundle: { remainingQuantity: 500_000_000 } })
})
