// Two worlds with one seed of their own: alike in all that is random, but for their credentials.
import { expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../../src/index.ts'
import { ACTIVATION, BY_API, TOKEN_PATH } from '../../support/accounts-orders.ts'

interface Tenant {
  readonly clientId: string
  readonly clientSecret: string
  readonly token: string
  /** What a GET or, with a body, a POST answers; the world's name is left out of its links. */
  call(path: string, body?: object): Promise<string>
}

/** Makes a world and fetches a token in it. */
async function makeWorld(sim: RunningSimulator, name: string, seed?: string): Promise<Tenant> {
  const post = (url: string, body: object) =>
    fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
  await post(`${sim.url}/_sim/worlds`, { name, seed, clock: { mode: 'frozen' } })
  const world = (await (await fetch(`${sim.url}/_sim/worlds/${name}`)).json()) as {
    credentials: Record<string, { clientId: string; clientSecret: string }>
  }
  const { clientId = '', clientSecret = '' } = world.credentials['accounts-orders'] ?? {}

  const root = `${sim.url}/w/${name}/accounts-orders`
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  }
  const answer = await fetch(root + TOKEN_PATH, { method: 'POST', body: new URLSearchParams(form) })
  const { access_token: token } = (await answer.json()) as { access_token: string }

  async function call(path: string, body?: object): Promise<string> {
    const answer = await fetch(`${root}/enterprise${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return `${answer.status} ${await answer.text()}`.replaceAll(`/w/${name}/`, '/w/*/')
  }
  return { clientId, clientSecret, token, call }
}

/** ICCIDs, numbers, ids of orders, and links with cursors. */
async function whatIsRandom({ call }: Tenant): Promise<string[]> {
  return [
    await call('/orders', { ...ACTIVATION, sim_profile: BY_API }),
    await call('/orders', ACTIVATION),
    await call('/subscriptions'),
    await call('/usage/items?type=voice'),
  ]
}

test('two worlds with one seed of their own are alike to the byte, cursors included', async () => {
  await using sim = await startSimulator()
  const one = await whatIsRandom(await makeWorld(sim, 'one', 'chosen'))
  expect(one).toEqual([
    expect.stringMatching(/^201 .*"iccid":"8944538/),
    expect.stringMatching(/^201 .*"id":"order_/),
    expect.stringMatching(/^200 .*cursor=/),
    expect.stringMatching(/^200 .*cursor=/),
  ])
  expect(await whatIsRandom(await makeWorld(sim, 'two', 'chosen'))).toEqual(one)
})

test('two worlds without a seed of their own differ by their names', async () => {
  await using sim = await startSimulator()
  const one = await whatIsRandom(await makeWorld(sim, 'one'))
  const two = await whatIsRandom(await makeWorld(sim, 'two'))
  for (const [at, answer] of one.entries()) expect(two[at]).not.toBe(answer)
})

test('clients and tokens tell worlds with one seed apart', async () => {
  await using sim = await startSimulator()
  const one = await makeWorld(sim, 'one', 'chosen')
  const two = await makeWorld(sim, 'two', 'chosen')
  expect(one.clientId).not.toBe(two.clientId)
  expect(one.clientSecret).not.toBe(two.clientSecret)
  expect(one.token).not.toBe(two.token)
  const { status } = await fetch(`${sim.url}/w/two/accounts-orders/enterprise/accounts`, {
    headers: { Authorization: `Bearer ${one.token}` },
  })
  expect(status).toBe(401)
})
