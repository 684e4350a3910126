// What the control API says to what it cannot do.
import { expect, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { call, expectProblem } from '../support/control.ts'

test('the front page names the base URLs and the control API', async () => {
  await using sim = await startSimulator()
  const { status, body } = await call(sim.url, '/')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    providers: { 'esim-go': [sim.baseUrl('esim-go'), `${sim.url}/esim-go/v2.5`] },
    control: `${sim.url}/_sim`,
  })
  const mounts = ['v2.4', 'v2.5'].map((version) => `${sim.url}/w/default/esim-go/${version}`)
  expect((await call(sim.url, '/w/default')).body).toMatchObject({
    providers: { 'esim-go': mounts },
  })
})

test('a path of nobody is told the base URLs', async () => {
  await using sim = await startSimulator()
  expectProblem(await call(sim.url, '/v2.4/esims'), 404, new RegExp(`${sim.url}/esim-go/v2.4`))
  expectProblem(await call(sim.url, '/', { method: 'POST' }), 405, /use GET/)
  expectProblem(
    await call(sim.url, '/_sim/clocks'),
    404,
    /did you mean \/_sim\/clock\? GET \/_sim\/openapi\.json/,
  )
})

test('a wrong method is told the right ones', async () => {
  await using sim = await startSimulator()
  const answer = await call(sim.url, '/_sim/worlds', { method: 'DELETE' })
  expectProblem(answer, 405, /use GET or POST/)
  expect(answer.headers.get('allow')).toBe('GET, HEAD, POST')
})

test('a trailing slash is accepted, and HEAD is answered as GET without a body', async () => {
  await using sim = await startSimulator()
  expect(await call(sim.url, '/_sim/clock/')).toMatchObject({ status: 200 })
  expect(await call(sim.url, '/_sim/sims/?limit=1')).toMatchObject({ status: 200 })
  expect(await call(sim.url, '/_sim/clock', { method: 'HEAD' })).toMatchObject({
    status: 200,
    body: undefined,
  })
})

test('a body that is no JSON, no object of the schema, or of the wrong type is refused', async () => {
  await using sim = await startSimulator()
  const advance = (wanted: object) =>
    call(sim.url, '/_sim/clock/advance', { method: 'POST', ...wanted })
  const headers = { 'Content-Type': 'application/json' }
  expectProblem(await advance({ raw: '{"by":', headers }), 400, /not JSON/)
  expectProblem(
    await advance({
      raw: 'by=P1D',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    }),
    415,
    /application\/json/,
  )
  expectProblem(await advance({ json: ['P1D'] }), 400, /the body must be a JSON object/)
  expectProblem(await advance({ json: null }), 400, /object/)
  expectProblem(await advance({ json: { by: 3 } }), 400, /by must be a text in quotes, and is 3/)
  expectProblem(
    await advance({ json: { by: 'P1D', until: 'x' } }),
    400,
    /knows no "until"; it knows by, to, next, maxEvents, maxWall/,
  )
  expectProblem(await advance({}), 400, /needs a body/)
  expect(sim.clock.now()).toEqual(new Date('2026-01-01T00:00:00Z'))
})

test('names that reach into objects are refused at any depth', async () => {
  await using sim = await startSimulator()
  for (const raw of [
    '{"__proto__":{"by":"P1D"}}',
    '{"by":"P1D","x":{"constructor":1}}',
    '{"x":[{"prototype":1}]}',
  ]) {
    const headers = { 'Content-Type': 'application/json' }
    expectProblem(
      await call(sim.url, '/_sim/clock/advance', { raw, headers }),
      400,
      /is not allowed/,
    )
  }
})

test('a body over 1 MB is refused', async () => {
  await using sim = await startSimulator()
  const json = { by: 'x'.repeat(1_100_000) }
  expectProblem(
    await call(sim.url, '/_sim/clock/advance', { json }),
    413,
    /larger than 1048576 bytes/,
  )
})

test('parameters that are unknown or out of range are refused by name', async () => {
  await using sim = await startSimulator()
  expectProblem(
    await call(sim.url, '/_sim/sims?page=2'),
    400,
    /knows no \?page=; it knows provider, search, profile, service, order, limit, offset/,
  )
  expectProblem(await call(sim.url, '/_sim/sims?limit=0'), 400, /limit must be at least 1/)
  expectProblem(
    await call(sim.url, '/_sim/sims?limit=many'),
    400,
    /limit must be a whole number, and is "many"/,
  )
  expectProblem(await call(sim.url, '/_sim/sims?provider=nobody'), 400, /there are: esim-go/)
  expectProblem(await call(sim.url, '/_sim/sims/12'), 400, /"12" is no ICCID: 10 to 22 digits/)
  expectProblem(await call(sim.url, '/_sim/sims/%zz'), 400, /decode/)
})

test('a world there is not is told how to make one', async () => {
  await using sim = await startSimulator()
  expectProblem(await call(sim.url, '/w/nowhere/_sim/clock'), 404, /POST \/_sim\/worlds/)
  expectProblem(
    await call(sim.url, '/_sim/clock', { headers: { 'X-Sim-World': 'nowhere' } }),
    404,
    /no world "nowhere"/,
  )
  expectProblem(await call(sim.url, '/w/nowhere/'), 404, /no world "nowhere"/)
})
