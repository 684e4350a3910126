// The client of one world: of any simulator by its URL, each operation typed by the spec.
import { expect, test } from 'vitest'
import { ControlError, NoAnswer } from '../../src/control/client.ts'
import { worldClient } from '../../src/control/world-client.ts'
import { startReceiver, startSimulator } from '../../src/index.ts'

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
