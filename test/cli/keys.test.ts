// Credentials of one's own by flag, variable, config file and seed file; what says which they are.
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder, run, type Server, startServer } from '../support/cli.ts'
import { call } from '../support/control.ts'

async function opens({ url }: Pick<Server, 'url'>, key: string): Promise<number> {
  return (await call(url, '/esim-go/v2.4/esims', { headers: { 'X-API-Key': key } })).status
}

const DEFAULT_KEY = 'test-esim-go-key'

test('keys are given by flag, several times, and the start says all of them', async () => {
  await using dir = await folder()
  const keys = ['--key', 'esim-go=test-api-key', '--key', 'esim-go=b=2', '--key', 'wholesale=c:s']
  await using server = await startServer(['--ephemeral', ...keys], { cwd: dir.path })
  expect(server.providers['esim-go']).toMatchObject({
    apiKey: 'test-api-key',
    apiKeys: ['test-api-key', 'b=2'],
    callbackSecret: 'test-api-key',
  })
  expect(server.providers.wholesale).toMatchObject({ clientId: 'c', clientSecret: 's' })
  expect(server.providers['accounts-orders']).toMatchObject({ clientId: 'test-client' })
  for (const key of ['test-api-key', 'b=2']) expect(await opens(server, key)).toBe(200)
  expect(await opens(server, DEFAULT_KEY)).toBe(403)

  const env = await run(['env', '--url', server.url], { cwd: dir.path })
  expect(env.stdout).toContain('export ESIM_GO_API_KEY=test-api-key\n')
  expect(env.stdout).toContain("export ESIM_GO_API_KEY_2='b=2'\n")
  expect(env.stdout).toContain('export WHOLESALE_CLIENT_ID=c\nexport WHOLESALE_CLIENT_SECRET=s\n')
})

test('keys are given by a variable and by the config file; the flag comes before both', async () => {
  await using dir = await folder()
  const config = 'key:\n  - esim-go=from-file\n  - highland=highland-key\n'
  await writeFile(join(dir.path, 'esimulator.config.yaml'), config)
  {
    await using server = await startServer(['--ephemeral'], { cwd: dir.path })
    expect(await opens(server, 'from-file')).toBe(200)
    expect(server.providers.highland).toMatchObject({ apiKey: 'highland-key' })
  }
  const env = { ESIMULATOR_KEY: 'esim-go=var-1,esim-go=var-2' }
  const fresh = await run(['env', '--url', 'http://127.0.0.1:9'], { cwd: dir.path, env })
  expect(fresh.stdout).toContain('export ESIM_GO_API_KEY=var-1\nexport ESIM_GO_API_KEY_2=var-2\n')
  {
    await using server = await startServer(['--ephemeral'], { cwd: dir.path, env })
    expect(await opens(server, 'var-2')).toBe(200)
    expect(await opens(server, 'from-file')).toBe(403)
  }
  const flag = ['--ephemeral', '--key', 'esim-go=flag-key']
  await using server = await startServer(flag, { cwd: dir.path, env })
  expect(await opens(server, 'flag-key')).toBe(200)
  expect(await opens(server, 'var-1')).toBe(403)
})

test('a key is good at once in a state folder that is there already, and stays', async () => {
  await using dir = await folder()
  const first = await startServer([], { cwd: dir.path })
  await first.stop()
  const second = await startServer(['--key', 'esim-go=test-api-key'], { cwd: dir.path })
  expect(await opens(second, 'test-api-key')).toBe(200)
  await second.stop()
  await using third = await startServer([], { cwd: dir.path })
  expect(third.providers['esim-go']?.apiKey).toBe('test-api-key')
  expect(await opens(third, 'test-api-key')).toBe(200)
})

test('the keys of a seed file are good at once, too; the flag comes before them', async () => {
  await using dir = await folder()
  const yaml = 'accounts-orders: { credentials: [{ client: bank, secret: vault }] }\n'
  await writeFile(join(dir.path, 'own.yaml'), `esim-go: { credentials: [file-key] }\n${yaml}`)
  const first = await startServer([], { cwd: dir.path })
  await first.stop()
  const seeded = ['--seed-file', 'own.yaml']
  const second = await startServer(seeded, { cwd: dir.path })
  expect(await opens(second, 'file-key')).toBe(200)
  expect(second.providers['accounts-orders']).toMatchObject({ clientSecret: 'vault' })
  await second.stop()
  await using third = await startServer([...seeded, '--key', 'esim-go=flag-key'], { cwd: dir.path })
  expect(await opens(third, 'flag-key')).toBe(200)
  expect(await opens(third, 'file-key')).toBe(403)
})

test.each([
  ['test-api-key', /^esimulator: --key: give a provider and its key, as in esim-go=test-api-key$/],
  ['esim-gone=k', /^esimulator: --key: .*there is no provider "esim-gone"; there are: esim-go/],
  ['esim-go=a key', /^esimulator: --key: the key of esim-go must be of visible ASCII/],
  ['esim-go=', /^esimulator: --key: the key of esim-go must be of visible ASCII/],
  ['wholesale=secret', /^esimulator: --key: wholesale .* must be a client and its secret/],
])('--key %s: one sentence, status 2, nothing touched', async (key, sentence) => {
  await using dir = await folder()
  const args = ['start', '--port', '0', '--key', key]
  const { code, stdout, stderr } = await run(args, { cwd: dir.path })
  expect(stderr.trimEnd()).toMatch(sentence)
  expect([code, stdout, await readdir(dir.path)]).toEqual([2, '', []])
})

test('the key of another world: one sentence that names it, status 2', async () => {
  await using dir = await folder()
  const first = await startServer([], { cwd: dir.path })
  const json = { name: 'ci', credentials: { 'esim-go': ['ci-key'] } }
  expect((await call(first.url, '/_sim/worlds', { json })).status).toBe(201)
  await first.stop()
  const args = ['start', '--port', '0', '--key', 'esim-go=ci-key']
  const { code, stderr } = await run(args, { cwd: dir.path })
  expect(stderr.trimEnd()).toMatch(/^esimulator: esim-go credentials\[0\] leads to the world "ci"/)
  expect(code).toBe(2)
})

test('doctor tells whether the simulator that runs has the keys', async () => {
  await using dir = await folder()
  await using server = await startServer(['--ephemeral', '--key', 'wholesale=c:s'], {
    cwd: dir.path,
  })
  const doctor = (...keys: string[]) =>
    run(['doctor', '--url', server.url, ...keys.flatMap((key) => ['--key', key])], {
      cwd: dir.path,
    })
  expect((await doctor('wholesale=c:s')).stdout).toContain(
    'ok  keys    1 of your own open the world "default"\n',
  )
  const other = await doctor('wholesale=c:s', 'esim-go=test-api-key')
  expect(other.stdout).toMatch(/^BAD keys {4}the world "default" that runs was started without/m)
  expect(other.stdout).not.toContain('test-api-key')
  expect(other.code).toBe(1)
})
