// Builds the package: modules into build/ for the scripts that reach into them, the bundle with its types into dist/.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const STAMP = join(ROOT, 'dist', '.stamp')

/** All that a build is made of. */
const INPUTS = [
  'package.json',
  'node_modules/.package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
]
const FOLDERS = ['src', 'specs', 'scripts/build']

function filesBelow(path) {
  const whole = join(ROOT, path)
  if (!existsSync(whole)) return []
  const entries = readdirSync(whole, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** The sum of all that goes in: what is built of it already is not built again. */
function sumOfInputs() {
  const own = INPUTS.map((name) => join(ROOT, name)).filter((file) => existsSync(file))
  const sum = createHash('sha256').update(process.version)
  for (const file of [
    fileURLToPath(import.meta.url),
    ...own,
    ...FOLDERS.flatMap(filesBelow).sort(),
  ])
    sum.update(file).update(readFileSync(file))
  return sum.digest('hex')
}

const remove = (folder) => rmSync(join(ROOT, folder), { recursive: true, force: true })

/** Makes both folders beside those there are, and puts them in their place once all is well. */
async function build(sum) {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  if (!existsSync(tsc)) {
    console.error(`what the build needs is not installed: run npm ci in ${ROOT} first`)
    process.exit(1)
  }
  for (const folder of ['build', 'dist']) remove(`${folder}.next`)
  const flags = ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', join(ROOT, 'build.next')]
  execFileSync(process.execPath, [tsc, ...flags], { stdio: 'inherit' })
  // Each uses what those before it made.
  await (await import('./build/specs.js')).buildSpecs()
  await (await import('./build/checks.js')).buildChecks()
  await (await import('./build/bundle.js')).bundle()
  await (await import('./build/declarations.js')).copyDeclarations()
  writeFileSync(join(ROOT, 'dist.next/.stamp'), sum)
  for (const folder of ['build', 'dist']) {
    remove(folder)
    renameSync(join(ROOT, `${folder}.next`), join(ROOT, folder))
  }
}

const sum = sumOfInputs()
if (process.argv.includes('--force') || !existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== sum)
  await build(sum)
