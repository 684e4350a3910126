// How the process of a simulator can end, and what is there after each end: real processes, as built.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { AdvanceShown, ClockShown, StateDocument } from '../../src/control/wire.ts'
import { startReceiver, startSimulator } from '../../src/index.ts'
import { folder, type Server, startServer } from '../support/cli.ts'
import { call } from '../support/control.ts'

const ORDER = {
  type: 'transaction',
  assign: true,
  order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }],
}
const headers = { 'X-API-Key': 'test-esim-go-key' }

/** Orders an eSIM; the answer's reference. */
async function order(url: string): Promise<string> {
  const { status, body } = await call<{ orderReference: string }>(url, '/esim-go/v2.4/orders', {
    json: ORDER,
    headers,
  })
  expect(status).toBe(200)
  return body.orderReference
}

async function expectOrdered(url: string, reference: string): Promise<void> {
  const { status } = await call(url, `/esim-go/v2.4/orders/${reference}`, { headers })
  expect(status).toBe(200)
}

/** The latest time a server has shown: in a body, and in the head of a provider's answer. */
async function shownBy({ url }: Server): Promise<number> {
  const { body } = await call<ClockShown>(url, '/_sim/clock')
  const answer = await call(url, '/esim-go/v2.4/esims', { headers })
  return Math.max(Date.parse(body.now), Date.parse(answer.headers.get('date') ?? ''))
}

const timeOf = async ({ url }: Server) =>
  Date.parse((await call<ClockShown>(url, '/_sim/clock')).body.now)

test.each(['SIGHUP', 'SIGQUIT', 'SIGINT', 'SIGTERM'] as const)(
  '%s is an end like any other: everything is kept, and time goes on from where it was',
  async (signal) => {
    await using dir = await folder()
    const first = await startServer([], { cwd: dir.path })
    const reference = await order(first.url)
    const shown = await shownBy(first)
    expect(await first.stop(signal)).toBe(0)
    expect(await readdir(first.state ?? '')).toEqual(['default.json'])
    const began = Date.now()
    await using second = await startServer([], { cwd: dir.path })
    await expectOrdered(second.url, reference)
    const now = await timeOf(second)
    expect(now).toBeGreaterThanOrEqual(shown)
    expect(now - shown).toBeLessThan(Date.now() - began + 1000)
  },
)

test.each([1, 1000])(
  'after kill -9 a clock at rate %d shows nothing earlier than before',
  async (rate) => {
    await using dir = await folder()
    let shown = 0
    for (let life = 0; life < 4; life += 1) {
      const server = await startServer([], { cwd: dir.path })
      expect(await timeOf(server)).toBeGreaterThanOrEqual(shown)
      await call(server.url, '/_sim/clock/resume', { json: { rate } })
      for (let look = 0; look < 5 * life; look += 1) await shownBy(server)
      const before = shown
      shown = await shownBy(server)
      await server.stop('SIGKILL')
      // Ahead of it by what is written ahead, and no more.
      if (before > 0) expect(shown - before).toBeLessThan(rate * 30_000)
    }
  },
)

test('after kill -9 a clock stands where an advance that was answered has left it', async () => {
  await using dir = await folder()
  for (const now of ['2026-01-04T00:00:00.000Z', '2026-01-07T00:00:00.000Z']) {
    const server = await startServer(['--clock', 'frozen'], { cwd: dir.path })
    await call(server.url, '/_sim/clock/advance', { json: { by: 'P3D' } })
    await server.stop('SIGKILL')
    await using again = await startServer([], { cwd: dir.path })
    expect((await call(again.url, '/_sim/clock')).body).toMatchObject({ now, mode: 'frozen' })
    await again.stop()
  }
})

test('after kill -9 a simulator knows of every callback that has left it, and when', async () => {
  await using dir = await folder()
  let kill: () => Promise<unknown> = async () => {}
  await using receiver = await startReceiver({ answer: () => kill().then(() => 200) })
  const first = await startServer(['--clock', 'frozen', '--callback-url', receiver.url], {
    cwd: dir.path,
  })
  kill = () => first.stop('SIGKILL')
  await order(first.url)
  const { body } = await call<{ sims: { iccid: string }[] }>(
    first.url,
    '/_sim/sims?provider=esim-go&limit=1',
  )
  await call(first.url, `/_sim/sims/${body.sims[0]?.iccid}/install`, { method: 'POST' }).catch(
    () => {},
  )
  const [arrival] = await receiver.waitFor(1)
  await kill()
  kill = async () => {}
  await using second = await startServer([], { cwd: dir.path })
  await call(second.url, '/_sim/clock/advance', { json: { by: 'PT1S' } })
  const again = receiver.arrivals.find(({ body: told }, at) => at > 0 && told === arrival?.body)
  expect(again?.headers['x-signature-sha256']).toBe(arrival?.headers['x-signature-sha256'])
})

