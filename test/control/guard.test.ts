// Who may use the control API.
import { expect, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { simulators } from '../../src/simulators/index.ts'
import { call, expectProblem, rawGet } from '../support/control.ts'

const FULL_HEALTH = {
  status: 'ok',
  version: expect.any(String),
  providers: simulators.map(({ slug }) => slug),
  hosts: { 'api.esim-go.com': 'esim-go', 'api.1global.com': 'accounts-orders' },
  worlds: 1,
  store: { kind: 'memory', answers: true },
}

test('loopback names are answered', async () => {
  await using sim = await startSimulator()
  for (const host of [
    `localhost:${sim.port}`,
    `LOCALHOST:${sim.port}`,
    '127.0.0.1',
    '127.1.2.3:80',
    '[::1]:4010',
    'sim.localhost',
  ])
    expect(await rawGet(sim.url, '/_sim/clock', { host }), host).toMatchObject({ status: 200 })
})

test('a foreign host name is refused, so that a rebound name leads nowhere', async () => {
  await using sim = await startSimulator()
  for (const host of [
    'attacker.example',
    '127.0.0.1.attacker.example',
    'localhost.attacker.example:4010',
    '10.0.0.5',
    '169.254.1.1',
  ])
    expectProblem(await rawGet(sim.url, '/_sim/clock', { host }), 403, /ESIMULATOR_ALLOWED_HOSTS/)
})

test('the host of the public URL is answered', async () => {
  await using sim = await startSimulator({ publicUrl: 'https://sim.example.test/' })
  expect(await rawGet(sim.url, '/_sim/clock', { host: 'sim.example.test' })).toMatchObject({
    status: 200,
  })
})

test('a page of another origin is refused, one of its own is not', async () => {
  await using sim = await startSimulator()
  for (const Origin of ['https://attacker.example', 'null', `http://localhost:${sim.port + 1}`])
    expectProblem(
      await call(sim.url, '/_sim/reset', { method: 'POST', headers: { Origin } }),
      403,
      /pages of .* may not use/,
    )
  expect(await call(sim.url, '/_sim/clock', { headers: { Origin: sim.url } })).toMatchObject({
    status: 200,
  })
})

test('no answer carries a CORS header', async () => {
  await using sim = await startSimulator()
  const { headers } = await call(sim.url, '/_sim/clock', { headers: { Origin: sim.url } })
  expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  expectProblem(await call(sim.url, '/_sim/clock', { method: 'OPTIONS' }), 405, /use GET/)
})

test('where a token is set it is demanded', async () => {
  await using sim = await startSimulator({ token: 'a-secret' })
  const missing = await call(sim.url, '/_sim/clock')
  expectProblem(missing, 401, /Authorization: Bearer <token>/)
  expect(missing.headers.get('www-authenticate')).toMatch(/^Bearer/)
  for (const Authorization of ['Bearer wrong', 'Bearer a-secret2', 'Basic a-secret', 'a-secret'])
    expectProblem(await call(sim.url, '/_sim/clock', { headers: { Authorization } }), 401, /token/)
  expect(
    await call(sim.url, '/_sim/clock', { headers: { Authorization: 'Bearer a-secret' } }),
  ).toMatchObject({ status: 200 })
})

test('health needs no token, and then tells the status and the version only', async () => {
  await using sim = await startSimulator({ token: 'a-secret' })
  const shut = await call<object>(sim.url, '/_sim/health')
  expect(shut).toMatchObject({ status: 200, body: { status: 'ok', version: expect.any(String) } })
  expect(Object.keys(shut.body)).toEqual(['status', 'version'])
  const open = await call(sim.url, '/_sim/health', {
    headers: { Authorization: 'Bearer a-secret' },
  })
  expect(open.body).toEqual(FULL_HEALTH)
})

test('health answers a probe that knows the server by its address, and tells it no more', async () => {
  await using sim = await startSimulator()
  const probe = await rawGet(sim.url, '/_sim/health', { host: '10.1.2.3:4010' })
  expect(Object.keys(probe.body as object)).toEqual(['status', 'version'])
  expect((await call(sim.url, '/_sim/health')).body).toEqual(FULL_HEALTH)
})

test('the guard stands before paths there are not, too', async () => {
  await using sim = await startSimulator({ token: 'a-secret' })
  expectProblem(await call(sim.url, '/_sim/nothing'), 401, /token/)
  expectProblem(await call(sim.url, '/_SIM/clock'), 404, /nothing is served/)
})

test('a provider is reached under any host name and without the token', async () => {
  await using sim = await startSimulator({ token: 'a-secret' })
  const { status } = await rawGet(sim.url, '/esim-go/v2.4/esims', {
    host: 'esimulator',
    'X-API-Key': 'test-esim-go-key',
  })
  expect(status).toBe(200)
})
