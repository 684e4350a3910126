// `esimulator start`: what it says, keeps and refuses.
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder, run, type Server, startServer } from '../support/cli.ts'
import { call } from '../support/control.ts'

const KEY = 'test-esim-go-key'

/** Orders one eSIM with a bundle and returns its ICCID. */
async function order({ url }: { url: string }): Promise<string> {
  const { status } = await call(url, '/esim-go/v2.4/orders', {
    json: {
      type: 'transaction',
      assign: true,
      order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }],
    },
    headers: { 'X-API-Key': KEY },
  })
  expect(status).toBe(200)
  const { body } = await call<{ sims: { iccid: string }[] }>(url, '/_sim/sims?provider=esim-go')
  return String(body.sims[0]?.iccid)
}

/** Expects one sentence on standard error and status 2. */
async function expectCannotRun(
  args: readonly string[],
  where: Parameters<typeof run>[1],
  sentence: RegExp,
): Promise<void> {
  const { code, stdout, stderr } = await run(args, where)
  expect(stderr).toMatch(sentence)
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  expect(stdout).toBe('')
  expect(code).toBe(2)
}

const files = (server: Server) => readdir(server.state ?? '')

test('it says where everything is, and answers there', async () => {
  await using dir = await folder()
  await using server = await startServer(['--callback-url', 'http://127.0.0.1:9/hook'], {
    cwd: dir.path,
  })
  expect(server).toMatchObject({
    control: `${server.url}/_sim`,
    state: join(dir.path, '.esimulator'),
    providers: {
      'esim-go': {
        baseUrls: [`${server.url}/esim-go/v2.4`, `${server.url}/esim-go/v2.5`],
        apiKey: KEY,
        callbackSecret: KEY,
        callbackUrl: 'http://127.0.0.1:9/hook',
      },
      'accounts-orders': {
        baseUrls: [`${server.url}/accounts-orders/enterprise`],
        tokenUrl: `${server.url}/accounts-orders/auth/realms/enterprise-apis/protocol/openid-connect/token`,
        callbackUrl: null,
      },
      wholesale: {
        baseUrls: [`${server.url}/wholesale`],
        tokenUrl: `${server.url}/wholesale/oauth/token`,
      },
    },
  })
  expect(
    (await call(server.url, '/esim-go/v2.4/esims', { headers: { 'X-API-Key': KEY } })).status,
  ).toBe(200)
})

test('SIGTERM keeps everything; the next start finds it, and the time it stood still did not pass', async () => {
  await using dir = await folder()
  const first = await startServer(['--clock', 'frozen'], { cwd: dir.path })
  const iccid = await order(first)
  await call(first.url, `/_sim/sims/${iccid}/install`, { method: 'POST' })
  await call(first.url, '/_sim/clock/advance', { json: { by: 'P2D' } })
  const before = (await call(first.url, `/_sim/sims/${iccid}`)).body
  expect(await first.stop('SIGTERM')).toBe(0)
  expect(await files(first)).toEqual(['default.json'])
  await using second = await startServer([], { cwd: dir.path })
  expect((await call(second.url, `/_sim/sims/${iccid}`)).body).toEqual(before)
  expect((await call(second.url, '/_sim/clock')).body).toMatchObject({
    now: '2026-01-03T00:00:00.000Z',
    mode: 'frozen',
  })
})

test('a killed server opens again with its worlds', async () => {
  await using dir = await folder()
  const first = await startServer(['--durability', 'written'], { cwd: dir.path })
  const seeded = (await call<{ total: number }>(first.url, '/_sim/sims')).body.total
  await call(first.url, '/_sim/worlds', { json: { name: 'ci-1', given: 'an assigned bundle' } })
  const iccid = await order(first)
  expect(await first.stop('SIGKILL')).toBe('SIGKILL')
  await using second = await startServer([], { cwd: dir.path })
  expect((await call(second.url, '/_sim/worlds')).body).toMatchObject({
    worlds: [
      { name: 'ci-1', sims: seeded + 1 },
      { name: 'default', sims: seeded + 1 },
    ],
  })
  expect((await call(second.url, `/_sim/sims/${iccid}`)).status).toBe(200)
})

test('SIGTERM waits for what is being answered', async () => {
  await using dir = await folder()
  const server = await startServer(['--ephemeral'], { cwd: dir.path })
  const json = JSON.stringify({ by: 'P1D' })
  const asked = request(`${server.url}/_sim/clock/advance`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Expect: '100-continue' },
  })
  asked.flushHeaders()
  // The simulator has the head now, and waits for the body.
  await once(asked, 'continue')
  const ended = server.stop('SIGTERM')
  await expect.poll(() => call(server.url, '/_sim/health').catch(() => 'closed')).toBe('closed')
  asked.end(json)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  expect(answer.statusCode).toBe(200)
  answer.resume()
  expect(await ended).toBe(0)
})

test('--ephemeral keeps nothing', async () => {
  await using dir = await folder()
  const server = await startServer(['--ephemeral'], { cwd: dir.path })
  await order(server)
  expect(await server.stop()).toBe(0)
  expect(server.state).toBeNull()
  expect(await readdir(dir.path)).toEqual([])
})

test('a provider gets a port of its own, mounted at /', async () => {
  await using dir = await folder()
  await using server = await startServer(['--ephemeral', '--port', 'esim-go=0'], { cwd: dir.path })
  const [main, , own = ''] = server.providers['esim-go']?.baseUrls ?? []
  expect(main).toBe(`${server.url}/esim-go/v2.4`)
  expect(own).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v2\.4$/)
  expect((await call(own, '/esims', { headers: { 'X-API-Key': KEY } })).status).toBe(200)
  expect((await call(new URL(own).origin, '/_sim/health')).status).toBe(200)
})

