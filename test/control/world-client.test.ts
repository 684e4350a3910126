// The client of one world: of any simulator by its URL, each operation typed by the spec.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { ControlError, NoAnswer } from '../../src/control/client.ts'
import { worldClient } from '../../src/control/node-client.ts'
import { startReceiver, startSimulator } from '../../src/index.ts'
import { sourceFiles } from '../support/source.ts'

test('a client speaks to its own world alone, with the token that is demanded', async () => {
  await using sim = await startSimulator({ token: 'a-secret' })
  await sim.control.call('createWorld', { body: { name: 'w', given: 'an assigned bundle' } })
  const client = worldClient({ url: `${sim.url}/`, world: 'w', token: 'a-secret' })
  expect(await client.show()).toMatchObject({
    name: 'w',
    baseUrls: { 'esim-go': `${sim.url}/w/w/esim-go/v2.4` },
  })

  const [esim] = await client.sims('esim-go')
  const { used } = await client.device(esim?.iccid ?? '').use('1MB')
  expect(used).toBe(1e6)
  await client.clock.advance({ to: new Date('2026-01-05T00:00:00Z') })
  expect((await client.clock.show()).now).toBe('2026-01-05T00:00:00.000Z')
  expect(sim.clock.now()).toEqual(new Date('2026-01-01T00:00:00Z'))
  expect(await sim.sims('esim-go')).toEqual([])
})

test('a world is taken from one simulator into another', async () => {
  await using one = await startSimulator({ given: 'an assigned bundle' })
  await using two = await startSimulator()
  const client = worldClient({ url: two.url })
  expect(await client.restore(await one.state())).toEqual(await client.show())
  expect(await client.sims()).toEqual(await one.sims())
  await client.reset()
  expect(await client.sims('esim-go')).toEqual([])
})

test('what the control API refuses is thrown with its problem', async () => {
  await using sim = await startSimulator({ token: 'a-secret' })
  const stranger = worldClient({ url: sim.url })
  await expect(stranger.state()).rejects.toMatchObject({ status: 401, name: 'ControlError' })
  const client = worldClient({ url: sim.url, world: 'nowhere', token: 'a-secret' })
  const refused = client.messages({ provider: 'wholesale', limit: 1 })
  await expect(refused).rejects.toBeInstanceOf(ControlError)
  await expect(refused).rejects.toMatchObject({
    status: 404,
    problem: { title: 'Not Found', detail: expect.stringMatching(/no world "nowhere"/) },
  })
})

test('where nothing answers, or no simulator, that is said', async () => {
  const nobody = worldClient({ url: 'http://127.0.0.1:9' })
  await expect(nobody.state()).rejects.toThrow(/nothing answers at http:\/\/127\.0\.0\.1:9/)
  await using receiver = await startReceiver()
  const client = worldClient({ url: receiver.url })
  await expect(client.state()).rejects.toThrow(/is that a simulator\?/)
  await expect(client.state()).rejects.toBeInstanceOf(NoAnswer)
})

test('what takes the connection and ends it without an answer is not told to start', async () => {
  const server = createServer((socket) => void socket.once('data', () => socket.destroy()))
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  const client = worldClient({ url: `http://127.0.0.1:${port}` })
  await expect(client.state()).rejects.toThrow(/ended before the answer did: was the simulator/)
  await new Promise((closed) => server.close(closed))
})

test('an idle connection that was closed meanwhile is opened anew', async () => {
  await using sim = await startSimulator()
  const stale: Socket[] = []
  const proxy = createServer((socket) => {
    const through = connect(sim.port, '127.0.0.1')
    socket.pipe(through).pipe(socket)
    for (const end of [socket, through]) end.on('error', () => {})
    stale.push(socket)
  })
  await new Promise<void>((ready) => proxy.listen(0, '127.0.0.1', ready))
  const { port } = proxy.address() as AddressInfo
  const client = worldClient({ url: `http://127.0.0.1:${port}` })
  await client.clock.show()
  stale[0]?.resetAndDestroy()
  expect((await client.clock.advance('P1D')).to).toBe('2026-01-02T00:00:00.000Z')
  for (const socket of stale) socket.destroy()
  await new Promise((closed) => proxy.close(closed))
})

test('a call that is broken off ends at once', async () => {
  const server = createServer(() => {})
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  const stop = new AbortController()
  const client = worldClient({ url: `http://127.0.0.1:${port}`, signal: stop.signal })
  const asked = client.state()
  stop.abort()
  await expect(asked).rejects.toBeInstanceOf(NoAnswer)
  server.close()
})

test('nothing here waits by fetch: it gives up on an answer after five minutes', () => {
  // A page has nothing else, and a browser waits; the other plays a caller of a provider, and sets no
  // fault that lets an answer hang.
  const others = ['src/dashboard/client.ts', 'src/library/fast-check.ts']
  const waiting = sourceFiles('src').filter(({ code }) => /\bfetch\(/.test(code))
  expect(waiting.map(({ path }) => path)).toEqual(others)
})

test('all SIMs are listed, the latest ones of more than 1,000, too', async () => {
  await using sim = await startSimulator({ stock: { 'esim-go': { balance: 5000 } } })
  const line = { type: 'bundle', item: 'esim_1GB_7D_GB_V2', quantity: 700 }
  for (const time of ['first', 'second']) {
    const answer = await fetch(`${sim.baseUrl('esim-go')}/orders`, {
      method: 'POST',
      headers: { 'X-API-Key': 'test-esim-go-key', 'Content-Type': 'application/json' },
      body: JSON.stringify({ type: 'transaction', assign: true, order: [line] }),
    })
    expect([time, answer.status]).toEqual([time, 200])
  }
  const all = await sim.sims('esim-go')
  expect(new Set(all.map(({ iccid }) => iccid)).size).toBe(1400)
})
