// The public API: a simulator, a receiver and an Express application in the test's own process.
import { existsSync, readFileSync } from 'node:fs'
import express from 'express'
import request from 'supertest'
import { expect, test } from 'vitest'
import { createApp, startReceiver, startSimulator } from '../src/index.ts'

const KEY = { 'X-API-Key': 'test-esim-go-key' }

test('a receiver that fails is retried on schedule, then the callback is dead', async () => {
  await using receiver = await startReceiver({ answer: 500 })
  await using sim = await startSimulator({ given: 'an assigned bundle', callbackUrl: receiver.url })
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  await sim.device(iccid).attach('GB')
  await sim.clock.advance('P1D')
  const [callback] = await sim.callbacks.list()
  expect(callback?.attempts.map(({ at }) => at)).toEqual([
    '2026-01-01T00:00:00.000Z',
    '2026-01-01T00:00:05.000Z',
    '2026-01-01T00:05:05.000Z',
  ])
  expect(callback).toMatchObject({ state: 'dead' })
  expect(receiver.arrivals.map(({ at }) => at)).toEqual(['PT0S', 'PT5S', 'PT5M5S'])
})

test('a dead callback that is asked for again goes where callbacks go now', async () => {
  await using deaf = await startReceiver({ answer: 500 })
  await using better = await startReceiver()
  await using sim = await startSimulator({ given: 'an assigned bundle', callbackUrl: deaf.url })
  const [{ iccid } = { iccid: '' }] = await sim.sims()
  await sim.device(iccid).attach('GB')
  await sim.clock.advance('P1D')
  await sim.callbacks.target('esim-go', better.url)
  const [dead] = await sim.callbacks.list()
  await sim.callbacks.redeliver(dead?.id ?? '')
  await better.waitFor(1)
  expect(better.arrivals.map(({ body }) => body)).toEqual(
    deaf.arrivals.slice(0, 1).map(({ body }) => body),
  )
})

test('a simulator is frozen at a fixed start, on a port of its own', async () => {
  await using one = await startSimulator()
  await using two = await startSimulator()
  expect(one.clock.now()).toEqual(new Date('2026-01-01T00:00:00Z'))
  expect(one.port).not.toBe(two.port)
  await one.clock.advance({ to: new Date('2026-01-05T00:00:00Z') })
  expect(two.clock.now()).toEqual(new Date('2026-01-01T00:00:00Z'))
})

test('two simulators with one seed mint the same SIMs', async () => {
  await using one = await startSimulator({ seed: 'x', given: 'an assigned bundle' })
  await using two = await startSimulator({ seed: 'x', given: 'an assigned bundle' })
  expect(await one.sims('esim-go')).toEqual(await two.sims('esim-go'))
})

test('reset goes back to the given state', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const before = await sim.state()
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  await sim.device(iccid).use('1GB')
  await sim.reset()
  expect(await sim.state()).toEqual(before)
})

test('an unknown provider, state or instant is refused at once', async () => {
  await using sim = await startSimulator()
  expect(() => sim.baseUrl('nobody' as 'esim-go')).toThrow(/there are: esim-go/)
  await expect(startSimulator({ given: 'chaos' })).rejects.toThrow(/there is no state "chaos"/)
  await expect(startSimulator({ clock: { at: 'noon' } })).rejects.toThrow(/noon/)
})

test('closing twice is closing once, and frees the port', async () => {
  const sim = await startSimulator()
  await Promise.all([sim.close(), sim.close()])
  await expect(fetch(`${sim.url}/_sim/health`)).rejects.toThrow()
  await using again = await startSimulator({ port: sim.port })
  expect(again.port).toBe(sim.port)
})

test('a receiver answers in turn, by arrival, and late', async () => {
  await using turns = await startReceiver({ answer: [500, 201] })
  const post = (url: string, body = '{}') => fetch(url, { method: 'POST', body })
  expect([
    (await post(turns.url)).status,
    (await post(turns.url)).status,
    (await post(turns.url)).status,
  ]).toEqual([500, 201, 201])
  await using choosy = await startReceiver({
    answer: ({ json }) => ((json as { ok: boolean }).ok ? 200 : 422),
    delay: 1,
  })
  expect((await post(choosy.url, '{"ok":true}')).status).toBe(200)
  expect((await post(choosy.url, '{"ok":false}')).status).toBe(422)
  expect(choosy.arrivals).toMatchObject([
    { method: 'POST', path: '/', body: '{"ok":true}', json: { ok: true } },
    { json: { ok: false } },
  ])
  await expect(choosy.waitFor(3, { timeout: 10 })).rejects.toThrow(
    '2 of 3 callbacks arrived within 10 ms',
  )
})

test('an application answers supertest without a port', async () => {
  await using app = await createApp()
  await request(app).get('/esim-go/v2.4/esims').set(KEY).expect(200)
  await request(app).get('/esim-go/v2.4/esims').expect(403)
  await request(app)
    .get('/_sim/clock')
    .expect(200, { now: '2026-01-01T00:00:00.000Z', mode: 'frozen', rate: 1 })
  await request(app).post('/_sim/clock/advance').send({ by: 'P1D' }).expect(200)
})

test('an application is mounted in another, and its links carry the path', async () => {
  await using app = await createApp()
  const outer = express()
  outer.use('/sim', app)
  outer.get('/', (_request, response) => void response.send('outer'))
  await request(outer).get('/').expect(200, 'outer')
  await request(outer).get('/sim/esim-go/v2.4/esims').set(KEY).expect(200)
  const { body } = await request(outer).post('/sim/_sim/worlds').send({ name: 'w' }).expect(201)
  expect(body.baseUrls['esim-go']).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/sim\/w\/w\/esim-go\/v2\.4$/)
  const front = await request(outer).get('/sim').expect(200)
  expect(front.body.control).toMatch(/\/sim\/_sim$/)
})

/** Every declaration file that a user's compiler reads, from one file on. */
function declarationsFrom(file: URL, found = new Set<string>()): Set<string> {
  if (found.has(file.href)) return found
  found.add(file.href)
  if (!existsSync(file)) return found
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g))
    declarationsFrom(new URL(path.replace(/(\.d)?\.ts$/, '.d.ts'), file), found)
  return found
}

test('the types of the built package are whole', () => {
  const files = [...declarationsFrom(new URL('../dist/index.d.ts', import.meta.url))]
  expect(files.some((file) => file.endsWith('/control/spec.d.ts'))).toBe(true)
  expect(files.filter((file) => !existsSync(new URL(file)))).toEqual([])
})
