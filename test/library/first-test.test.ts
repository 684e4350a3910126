// A simulator in a process of its own: it ends by itself, closed or not, and says nothing.
import { execFile } from 'node:child_process'
import { expect, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { ROOT } from '../support/source.ts'

/** Runs a module in a process of its own that has to end by itself. */
function run(code: string): Promise<{ code: unknown; said: string }> {
  const entry = JSON.stringify(`${ROOT}dist/index.js`)
  const args = ['--input-type=module', '--eval', code.replaceAll('ESIMULATOR', entry)]
  return new Promise((done) =>
    execFile(process.execPath, args, { timeout: 60_000 }, (error, stdout, stderr) =>
      done({ code: error?.signal ?? error?.code ?? 0, said: stdout + stderr }),
    ),
  )
}

test('a process with a simulator that was closed ends by itself', { timeout: 90_000 }, async () => {
  const ended = await run(`
    import { connect, createApp, startReceiver, startSimulator } from ESIMULATOR
    const receiver = await startReceiver()
    const options = { given: 'an assigned bundle', callbackUrl: receiver.url }
    const sim = await startSimulator(options)
    const [{ iccid }] = await sim.sims('esim-go')
    await sim.device(iccid).use('1GB')
    await sim.clock.advance('P8D')
    await receiver.waitFor({ type: 'Utilisation' })
    await fetch(sim.baseUrl('esim-go'))
    await (await sim.fetch('http://sim/_sim/clock')).text()
    const elsewhere = await connect(sim.url)
    for await (const event of elsewhere.events()) break
    const app = await createApp()
    await (await app.fetch('http://sim/_sim/clock')).text()
    await sim.faults.add({ provider: 'esim-go', operation: 'listEsims', kind: 'hang' })
    const hanging = sim.fetch(sim.baseUrl('esim-go') + '/esims').catch(() => {})
    await sim.set('esim-go', { rateLimit: 10 })
    await Promise.all([app.close(), sim.close(), receiver.close(), hanging])
    await startSimulator({ port: -1 }).catch(() => {})
    await startSimulator({ token: 'x', given: 'nothing' }).catch(() => {})
  `)
  expect(ended).toEqual({ code: 0, said: '' })
})

test('a SIM that is in use says what to do instead of installing it', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  const device = sim.device(iccid)
  await expect(device.install()).rejects.toThrow(
    'cannot install what is enabled: it is ready to be attached and used; to delete it, disable it first',
  )
  await device.disable()
  await expect(device.disable()).rejects.toThrow('what is disabled: enable it, or delete it')
})

test('a date is as good as an instant: its first moment, in UTC', async () => {
  await using sim = await startSimulator({ providers: ['esim-go'], clock: { at: '2026-02-01' } })
  expect(sim.clock.now()).toEqual(new Date('2026-02-01T00:00:00Z'))
  await sim.clock.advance({ to: '2026-03-01' })
  expect(sim.clock.now()).toEqual(new Date('2026-03-01T00:00:00Z'))
})
