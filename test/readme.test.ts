// What the README tells a newcomer to do, done.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { type RunningSimulator, startReceiver, startSimulator } from '../src/index.ts'
import { faultKinds } from '../src/server/faults/kinds.ts'
import { withTable } from '../src/server/faults/kinds-table.ts'

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')

/** The first block of the README in a language, without the indentation of the list it stands in. */
function block(language: string): string {
  const found = new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\``, 'm').exec(readme)
  const [, indent = '', code = ''] = found ?? []
  return code.replaceAll(new RegExp(`^${indent}`, 'gm'), '')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

test('the receiver of the README finds every callback genuine', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'esimulator-readme-'))
  const port = await freePort()
  await writeFile(join(folder, 'receiver.mjs'), block('js'))
  await using sim = await startSimulator({
    given: 'an assigned bundle',
    callbackUrl: `http://127.0.0.1:${port}/`,
    settings: { 'esim-go': { retrySchedule: Array.from({ length: 50 }, () => 'PT1S') } },
  })
  const receiver = spawn(process.execPath, ['receiver.mjs'], {
    cwd: folder,
    env: { PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const lines: string[] = []
    const told = (async () => {
      for await (const line of createInterface(receiver.stdout)) {
        lines.push(line)
        if (lines.length === 5) return
      }
    })()
    const [esim] = await sim.sims()
    await sim.device(esim?.iccid ?? '').use('800MB')
    while (lines.length < 5) await sim.clock.advance('PT1S')
    await told
    expect(lines.map((line) => line.split(' ')[0])).toEqual(
      Array.from({ length: 5 }, () => 'genuine'),
    )
    expect(lines.map((line) => JSON.parse(line.slice(line.indexOf('{'))).alertType)).toEqual([
      'FirstAttachment',
      'FirstUse',
      'Utilisation',
      'Utilisation',
      'Utilisation',
    ])
  } finally {
    receiver.kill()
    await rm(folder, { recursive: true })
  }
})

/** A block of shell below a heading, to be run against a simulator at `url`. */
function recipe(heading: string, url: string): string {
  const [, code = ''] = /```sh\n([\s\S]*?)```/.exec(readme.split(`# ${heading}\n`)[1] ?? '') ?? []
  return runnable(code, url)
}

function runnable(code: string, url: string): string {
  return code
    .replaceAll('http://127.0.0.1:4010', url)
    .replaceAll('npx esimulator', `"$NODE" "${MAIN}"`)
}

const hasCurl = spawnSync('curl', ['--version']).status === 0

