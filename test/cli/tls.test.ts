// `start --tls`: certificates of a CA that is made once and kept, hosts of real APIs, and who trusts what.
import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect as connectTls, createServer } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { localCa, serverIdentity } from '../../src/server/local-ca.ts'
import { folder, run, type Server, startServer } from '../support/cli.ts'

const KEY = { 'X-API-Key': 'test-esim-go-key' }
const execute = promisify(execFile)

interface TlsServer extends Server {
  readonly tls: { readonly ca: string | null; readonly hosts: string[] }
}

const startTls = async (cwd: string, ...args: string[]) =>
  (await startServer(['--ephemeral', '--tls', '--tls-ca', 'ca', ...args], {
    cwd,
  })) as TlsServer

/** Asks a server under a host of its choice, as a name server that leads there would have it. */
async function ask(url: string, host: string, ca: string) {
  const { port } = new URL(url)
  const asked = request(`https://${host}:${port}/v2.4/organisation`, {
    headers: { ...KEY, Host: host },
    lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    agent: false,
    ca,
  }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return { status: response.statusCode, body: await text(response) }
}

test('a client with a hard-coded host is answered over TLS, and plain HTTP on the same port', async () => {
  await using dir = await folder()
  await using server = await startTls(dir.path)
  const ca = await readFile(server.tls.ca ?? '', 'utf8')
  expect(await ask(server.url, 'api.esim-go.com', ca)).toMatchObject({ status: 200 })
  expect((await fetch(`${server.url.replace('https', 'http')}/_sim/health`)).status).toBe(200)
  expect(server.providers['esim-go']?.baseUrls[0]).toBe(`${server.url}/esim-go/v2.4`)
  expect(server.url).toMatch(/^https:/)
})

test('a command that does not trust the CA is told so, and how to', async () => {
  await using dir = await folder()
  await using server = await startTls(dir.path)
  const ended = await run(['clock', '--url', server.url], {
    cwd: dir.path,
    env: { HOME: dir.path },
  })
  expect(ended).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/certificate .* is not trusted here: .*NODE_EXTRA_CA_CERTS=FILE/),
  })
})

test('calls, runs and tokens trust the CA', async () => {
  await using dir = await folder()
  await using server = await startTls(dir.path)
  const where = { cwd: dir.path, env: { ESIMULATOR_TLS_CA: 'ca', ESIMULATOR_URL: server.url } }
  const file = fileURLToPath(
    new URL('../../scenarios/wholesale-receiver-down.arazzo.yaml', import.meta.url),
  )
  for (const args of [
    ['call', 'accounts-orders', 'listAccounts'],
    ['token', 'wholesale'],
    ['run', file, '--target', server.url],
    ['diff', file, '--left', 'sim', '--right', server.url],
  ])
    expect(await run(args, where)).toMatchObject({ code: 0, stderr: '' })
})

test('the CA is kept, its key for its owner alone, and made anew for a host it may not sign for', async () => {
  await using dir = await folder()
  const first = await startTls(dir.path)
  const file = first.tls.ca ?? ''
  const made = await readFile(file, 'utf8')
  expect((await stat(join(dir.path, 'ca', 'ca-key.pem'))).mode & 0o777).toBe(0o600)
  await first.stop()
  const second = await startTls(dir.path)
  expect(await readFile(file, 'utf8')).toBe(made)
  await second.stop()
  await using third = await startTls(dir.path, '--host-map', 'api.my-provider.example=esim-go')
  const ca = await readFile(file, 'utf8')
  expect(ca).not.toBe(made)
  expect(await ask(third.url, 'api.my-provider.example', ca)).toMatchObject({ status: 200 })
})

test.each([
  ['a key that anybody may read', 'ca-key.pem', 'no key'],
  ['a certificate that is damaged', 'ca.pem', 'no certificate'],
])('a CA with %s is made anew, its key for its owner alone', async (_what, name, content) => {
  await using dir = await folder()
  const place = join(dir.path, 'ca')
  const made = await localCa(place, [])
  await writeFile(join(place, name), content)
  await chmod(join(place, 'ca-key.pem'), 0o644)
  const again = await localCa(place, [])
  expect(again).toMatchObject({ isNew: true })
  expect(again.key).not.toBe(made.key)
  expect((await stat(join(place, 'ca-key.pem'))).mode & 0o777).toBe(0o600)
  expect(await localCa(place, [])).toMatchObject({ isNew: false, key: again.key })
})

test('a CA whose key is that of another is made anew', async () => {
  await using dir = await folder()
  const [one, other] = [join(dir.path, 'one'), join(dir.path, 'other')]
  await localCa(one, [])
  const { key } = await localCa(other, [])
  await writeFile(join(one, 'ca-key.pem'), key)
  expect(await localCa(one, [])).toMatchObject({ isNew: true })
})

