// Credentials of one's own: what they open, what they sign, which world they lead to, and for how long.
import { createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { WorldShown } from '../../src/control/wire.ts'
import {
  type ChosenCredentials,
  type RunningSimulator,
  startReceiver,
  startSimulator,
} from '../../src/index.ts'
import { call, expectProblem } from '../support/control.ts'

const home = await mkdtemp(join(tmpdir(), 'esimulator-own-'))
afterAll(() => rm(home, { recursive: true, force: true }))
let folders = 0
function folder(): string {
  folders += 1
  return join(home, String(folders))
}

const DEFAULT_KEY = 'test-esim-go-key'

/** The status of a call at eSIM Go, the world chosen by the key alone unless a prefix says. */
async function opens({ url }: RunningSimulator, key: string, prefix = ''): Promise<number> {
  const headers = { 'X-API-Key': key }
  return (await fetch(`${url}${prefix}/esim-go/v2.4/esims`, { headers })).status
}

/** The world a key leads to: the one whose journal grows by a call. */
async function worldOf(sim: RunningSimulator, key: string): Promise<string | undefined> {
  const { worlds } = await sim.control.call('listWorlds')
  const lengths = async () => {
    const all = worlds.map(async ({ name }) => {
      const path = `/w/${name}/_sim/journal?provider=esim-go&limit=1`
      const { body } = await call<{ entries: { id: number }[] }>(sim.url, path)
      return [name, body.entries[0]?.id ?? 0] as const
    })
    return new Map(await Promise.all(all))
  }
  const before = await lengths()
  await opens(sim, key)
  const after = await lengths()
  return [...after].find(([name, length]) => length > (before.get(name) ?? 0))?.[0]
}

async function token(
  { url }: RunningSimulator,
  client: string,
  secret: string,
  path = '/wholesale/oauth/token',
) {
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  form.set('client_id', client)
  form.set('client_secret', secret)
  const answer = await fetch(url + path, { method: 'POST', body: form })
  const body = (await answer.json()) as { access_token?: string }
  return { status: answer.status, token: body.access_token ?? '' }
}

async function make(
  sim: RunningSimulator,
  name: string,
  credentials?: ChosenCredentials,
): Promise<WorldShown> {
  const { status, body } = await call<WorldShown>(sim.url, '/_sim/worlds', {
    json: { name, credentials },
  })
  expect(status).toBe(201)
  return body
}

/** Puts the state of one world into another. */
async function copy({ url }: RunningSimulator, from: string, to: string): Promise<void> {
  const { body } = await call(url, `/w/${from}/_sim/state`)
  const { status } = await call(url, `/w/${to}/_sim/state`, { method: 'PUT', json: body })
  expect(status).toBe(200)
}

const remove = ({ url }: RunningSimulator, name: string) =>
  call(url, `/_sim/worlds/${name}`, { method: 'DELETE' })

test('a client with a hard-coded key runs unchanged, and the default key is none any more', async () => {
  await using sim = await startSimulator({ credentials: { 'esim-go': ['test-api-key'] } })
  expect(await opens(sim, 'test-api-key')).toBe(200)
  expect(await opens(sim, DEFAULT_KEY)).toBe(403)
  expect(sim.credentials['esim-go']).toEqual({
    apiKey: 'test-api-key',
    callbackSecret: 'test-api-key',
  })
})

test('why a key is refused, and how to choose one, is in the journal and not in the reply', async () => {
  await using sim = await startSimulator()
  const headers = { 'X-API-Key': 'test-api-key' }
  const answer = await fetch(`${sim.baseUrl('esim-go')}/esims`, { headers })
  expect(await answer.text()).not.toContain('--key')
  expect((await sim.journal.list())[0]?.refusal?.reason).toMatch(/--key esim-go=\.\.\. chooses one/)
})

test('each of several keys opens the API, and the first one signs, whatever their alphabet', async () => {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({
    given: 'an assigned bundle',
    callbackUrl: receiver.url,
    credentials: { 'esim-go': ['zebra-key', 'aardvark-key', 'middle-key'] },
  })
  for (const key of ['zebra-key', 'aardvark-key', 'middle-key'])
    expect(await opens(sim, key)).toBe(200)
  expect(sim.credentials['esim-go']).toMatchObject({
    apiKey: 'zebra-key',
    apiKeys: ['zebra-key', 'aardvark-key', 'middle-key'],
    callbackSecret: 'zebra-key',
  })
  const [esim] = await sim.sims('esim-go')
  await sim.device(esim?.iccid ?? '').use('1MB')
  await sim.clock.advance('PT1S')
  const [arrival] = receiver.arrivals
  const body = arrival?.body ?? ''
  const expected = createHmac('sha256', 'zebra-key').update(body).digest('base64')
  expect(arrival?.headers['x-signature-sha256']).toBe(expected)
})

test('several clients each get tokens with their own secret, and with no other', async () => {
  await using sim = await startSimulator({
    credentials: {
      wholesale: [{ client: 'shop', secret: 's-1' }, 'back-office:s:2'],
      'accounts-orders': ['bank:vault'],
    },
  })
  expect((await token(sim, 'shop', 's-1')).status).toBe(200)
  expect((await token(sim, 'back-office', 's:2')).status).toBe(200)
  expect((await token(sim, 'shop', 's:2')).status).toBe(401)
  expect((await token(sim, 'test-client', 'test-secret')).status).toBe(401)
  expect((await sim.journal.list())[0]?.refusal?.reason).toMatch(/--key wholesale=client:secret/)
  const path = '/accounts-orders/auth/realms/enterprise-apis/protocol/openid-connect/token'
  expect((await token(sim, 'bank', 'vault', path)).status).toBe(200)
  expect((await token(sim, 'test-client', 'test-secret', path)).status).toBe(401)
  expect(sim.credentials.wholesale).toMatchObject({
    clientId: 'shop',
    clientSecret: 's-1',
    clients: [
      { client: 'shop', secret: 's-1' },
      { client: 'back-office', secret: 's:2' },
    ],
  })
})

test('a key of Highland turns its header on, chooses the world, and is taken with and without a scheme', async () => {
  await using sim = await startSimulator({ credentials: { highland: ['partner-key'] } })
  await make(sim, 'second', { highland: ['other-partner-key'] })
  const path = '/highland/b2b/company/summary?company_id=1a9a1d8ddc9311f09e024c50dd6c0d86'
  const status = async (headers: Record<string, string>, prefix = '') =>
    (await fetch(sim.url + prefix + path, { headers })).status
  expect(await status({})).toBe(401)
  expect((await sim.journal.list())[0]?.refusal?.reason).toMatch(/--key highland=/)
  expect(await status({ Authorization: 'Bearer test-highland-key' })).toBe(401)
  expect(await status({ Authorization: 'Bearer partner-key' })).toBe(200)
  expect(await status({ Authorization: 'partner-key' })).toBe(200)
  expect(await status({ Authorization: 'Bearer other-partner-key' })).toBe(200)
  expect(await status({ Authorization: 'Bearer partner-key' }, '/w/second')).toBe(401)

  await sim.set('highland', { authHeader: 'X-Partner' })
  expect(await status({ 'X-Partner': 'partner-key' })).toBe(200)
  expect(JSON.stringify(await sim.journal.list())).not.toMatch(/partner-key/)
  await sim.set('highland', { auth: 'none' })
  expect(await status({})).toBe(200)
})

test('a key named like what is missing does not open Highland to those without one', async () => {
  await using sim = await startSimulator({ credentials: { highland: ['undefined'] } })
  const path = '/highland/b2b/company/summary?company_id=1a9a1d8ddc9311f09e024c50dd6c0d86'
  expect((await fetch(sim.url + path)).status).toBe(401)
})

test('keys move no ICCID: what is random is the same with them and without', async () => {
  const iccids = async (credentials: ChosenCredentials) => {
    await using sim = await startSimulator({ given: 'an assigned bundle', credentials })
    return (await sim.sims()).map(({ iccid }) => iccid)
  }
  const own = { 'esim-go': ['k-1', 'k-2'], wholesale: ['c:s'], highland: ['h-1'] }
  expect(await iccids(own)).toEqual(await iccids({}))
})

test('several keys lead to a world of their own, and a reset keeps them', async () => {
  await using sim = await startSimulator()
  const world = await make(sim, 'ci', { 'esim-go': ['ci-key-1', 'ci-key-2'] })
  expect(world.credentials['esim-go']?.apiKeys).toEqual(['ci-key-1', 'ci-key-2'])
  for (const key of ['ci-key-1', 'ci-key-2']) expect(await worldOf(sim, key)).toBe('ci')

  const json = { seed: 'another', given: 'an assigned bundle' }
  const { body } = await call<WorldShown>(sim.url, '/w/ci/_sim/reset', { json })
  expect(body.credentials['esim-go']?.apiKeys).toEqual(['ci-key-1', 'ci-key-2'])
  for (const key of ['ci-key-1', 'ci-key-2']) expect(await worldOf(sim, key)).toBe('ci')
})

test('a key of another world is refused with its name, nothing is made, and it is free once that is gone', async () => {
  await using sim = await startSimulator()
  await make(sim, 'a', { 'esim-go': ['shared-key'], wholesale: ['shop:one'] })
  const again = (credentials: ChosenCredentials) =>
    call(sim.url, '/_sim/worlds', { json: { name: 'b', credentials } })
  const sentence = /esim-go credentials\[1\] leads to the world "a" already: choose another/
  expectProblem(await again({ 'esim-go': ['mine', 'shared-key'] }), 409, sentence)
  expectProblem(await again({ wholesale: ['other:one'] }), 409, /leads to the world "a" already/)
  expectProblem(await again({ 'esim-go': [DEFAULT_KEY] }), 409, /the world "default" already/)
  expect((await sim.control.call('listWorlds')).worlds).toHaveLength(2)
  expect(await worldOf(sim, 'mine')).toBe('default')

  // Where nobody may look into the control API, only the provider's own words are told.
  const headers = { 'X-API-Key': 'shared-key' }
  const answer = await fetch(`${sim.url}/w/default/esim-go/v2.4/esims`, { headers })
  expect([answer.status, await answer.text()]).toEqual([403, expect.not.stringContaining('"a"')])

  await remove(sim, 'a')
  expect((await again({ 'esim-go': ['shared-key'] })).status).toBe(201)
  expect(await worldOf(sim, 'shared-key')).toBe('b')
})

test.each([
  [{ 'esim-gone': ['k'] }, /there is no provider "esim-gone"; there are: /],
  [{ 'esim-go': ['with a blank'] }, /esim-go credentials\[0\] must be 1 to 256 visible ASCII/],
  [{ 'esim-go': ['ok', 'schlüssel'] }, /esim-go credentials\[1\] must be/],
  [{ 'esim-go': [''] }, /esim-go credentials\[0\] must be/],
  [{ 'esim-go': ['x'.repeat(257)] }, /esim-go credentials\[0\] must be/],
  [{ 'esim-go': [{ client: 'c', secret: 's' }] }, /esim-go credentials\[0\] must be/],
  [{ 'esim-go': [] }, /credentials/],
  [{ wholesale: ['no-secret'] }, /wholesale credentials\[0\] must be a client and its secret/],
  [{ wholesale: ['c:'] }, /wholesale credentials\[0\]\.secret must be/],
  [{ wholesale: [{ client: 'a:b', secret: 's' }] }, /\.client must have no colon/],
  [{ wholesale: ['a:same', 'b:same'] }, /wholesale credentials\[1\] has the secret of another/],
  [{ wholesale: [{ client: 'a' }] }, /secret/],
] as const)('bad credentials are refused and make no world: %j', async (credentials, sentence) => {
  await using sim = await startSimulator()
  const answer = await call(sim.url, '/_sim/worlds', { json: { name: 'w', credentials } })
  expectProblem(answer, 400, sentence)
  expect((await sim.control.call('listWorlds')).worlds).toHaveLength(1)
  const untyped = credentials as unknown as ChosenCredentials
  await expect(startSimulator({ credentials: untyped })).rejects.toThrow(
    /credentials|provider "esim-gone"/,
  )
})

test('the credentials of a seed file are those of default alone; its options come before it', async () => {
  const stock = {
    'esim-go': { balance: 7, credentials: ['from-the-file'] },
    'accounts-orders': { credentials: [{ client: 'bank', secret: 'vault' }] },
  }
  await using sim = await startSimulator({ stock })
  const path = '/accounts-orders/auth/realms/enterprise-apis/protocol/openid-connect/token'
  expect((await token(sim, 'bank', 'vault', path)).status).toBe(200)
  expect(await opens(sim, 'from-the-file')).toBe(200)
  await make(sim, 'other')
  expect(await opens(sim, 'from-the-file', '/w/other')).toBe(403)
  await sim.reset()
  expect(await opens(sim, 'from-the-file')).toBe(200)

  await using chosen = await startSimulator({ stock, credentials: { 'esim-go': ['by-option'] } })
  expect(await opens(chosen, 'by-option')).toBe(200)
  expect(await opens(chosen, 'from-the-file')).toBe(403)
  await expect(startSimulator({ stock: { 'esim-go': { credentials: [1234] } } })).rejects.toThrow(
    'esim-go credentials[0] is a number: put it in quotes',
  )
})

test('keys that are chosen for a world that is kept are good at once, and stay', async () => {
  const stateDir = folder()
  const start = (credentials?: ChosenCredentials) =>
    startSimulator(credentials ? { store: stateDir, credentials } : { store: stateDir })
  {
    await using sim = await start()
    expect(await opens(sim, DEFAULT_KEY)).toBe(200)
  }
  {
    await using sim = await start({ 'esim-go': ['later-key'] })
    expect([await opens(sim, 'later-key'), await opens(sim, DEFAULT_KEY)]).toEqual([200, 403])
  }
  {
    await using sim = await start()
    expect([await opens(sim, 'later-key'), await opens(sim, DEFAULT_KEY)]).toEqual([200, 403])
    await sim.reset()
    expect(await opens(sim, 'later-key')).toBe(200)
  }
  await using sim = await start({ 'esim-go': [DEFAULT_KEY] })
  expect([await opens(sim, 'later-key'), await opens(sim, DEFAULT_KEY)]).toEqual([403, 200])
})

test('a key of another kept world stops the start, and leaves default as it was', async () => {
  const stateDir = folder()
  {
    await using sim = await startSimulator({ store: stateDir })
    await make(sim, 'a', { 'esim-go': ['shared-key'] })
  }
  const credentials = { 'esim-go': ['shared-key'] }
  await expect(startSimulator({ store: stateDir, credentials })).rejects.toThrow(
    'esim-go credentials[0] leads to the world "a" already',
  )
  await using sim = await startSimulator({ store: stateDir })
  expect(await opens(sim, DEFAULT_KEY)).toBe(200)
  expect(await worldOf(sim, 'shared-key')).toBe('a')
})

test('a copied state takes no credential over: not at once, not over restarts, not by a reset', async () => {
  const stateDir = folder()
  {
    await using sim = await startSimulator({ store: stateDir })
    await make(sim, 'bug-1')
    await copy(sim, 'default', 'bug-1')
    expect(await worldOf(sim, DEFAULT_KEY)).toBe('default')
    expect(await opens(sim, DEFAULT_KEY, '/w/bug-1')).toBe(200)
    await sim.reset()
    expect(await worldOf(sim, DEFAULT_KEY)).toBe('default')
    await sim.restore(await sim.state())
    expect(await worldOf(sim, DEFAULT_KEY)).toBe('default')
  }
  await using sim = await startSimulator({ store: stateDir })
  expect(await worldOf(sim, DEFAULT_KEY)).toBe('default')
})

test('of worlds that share a key the first has it, whatever their names; then the second; then the third', async () => {
  const stateDir = folder()
  const reopened = async (act: (sim: RunningSimulator) => Promise<void>) => {
    await using sim = await startSimulator({ store: stateDir })
    await act(sim)
  }
  await reopened(async (sim) => {
    await make(sim, 'z-first', { 'esim-go': ['shared-key'] })
    for (const name of ['m-second', 'a-third']) {
      await make(sim, name)
      await copy(sim, 'z-first', name)
    }
    // A second copy is no second claim.
    await copy(sim, 'z-first', 'm-second')
    expect(await worldOf(sim, 'shared-key')).toBe('z-first')
  })
  await reopened(async (sim) => {
    expect(await worldOf(sim, 'shared-key')).toBe('z-first')
    await remove(sim, 'z-first')
    expect(await worldOf(sim, 'shared-key')).toBe('m-second')
  })
  await reopened(async (sim) => {
    expect(await worldOf(sim, 'shared-key')).toBe('m-second')
    await call(sim.url, '/w/m-second/_sim/reset', { json: {} })
    expect(await worldOf(sim, 'shared-key')).toBe('m-second')
    await remove(sim, 'm-second')
    expect(await worldOf(sim, 'shared-key')).toBe('a-third')
  })
  await reopened(async (sim) => {
    expect(await worldOf(sim, 'shared-key')).toBe('a-third')
    await remove(sim, 'a-third')
    expect(await worldOf(sim, 'shared-key')).toBe('default')
    expect(await opens(sim, 'shared-key')).toBe(403)
  })
})

test('a world that another state is put into gives its own key up, and the state brings its own', async () => {
  await using sim = await startSimulator()
  const { credentials } = await make(sim, 'a')
  const own = credentials['esim-go']?.apiKey ?? ''
  await make(sim, 'b', { 'esim-go': ['b-key'] })
  await copy(sim, 'b', 'a')
  expect(await worldOf(sim, own)).toBe('default')
  expect(await opens(sim, 'b-key', '/w/a')).toBe(200)
  await remove(sim, 'b')
  expect(await worldOf(sim, 'b-key')).toBe('a')
})

test('a copy goes on with tokens of its own: none of them leads into the world it was copied from', async () => {
  await using sim = await startSimulator()
  const first = (await token(sim, 'test-client', 'test-secret')).token
  await make(sim, 'copied')
  await copy(sim, 'default', 'copied')
  const path = '/w/copied/wholesale/oauth/token'
  const there = (await token(sim, 'test-client', 'test-secret', path)).token
  const here = (await token(sim, 'test-client', 'test-secret')).token
  expect(new Set([first, there, here]).size).toBe(3)

  const status = async (bearer: string, prefix: string) => {
    const headers = { Authorization: `Bearer ${bearer}` }
    const url = `${sim.url}${prefix}/wholesale/transactionStatus?partnerTransactionId=none`
    return (await fetch(url, { headers })).status
  }
  expect(await status(there, '/w/default')).toBe(401)
  expect(await status(here, '/w/copied')).toBe(401)
  expect(await status(here, '/w/default')).not.toBe(401)
  expect(await status(there, '/w/copied')).not.toBe(401)
})

test('short keys are struck out of the journal where they stand alone, and words keep their letters', async () => {
  await using sim = await startSimulator({ credentials: { 'esim-go': ['e', 'in"k"+/=%'] } })
  const headers = { 'X-API-Key': 'e', 'X-Told': 'e', 'X-Spelled': encodeURIComponent('in"k"+/=%') }
  await fetch(`${sim.baseUrl('esim-go')}/esims?perPage=1`, { headers })
  const [entry] = await sim.journal.list()
  expect(entry).toMatchObject({ url: '/esim-go/v2.4/esims?perPage=1', status: 200 })
  expect(entry?.requestHeaders).toMatchObject({
    'x-api-key': '[redacted]',
    'x-told': '[redacted]',
    'x-spelled': '[redacted]',
  })
})
