// What an import may send: its plans name reads alone, and whatever they name, nothing else leaves.
import { expect, test } from 'vitest'
import { openAccount } from '../../../src/contracts/import/account.ts'
import { startSimulator } from '../../../src/index.ts'
import { simulators } from '../../../src/simulators/index.ts'
import { effectOf } from '../../../src/workflows/effect.ts'
import { readOwnSource } from '../../../src/workflows/sources.ts'

const INPUTS = { company_id: 'a', sim_ids: '1,2' }
const CONTEXT = { nameOf: () => '', isKnown: () => true, know: () => {}, inputs: INPUTS }

test.each(simulators.map(({ slug }) => slug))(
  '%s: its plan calls operations that only read, and says what it leaves',
  async (slug) => {
    const plan = await simulators.find((each) => each.slug === slug)?.importPlan?.()
    const { operations } = await readOwnSource(slug, `esimulator:${slug}`)
    const calls = (plan?.reads ?? []).flatMap((read) => [
      ...read.calls(INPUTS),
      ...(read.details?.({ iccid: '1' }, CONTEXT) ?? []),
    ])
    for (const { operation } of calls) {
      const called = operations.find(({ id }) => id === operation)
      expect(called && effectOf(called, () => undefined), operation).toBe('reads')
    }
    expect(Object.values(plan?.left ?? {}).length).toBeGreaterThan(0)
  },
)

test('what changes or spends is not sent, though a plan should name it', async () => {
  await using sim = await startSimulator()
  const source = await readOwnSource('esim-go', 'esimulator:esim-go')
  const credentials = { apiKey: sim.credentials['esim-go']?.apiKey ?? '' }
  const target = { file: 'x', provider: 'esim-go', baseUrl: sim.baseUrl('esim-go'), credentials }
  await using account = await openAccount(
    { ...target, rate: 1000, volatile: [], known: [] },
    source,
  )
  for (const id of [
    'createOrder',
    'refundInventory',
    'updateEsim',
    'topUpBalance',
    'refreshEsim',
  ]) {
    const request = account.request({ operation: id, path: { iccid: '8944000000000000001' } })
    await expect(account.ask(request, account.operation(id))).rejects.toThrow(/^not sent: /)
  }
  expect(account.sent).toBe(0)
  expect(await sim.journal.list()).toEqual([])
})
