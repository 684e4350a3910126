// Wholesale under one seed: the same calls give the same bytes, and move no other's draws.
import { expect, test } from 'vitest'
import { ACTIVATION, SUSPENSION, startWholesale, type Wholesale } from '../../support/wholesale.ts'

/** What was said and told in a life of some length, and all that is left of it. */
async function lived(sim: Wholesale): Promise<string[]> {
  const said = [JSON.stringify((await sim.authorize()).body)]
  await sim.call('POST', '/activate', ACTIVATION)
  for (let round = 0; round < 5; round += 1) said.push(JSON.stringify((await sim.activate()).body))
  await sim.clock.advance('PT7M')
  said.push(JSON.stringify((await sim.call('POST', '/updateStatus', SUSPENSION)).body))
  await sim.clock.advance('P40D')
  return [
    ...said,
    JSON.stringify(await sim.told()),
    JSON.stringify((await sim.state()).collections),
  ]
}

test('two lives of one seed are the same to the byte, and another seed is another life', async () => {
  await using one = await startWholesale({ seed: 'one' })
  await using two = await startWholesale({ seed: 'one' })
  await using other = await startWholesale({ seed: 'other' })
  const first = await lived(one)
  expect(await lived(two)).toEqual(first)
  const again = await lived(other)
  expect(again[0]).not.toBe(first[0])
  expect(again.at(-2)).not.toBe(first.at(-2))
})

test('alone it tells what it tells beside others', async () => {
  await using alone = await startWholesale({ providers: ['wholesale'] })
  await using all = await startWholesale()
  for (const sim of [alone, all]) {
    await sim.activate()
    await sim.settle()
  }
  expect(await alone.told()).toEqual(await all.told())
})
