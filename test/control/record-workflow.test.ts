// A workflow of what was done in a world, made over /_sim: of all of it or of a part, without a trace in that world.
import { expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { call, expectProblem } from '../support/control.ts'

const ORDER = {
  type: 'transaction',
  assign: true,
  order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }],
}

/** A request to eSIM Go, in a world; its reply. */
async function ask<T>({ url }: RunningSimulator, path: string, json?: unknown): Promise<T> {
  const answer = await fetch(`${url}/esim-go/v2.4${path}`, {
    method: json === undefined ? 'GET' : 'POST',
    headers: { 'x-api-key': 'test-esim-go-key', 'content-type': 'application/json' },
    body: json === undefined ? null : JSON.stringify(json),
  })
  return (await answer.json()) as T
}

const frozen = { clock: { mode: 'frozen', at: '2026-01-01' } } as const

test('what was done becomes a workflow that passes with other seeds, and leaves no trace', async () => {
  await using sim = await startSimulator({ ...frozen, token: 'a-token-of-sixteen' })
  type Ordered = { readonly order: readonly [{ readonly iccids: readonly [string] }] }
  const { order } = await ask<Ordered>(sim, '/orders', ORDER)
  const [iccid] = order[0].iccids
  await sim.device(iccid).install()
  await sim.clock.advance('P1D')
  await ask(sim, `/esims/${iccid}`)
  const before = await sim.commands()

  const { text, passes, steps, notes } = await sim.workflows.record({ workflow: 'first-order' })
  expect(notes).toEqual([])
  expect(passes).toBe(true)
  expect(steps).toBeGreaterThanOrEqual(4)
  expect(text).toContain('workflowId: first-order')
  expect(text).toContain('installSim')
  expect(text).not.toContain(iccid)
  expect(await sim.commands()).toEqual(before)
  expect((await sim.worlds.list()).map(({ name }) => name)).toEqual(['default'])
})

test('a part of it has the exchanges from one to another', async () => {
  await using sim = await startSimulator(frozen)
  await ask(sim, '/catalogue')
  await ask(sim, '/orders', ORDER)
  await ask(sim, '/esims')
  const { text } = await sim.workflows.record({ since: 2, until: 2 })
  expect(text).toContain('createOrder')
  expect(text).not.toContain('getCatalogue')
  expect(text).not.toContain('listEsims')
})

test('a world in which nothing was done is told so, in the words of the API', async () => {
  await using sim = await startSimulator(frozen)
  const answer = await call(sim.url, '/_sim/workflows/record', { json: {} })
  expectProblem(answer, 400, /nothing was played in the world "default": call a provider/)
  expect(JSON.stringify(answer.body)).not.toContain('--')
})
