// What can be done to an eSIM of Highland in which state, on its handset, and with its product.
import { expect, test } from 'vitest'
import { readSpec } from '../../../src/server/spec-files.ts'
import { ESIM, expectFailure, type Highland, startHighland, USA } from '../../support/highland.ts'

const FREE = '61100001'
const OK = 'success'
const WINDOW = { from: '2026-01-01T00:00:00', to: '2026-01-01T00:00:00' }

/** Every operation on an eSIM. */
const operations: Readonly<
  Record<string, (sim: Highland, sim_id: string) => ReturnType<Highland['post']>>
> = {
  acquire: (sim, sim_id) => sim.post('/b2b/sim/acquire/simid', { sim_id }),
  add: (sim, sim_id) => sim.post('/b2b/sim/product/add', { sim_id, ...USA }),
  remove: (sim, sim_id) => sim.post('/mvno/sim/product/remove', { sim_id, product_id: '852' }),
  removeB2b: (sim, sim_id) => sim.post('/b2b/sim/product/remove', { sim_id, product_id: '852' }),
  usage: (sim, sim_id) => sim.get('/b2b/sim/product_usage', { sim_id }),
  window: (sim, sim_id) => sim.get('/b2b/sim/product_usage/window', { sim_id, ...WINDOW }),
  all: (sim, sim_id) => sim.get('/b2b/sim/product_usage/all_product/', { sim_id }),
  suspend: (sim, sim_id) => sim.post('/b2b/sim/suspend', { sim_id }),
  restore: (sim, sim_id) => sim.post('/b2b/sim/restore', { sim_id }),
}
const FOREIGN = {
  add: 'unknown-esim',
  remove: 'unknown-esim',
  removeB2b: 'unknown-esim',
  usage: 'unknown-esim',
  window: 'unknown-esim',
}
const NO_PRODUCT = { remove: 'no-product', removeB2b: 'no-product', usage: 'no-product' }
const device = (sim: Highland) => sim.device(sim.iccid())

/** How an eSIM comes into each state, and what is refused there, as what; all else succeeds. */
const states: Readonly<
  Record<
    string,
    {
      id?: string
      enter?: (sim: Highland) => Promise<unknown>
      refused: Readonly<Record<string, string>>
    }
  >
> = {
  unknown: {
    id: '1',
    refused: {
      acquire: 'unknown-esim',
      ...FOREIGN,
      all: 'unknown-esim',
      suspend: 'unknown-esim',
      restore: 'unknown-esim',
    },
  },
  'in stock': {
    id: FREE,
    refused: { ...FOREIGN, all: 'unknown-esim', suspend: 'unknown-esim', restore: 'unknown-esim' },
  },
  'acquired, not installed': {
    id: FREE,
    enter: (sim) => sim.acquire(),
    refused: { acquire: 'already-acquired', ...NO_PRODUCT, restore: 'wrong-state' },
  },
  'acquired, its code expired': {
    id: FREE,
    enter: async (sim) => {
      await sim.acquire()
      await sim.clock.advance('P3D')
    },
    refused: { acquire: 'already-acquired', ...NO_PRODUCT, restore: 'wrong-state' },
  },
  active: { refused: { acquire: 'already-acquired', ...NO_PRODUCT, restore: 'wrong-state' } },
  suspended: {
    enter: (sim) => sim.post('/b2b/sim/suspend'),
    refused: { acquire: 'already-acquired', ...NO_PRODUCT, suspend: 'wrong-state' },
  },
  restored: {
    enter: async (sim) => {
      await sim.post('/b2b/sim/suspend')
      await sim.post('/b2b/sim/restore')
    },
    refused: { acquire: 'already-acquired', ...NO_PRODUCT, restore: 'wrong-state' },
  },
  'deleted from its handset': {
    enter: async (sim) => {
      await device(sim).disable()
      await device(sim).delete()
    },
    refused: { acquire: 'already-acquired', ...NO_PRODUCT, restore: 'wrong-state' },
  },
  'with a queued product': {
    enter: (sim) => sim.post('/b2b/sim/product/add', USA),
    refused: { acquire: 'already-acquired', restore: 'wrong-state' },
  },
  'with an active product': {
    enter: async (sim) => {
      await sim.post('/b2b/sim/product/add', USA)
      await device(sim).use(1)
    },
    refused: { acquire: 'already-acquired', restore: 'wrong-state' },
  },
  'with a depleted product': {
    enter: async (sim) => {
      await sim.post('/b2b/sim/product/add', USA)
      await device(sim).use(5e9)
    },
    refused: { acquire: 'already-acquired', restore: 'wrong-state' },
  },
  'with an expired product': {
    enter: async (sim) => {
      await sim.post('/b2b/sim/product/add', USA)
      await device(sim).use(1)
      await sim.clock.advance('P30D')
    },
    refused: { acquire: 'already-acquired', restore: 'wrong-state' },
  },
}