test.skipIf(!hasCurl)(
  'the wholesale recipe of the README is acknowledged, in progress, notified and done',
  async () => {
    await using receiver = await startReceiver()
    await using sim = await startSimulator({ callbackUrl: receiver.url })
    const { PATH = '' } = process.env
    const shell = spawn('sh', ['-e'], {
      env: { PATH, NODE: process.execPath, ESIMULATOR_URL: sim.url },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    shell.stdin.end(recipe('Acknowledge now, notify later (wholesale)', sim.url))
    const said = await text(shell.stdout)
    expect(said.match(/"status":"\w+"/g)).toEqual([
      '"status":"Success"',
      '"status":"InProgress"',
      '"status":"Success"',
    ])
    expect(receiver.arrivals.map(({ json }) => json)).toMatchObject([
      { partnerTransactionId: 'Txn1', action: 'Activate', result: 'Success' },
    ])
  },
)

test.skipIf(!hasCurl)(
  'the accounts-orders recipe of the README is pending, completed, and in the mail',
  async () => {
    await using sim = await startSimulator()
    const { PATH = '' } = process.env
    const shell = spawn('sh', ['-e'], {
      env: { PATH, NODE: process.execPath, ESIMULATOR_URL: sim.url },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    shell.stdin.end(recipe('Order, poll, read the mail (accounts-orders)', sim.url))
    const said = await text(shell.stdout)
    expect(said.match(/"status":"\w+"/g)).toEqual(['"status":"pending"', '"status":"completed"'])
    expect(said).toMatch(/"channel":"email","to":"ada@bank\.example".*"qr":"LPA:1\$/)
  },
)

/** What each recipe of `Break it` prints, and how many requests get to the providers. */
const BREAKS: readonly (readonly [what: string, said: RegExp])[] = [
  ['an answer that is lost', /fault_1 .*reset.*\ncurl ended with 56\n"status":"completed"\n$/s],
  ['busy twice', /503 503 200 $/],
  [
    'slow, truncated, malformed, a schema that is broken',
    /fault_1 .*delay.*fault_2 .*truncated.*fault_3 .*malformed.*fault_4 .*schema.*there are no faults now\n$/s,
  ],
  ['two calls a minute', /200 200 429 200 $/],
  ['a revoked token', /401 401 $/],
  [
    'one call that asks for it',
    /^HTTP\/1.1 429 .*\r\n(?=.*Retry-After: \d+\r\n).*Preference-Applied: code=429, delay=100ms\r\n/is,
  ],
]

const breaks = [
  ...(readme.split('\n## Break it\n')[1]?.split('\n## ')[0] ?? '').matchAll(
    /```sh\n([\s\S]*?)```/g,
  ),
].map(([, code = '']) => code)

test('every recipe of the README that breaks something has at most six lines, and is run here', () => {
  expect(breaks.map((code) => code.trim().split('\n').length).filter((lines) => lines > 6)).toEqual(
    [],
  )
  expect(breaks).toHaveLength(BREAKS.length)
})

test
  .skipIf(!hasCurl)
  .each(BREAKS.map(([what, said], at) => ({ what, said, code: breaks[at] ?? '' })))(
  'the README breaks it: $what',
  async ({ said, code }) => {
    await using sim = await startSimulator()
    const { PATH = '' } = process.env
    const shell = spawn('sh', ['-e'], {
      env: { PATH, NODE: process.execPath, ESIMULATOR_URL: sim.url },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    shell.stdin.end(runnable(code, sim.url))
    expect(await text(shell.stdout)).toMatch(said)
  },
)

test('the table of the kinds of faults is the one of the registry', async () => {
  const file = new URL('../specs/README.md', import.meta.url)
  const written = await readFile(file, 'utf8')
  // `npm run fault-kinds` writes it.
  expect(written).toBe(withTable(written, faultKinds))
})

/** Runs a recipe against a simulator that has an eSIM with a bundle, and tells what it said. */
async function broken(heading: string, sim: RunningSimulator): Promise<string> {
  const { PATH = '' } = process.env
  const shell = spawn('sh', ['-e'], {
    env: { PATH, NODE: process.execPath, ESIMULATOR_URL: sim.url },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const code = recipe(heading, sim.url)
  expect(code.trim().split('\n').length).toBeLessThanOrEqual(6)
  shell.stdin.end(code)
  return text(shell.stdout)
}

test('broken callbacks of the README: twice, and after the next one', async () => {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({
    given: 'an assigned bundle',
    callbackUrl: receiver.url,
  })
  const said = await broken('A callback that comes twice, and after the next one', sim)
  expect(said).toMatch(/\n3 deliveries of 2 callbacks\n$/)
  const { deliveries } = await sim.callbacks.deliveries()
  expect(deliveries.map(({ type }) => type)).toEqual(['Utilisation', 'FirstUse', 'FirstUse'])
  expect(deliveries[1]?.callback).toBe(deliveries[2]?.callback)
})

test('broken callbacks of the README: a forged one, and it comes again, genuine', async () => {
  await using receiver = await startReceiver({ answer: [401, 200] })
  await using sim = await startSimulator({
    given: 'an assigned bundle',
    callbackUrl: receiver.url,
  })
  expect(await broken('A callback that is forged', sim)).toMatch(/ 401 +broken +other-secret/)
  await sim.clock.advance('5s')
  const { deliveries } = await sim.callbacks.deliveries()
  expect(deliveries).toMatchObject([
    { signature: 'broken', json: { bundle: { remainingQuantity: 0 } } },
    { signature: 'genuine', status: 200 },
  ])
})

test('broken callbacks of the README: one is late, and one never comes', async () => {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({
    given: 'an assigned bundle',
    callbackUrl: receiver.url,
  })
  const said = await broken('A callback that is late, and one that never comes', sim)
  expect(said).toMatch(/\n2 deliveries of 2 callbacks\n$/)
  const left = receiver.arrivals.map(({ json }) => json)
  expect(left).toMatchObject([
    { bundle: { remainingQuantity: 3 } },
    { bundle: { remainingQuantity: 1 } },
  ])
})

test('the seed file of the README is understood', async () => {
  await using sim = await startSimulator({ stock: parse(block('yaml')) })
  const [esim] = await sim.sims()
  expect(esim).toMatchObject({ provider: 'esim-go', profile: 'enabled' })
  expect(await sim.device(esim?.iccid ?? '').use('1GB')).toMatchObject({ used: 1e9, denied: 0 })
})
