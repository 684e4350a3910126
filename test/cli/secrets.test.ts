// The command line tells no secret: not one that was mistyped, not one of its config, not one in a URL.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder, run, startServer } from '../support/cli.ts'
import { call } from '../support/control.ts'

const SECRET = 'Hunter2-of-ours'

test.each([
  ['start', '--tokn=Hunter2-of-ours'],
  ['clock', '--tokn=Hunter2-of-ours'],
  ['start', '--token', 'two', 'Hunter2-of-ours'],
  ['start', '--key', 'Hunter2-of-ours'],
  ['start', '--key', 'hunter2-of-ours=='],
  ['start', '--key', 'hunter2-of-ours=more'],
  ['start', '--callback-url', 'http://me:Hunter2-of-ours@127.0.0.1:9/'],
  ['start', '--callback-url', 'ftp://h/?token=Hunter2-of-ours'],
  ['start', '--public-url', 'http://me:Hunter2-of-ours@sim.example'],
  ['clock', '--url', 'http://me:Hunter2-of-ours@127.0.0.1:9'],
  ['wait-ready', '--timeout', '1', '--url', 'http://me:Hunter2-of-ours@127.0.0.1:9'],
])('%s %s', async (...args) => {
  await using dir = await folder()
  const { code, stdout, stderr } = await run(args, { cwd: dir.path })
  expect(code).toBeGreaterThan(0)
  expect(stderr).not.toBe('')
  expect(stdout + stderr).not.toMatch(/Hunter2/i)
})

test.each([
  'token: *Hunter2-of-ours',
  'token: "Hunter2\\qof-ours"',
  'token: |Hunter2-of-ours',
  'token: [Hunter2-of-ours',
  'seed: Hunter2-of-ours: x',
  '%Hunter2 of-ours',
])('a config file with a mistake in %j', async (content) => {
  await using dir = await folder()
  await writeFile(join(dir.path, 'esimulator.config.yaml'), content)
  const { code, stdout, stderr } = await run(['start', '--port', '0'], { cwd: dir.path })
  expect(stderr).toMatch(/is not YAML: \w+ \w+/)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).not.toMatch(/Hunter2/)
})

test('a state file that is no JSON, and a key of digits alone', async () => {
  await using dir = await folder()
  await writeFile(join(dir.path, 'state.json'), `{"client_secret": ${SECRET}}`)
  await writeFile(
    join(dir.path, 'seed.yaml'),
    'esim-go:\n  credentials: [12345678901234567890123]\n',
  )
  await using server = await startServer([], { cwd: dir.path })
  const state = await run(['state', 'import', 'state.json', '--url', server.url], { cwd: dir.path })
  expect(state.stderr).toMatch(/state\.json is not JSON: Unexpected token/)
  expect(state.stderr).not.toMatch(/Hunt|nter/)
  const seed = await run(['start', '--port', '0', '--seed-file', 'seed.yaml'], { cwd: dir.path })
  expect(seed.stderr).toMatch(/seed\.yaml line 2: 23 digits are too long for a number/)
  expect(seed.stderr).not.toContain('123456')
})

test('doctor, the start and the front page tell no token; the start tells keys, and a callback URL without what opens it', async () => {
  await using dir = await folder()
  const env = { ESIMULATOR_TOKEN: SECRET, ESIMULATOR_KEY: 'esim-go=Key-Of-Ours' }
  await using server = await startServer(
    [
      '--callback-url',
      `http://127.0.0.1:9/?token=${SECRET}`,
      '--callback-url',
      `http://10.9.8.7/?token=${SECRET}`,
    ],
    { cwd: dir.path, env },
  )
  expect(server.providers['esim-go']).toMatchObject({
    apiKey: 'Key-Of-Ours',
    callbackUrl: 'http://10.9.8.7/?token=[redacted]',
  })
  expect(JSON.stringify(server)).not.toContain(SECRET)
  const page = await call(server.url, '/')
  const wrong = await call(server.url, '/_sim/worlds', {
    headers: { Authorization: `Bearer ${SECRET}s` },
  })
  const doctor = await run(['doctor', '--url', server.url, '--json'], { cwd: dir.path, env })
  await server.stop()
  const errors = await server.errors
  expect(errors).toContain('nothing will reach http://10.9.8.7/?token=[redacted]: ')
  for (const text of [
    JSON.stringify([page.body, wrong.body]),
    doctor.stdout,
    doctor.stderr,
    errors,
  ])
    expect(text).not.toMatch(/Hunter2|Key-Of-Ours/)
})