const matrix = Object.entries(states).flatMap(([state, { refused }]) =>
  Object.keys(operations).map((operation) => ({
    state,
    operation,
    outcome: refused[operation] ?? OK,
  })),
)

test.each(matrix)(
  'HLD-024 an eSIM that is $state: $operation gives $outcome',
  async ({ state, operation, outcome }) => {
    await using sim = await startHighland()
    const { id = ESIM, enter } = states[state] ?? {}
    await enter?.(sim)
    const call = () => operations[operation]?.(sim, id) ?? Promise.reject(new Error(operation))
    if (outcome === OK) expect((await call()).body).toMatchObject({ status: OK })
    else await expectFailure(sim, call, { code: outcome })
  },
)

test('HLD-018 an eSIM is suspended', async () => {
  await using sim = await startHighland()
  expect((await sim.post('/b2b/sim/suspend')).body).toEqual({
    status: 'success',
    sim_id: ESIM,
    sim_status: 'suspended',
  })
  expect(await device(sim).show()).toMatchObject({ service: 'suspended' })
  await expectFailure(sim, () => sim.post('/b2b/sim/suspend'), {
    code: 'wrong-state',
    details: 'eSIM is already suspended.',
  })
})

test('HLD-021 a suspended eSIM is restored, and an active one is not', async () => {
  await using sim = await startHighland()
  await expectFailure(sim, () => sim.post('/b2b/sim/restore'), {
    code: 'wrong-state',
    details: 'eSIM is already active.',
  })
  await sim.post('/b2b/sim/suspend')
  expect((await sim.post('/b2b/sim/restore')).body).toEqual({
    status: 'success',
    sim_id: ESIM,
    sim_status: 'active',
  })
  expect(await device(sim).show()).toMatchObject({ service: 'active' })
})

test('HLD-020 a suspended eSIM uses no data until it is restored, and its product goes on counting its days', async () => {
  await using sim = await startHighland({ given: 'an eSIM with a data product' })
  await device(sim).use(5)
  await sim.post('/b2b/sim/suspend')
  await expect(device(sim).use(5)).rejects.toThrow(/the service is suspended/)
  await sim.clock.advance('P29D')
  await sim.post('/b2b/sim/restore')
  expect(await device(sim).use(5)).toMatchObject({ used: 5 })
  await sim.post('/b2b/sim/suspend')
  await sim.clock.advance('P1D')
  expect(
    (await sim.get<{ product_usage: object }>('/b2b/sim/product_usage')).body.product_usage,
  ).toMatchObject({
    product_status: 'expired',
  })
})

test('HLD-019 no operation deactivates an eSIM', async () => {
  const { paths = {} } = await readSpec('highland.yaml')
  expect(
    Object.keys(paths).filter((path) => /deactivate|cease|terminate|cancel|delete/.test(path)),
  ).toEqual([])
  expect(Object.values(paths).filter((path) => path && 'delete' in path)).toEqual([])
  await using sim = await startHighland()
  const { body, status } = await sim.post('/b2b/sim/deactivate')
  expect([status, body.status]).toEqual([404, 'failure'])
})
