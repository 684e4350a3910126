// The scaffold of a provider, run in a copy of the project: what it writes compiles and passes.
import { execFile } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from './support/source.ts'

const COPIED = [
  'src',
  'examples',
  'specs',
  'test',
  'scripts',
  'biome.json',
  'tsconfig.json',
  '.gitignore',
]
const SLUG = 'wave-two'

let copy = ''

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'esimulator-new-provider-'))
  for (const path of [...COPIED, 'package.json', 'vitest.config.ts'])
    cpSync(join(ROOT, path), join(copy, path), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
})

afterAll(() => rmSync(copy, { recursive: true, force: true }))

/** Runs a program in the copy. */
async function run(program: string, ...args: string[]): Promise<{ code: number; output: string }> {
  // A test run within another one must not take itself for a part of it.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'))
  const options = { cwd: copy, env: Object.fromEntries(inherited) }
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], options)
    return { code: 0, output: stdout }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, output: stdout + stderr }
  }
}

const newProvider = (name: string) => run('scripts/new-provider.js', name)
const installed = (program: string, ...args: string[]) => run(`node_modules/${program}`, ...args)

test.each([
  ['WaveTwo', /kebab-case/],
  ['wave_two', /kebab-case/],
  ['', /kebab-case/],
  ['delete', /word of the code/],
  ['highland', /src\/simulators\/highland is there already/],
  ['control', /specs\/control\.yaml is there already/],
])('the name "%s" is refused, and nothing is written', async (name, why) => {
  const before = readFileSync(join(copy, 'src/simulators/index.ts'), 'utf8')
  const { code, output } = await newProvider(name)
  expect([code, output]).toEqual([2, expect.stringMatching(why)])
  expect(readFileSync(join(copy, 'src/simulators/index.ts'), 'utf8')).toBe(before)
  expect(readdirSync(join(copy, 'src/simulators'))).toEqual(
    readdirSync(join(ROOT, 'src/simulators')),
  )
})

/** Tests of the structure that a provider can break. */
const STRUCTURE = [
  `${SLUG}`,
  'in the list of providers',
  'do not import one another',
  'is named in the kernel',
  'every file opens',
].join('|')

test('a new provider is formatted, compiles, and passes its tests and those of the structure', async () => {
  expect(await newProvider(SLUG)).toMatchObject({
    code: 0,
    output: expect.stringContaining(`src/simulators/${SLUG}/index.ts`),
  })
  const code = [`src/simulators/${SLUG}`, `test/simulators/${SLUG}`, 'src/simulators/index.ts']
  const formatted = await installed('@biomejs/biome/bin/biome', 'ci', ...code)
  expect(formatted.code, formatted.output).toBe(0)

  const config = { extends: './tsconfig.json', include: ['src', `test/simulators/${SLUG}`] }
  writeFileSync(join(copy, 'tsconfig.new-provider.json'), JSON.stringify(config))
  const compiled = await installed('typescript/bin/tsc', '-p', 'tsconfig.new-provider.json')
  expect(compiled.output).toBe('')

  const vitest = (...args: string[]) => installed('vitest/vitest.mjs', 'run', ...args)
  const itsTests = await vitest(`test/simulators/${SLUG}`, 'test/statements.test.ts')
  expect(itsTests.code, itsTests.output).toBe(0)
  const structure = await vitest('test/structure.test.ts', '-t', STRUCTURE)
  expect(structure.code, structure.output).toBe(0)
}, 120_000)

test('a name is taken once its provider is there', async () => {
  expect(await newProvider(SLUG)).toMatchObject({ code: 2 })
})

test('a provider in a package of its own is complete, and its suite passes', async () => {
  const out = join(copy, 'wave-package')
  const scaffold = (...args: string[]) => run('scripts/new-provider.js', ...args)
  expect(await scaffold('wave-three', '--out', out)).toMatchObject({ code: 0 })
  // Installed from where it was written: the name on npm may be a stranger's.
  const { devDependencies } = JSON.parse(readFileSync(join(out, 'package.json'), 'utf8'))
  expect(devDependencies).toEqual({ esimulator: 'file:..' })
  mkdirSync(join(out, 'node_modules'))
  // The copy has no build: the package takes what this project has built.
  symlinkSync(ROOT, join(out, 'node_modules/esimulator'))
  const tested = await run('--test', join(out, 'provider.test.js'))
  expect(tested.code, tested.output).toBe(0)
  expect(readFileSync(join(out, 'index.js'), 'utf8')).toContain("const SLUG = 'wave-three'")
  expect(await scaffold('wave-three', '--out', out)).toMatchObject({
    code: 2,
    output: expect.stringContaining('is not empty: name another folder'),
  })
})
