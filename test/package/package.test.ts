// The package as a user gets it: packed, installed in an empty folder by three package managers, asked, imported, compiled against.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../support/source.ts'

const MEGABYTE = 1_000_000
const home = await mkdtemp(join(tmpdir(), 'esimulator-package-'))
afterAll(() => rm(home, { recursive: true, force: true }))

interface Packed {
  readonly filename: string
  readonly size: number
  readonly files: readonly { readonly path: string; readonly mode: number }[]
}

let packed: Packed
let tarball = ''

/** Runs a program to its end; what it prints on standard output. @throws where it does not end with 0 */
async function run(cwd: string, program: string, args: readonly string[]): Promise<string> {
  // Nothing of the npm that runs the tests, and no answer of a caller's own simulator.
  const env = { PATH: process.env.PATH, HOME: home, CI: 'true' }
  const options = { cwd, env, maxBuffer: 64 * MEGABYTE }
  return (await promisify(execFile)(program, [...args], options)).stdout
}

/** A folder with nothing but a manifest. */
function emptyFolder(name: string): string {
  const folder = join(home, name)
  mkdirSync(folder)
  const manifest = { name: 'consumer', version: '1.0.0', private: true, type: 'module' }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  return folder
}

beforeAll(async () => {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', home]
  const [only] = JSON.parse(await run(ROOT, 'npm', args)) as Packed[]
  if (!only) throw new Error('npm pack made nothing')
  packed = only
  tarball = join(home, packed.filename)
}, 120_000)

test('the tarball is small, and has what is built, the command, the specs and the documentation', () => {
  expect(packed.size).toBeLessThan(3 * MEGABYTE)
  const paths = packed.files.map(({ path }) => path)
  const others = paths.filter((path) => !/^(bin|dist|docs|specs)\//.test(path))
  expect(others.toSorted()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'])
  expect(paths.filter((path) => /\.(ts|map)$/.test(path) && !path.endsWith('.d.ts'))).toEqual([])
  const wanted = ['bin/esimulator.js', 'dist/index.js', 'dist/index.d.ts', 'dist/cli/main.js']
  expect(paths).toEqual(expect.arrayContaining([...wanted, 'dist/THIRD-PARTY-LICENSES.txt']))
  const command = packed.files.find(({ path }) => path === 'bin/esimulator.js')
  expect((command?.mode ?? 0) & 0o111).toBe(0o111)
})

test('the licence of every package that is in the bundle stands beside it', async () => {
  const text = await readFile(`${ROOT}dist/THIRD-PARTY-LICENSES.txt`, 'utf8')
  for (const name of ['express', 'yaml', 'ajv', 'commander', '@faker-js/faker', 'find-my-way'])
    expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(MIT|^${name} .*\\(ISC`, 'm'))
})

/** Every package below a folder of them, and the bytes of all their files. */
function weightOf(folder: string): { readonly packages: number; readonly bytes: number } {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) =>
    each.isFile(),
  )
  const bytes = files.map((each) => statSync(join(each.parentPath, each.name)).size)
  const manifests = files.filter(
    ({ name, parentPath }) =>
      name === 'package.json' && /node_modules\/(@[^/]+\/)?[^/]+$/.test(parentPath),
  )
  return { packages: manifests.length, bytes: bytes.reduce((sum, each) => sum + each, 0) }
}

test('npm installs it where engines are strict; it is light, runs, and is imported and required', {
  timeout: 120_000,
}, async () => {
  const folder = emptyFolder('npm')
  await run(folder, 'npm', ['i', '--engine-strict', '--omit=dev', '--no-audit', tarball])
  const { packages, bytes } = weightOf(join(folder, 'node_modules'))
  expect(packages).toBeLessThan(60)
  expect(bytes).toBeLessThan(25 * MEGABYTE)

  const { version } = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8'))
  expect(await run(folder, 'npx', ['esimulator', '--version'])).toBe(`${version}\n`)

  const orders = `const sim = await startSimulator({ seed: 'packed' })
    const headers = { 'X-API-Key': 'test-esim-go-key' }
    const { status } = await fetch(sim.baseUrl('esim-go') + '/organisation', { headers })
    console.log(status, sim.clock.now().toISOString())
    await sim.close()`
  writeFileSync(join(folder, 'a.mjs'), `import { startSimulator } from 'esimulator'\n${orders}`)
  expect(await run(folder, process.execPath, ['a.mjs'])).toBe('200 2026-01-01T00:00:00.000Z\n')
  const required = `const { startSimulator } = require('esimulator');(async () => {${orders}})()`
  writeFileSync(join(folder, 'b.cjs'), required)
  expect(await run(folder, process.execPath, ['b.cjs'])).toBe('200 2026-01-01T00:00:00.000Z\n')
})

test.each([
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
])(
  'its types hold for a strict program of module %s, resolution %s',
  {
    timeout: 120_000,
  },
  async (module, moduleResolution) => {
    const folder = emptyFolder(moduleResolution)
    await run(folder, 'npm', ['i', '--omit=dev', '--no-audit', tarball])
    mkdirSync(join(folder, 'node_modules/@types'))
    for (const name of ['@types/node', 'undici-types'])
      symlinkSync(`${ROOT}node_modules/${name}`, join(folder, 'node_modules', name))
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2022',
      lib: ['es2023', 'esnext.disposable'],
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
    }
    const config = { compilerOptions, files: ['a.ts'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const program = [
      "import { createServer } from 'node:http'",
      "import { createApp, startSimulator, type SimulatorApp } from 'esimulator'",
      'const sim = await startSimulator()',
      'const now: Date = sim.clock.now()',
      'const app: SimulatorApp = await createApp()',
      'createServer(app)',
      '// @ts-expect-error there is no such method',
      'app.thisDoesNotExist()',
      'await Promise.all([app.close(), sim.close()])',
      'console.log(now)',
    ]
    writeFileSync(join(folder, 'a.ts'), program.join('\n'))
    const tsc = `${ROOT}node_modules/typescript/bin/tsc`
    expect(await run(folder, process.execPath, [tsc, '-p', '.'])).toBe('')
  },
)

test.for([
  ['pnpm', ['add']],
  ['yarn', ['add', '--no-progress']],
] as const)(
  '%s installs it, and runs it',
  { timeout: 120_000 },
  async ([manager, add], { skip }) => {
    const program = `${ROOT}tools/node_modules/.bin/${manager}`
    if (!existsSync(program)) return skip(`${manager} comes with npm ci --prefix tools`)
    const folder = emptyFolder(manager)
    await run(folder, program, [...add, `file:${tarball}`])
    const { version } = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8'))
    expect(await run(folder, 'node_modules/.bin/esimulator', ['--version'])).toBe(`${version}\n`)
  },
)
