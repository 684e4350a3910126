// The terminal that serves: a line for each request, callback and refusal; nothing where that is not wanted.
import { expect, test } from 'vitest'
import { worldClient } from '../../src/control/node-client.ts'
import { startReceiver } from '../../src/index.ts'
import { folder, startSeen } from '../support/cli.ts'

const GOOD = { 'X-API-Key': 'test-esim-go-key' }
const ask = (url: string, path: string, headers: Readonly<Record<string, string>> = GOOD) =>
  fetch(url + path, { headers })

test('a request, a refusal with its true reason, a world and a callback have a line each', async () => {
  await using dir = await folder()
  await using receiver = await startReceiver()
  const flags = ['--ephemeral', '--callback-url', receiver.url, '--given', 'an assigned bundle']
  await using server = await startSeen(flags, { cwd: dir.path })
  await ask(server.url, '/esim-go/v2.4/esims?page=1')
  expect(await server.line(/^GET \/esim-go/)).toMatch(
    /^GET \/esim-go\/v2\.4\/esims\?page=1 200 \d+ ms$/,
  )
  await ask(server.url, '/esim-go/v2.4/catalogue', { 'X-API-Key': 'not-the-key' })
  const refused = await server.line(/catalogue/)
  expect(refused).toMatch(/ 403 \d+ ms {2}refused: /)
  expect(refused).not.toContain('not-the-key')

  const client = worldClient({ url: server.url })
  await client.control.call('createWorld', { body: { name: 'other' } })
  await ask(server.url, '/w/other/highland/nothing')
  expect(await server.line(/highland\/nothing/)).toMatch(
    /^\[other\] GET \/w\/other\/highland\/nothing 404/,
  )

  const [sim] = await client.sims('esim-go')
  await client.callbacks.send({ provider: 'esim-go', type: 'Utilisation' })
  expect(await server.line(/^callback /)).toBe(
    `callback esim-go Utilisation of ${sim?.iccid} -> ${receiver.url} 200, attempt 1`,
  )
  expect(await server.line(/callbacks 201/)).toMatch(/^POST \/_sim\/callbacks 201 \d+ ms$/)
  expect(await server.stop()).toMatch(/\nstopped; nothing is kept \(--ephemeral\)$/)
})

test('what a caller chose is one line, and nothing in it is obeyed by a terminal', async () => {
  await using dir = await folder()
  await using server = await startSeen(['--ephemeral'], { cwd: dir.path })
  const item = 'esim_\u001b[2J\nGET /forged 200'
  await fetch(`${server.url}/esim-go/v2.4/orders`, {
    method: 'POST',
    headers: { ...GOOD, 'Content-Type': 'application/json' },
    body: JSON.stringify({ type: 'transaction', order: [{ type: 'bundle', quantity: 1, item }] }),
  })
  const line = await server.line(/^POST \/esim-go/)
  expect(line).toContain('GET /forged 200')
  expect(line).not.toContain('\u001b')
})

test('a refused call of the control API has a line with the reason, even where it only looks', async () => {
  await using dir = await folder()
  await using server = await startSeen(['--ephemeral'], { cwd: dir.path })
  const clock = worldClient({ url: server.url }).clock
  await expect(clock.advance('xx')).rejects.toThrow('is not a duration')
  expect(await server.line(/clock\/advance/)).toMatch(
    /^POST \/_sim\/clock\/advance 400 \d+ ms {2}refused: "xx" is not a duration/,
  )
  await ask(server.url, '/_sim/clock', {})
  await ask(server.url, '/_sim/clock', { Origin: 'http://elsewhere.example' })
  const refused = await server.line(/^GET \/_sim\/clock/)
  expect(refused).toMatch(/^GET \/_sim\/clock 403 \d+ ms {2}refused: .*elsewhere\.example/)
})

test('a call whose query names the control API has one line', async () => {
  await using dir = await folder()
  const server = await startSeen(['--ephemeral'], { cwd: dir.path })
  const headers = { ...GOOD, 'Content-Type': 'application/json' }
  const path = '/esim-go/v2.4/orders?from=/_sim/'
  await fetch(server.url + path, { method: 'POST', headers, body: '{}' })
  await server.line(/from=/)
  expect((await server.stop()).match(/from=/g)).toHaveLength(1)
})

test('a rate limit under a frozen clock says that it does not end by itself', async () => {
  await using dir = await folder()
  const flags = ['--ephemeral', '--clock', 'frozen', '--set', 'esim-go.rateLimit=1']
  await using server = await startSeen(flags, { cwd: dir.path })
  for (const _ of [1, 2]) await ask(server.url, '/esim-go/v2.4/esims')
  expect(await server.line(/ 429 /)).toMatch(/stands still: it does not end by itself/)
})

test('--quiet prints no line but the first and the last, and a clock left frozen is pointed out', async () => {
  await using dir = await folder()
  const first = await startSeen(['--quiet'], { cwd: dir.path })
  await ask(first.url, '/esim-go/v2.4/esims')
  await worldClient({ url: first.url }).clock.freeze()
  const seen = await first.stop()
  expect(seen).not.toMatch(/GET|POST|left frozen/)
  expect(seen).toMatch(/\nstopped; the state is kept in \.esimulator$/)
  await using again = await startSeen([], { cwd: dir.path })
  expect(await again.stop()).toMatch(
    /left frozen, and nothing comes due: `esimulator clock resume`/,
  )
})
