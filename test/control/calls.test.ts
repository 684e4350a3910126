// Calls of the providers by hand: what can be called, and that a call is one like any other.
import { describe, expect, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'

const EXAMPLES: Readonly<Record<string, string>> = {
  'esim-go': 'createOrder',
  highland: 'acquireEsim',
}

test('each provider tells its operations, with what they take', async () => {
  await using sim = await startSimulator({ port: 0 })
  for (const slug of Object.keys((await sim.show()).mounts)) {
    const { operations } = await sim.calls.list(slug)
    expect(operations.length, slug).toBeGreaterThan(3)
    for (const { id, path, parameters } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const told = parameters.filter((each) => each.in === 'path').map(({ name }) => name)
      expect(told.toSorted(), id).toEqual(inPath.toSorted())
    }
  }
})

describe('a call', () => {
  test.each(Object.entries(EXAMPLES))(
    'to %s with a body of the documentation is let in and carried out',
    async (provider, operation) => {
      await using sim = await startSimulator({ port: 0 })
      const { operations } = await sim.calls.list(provider)
      const bodies = operations.find(({ id }) => id === operation)?.bodies ?? []
      const body = (bodies.find(({ name }) => name.startsWith('new')) ?? bodies[0])?.value
      const before = await sim.sims()
      const { status, exchange } = await sim.calls.make({ provider, operation, body })
      expect(status).toBe(200)
      expect(await sim.sims()).toHaveLength(before.length + 1)
      expect(await sim.journal.get(exchange ?? 0)).toMatchObject({ operation, status })
    },
  )

  test.each([
    ['wholesale', 'queryTransactionStatus'],
    ['accounts-orders', 'listAccounts'],
  ])('to %s comes with the token that it needs', async (provider, operation) => {
    await using sim = await startSimulator({ port: 0 })
    const { exchange } = await sim.calls.make({ provider, operation })
    const { refusal } = await sim.journal.get(exchange ?? 0)
    expect(refusal?.code).not.toBe('unauthorized')
  })

  test('is made in the world that asks, behind a token, and hit by a fault of it', async () => {
    await using sim = await startSimulator({ port: 0, token: 'a-token-of-sixteen' })
    const other = await sim.worlds.create({ name: 'other' })
    await other.faults.add({
      provider: 'esim-go',
      operation: 'listEsims',
      kind: 'status',
      status: 503,
    })
    const wanted = { provider: 'esim-go', operation: 'listEsims' }
    expect((await other.calls.make(wanted)).status).toBe(503)
    expect((await sim.calls.make(wanted)).status).toBe(200)
  })

  test('that is given no access token says what was answered in its place', async () => {
    await using sim = await startSimulator({ port: 0 })
    const wanted = { provider: 'wholesale', operation: 'queryTransactionStatus' }
    await sim.calls.make(wanted)
    await sim.faults.add({
      provider: 'wholesale',
      operation: 'issueToken',
      kind: 'status',
      status: 503,
    })
    // Each call has a client of its own, which fetches a token of its own.
    const called = await sim.calls.make(wanted)
    const { href } = new URL('/w/default/wholesale/', sim.url)
    expect(called.error).toMatch(`no token at ${href}`)
    expect(called.error).toMatch(
      /: it answered 503 \(.*temporarily_unavailable.*\); look at the credentials$/s,
    )
    // It was not sent: no earlier exchange is told in its place.
    expect(called).toEqual({ error: called.error })
  })

  test('and a run reach a simulator whose public URL nobody here reaches', async () => {
    await using sim = await startSimulator({ publicUrl: 'https://sim.invalid' })
    const provider = 'wholesale'
    const { status } = await sim.calls.make({ provider, operation: 'queryTransactionStatus' })
    expect(status).toBeGreaterThanOrEqual(200)
    const file = 'esimulator:wholesale-receiver-down.arazzo.yaml'
    const run = await sim.workflows.start({ file, pause: 'each-step' })
    expect(run).toMatchObject({ state: 'paused' })
  })

  test('that gets no answer says why', async () => {
    await using sim = await startSimulator({ port: 0 })
    await sim.faults.add({ provider: 'esim-go', operation: 'listEsims', kind: 'reset' })
    const called = await sim.calls.make({ provider: 'esim-go', operation: 'listEsims' })
    expect(called).toMatchObject({ error: expect.any(String) })
    expect(called.status).toBeUndefined()
  })

  test.each([
    ['an operation there is not', { operation: 'listEsim' }, 'did you mean listEsims'],
    ['a parameter there is not', { operation: 'listEsims', parameters: { pag: 1 } }, 'pag'],
    ['no value for the path', { operation: 'getEsim' }, 'needs iccid'],
  ])('with %s is refused in words', async (_what, wanted, says) => {
    await using sim = await startSimulator({ port: 0 })
    await expect(sim.calls.make({ provider: 'esim-go', ...wanted })).rejects.toThrow(says)
  })

  test('of a provider there is not is refused', async () => {
    await using sim = await startSimulator({ port: 0 })
    await expect(sim.calls.list('esim-og')).rejects.toThrow('esim-go')
    await expect(sim.calls.make({ provider: 'none', operation: 'x' })).rejects.toThrow(
      'no provider',
    )
  })
})
