// The journal over the control API.
import { expect, test } from 'vitest'
import { type ExchangeShown, type RunningSimulator, startSimulator } from '../../src/index.ts'
import { call, expectProblem } from '../support/control.ts'

async function threeCalls(sim: RunningSimulator): Promise<void> {
  const base = sim.baseUrl('esim-go')
  await fetch(`${base}/esims`, { headers: { 'X-API-Key': 'test-esim-go-key' } })
  await fetch(`${base}/esims?nonsense=1`, { headers: { 'X-API-Key': 'test-esim-go-key' } })
  await fetch(`${base}/catalogue`, { headers: { 'X-API-Key': 'a-wrong-key' } })
}

test('exchanges are listed newest first, with the true reason of a refusal and without secrets', async () => {
  await using sim = await startSimulator()
  await threeCalls(sim)
  const entries = await sim.journal.list()
  expect(entries.map(({ id }) => id)).toEqual([3, 2, 1])
  expect(entries[0]).toMatchObject({
    at: '2026-01-01T00:00:00.000Z',
    operation: 'getCatalogue',
    status: 403,
    refusal: {
      code: 'unauthorized',
      reason: expect.stringMatching(/no key of the world "default"/),
    },
  })
  expect(entries[1]?.undocumented).toEqual(['?nonsense'])
  expect(JSON.stringify(entries)).not.toMatch(/a-wrong-key|test-esim-go-key/)
})

test('the list is filtered by operation, status and refusal', async () => {
  await using sim = await startSimulator()
  await threeCalls(sim)
  const ids = async (filter: object) => (await sim.journal.list(filter)).map(({ id }) => id)
  const operation = (await sim.journal.list({ status: 200 }))[0]?.operation ?? ''
  expect(await ids({ operation })).toEqual([2, 1])
  expect(await ids({ status: 403 })).toEqual([3])
  expect(await ids({ refused: true })).toEqual([3])
  expect(await ids({ refused: false, limit: 1 })).toEqual([2])
  expect(await ids({ provider: 'esim-go' })).toEqual([3, 2, 1])
})

test('one exchange is shown by its number, one there is not is refused', async () => {
  await using sim = await startSimulator()
  await threeCalls(sim)
  expect((await call<ExchangeShown>(sim.url, '/_sim/journal/2')).body).toMatchObject({
    id: 2,
    method: 'GET',
    replyType: 'application/json',
  })
  expectProblem(await call(sim.url, '/_sim/journal/4'), 404, /no exchange 4/)
  expectProblem(await call(sim.url, '/_sim/journal/last'), 400, /id must be integer/)
})

test('calls of the control API are not in the journal', async () => {
  await using sim = await startSimulator()
  await call(sim.url, '/_sim/clock')
  expect(await sim.journal.list()).toEqual([])
})
