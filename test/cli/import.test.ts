// `esimulator import`: an account becomes a seed file, whatever breaks off; and nothing but reads is ever sent.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { type Ended, folder, run, startServer } from '../support/cli.ts'
import { call } from '../support/control.ts'
import { stockIn } from '../support/imported.ts'

const KEY = 'test-esim-go-key'
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** A small catalogue, so that what is told is about eSIMs. */
const STOCK = {
  'esim-go': {
    balance: 12,
    catalogue: {
      replace: true,
      bundles: [{ name: 'own', countries: ['FR'], dataAmount: 2000, duration: 10, price: 4.5 }],
    },
    inventory: [{ bundle: 'own', quantity: 2 }],
    esims: Array.from({ length: 250 }, (_, at) => ({ customerRef: `c${at}`, bundles: ['own'] })),
  },
}

let sim: RunningSimulator
beforeAll(async () => {
  sim = await startSimulator({ stock: STOCK })
})
afterAll(() => sim.close())

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => boolean

/** Passes calls on to the simulator, as the host of a real endpoint, and writes down what came. */
async function front(answer: Answer = () => false) {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    if (answer(request, response, seen.length)) return
    const { method = 'GET', url = '/', headers } = request
    const sent = { 'x-api-key': String(headers['x-api-key']), ...typeOf(headers['content-type']) }
    const bodies: Buffer[] = []
    request.on('data', (piece: Buffer) => bodies.push(piece))
    request.on('end', async () => {
      const body = bodies.length > 0 ? { body: Buffer.concat(bodies) } : {}
      const from = await fetch(sim.url + url, {
        method,
        headers: { ...sent, ...authOf(headers) },
        ...body,
      })
      response.writeHead(from.status, { 'content-type': from.headers.get('content-type') ?? '' })
      response.end(Buffer.from(await from.arrayBuffer()))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    [Symbol.dispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const typeOf = (type: string | undefined) => (type === undefined ? {} : { 'content-type': type })
const authOf = ({ authorization }: IncomingMessage['headers']) =>
  authorization === undefined ? {} : { authorization }

const refuse = (response: ServerResponse, status: number, headers = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end('{}')
  return true
}

/** A folder with a target file, and the import of it run there. */
async function imports(url: string, more: readonly string[] = []) {
  const at = await folder()
  const text = (path: string) =>
    `provider: esim-go\nbaseUrl: ${url}${path}\nrate: 100000/s\ncredentials: { apiKey: '\${KEY}' }\n`
  await writeFile(join(at.path, 'mine.yaml'), text('/esim-go/v2.5'))
  const where = { cwd: at.path, env: { KEY } }
  return {
    at,
    seed: join(at.path, 'seed.yaml'),
    import: (args: readonly string[] = []) =>
      run(['import', '--target', 'mine.yaml', ...more, ...args], where),
    args: [MAIN, 'import', '--target', 'mine.yaml', ...more],
    where,
    [Symbol.asyncDispose]: () => at[Symbol.asyncDispose](),
  }
}

const sentenceOf = ({ code, stderr }: Ended) => {
  expect(code).toBe(2)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  return stderr
}

test('a real endpoint is only read, with progress, and start opens what was written', async () => {
  using real = await front()
  await using mine = await imports(real.url)
  const { code, stdout, stderr } = await mine.import()
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^bundles on sale: 1$/m)
  expect(stdout).toMatch(/^eSIMs: 250$/m)
  expect(stdout).toMatch(/could not be taken over:\n.*the API tells whole units/)
  expect(real.seen.filter((each) => !each.startsWith('GET '))).toEqual([])
  expect(real.seen).toHaveLength(1 + 1 + 1 + 3 + 2 * 250)
  expect(existsSync(`${mine.seed}.part`)).toBe(false)

  const text = await readFile(mine.seed, 'utf8')
  expect(text).toMatch(
    /^# yaml-language-server: \$schema=\.\/node_modules\/esimulator\/dist\/specs\/seed-file\.schema\.json\n# The account of esim-go at .*\n# Could not be taken over:\n# - cents of the balance: /,
  )
  expect(text).not.toContain(KEY)
  const server = ['--ephemeral', '--seed-file', mine.seed]
  await using started = await startServer(server, { cwd: mine.at.path })
  const headers = { 'X-API-Key': started.providers['esim-go']?.apiKey ?? '' }
  const { body } = await call<{ rows: number }>(started.url, '/esim-go/v2.4/esims', { headers })
  expect(body.rows).toBe(250)
}, 60_000)

test.each(['highland', 'accounts-orders'])(
  '%s: nothing but reads and the token is sent',
  async (provider) => {
    using real = await front()
    await using at = await folder()
    const oauth = `clientId: '\${ID}', clientSecret: '\${SECRET}'`
    const tokens: Readonly<Record<string, string>> = {
      highland: '{}',
      'accounts-orders': `{ ${oauth} }`,
    }
    const given: Readonly<Record<string, string[]>> = {
      highland: [
        '--input',
        'company_id=1a9a1d8ddc9311f09e024c50dd6c0d86',
        '--input',
        'sim_ids=76010106',
      ],
    }
    const text = `provider: ${provider}\nbaseUrl: ${real.url}/${provider}\ncredentials: ${tokens[provider]}\nrate: 1000/s\n`
    await writeFile(join(at.path, 'mine.yaml'), text)
    const env = { ID: 'test-client', SECRET: 'test-secret' }
    const args = ['import', '--target', 'mine.yaml', ...(given[provider] ?? [])]
    const { code, stderr } = await run(args, { cwd: at.path, env })
    expect([code, stderr]).toEqual([0, ''])
    expect(real.seen.length).toBeGreaterThan(1)
    const others = real.seen.filter((each) => !/^GET |^POST .*\/token$/.test(each))
    expect(others).toEqual([])
  },
  60_000,
)

test('an import that is killed in the middle is gone on with: what was read is not read again', async () => {
  let child: ReturnType<typeof spawn> | undefined
  using real = await front((_request, _response, count) => {
    if (count !== 300) return false
    child?.kill('SIGKILL')
    return true
  })
  await using mine = await imports(real.url)
  child = spawn(process.execPath, mine.args, { cwd: mine.at.path, env: { KEY } })
  await once(child, 'exit')
  expect(existsSync(mine.seed)).toBe(false)
  // As a kill in the middle of a write leaves it.
  const part = await readFile(`${mine.seed}.part`, 'utf8')
  await writeFile(`${mine.seed}.part`, `${part}{"read":"eSIMs","key":"89`)

  const { code } = await mine.import()
  expect(code).toBe(0)
  const asked = real.seen.filter((each) => /\/esims\/\d+\?|\/esims\/\d+$/.test(each))
  const twice = asked.length - new Set(asked).size
  expect(twice).toBeLessThanOrEqual(16)
  const { 'esim-go': stock } = (await stockIn(mine.seed)) as {
    'esim-go': { esims: { iccid: string }[] }
  }
  expect(new Set(stock.esims.map(({ iccid }) => iccid)).size).toBe(250)
  expect(stock.esims).toHaveLength(250)

  await using whole = await imports(real.url)
  await whole.import()
  const before = (await readFile(whole.seed, 'utf8')).split('\n')
  expect((await readFile(mine.seed, 'utf8')).split('\n')).toEqual(before)
}, 60_000)

test('a page that fails is asked for again after the time it says; one that goes on failing ends it', async () => {
  let failures = 2
  using real = await front(({ url }, response) => {
    if (!url?.includes('page=2') || failures === 0) return false
    failures -= 1
    return refuse(response, failures === 1 ? 429 : 503, { 'retry-after': '0' })
  })
  await using mine = await imports(real.url)
  expect((await mine.import()).code).toBe(0)
  expect(real.seen.filter((each) => each.includes('page=2'))).toHaveLength(3)

  failures = Number.POSITIVE_INFINITY
  const broken = sentenceOf(await mine.import(['--out', 'other.yaml']))
  expect(broken).toMatch(
    /page=2.*answered 503, after 6 tries; what was read until then is in other\.yaml\.part/,
  )
  failures = 0
  const asked = real.seen.length
  expect((await mine.import(['--out', 'other.yaml'])).code).toBe(0)
  expect(real.seen.length - asked).toBe(2 + 2 * 150)
}, 60_000)

test('what does not fit a seed file is told by its name, and the rest is opened', async () => {
  const { bundles } = STOCK['esim-go'].catalogue
  const sold = { ...bundles[0], description: 'D', speed: null, autostart: true, unlimited: false }
  const places = {
    countries: [{ name: 'France', region: 'Europe', iso: 'FR' }],
    roamingEnabled: [],
  }
  const odd = [
    { ...sold, ...places },
    { ...sold, ...places, name: 'for ever', duration: 99_999 },
    { ...sold, ...places, name: 'nowhere', countries: [] },
    { name: 'half' },
  ]
  using real = await front(({ url = '' }, response) => {
    if (!url.includes('/catalogue')) return false
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ bundles: odd, pageCount: 1, rows: 4 }))
    return true
  })
  await using mine = await imports(real.url)
  const { code, stdout } = await mine.import(['--json'])
  expect(code).toBe(0)
  const { taken, left } = JSON.parse(stdout)
  expect(taken).toMatchObject({ catalogue: 1, esims: 250 })
  expect(left.map(({ examples }: { examples: string[] }) => examples[0])).toEqual(
    expect.arrayContaining(['catalogue for ever', 'bundle nowhere', 'bundles on sale: half']),
  )
  const where = { cwd: mine.at.path }
  await using _ = await startServer(['--ephemeral', '--seed-file', mine.seed], where)
}, 60_000)

