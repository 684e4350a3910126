// `esimulator token`: the token that a provider's own endpoint gives, for a shell.
import { expect, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { run } from '../support/cli.ts'

test.each([
  ['accounts-orders', '/accounts'],
  ['wholesale', '/transactionStatus?partnerTransactionId=None'],
] as const)('a token of %s opens its API, in another world, too', async (slug, path) => {
  await using sim = await startSimulator()
  await sim.control.call('createWorld', { body: { name: 'other' } })
  for (const [world, prefix] of [
    ['default', ''],
    ['other', '/w/other'],
  ]) {
    const args = ['token', slug, '--url', sim.url, '--world', world ?? '']
    const { code, stdout } = await run(args, { cwd: '.' })
    expect(code).toBe(0)
    const url = sim.baseUrl(slug).replace(sim.url, `${sim.url}${prefix}`)
    const headers = { authorization: `Bearer ${stdout.trim()}` }
    expect((await fetch(url + path, { headers })).status).not.toBe(401)
    expect((await fetch(url + path)).status).toBe(401)
  }
})

test.each([
  [['token', 'highland'], 'highland has no tokens: ask for one of wholesale, accounts-orders'],
  [['token', 'acme'], 'there is no provider "acme": ask for one of wholesale, accounts-orders'],
  [['token'], 'something is missing: esimulator token wholesale'],
])('%j says which providers have tokens', async (args, told) => {
  await using sim = await startSimulator()
  const { code, stderr } = await run([...args, '--url', sim.url], { cwd: '.' })
  expect([code, stderr]).toEqual([2, `esimulator: ${told}\n`])
})
