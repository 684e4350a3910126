// What a start loads: one file of code, the validators of what is called, and no compiler of schemas.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { hasPostgres, newDatabase } from '../support/postgres.ts'
import { ROOT } from '../support/source.ts'

const home = await mkdtemp(join(tmpdir(), 'esimulator-start-'))
afterAll(() => rm(home, { recursive: true, force: true }))

/** Prints every file that is loaded: modules as they are, what `require` loads at the end. */
const hook = `import { writeSync } from 'node:fs'
export function load(url, context, next) {
  if (url.startsWith('file:')) writeSync(2, 'loaded ' + url + '\\n')
  return next(url, context)
}`
const preload = `import { writeSync } from 'node:fs'
import { createRequire, register } from 'node:module'
import { pathToFileURL } from 'node:url'
register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(hook))})
process.on('exit', () => {
  for (const file of Object.keys(createRequire(process.cwd() + '/').cache))
    writeSync(2, 'loaded ' + pathToFileURL(file) + '\\n')
})`

interface Started {
  readonly child: ChildProcess
  readonly url: string
  /** Ends it; the files it has loaded. */
  end(): Promise<string[]>
}

async function start(kept: readonly string[] = ['--ephemeral']): Promise<Started> {
  const flags = ['--import', `data:text/javascript,${encodeURIComponent(preload)}`]
  const args = [`${ROOT}dist/cli/main.js`, 'start', ...kept, '--json', '--port', '0']
  const env = { PATH: process.env.PATH, NODE_NO_WARNINGS: '1' }
  const child = spawn(process.execPath, [...flags, ...args], { cwd: home, env })
  const errors = text(child.stderr)
  const [line] = await once(createInterface(child.stdout), 'line')
  return {
    child,
    url: JSON.parse(line).url,
    async end() {
      child.kill('SIGTERM')
      const said = await errors
      return [...said.matchAll(/^loaded (.*)$/gm)].map(([, url = '']) => fileURLToPath(url))
    },
  }
}

/** Words that stand in the code of a package, and in none of ours. */
const MARKS: Readonly<Record<string, string>> = {
  ajv: 'schema with key or id',
  'openapi-backend': 'Unknown operation',
  express: 'x-powered-by',
  yaml: 'Unresolved alias',
  commander: 'error: too many arguments',
  lowdb: 'ELOCKED',
  pg: 'SCRAM-SERVER-FIRST-MESSAGE',
}

/** The packages whose code is in these files. */
function packagesIn(files: readonly string[]): string[] {
  const code = files.map((file) => readFileSync(file, 'utf8')).join('\n')
  return Object.keys(MARKS).filter((name) => code.includes(MARKS[name] ?? ''))
}

test('the marks of packages stand in the bundle', () => {
  const files = ['dist/chunks', 'dist/late'].flatMap((folder) =>
    spawnSync('find', [ROOT + folder, '-type', 'f'], { encoding: 'utf8' })
      .stdout.trim()
      .split('\n'),
  )
  expect(packagesIn(files)).toEqual(Object.keys(MARKS))
})

test('a first answer loads few files, and no compiler, framework or parser', async () => {
  const started = await start()
  const headers = { 'X-API-Key': 'test-esim-go-key' }
  const order = {
    type: 'transaction',
    assign: true,
    order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }],
  }
  const bought = await fetch(`${started.url}/esim-go/v2.4/orders`, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(order),
  })
  expect(bought.status).toBe(200)
  const wrong = await fetch(`${started.url}/esim-go/v2.4/esims?perPage=many`, { headers })
  expect(wrong.status).toBe(400)

  const files = (await started.end()).filter((file) => existsSync(file))
  const code = files.filter((file) => !file.includes('/checks/'))
  expect(code.length).toBeLessThan(10)
  expect(packagesIn(code)).toEqual([])
  const checks = files.filter((file) => file.includes('/checks/'))
  const names = checks.map((file) => file.replace(/^.*\/checks\//, '')).toSorted()
  expect(names.every((name) => name.startsWith('esim-go/'))).toBe(true)
  expect(names.filter((name) => name.endsWith('.thorough.cjs'))).toHaveLength(1)
  expect(files.reduce((sum, file) => sum + statSync(file).size, 0)).toBeLessThan(1_500_000)
})

test('the control API brings Express when it is first called, and still no compiler', async () => {
  const started = await start()
  expect((await fetch(`${started.url}/_sim/clock`)).status).toBe(200)
  const files = (await started.end()).filter((file) => existsSync(file))
  expect(packagesIn(files.filter((file) => !file.includes('/checks/')))).toEqual(['express'])
})

test('a state folder brings its lock and no database, and a database brings no lock', async () => {
  const loadedFor = async (...kept: string[]) => {
    const started = await start(kept)
    const files = (await started.end()).filter((file) => existsSync(file))
    return packagesIn(files.filter((file) => !file.includes('/checks/')))
  }
  expect(await loadedFor('--state', join(home, 'kept'))).toEqual(['lowdb'])
  if (hasPostgres) expect(await loadedFor('--store', await newDatabase())).toEqual(['pg'])
})

test('where nothing is built the command says what to do', () => {
  cpSync(`${ROOT}bin`, join(home, 'bin'), { recursive: true })
  const main = join(home, 'bin/esimulator.js')
  expect(statSync(`${ROOT}bin/esimulator.js`).mode & 0o111).toBe(0o111)
  const { status, stderr, stdout } = spawnSync(process.execPath, [main], { encoding: 'utf8' })
  const says = 'esimulator: nothing is built yet: run npm run build in its folder first\n'
  expect({ status, stderr, stdout }).toEqual({ status: 2, stderr: says, stdout: '' })
})

test('the bundle has no check less than the source: what cannot be decoded is refused', async () => {
  const { url, end } = await start()
  const send = async (path: string, init?: RequestInit) => (await fetch(url + path, init)).status
  for (const path of ['/esim-go/v2.4/esims/%E0%A4%A', '/_sim/sims/%E0%A4%A', '/_sim/ui/%E0%A4%A'])
    expect(await send(path), path).toBe(400)
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const body = 'grant_type=client_credentials&client_id=%E0%A4%A&client_secret=x'
  expect(await send('/wholesale/oauth/token', { method: 'POST', headers: form, body })).toBe(400)
  await end()
})
