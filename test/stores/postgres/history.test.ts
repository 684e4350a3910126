// The history of a world in PostgreSQL goes on where it was closed: it can be rewound to before that.
import { expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../../src/index.ts'
import { postgresStore } from '../../../src/stores/postgres/postgres.ts'
import { call } from '../../support/control.ts'
import { hasPostgres, newDatabase } from '../../support/postgres.ts'

async function start(url: string): Promise<RunningSimulator> {
  const { leases, ...store } = await postgresStore({ url, replicaUrl: 'http://127.0.0.1:1' })
  // One process is all there is here: it takes the world before the simulator asks for it.
  await leases.start({ lost() {} })
  const taken = await leases.take('default')
  if (taken.by !== 'us') await leases.claim('default', [], 1)
  return startSimulator({ store })
}

async function order(sim: RunningSimulator): Promise<void> {
  await call(sim.baseUrl('esim-go'), '/orders', {
    headers: { 'X-API-Key': sim.credentials['esim-go']?.apiKey ?? '' },
    json: {
      type: 'transaction',
      assign: true,
      order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }],
    },
  })
}

/** All that a world is, but for which life of it this is. */
async function stateOf(sim: RunningSimulator) {
  const { body } = await call<{ collections: Record<string, Record<string, object>> }>(
    sim.url,
    '/_sim/state',
  )
  return body.collections
}

test.skipIf(!hasPostgres)('a world that was closed and opened again can be rewound', async () => {
  const url = await newDatabase()
  const first = await start(url)
  const made = await stateOf(first)
  await order(first)
  const once = await stateOf(first)
  await first.clock.advance('P1D')
  await order(first)
  const steps = await first.history()
  await first.close()

  const second = await start(url)
  expect(await second.history()).toEqual(steps)
  await order(second)
  expect(await second.history()).toHaveLength(steps.length + 1)
  expect(await second.rewind({ to: 1 })).toMatchObject({ to: '2026-01-01T00:00:00.000Z' })
  expect(await stateOf(second)).toEqual(once)
  await second.close()

  const third = await start(url)
  expect(await stateOf(third)).toEqual(once)
  await third.rewind({ to: 0 })
  expect(await stateOf(third)).toEqual(made)
  await third.clock.advance('P1D')
  await third.rewind(1)
  expect(await stateOf(third)).toEqual(made)
  await third.close()
})

test.skipIf(!hasPostgres)('a world that began anew goes back no further than that', async () => {
  const url = await newDatabase()
  const first = await start(url)
  await order(first)
  await order(first)
  await first.reset()
  await order(first)
  await first.close()

  const second = await start(url)
  expect(await second.history()).toHaveLength(1)
  await expect(second.rewind(2)).rejects.toThrow('the history goes back 1 steps')
  await second.rewind(1)
  await second.close()
})