test('a used port: one sentence, status 2, nothing touched', async () => {
  await using dir = await folder()
  const other = createServer()
  await new Promise<void>((ready) => other.listen(0, '127.0.0.1', ready))
  const { port } = other.address() as AddressInfo
  await expectCannotRun(
    ['start', '--port', String(port)],
    { cwd: dir.path },
    new RegExp(`port ${port} of 127.0.0.1 is in use`),
  )
  expect(await readdir(dir.path)).toEqual([])
  other.close()
})

test('a state of a newer version: one sentence, status 2, the file as it was', async () => {
  await using dir = await folder()
  const state = join(dir.path, 'kept')
  await mkdir(state)
  const content = '{"format": 99, "world": "default", "logged": 0, "collections": {}}'
  await writeFile(join(state, 'default.json'), content)
  const args = ['start', '--port', '0', '--state', state]
  await expectCannotRun(args, { cwd: dir.path }, /newer esimulator \(format 99/)
  expect(await readdir(state)).toEqual(['default.json'])
  expect(await readFile(join(state, 'default.json'), 'utf8')).toBe(content)
})

test.each([
  ['not a state', /is not JSON/],
  ['{"format": 1, "world": "default", "logged": 0, "collections": {}}', /"world": is missing/],
])('a damaged state, %s, is set aside and told of, and the start goes on', async (content, why) => {
  await using dir = await folder()
  const state = join(dir.path, 'kept')
  await mkdir(state)
  await writeFile(join(state, 'default.json'), content)
  await using server = await startServer(['--state', state], { cwd: dir.path })
  expect((await call(server.url, '/_sim/health')).status).toBe(200)
  expect(await readFile(join(state, 'default.json.broken-1'), 'utf8')).toBe(content)
  await server.stop()
  const said = await server.errors
  expect(said).toMatch(why)
  expect(said).toMatch(/esimulator doctor --repair/)
})

test('a state folder in use: one sentence, status 2', async () => {
  await using dir = await folder()
  await using _server = await startServer([], { cwd: dir.path })
  await expectCannotRun(['start', '--port', '0'], { cwd: dir.path }, /\.esimulator/)
})

test('any host but loopback demands a token', async () => {
  await using dir = await folder()
  await expectCannotRun(
    ['start', '--host', '0.0.0.0', '--port', '0'],
    { cwd: dir.path },
    /ESIMULATOR_TOKEN/,
  )
  await using server = await startServer(['--ephemeral', '--host', '0.0.0.0'], {
    cwd: dir.path,
    env: { ESIMULATOR_TOKEN: 'mine' },
  })
  expect((await call(server.url, '/_sim/clock')).status).toBe(401)
  expect(
    (await call(server.url, '/_sim/clock', { headers: { Authorization: 'Bearer mine' } })).status,
  ).toBe(200)
})

test('a seed file is laid over new worlds', async () => {
  await using dir = await folder()
  await writeFile(
    join(dir.path, 'own.yaml'),
    'esim-go:\n  balance: 12\n  testCredit: 0\n  inventory: [{ bundle: esim_1GB_7D_GB_V2, quantity: 3 }]\n',
  )
  await using server = await startServer(['--ephemeral', '--seed-file', 'own.yaml'], {
    cwd: dir.path,
  })
  const { body } = await call(server.url, '/esim-go/v2.4/organisation', {
    headers: { 'X-API-Key': KEY },
  })
  expect(body).toMatchObject({ organisations: [{ balance: 12 }] })
})

test('a bad seed file: one sentence, status 2, nothing touched', async () => {
  await using dir = await folder()
  const args = ['start', '--port', '0', '--seed-file', 'own.yaml', '--state', 'kept']
  await expectCannotRun(
    args,
    { cwd: dir.path },
    /cannot read the seed file own\.yaml: there is no such file/,
  )
  for (const [content, sentence] of [
    ['esim-go: { balance: lots }', /esim-go\.balance must be a number/],
    [
      'esim-gone: { balance: 1 }',
      /no provider "esim-gone": did you mean esim-go\? There are: esim-go/,
    ],
    ['- 1', /must hold keys and values/],
    ['a: [', /own\.yaml is not YAML/],
  ] as const) {
    await writeFile(join(dir.path, 'own.yaml'), content)
    await expectCannotRun(args, { cwd: dir.path }, sentence)
  }
  expect(existsSync(join(dir.path, 'kept'))).toBe(false)
})

test('a callback URL given at a later start counts', async () => {
  await using dir = await folder()
  const first = await startServer(['--callback-url', 'http://127.0.0.1:9/one'], { cwd: dir.path })
  await first.stop()
  await using second = await startServer(['--callback-url', 'http://127.0.0.1:9/two'], {
    cwd: dir.path,
  })
  expect(second.providers['esim-go']?.callbackUrl).toBe('http://127.0.0.1:9/two')
})

test('hrefs begin with the public URL', async () => {
  await using dir = await folder()
  await using server = await startServer(
    ['--ephemeral', '--public-url', 'https://sim.example.test/'],
    { cwd: dir.path },
  )
  expect(server.providers['esim-go']?.baseUrls).toEqual(
    ['v2.4', 'v2.5'].map((version) => `https://sim.example.test/esim-go/${version}`),
  )
})
