// Runs the examples that bring packages of their own, each in an empty folder with the packed package.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const OWN = ['node-test', 'jest', 'playwright']

const names = process.argv.slice(2)
const unknown = names.find((name) => !OWN.includes(name))
if (unknown !== undefined) {
  console.error(`there is no example "${unknown}"; there are: ${OWN.join(', ')}`)
  process.exit(2)
}

const run = (cwd, command, ...args) => execFileSync(command, args, { cwd, stdio: 'inherit' })
const folder = mkdtempSync(join(tmpdir(), 'esimulator-examples-'))
try {
  run(ROOT, 'npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder)
  const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '')
  for (const name of names.length > 0 ? names : OWN) {
    console.log(`\n== examples/${name}`)
    const into = join(folder, name)
    cpSync(join(ROOT, 'examples', name), into, { recursive: true })
    run(into, 'npm', 'install', '--no-package-lock', '--no-fund', '--no-audit', tarball)
    run(into, 'npm', 'test')
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