test('who trusts the CA trusts it for no other host, whatever it signs', async () => {
  await using dir = await folder()
  const ca = await localCa(join(dir.path, 'ca'), ['api.esim-go.com'])
  const forged = createServer(serverIdentity(ca, ['bank.example'])).listen(0, '127.0.0.1')
  await once(forged, 'listening')
  const { port } = forged.address() as { port: number }
  const socket = connectTls({ port, host: '127.0.0.1', servername: 'bank.example', ca: ca.cert })
  const [error] = await once(socket, 'error')
  expect(error).toMatchObject({ message: 'permitted subtree violation' })
  forged.close()
})

test('the commands trust the kept CA, and env hands it on to programs of Node', async () => {
  await using dir = await folder()
  await using server = await startTls(dir.path)
  const env = { ESIMULATOR_TLS_CA: 'ca', ESIMULATOR_URL: server.url }
  const where = { cwd: dir.path, env }
  for (const args of [['wait-ready'], ['clock'], ['sim', 'list'], ['world', 'list'], ['doctor']])
    expect([args, (await run(args, where)).stderr]).toEqual([args, ''])
  const { stdout } = await run(['env'], where)
  expect(stdout).toContain(`ESIM_GO_BASE_URL=${server.url}/esim-go/v2.4`)
  expect(stdout).toContain(`NODE_EXTRA_CA_CERTS=${server.tls.ca}`)
})

test('curl calls the real host by the line that start prints', async () => {
  await using dir = await folder()
  await using server = await startTls(dir.path)
  const { port } = new URL(server.url)
  const args = ['-sS', '--cacert', 'ca/ca.pem', '-H', 'X-API-Key: test-esim-go-key']
  const led = ['--connect-to', `api.esim-go.com:443:127.0.0.1:${port}`]
  const url = 'https://api.esim-go.com/v2.4/organisation'
  const { stdout } = await execute('curl', [...args, ...led, url], { cwd: dir.path })
  expect(JSON.parse(stdout)).toMatchObject({ organisations: [{}] })
})

test('a client that does not trust the CA is told so, and the terminal as well', async () => {
  await using dir = await folder()
  const server = await startTls(dir.path)
  // 60: the certificate of the server cannot be verified.
  await expect(execute('curl', ['-sS', server.url])).rejects.toMatchObject({ code: 60 })
  await server.stop()
  expect(await server.errors).toContain('does not trust the certificate')
})

test('a certificate of your own is served, and a half one is refused', async () => {
  await using dir = await folder()
  const fixture = (name: string) =>
    readFile(new URL(`../fixtures/tls/${name}.pem`, import.meta.url), 'utf8')
  const cert = await fixture('certificate')
  await writeFile(join(dir.path, 'cert.pem'), cert)
  await writeFile(join(dir.path, 'key.pem'), await fixture('key'))
  const own = ['--ephemeral', '--tls-cert', 'cert.pem', '--tls-key', 'key.pem']
  await using server = await startServer(own, { cwd: dir.path })
  expect((await ask(server.url, 'localhost', cert)).status).toBe(404)
  const half = await run(['start', '--tls-cert', 'cert.pem'], { cwd: dir.path })
  expect(half).toMatchObject({ code: 2 })
  expect(half.stderr).toContain('give --tls-cert and --tls-key')
  const wrong = ['start', '--tls-cert', 'cert.pem', '--tls-key', 'cert.pem']
  const refused = await run(wrong, { cwd: dir.path })
  expect(refused.stderr).toContain('cert.pem and cert.pem are no certificate and its key')
})

test('who says nothing does not keep the server from ending', async () => {
  await using dir = await folder()
  const server = await startTls(dir.path)
  const silent = connectPlain(Number(new URL(server.url).port), '127.0.0.1')
  await once(silent, 'connect')
  const cut = once(silent, 'close')
  expect(await server.stop()).toBe(0)
  await cut
})

/** A machine of its own, as far as names and ports go: only the client's own code knows the host. */
const apart = (script: string) => ['-rmn', 'sh', '-c', `ip link set lo up && ${script}`]
const canBeApart = spawnSync('unshare', apart('true')).status === 0

test.skipIf(!canBeApart).each(['with-fetch', 'with-axios', 'with-https'])(
  'an unchanged program %s, led by the names of its machine alone, buys over TLS',
  async (client) => {
    await using dir = await folder()
    await writeFile(join(dir.path, 'hosts'), '127.0.0.1 localhost api.esim-go.com\n')
    const root = new URL('../../', import.meta.url).pathname
    const main = `${process.execPath} ${root}dist/cli/main.js`
    const shop = `${root}test/fixtures/hard-coded-clients/shop.js`
    const script = [
      'mount --bind hosts /etc/hosts',
      `(${main} start --port 443 --ephemeral --tls --tls-ca ca >log 2>&1 & echo $! >pid)`,
      `${main} wait-ready --url http://127.0.0.1:443 >ready`,
      `NODE_EXTRA_CA_CERTS=ca/ca.pem ${process.execPath} ${shop} ${client}`,
      'kill $(cat pid)',
    ].join(' && ')
    const { stdout } = await execute('unshare', apart(script), { cwd: dir.path })
    const { before, status, after } = JSON.parse(stdout)
    expect(status).toBe(200)
    expect(after).toBeLessThan(before)
  },
)