test('SIGTERM during an advance: it ends at once and says why', async () => {
  await using dir = await folder()
  await using receiver = await startReceiver({ answer: () => new Promise(() => {}) })
  const server = await startServer(
    ['--clock', 'frozen', '--callback-url', receiver.url, '--callback-timeout', '60s'],
    { cwd: dir.path },
  )
  await order(server.url)
  const { body } = await call<{ sims: { iccid: string }[] }>(
    server.url,
    '/_sim/sims?provider=esim-go&limit=1',
  )
  await call(server.url, `/_sim/sims/${body.sims[0]?.iccid}/install`, { method: 'POST' })
  const advance = call<AdvanceShown>(server.url, '/_sim/clock/advance', { json: { by: 'P1D' } })
  await receiver.waitFor(1)
  await expect
    .poll(async () => (await call(server.url, '/_sim/clock/freeze', { method: 'POST' })).status)
    .toBe(409)
  const began = performance.now()
  const ended = server.stop('SIGTERM')
  expect((await advance).body.stopped?.reason).toBe('the simulator is stopping')
  expect(await ended).toBe(0)
  expect(performance.now() - began).toBeLessThan(4000)
})

test('a second signal, later, ends it at once, and what was answered is kept', async () => {
  await using dir = await folder()
  const first = await startServer([], { cwd: dir.path })
  const reference = await order(first.url)
  // A call that never comes to its end, so that the first signal waits.
  const { hostname, port } = new URL(first.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  socket.write('POST /esim-go/v2.4/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n')
  socket.write('X-API-Key: test-esim-go-key\r\nExpect: 100-continue\r\n\r\n')
  await once(socket, 'data')
  const ended = first.stop('SIGHUP')
  const again = setInterval(() => void first.stop('SIGHUP'), 200)
  onTestFinished(() => clearInterval(again))
  expect(await ended).toBe(129)
  await using second = await startServer([], { cwd: dir.path })
  await expectOrdered(second.url, reference)
})

test('nobody reads on what it prints: it goes on', async () => {
  await using dir = await folder()
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
  const args = [main, 'start', '--port', '0', '--ephemeral', '--json']
  const child = spawn(process.execPath, args, { cwd: dir.path })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  child.stdout.destroy()
  child.stderr.destroy()
  const { url } = JSON.parse(String(line)) as Server

  // Each is told on standard error.
  const { body } = await call<StateDocument>(url, '/_sim/state')
  const nobodys = { id: 901, kind: 'nobody/does-it', due: 0, data: {} }
  const tasks = { ...body.collections.tasks, '901': nobodys }
  for (let round = 0; round < 3; round += 1) {
    const json = { ...body, collections: { ...body.collections, tasks } }
    expect((await call(url, '/_sim/state', { method: 'PUT', json })).status).toBe(200)
    await call(url, '/_sim/clock/advance', { json: { by: 'PT1S' } })
  }
  expect((await call(url, '/_sim/health')).status).toBe(200)
  expect(child.exitCode).toBeNull()
})

test.each([
  ['process.exit', 'process.exit(3)', 3],
  ['an error that nobody catches', "throw new Error('of the host')", 1],
  ['a promise that nobody catches', "Promise.reject(new Error('of the host'))", 1],
])('a host program ends with %s: what was changed is kept', async (_what, end, code) => {
  await using dir = await folder()
  const stateDir = join(dir.path, 'kept')
  const built = (file: string) => new URL(`../../build/${file}`, import.meta.url)
  // Not by a call: its answer would mostly come later than the log is written.
  const script = `
    const { openSimulator } = await import('${built('library/open-simulator.js')}')
    const { targets } = await import('${built('state/callbacks.js')}')
    const { worlds } = await openSimulator({ store: ${JSON.stringify(stateDir)} })
    const { world } = worlds.get('default')
    const target = { provider: 'esim-go', url: 'http://127.0.0.1:9/' }
    world.transaction(() => world.in(targets).put(target))
    ${end}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: dir.path,
  })
  expect((await once(child, 'close'))[0]).toBe(code)
  await using sim = await startSimulator({ store: stateDir })
  expect((await sim.show()).targets).toEqual({ 'esim-go': { url: 'http://127.0.0.1:9/' } })
})

test('looking at the time again and again writes nothing each time', async () => {
  await using dir = await folder()
  await using server = await startServer([], { cwd: dir.path })
  await shownBy(server)
  const log = join(server.state ?? '', 'default.log')
  await expect.poll(() => stat(log).then(({ size }) => size)).toBeGreaterThan(0)
  const { size } = await stat(log)
  for (let look = 0; look < 20; look += 1) await shownBy(server)
  expect((await stat(log)).size).toBe(size)
})
