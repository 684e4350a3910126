// Acme Mobile held to what every provider is held to, and used as an application would.
import { createHmac } from 'node:crypto'
import { runWorkflows, startReceiver, startSimulator } from 'esimulator'
import { checkProvider } from 'esimulator/provider'
import { expect, test } from 'vitest'
import acme from './index.js'

async function call(
  sim: { baseUrl(slug: string): string },
  path: string,
  how: { method?: string; body?: object },
) {
  const { method = 'GET', body } = how
  const headers = {
    Authorization: 'Bearer test-acme-mobile-key',
    'Content-Type': 'application/json',
  }
  const response = await fetch(sim.baseUrl('acme-mobile') + path, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

test('the provider is complete', async () => {
  expect(await checkProvider(acme)).toEqual([])
})

test('its suite passes', async () => {
  await using sim = await startSimulator({ providers: [acme] })
  const suite = new URL('suite.arazzo.yaml', import.meta.url)
  const { outcome } = await runWorkflows(suite.pathname, { target: sim.url })
  expect(outcome).toBe('passed')
})

test('an eSIM is ready half a minute after its order, and the shop is told with a signature', async () => {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({ providers: [acme], callbackUrl: receiver.url })
  const ordered = await call(sim, '/esims', { method: 'POST', body: { plan: 'europe-1gb' } })
  expect(ordered).toMatchObject({ status: 201, body: { state: 'ordered' } })

  await sim.clock.advance('PT30S')
  const [told] = await receiver.waitFor(1)
  const { iccid } = ordered.body
  expect(told?.json).toMatchObject({ type: 'esim.ready', esim: { iccid, state: 'active' } })
  const signature = createHmac('sha256', sim.credentials['acme-mobile']?.callbackSecret ?? '')
    .update(told?.body ?? '')
    .digest('hex')
  expect(told?.headers['x-acme-signature']).toBe(signature)

  await sim.device(`${iccid}`).install()
  await sim.device(`${iccid}`).use('100MB')
  expect(await sim.sims('acme-mobile')).toMatchObject([{ iccid, profile: 'enabled' }])
})

test('what the lifecycle does not list is refused, in its own words', async () => {
  await using sim = await startSimulator({ providers: [acme], given: 'an ordered eSIM' })
  const [{ iccid } = { iccid: '' }] = await sim.sims('acme-mobile')
  const change = (action: string) =>
    call(sim, `/esims/${iccid}`, { method: 'PATCH', body: { action } })
  expect(await change('close')).toMatchObject({ status: 200, body: { state: 'closed' } })
  expect(await change('resume')).toEqual({
    status: 409,
    body: { error: 'WRONG_STATE', message: 'cannot resume what is closed' },
  })
})

test('a plan there is not is refused, and nothing is ordered', async () => {
  await using sim = await startSimulator({ providers: [acme] })
  const { status } = await call(sim, '/esims', { method: 'POST', body: { plan: 'moon' } })
  expect(status).toBe(404)
  expect(await sim.sims('acme-mobile')).toEqual([])
})