test('of v2.4 it is told what only v2.5 says; a file of JSON has no comment', async () => {
  using real = await front()
  await using mine = await imports(real.url)
  const file = (await readFile(join(mine.at.path, 'mine.yaml'), 'utf8')).replace('v2.5', 'v2.4')
  await writeFile(join(mine.at.path, 'mine.yaml'), file)
  const { code, stdout } = await mine.import(['--out', 'mine.json'])
  expect([code, stdout]).toEqual([0, expect.stringMatching(/and 247 more: only v2\.5 tells it/)])
  const written = JSON.parse(await readFile(join(mine.at.path, 'mine.json'), 'utf8'))
  expect(written['esim-go'].esims).toHaveLength(250)
}, 60_000)

test('what cannot be done is said in one sentence', async () => {
  using real = await front()
  await using mine = await imports(real.url)
  const at = { cwd: mine.at.path, env: { KEY: 'a-key-of-nobody' } }
  const said = async (...args: string[]) => sentenceOf(await run(['import', ...args], at))
  expect(await said('--target', 'mine.yaml')).toMatch(/organisation does not let us in \(403\)/)
  expect(await said()).toMatch(/name whose account is read: --target FILE/)
  expect(await said('--target', 'none.yaml')).toMatch(/none\.yaml.*file of a real endpoint/)
  expect(await said('--target', sim.url)).toMatch(/name whose API it is/)
  expect(await said('--target', sim.url, '--provider', 'esimgo')).toMatch(/did you mean esim-go/)
  expect(await said('--target', 'http://127.0.0.1:9', '--provider', 'esim-go')).toMatch(
    /no simulator answers/,
  )
  expect(await said('--target', 'mine.yaml', '--provider', 'highland')).toMatch(/is of esim-go/)
  expect(await said('--target', sim.url, '--provider', 'highland')).toMatch(/--input company_id=/)
  expect(await said('--target', sim.url, '--provider', 'wholesale')).toMatch(
    /nothing can be imported of wholesale: .*status of a transaction/,
  )
  expect(await said('--target', 'mine.yaml', '--keep-names')).toMatch(/left of another import/)
  await writeFile(mine.seed, 'mine')
  expect(await said('--target', 'mine.yaml')).toMatch(/seed\.yaml is there already.*--force/)
  expect(await readFile(mine.seed, 'utf8')).toBe('mine')
}, 60_000)

test('a world of a simulator is read with its own key, and a file that is there is written anew by --force', async () => {
  await using at = await folder()
  await writeFile(join(at.path, 'seed.yaml'), 'mine')
  const args = ['import', '--target', sim.url, '--provider', 'esim-go', '--force', '--json']
  expect(await run([...args, '--out', 'none/seed.yaml'], { cwd: at.path })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^\{"error":"none\/seed\.yaml.*\n$/),
  })
  const { code, stdout } = await run(args, { cwd: at.path })
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    file: 'seed.yaml',
    provider: 'esim-go',
    taken: { catalogue: 1, inventory: 1, esims: 250 },
  })
  expect(await stockIn(join(at.path, 'seed.yaml'))).toMatchObject({ 'esim-go': { balance: 12 } })
}, 60_000)
