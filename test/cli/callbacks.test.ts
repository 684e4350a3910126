// `esimulator callbacks`: listed, followed, sent again and on demand.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  type Receiver,
  type RunningSimulator,
  startReceiver,
  startSimulator,
} from '../../src/index.ts'
import { type Ended, folder, run } from '../support/cli.ts'

let sim: RunningSimulator
let receiver: Receiver
let dir: Awaited<ReturnType<typeof folder>>
beforeEach(async () => {
  receiver = await startReceiver()
  sim = await startSimulator({ given: 'an assigned bundle', callbackUrl: receiver.url })
  dir = await folder()
})
afterEach(async () => {
  await sim.close()
  await receiver.close()
  await dir[Symbol.asyncDispose]()
})

const esimulator = (...args: string[]): Promise<Ended> =>
  run(['callbacks', ...args], { cwd: dir.path, env: { ESIMULATOR_URL: sim.url } })

async function use(amount: string): Promise<string> {
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  await sim.device(iccid).use(amount)
  await sim.clock.advance('PT0S')
  return iccid
}

test('callbacks are listed, newest first, filtered, and those not sent with the reason', async () => {
  expect((await esimulator()).stdout).toMatch(/^there are no such callbacks/)
  const iccid = await use('800MB')
  const { stdout, code } = await esimulator('list')
  expect(code).toBe(0)
  const lines = stdout.trim().split('\n')
  expect(lines[0]).toMatch(/^callback +at +provider +type +iccid +state +attempts +outcome$/)
  expect(lines).toHaveLength(6)
  expect(lines[1]).toMatch(
    new RegExp(`^cb_\\w+_000005 .* esim-go +Utilisation +${iccid} +delivered +1 +200$`),
  )
  expect((await esimulator('--limit', '2', '--type', 'Utilisation')).stdout).toMatch(/\n1 more$/m)
  expect(JSON.parse((await esimulator('--json', '--limit', '1')).stdout)).toMatchObject({
    total: 5,
    callbacks: [{ type: 'Utilisation', json: { iccid } }],
  })

  await sim.callbacks.target('esim-go', undefined)
  await sim.device(iccid).use('200MB')
  expect((await esimulator('--state', 'unsent', '--provider', 'esim-go')).stdout).toMatch(
    /un_000001 .* unsent +0 +no callback URL is set/,
  )
})

test('deliveries are listed as they left, with their faults', async () => {
  await sim.faults.add({ provider: 'esim-go', callback: 'FirstUse', kind: 'duplicate' })
  await use('1KB')
  const lines = (await esimulator('deliveries')).stdout.trim().split('\n')
  expect(lines.slice(1, 4).map((line) => line.split(/ {2,}/).slice(2))).toEqual([
    ['FirstAttachment', expect.any(String), '1', '200', 'genuine'],
    ['FirstUse', expect.any(String), '1', '200', 'genuine', 'duplicate'],
    ['FirstUse', expect.any(String), '2', '200', 'genuine', 'duplicate'],
  ])
  expect(lines[4]).toBe('3 deliveries of 2 callbacks')
  expect(JSON.parse((await esimulator('deliveries', '--json')).stdout)).toMatchObject({ total: 3 })
})

test('a callback is sent again, and one is sent on demand', async () => {
  await use('1KB')
  const [latest] = await sim.callbacks.list({ limit: 1 })
  expect((await esimulator('redeliver', latest?.id ?? '')).stdout).toMatch(/ pending +1 +200$/m)
  await receiver.waitFor(3)

  const fields = ['--field', 'bundle.remainingQuantity=0', '--field', 'bundle.description=null']
  const sent = await esimulator('send', 'esim-go', 'FirstUse', ...fields)
  expect(sent).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/bundle\.description is missing/),
  })
  expect(
    (await esimulator('send', 'esim-go', 'FirstUse', ...fields.slice(0, 2), '--json')).code,
  ).toBe(0)
  const [, , , arrival] = await receiver.waitFor(4)
  expect(arrival?.json).toMatchObject({ alertType: 'FirstUse', bundle: { remainingQuantity: 0 } })
  const older = ['send', 'esim-go', 'FirstUse', '--callback-version', '2']
  expect((await esimulator(...older)).stdout).toMatch(/FirstUse .* pending/)
  const [, , , , unsigned] = await receiver.waitFor(5)
  expect(unsigned?.headers).not.toHaveProperty('x-signature-sha256')
})

test('what leaves is followed, a line each', async () => {
  await use('1KB')
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
  const following: ChildProcess = spawn(
    process.execPath,
    [main, 'callbacks', '--follow', '--json', '--url', sim.url],
    { cwd: dir.path, env: { PATH: process.env.PATH ?? '' } },
  )
  const types: string[] = []
  if (following.stdout)
    for await (const line of createInterface(following.stdout)) {
      types.push(JSON.parse(line).type)
      if (types.length === 2) await use('20MB')
      if (types.length === 3) break
    }
  following.kill()
  expect(types).toEqual(['FirstAttachment', 'FirstUse', 'Utilisation'])
})

test.each([
  [
    ['explode'],
    /there is no "callbacks explode"; there are: list, show, deliveries, delivery, redeliver, send, target/,
  ],
  [['send', 'esim-go'], /esimulator callbacks send PROVIDER TYPE/],
  [['send', 'esim-go', 'Firstuse'], /did you mean FirstUse\? There are: FirstAttachment/],
  [['send', 'esim-go', 'FirstUse', '--field', 'x'], /write it as NAME=VALUE/],
  [['redeliver'], /callbacks redeliver ID/],
  [['--limit', 'all'], /--limit all: it must be a whole number/],
  [['--state', 'lost'], /state must be one of/],
])('callbacks %j is refused', async (args, why) => {
  expect(await esimulator(...args)).toMatchObject({ code: 2, stderr: expect.stringMatching(why) })
})
