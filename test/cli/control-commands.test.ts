// What the commands of `/_sim` print for people, and the status they end with.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { nodeProblem } from '../../src/cli/node-version.ts'
import { run } from '../../src/cli/program.ts'
import { type RunningSimulator, startReceiver, startSimulator } from '../../src/index.ts'
import { folder } from '../support/cli.ts'

let sim: RunningSimulator
let iccid = ''
const printed: string[] = []
beforeAll(async () => {
  sim = await startSimulator({ given: 'an assigned bundle', clock: { mode: 'frozen' } })
  iccid = String((await sim.sims('esim-go'))[0]?.iccid)
  vi.stubEnv('ESIMULATOR_URL', sim.url)
  vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text))
})
afterAll(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await sim.close()
})

/** Runs a command in this process: its status, and what it has printed. */
async function esimulator(...args: string[]) {
  printed.length = 0
  const code = await run(args)
  return { code, text: printed.join('\n') }
}

test('settings are listed for one provider and for all, set, and brought back', async () => {
  const set = await esimulator('set', 'esim-go', 'rateLimit=10', 'retrySchedule=1s,2s')
  expect(set.text).toMatch(/rateLimit +10 +0 +requests a second/)
  expect(set.text).toMatch(/retrySchedule +1s, 2s/)
  expect((await esimulator('settings')).text).toMatch(
    /^esim-go\nsetting +value[\s\S]*\n\nhighland\n/,
  )
  await esimulator('set', 'esim-go', 'rateLimit=default', 'retrySchedule=default')
  expect((await esimulator('settings', 'esim-go')).text).toMatch(/rateLimit +0 +requests/)
})

test('SIMs are listed by what they have, and what is due is told', async () => {
  const found = await esimulator('sim', 'list', '--search', iccid.slice(-6), '--profile', 'enabled')
  expect(found.text).toContain(iccid)
  const none = await esimulator('sim', 'list', '--search', 'nobody', '--order', 'newest')
  expect(none.text).toMatch(/no SIM fits: `esimulator sim list` lists all/)
  await expect(run(['sim', 'list', '--profile', 'on'])).rejects.toThrow(/profile/)
  const tables = await esimulator('sim', 'lifecycles', '--provider', 'highland')
  expect(tables.text).toMatch(/^profile, from released/m)
  expect(tables.text).not.toContain('of esim-go')
  const due = await esimulator('clock', 'upcoming', '--iccid', iccid, '--limit', '1')
  expect(due.text).toMatch(/^at +kind +provider +iccid +what\n2026-.* more \(--limit\)$/s)
  await expect(run(['clock', 'advance'])).rejects.toThrow(/or next/)
})

test('stock is shown, and changed by values and by a file', async () => {
  expect((await esimulator('stock', 'set', 'esim-go', 'balance=12.5')).text).toMatch(
    /balance +12\.5/,
  )
  await using dir = await folder()
  const file = join(dir.path, 'stock.yaml')
  await writeFile(file, 'esim-go:\n  balance: 7\n')
  await esimulator('stock', 'set', 'esim-go', file)
  expect((await esimulator('stock', 'show', 'esim-go')).text).toMatch(/balance +7\n/)
  await expect(run(['stock', 'show', 'esimgo'])).rejects.toThrow(/did you mean esim-go\?/)
})

test('callback targets are shown, set and taken away', async () => {
  expect((await esimulator('callbacks', 'target')).text).toMatch(/esim-go +nowhere yet/)
  const url = 'http://127.0.0.1:3000/callbacks'
  expect((await esimulator('callbacks', 'target', 'esim-go', url)).text).toContain(url)
  const far = await esimulator('callbacks', 'target', 'esim-go', 'http://10.0.0.1/')
  expect(far.text).toMatch(/nothing will reach it: .*--callback-allow/)
  expect((await esimulator('callbacks', 'target', 'esim-go', 'none')).text).toMatch(/nowhere yet/)
})

test('a wait is met or not, and its status says so', async () => {
  await sim.device(iccid).disable()
  expect(await esimulator('wait', 'event', '--type', 'sim.disabled')).toMatchObject({
    code: 0,
    text: expect.stringMatching(/^met at /),
  })
  const late = await esimulator('wait', 'callback', '--within', '1m')
  expect(late).toMatchObject({ code: 1, text: expect.stringMatching(/^not met at /) })
  await sim.device(iccid).enable()
})

test('history, events and messages are told a line each', async () => {
  expect((await esimulator('history')).text).toMatch(/POST \/_sim\/sims\/\d+\/enable/)
  const events = await esimulator('events', '--count', '1', '--after', 'old-1')
  expect(events.text).toMatch(/^.* following the world "default"; Ctrl-C ends\nsome were missed/)
  expect((await esimulator('messages')).text).toBe('no provider has sent such a message yet')
  expect((await esimulator('reset', '--given', 'an empty account')).text).toMatch(
    /^the world "default" has begun anew, from an empty account: \d+ SIMs, .*, frozen$/,
  )
  await esimulator('reset', '--given', 'an assigned bundle')
})

test('the named states are listed with what each holds, without a simulator', async () => {
  expect((await esimulator('states', 'esim-go')).text).toMatch(
    /an assigned bundle +an eSIM in a handset, enabled[\s\S]*balance \{amount\}/,
  )
})

test('an advance prints the first hundred of what happened, all of it where that is asked for', async () => {
  await using receiver = await startReceiver({ answer: 503 })
  const given = 'an assigned bundle'
  await using busy = await startSimulator({
    given,
    clock: { mode: 'frozen' },
    callbackUrl: receiver.url,
  })
  const fill = async () => {
    for (let count = 0; count < 60; count += 1)
      await busy.callbacks.send({ provider: 'esim-go', type: 'Utilisation' })
  }
  vi.stubEnv('ESIMULATOR_URL', busy.url)
  await fill()
  const short = await esimulator('clock', 'advance', 'P3D')
  await fill()
  const whole = await esimulator('clock', 'advance', 'P3D', '--all')
  vi.stubEnv('ESIMULATOR_URL', sim.url)
  expect(short.text).toMatch(/\n… and [\d,]+ more \(--all\)$/)
  expect(short.text.split('\n')).toHaveLength(103)
  expect(whole.text.split('\n').length).toBeGreaterThan(103)
  await expect(run(['clock', 'advance', 'P1D', '--max-events', 'no'])).rejects.toThrow(
    /whole number/,
  )
})

test('wait-ready takes no other simulator for the one that was started', async () => {
  await using other = await startSimulator()
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const ready = (instance: string) =>
    run(['wait-ready', '--url', other.url, '--instance', instance, '--timeout', '300ms'])
  expect(await ready('ci-4711')).toBe(1)
  expect(vi.mocked(console.error).mock.lastCall?.[0]).toMatch(
    /not ready within 300ms: another simulator answers at .*, started without --instance/,
  )
})

test('wait-ready tells a machine in JSON why it is not ready', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const url = 'http://127.0.0.1:9'
  expect(await run(['wait-ready', '--url', url, '--timeout', '150ms', '--json'])).toBe(1)
  expect(JSON.parse(vi.mocked(console.error).mock.lastCall?.[0])).toEqual({
    error: expect.stringMatching(/^not ready within 150ms: nothing answers at .*:9: start/),
  })
})

test('an old Node is told which one is needed', () => {
  expect(nodeProblem('18.20.4')?.message).toBe('this is Node 18.20.4: install 20.19 or newer')
  for (const version of ['20.19.0', '22.1.0', '24.0.0'])
    expect(nodeProblem(version)).toBeUndefined()
})
