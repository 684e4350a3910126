// GET /_sim/commands: what was done to a world by the control API, in its place among the exchanges.
import { expect, test } from 'vitest'
import { worldClient } from '../../src/control/node-client.ts'
import { startSimulator } from '../../src/index.ts'
import { COMMANDS_LENGTH } from '../../src/server/commands.ts'
import { send } from '../support/http.ts'

const GO_KEY = { 'X-API-Key': 'test-esim-go-key' }

test('calls that were to change a world are listed with what they were answered; those that read are not', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const [esim] = await sim.sims('esim-go')
  const device = sim.device(esim?.iccid ?? '')
  await device.disable()
  await expect(device.install()).rejects.toThrow(/cannot install/)
  await send('GET', `${sim.baseUrl('esim-go')}/esims`, { headers: GO_KEY })
  await sim.clock.advance('PT1H')
  await sim.clock.show()
  await sim.faults.add({ provider: 'esim-go', kind: 'status', status: 503 })
  await sim.faults.clear()
  const { began, commands, total, next } = await sim.commands()
  expect([began, total, next]).toEqual([
    { at: '2026-01-01T00:00:00.000Z', given: 'an assigned bundle' },
    5,
    undefined,
  ])
  expect(
    commands.map(({ operation, status, behind, at }) => [operation, status, behind, at]),
  ).toEqual([
    ['disableSim', 200, 0, '2026-01-01T00:00:00.000Z'],
    ['installSim', 409, 0, '2026-01-01T00:00:00.000Z'],
    ['advanceClock', 200, 1, '2026-01-01T00:00:00.000Z'],
    ['addFault', 201, 1, '2026-01-01T01:00:00.000Z'],
    ['clearFaults', 204, 1, '2026-01-01T01:00:00.000Z'],
  ])
  expect(commands[2]).toMatchObject({
    method: 'POST',
    url: '/_sim/clock/advance',
    requestJson: { by: 'PT1H' },
    replyJson: { to: '2026-01-01T01:00:00.000Z' },
  })
  expect(commands[1]).toMatchObject({ replyJson: { status: 409, code: 'wrong-state' } })
  const page = await sim.commands({ after: 1, limit: 2 })
  expect([page.commands.map(({ id }) => id), page.next]).toEqual([[2, 3], 3])
})

test('a world that begins anew has none, each world has its own, and the latest are kept without secrets', async () => {
  await using sim = await startSimulator()
  await sim.clock.advance('PT1S')
  await sim.control.call('createWorld', { body: { name: 'other', given: 'an empty account' } })
  const other = worldClient({ url: sim.url, world: 'other' })
  await other.callbacks.target('esim-go', 'http://127.0.0.1:9/?token=abcdef123456')
  const listed = await other.commands()
  expect(listed).toMatchObject({ total: 1, began: { given: 'an empty account' } })
  expect(JSON.stringify(listed)).not.toMatch(/abcdef123456/)
  expect((await sim.commands()).commands.map(({ operation }) => operation)).toEqual([
    'advanceClock',
  ])
  await sim.reset({ given: 'an assigned bundle' })
  expect(await sim.commands()).toMatchObject({ total: 0, began: { given: 'an assigned bundle' } })
  await sim.restore(await sim.state())
  expect(await sim.commands()).toEqual({ total: 0, commands: [] })
  for (let count = 0; count <= COMMANDS_LENGTH; count += 1) await sim.faults.clear()
  const { total, commands } = await sim.commands({ limit: 1 })
  expect([total, commands[0]?.id]).toEqual([COMMANDS_LENGTH, 2])
})
