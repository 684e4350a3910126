// What the compiler says of wrong names and values, and of replies: this file does not compile where a type is lost.
import { expect, expectTypeOf, test } from 'vitest'
import {
  type Given,
  type ProviderSlug,
  pactStates,
  type Reply,
  type RunningSimulator,
  type Schema,
  type Sent,
  type StateName,
  startSimulator,
} from '../../src/index.ts'
import type { Simulator } from '../../src/simulators/simulator.ts'

test('slugs, settings and states are known when code is compiled, and wrong ones refused', async () => {
  expectTypeOf<ProviderSlug>().toEqualTypeOf<
    'esim-go' | 'highland' | 'wholesale' | 'accounts-orders'
  >()
  expectTypeOf<'an assigned bundle'>().toExtend<StateName<'esim-go'>>()
  expectTypeOf<'an assigned bundle'>().not.toExtend<StateName<'highland'>>()
  expectTypeOf<string>().toExtend<Given>()

  await using sim = await startSimulator()
  // @ts-expect-error: no such provider
  expect(() => sim.baseUrl('esimgo')).toThrow(/did you mean esim-go\?/)
  // @ts-expect-error: no such setting
  await expect(sim.set('esim-go', { ratelimit: 10 })).rejects.toThrow(/no setting "ratelimit"/)
  // @ts-expect-error: a number is wanted
  await expect(sim.set('esim-go', { rateLimit: 'ten' })).rejects.toThrow(/whole number/)
  // @ts-expect-error: one of its words is wanted
  await expect(sim.set('esim-go', { wire: 'secret' })).rejects.toThrow(/public, documented/)
  await sim.set('esim-go', { rateLimit: 10, wire: 'documented' })
  await sim.set('esim-go', { rateLimit: null })
  expectTypeOf((await sim.settings('esim-go')).rateLimit).toHaveProperty('value')
})

test('of chosen providers only those are known', async () => {
  await using sim = await startSimulator({ providers: ['esim-go', 'wholesale'] })
  expectTypeOf(sim).toEqualTypeOf<RunningSimulator<'esim-go' | 'wholesale'>>()
  // @ts-expect-error: not chosen
  expect(() => sim.baseUrl('highland')).toThrow(/there are: esim-go, wholesale/)
  expectTypeOf(sim.credentials).toHaveProperty('wholesale')
  expectTypeOf(sim.credentials).not.toHaveProperty('highland')
  // @ts-expect-error: not chosen
  await expect(sim.worlds.create({ name: 'w', credentials: { highland: ['k'] } })).rejects.toThrow()
})

test('with a provider of your own any slug is known', () => {
  expectTypeOf(startSimulator<'esim-go' | Simulator>).returns.resolves.toEqualTypeOf<
    RunningSimulator<string>
  >()
})

test('replies, requests and schemas have the types of the specs', () => {
  expectTypeOf<Reply<'esim-go', 'getOrder'>>().toEqualTypeOf<Schema<'esim-go', 'Order'>>()
  expectTypeOf<Schema<'esim-go', 'Order'>>().toHaveProperty('orderReference')
  expectTypeOf<Sent<'esim-go', 'createOrder'>>().toEqualTypeOf<Schema<'esim-go', 'OrderRequest'>>()
  expectTypeOf<Reply<'wholesale', 'queryTransactionStatus'>>().not.toBeNever()
  expectTypeOf<Reply<'esim-go', 'createOrder', 400>>().toHaveProperty('message')
  // @ts-expect-error: no such operation
  expectTypeOf<Reply<'esim-go', 'makeOrder'>>().toBeAny()
  // @ts-expect-error: no such schema
  expectTypeOf<Schema<'esim-go', 'Ordr'>>().toBeAny()
})

test('every state says what it holds and what to do next', () => {
  for (const { provider, name, says } of pactStates(undefined))
    expect(says, `${provider}: ${name}`).toMatch(/\w+ \w+ \w+/)
  const [assigned] = pactStates('esim-go').filter(({ name }) => name === 'an assigned bundle')
  expect(assigned?.says).toMatch(/an eSIM in a handset, enabled, .* attach it or use data/)
})
