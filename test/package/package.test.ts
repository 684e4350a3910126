// The package as a user gets it: packed, installed in an empty folder by three package managers, asked, imported, compiled against.
import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fileOf, writtenPages } from '../docs/pages.ts'
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
  const others = paths.filter((path) => !/^(bin|dist|docs|scenarios|specs)\//.test(path))
  expect(others.toSorted()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'])
  expect(paths.filter((path) => /\.(ts|map)$/.test(path) && !path.endsWith('.d.ts'))).toEqual([])
  const wanted = ['bin/esimulator.js', 'dist/index.js', 'dist/index.d.ts', 'dist/cli/main.js']
  expect(paths).toEqual(expect.arrayContaining([...wanted, 'dist/THIRD-PARTY-LICENSES.txt']))
  const command = packed.files.find(({ path }) => path === 'bin/esimulator.js')
  expect((command?.mode ?? 0) & 0o111).toBe(0o111)
})

test('the licence of every package that is in the bundle stands beside it', async () => {
  const text = await readFile(`${ROOT}dist/THIRD-PARTY-LICENSES.txt`, 'utf8')
  for (const name of ['express', 'yaml', 'ajv', 'commander', '@faker-js/faker', 'negotiator'])
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

/** Every path that a user imports. */
const SUBPATHS = Object.keys(
  JSON.parse(await readFile(`${ROOT}package.json`, 'utf8')).exports,
).filter((path) => path !== './package.json')

const nameOf = (subpath: string) => subpath.replace(/^\./, 'esimulator')

/** Links what a user has beside it, from this checkout. */
function addPeers(folder: string, names: readonly string[]): void {
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true })
  for (const name of names)
    symlinkSync(`${ROOT}node_modules/${name}`, join(folder, 'node_modules', name))
}

/** A program with the mistakes that types have to find. */
const PROGRAM = [
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

/** The files in TypeScript that the documentation has a reader save. */
const documented = writtenPages().flatMap(({ blocks }) =>
  blocks.flatMap((block) => {
    const name = block.language === 'ts' ? fileOf(block) : undefined
    return name === undefined ? [] : [{ name, code: block.code }]
  }),
)

test('its types hold, of every path and of all that is documented, without skipLibCheck', {
  timeout: 240_000,
}, async () => {
  const folder = emptyFolder('types')
  await run(folder, 'npm', ['i', '--omit=dev', '--no-audit', tarball])
  addPeers(folder, ['@types/node', 'undici-types', 'vitest', 'fast-check'])
  writeFileSync(join(folder, 'program.ts'), PROGRAM.join('\n'))
  const imports = SUBPATHS.map((path, at) => `export * as _${at} from '${nameOf(path)}'`)
  writeFileSync(join(folder, 'paths.ts'), imports.join('\n'))
  expect(documented.length).toBeGreaterThan(4)
  for (const { name, code } of documented) writeFileSync(join(folder, name), code)

  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
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
    const config = { compilerOptions, include: ['*.ts'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const tsc = `${ROOT}node_modules/typescript/bin/tsc`
    const said = await run(folder, process.execPath, [tsc, '-p', '.']).catch(
      ({ stdout }: { stdout: string }) => stdout,
    )
    expect(said, moduleResolution).toBe('')
  }
})

test('every path is imported and required, and the fixtures run', {
  timeout: 120_000,
}, async () => {
  const folder = emptyFolder('paths')
  await run(folder, 'npm', ['i', '--omit=dev', '--no-audit', tarball])
  addPeers(folder, ['vitest', 'fast-check'])
  // The fixtures are for Vitest to import, and what leads a process to a simulator for --import.
  const others = ['./vitest', './intercept']
  const names = SUBPATHS.filter((path) => !others.includes(path)).map(nameOf)
  expect(names).toContain('esimulator/fast-check')
  const load = `console.log(names.length)`
  const imported = `for (const name of names) await import(name)\n${load}`
  writeFileSync(join(folder, 'a.mjs'), `const names = ${JSON.stringify(names)}\n${imported}`)
  expect(await run(folder, process.execPath, ['a.mjs'])).toBe(`${names.length}\n`)
  const required = `for (const name of names) require(name)\n${load}`
  writeFileSync(join(folder, 'b.cjs'), `const names = ${JSON.stringify(names)}\n${required}`)
  expect(await run(folder, process.execPath, ['b.cjs'])).toBe(`${names.length}\n`)

  const fixtures = documented.find(({ name }) => name === 'fixtures.test.ts')
  writeFileSync(join(folder, 'fixtures.test.ts'), fixtures?.code ?? '')
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--maxWorkers=1']
  expect(await run(folder, process.execPath, vitest)).toMatch(/1 passed/)
})

test('a build before npm ci says what to do', async () => {
  const folder = emptyFolder('clone')
  cpSync(`${ROOT}scripts/build.js`, join(folder, 'scripts/build.js'))
  const built = run(folder, process.execPath, ['scripts/build.js'])
  await expect(built).rejects.toMatchObject({
    stderr: expect.stringMatching(
      /^what the build needs is not installed: run npm ci in .* first\n$/,
    ),
  })
})

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
