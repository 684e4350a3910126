// Providers of packages of their own, loaded by path or by package as `--plugin` names them.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { providerProblems } from '../server/provider-check.ts'
import { knownSimulators } from '../simulators/index.ts'
import { makeKnown, PLUGIN_API } from '../simulators/plugins.ts'
import type { Simulator } from '../simulators/simulator.ts'
import { reasonOf } from '../state/reason.ts'
import { CannotRun } from './cannot-run.ts'
import type { Config } from './config.ts'

/** Loads the providers that a config names, and makes them known to all that follows. @throws CannotRun */
export async function loadPlugins({ plugin: named }: Config): Promise<void> {
  for (const name of named)
    try {
      const simulator = await pluginAt(name)
      await check(simulator)
      makeKnown([simulator])
    } catch (error) {
      throw new CannotRun(`the plug-in ${name} cannot be loaded: ${reasonOf(error)}`)
    }
}

/** @throws Error */
async function pluginAt(name: string): Promise<Simulator> {
  const file = fileOf(name)
  const module = await import(pathToFileURL(file).href).catch((error: unknown) => {
    throw importError(file, error)
  })
  const exported: unknown = (module as { default?: unknown }).default
  const isProvider = typeof exported === 'object' && exported !== null && 'slug' in exported
  if (isProvider) return exported as Simulator
  throw new Error(
    `${file} has no provider as its default export: write export default defineProvider({...})`,
  )
}

const TYPESCRIPT = /\.[cm]?ts$/

function importError(file: string, error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException
  if (TYPESCRIPT.test(file) && code === 'ERR_UNKNOWN_FILE_EXTENSION')
    return new Error(
      `Node ${process.versions.node} reads no TypeScript: compile it, or use Node 22.18 or newer`,
    )
  return new Error(`${file} throws when it is imported: ${reasonOf(error).split('\n')[0]}`)
}

/** The module that a path or a package leads to. @throws Error */
function fileOf(name: string): string {
  const path = resolve(name)
  if (existsSync(path)) return statSync(path).isDirectory() ? entryOf(path) : path
  if (/^[./\\]|^[A-Za-z]:/.test(name)) throw new Error(`there is no file ${path}`)
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const installed = join(folder, 'node_modules', name)
    if (existsSync(installed)) return entryOf(installed)
    if (dirname(folder) === folder) break
  }
  throw new Error(
    `there is no such file and no such package here: npm install ${name}, or give a path`,
  )
}

interface Manifest {
  readonly exports?: unknown
  readonly main?: string
}

/** The module that stands for a folder, as its package.json says. @throws Error */
function entryOf(folder: string): string {
  const file = join(folder, 'package.json')
  const manifest = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Manifest) : {}
  const main = exported(manifest.exports) ?? manifest.main
  const candidates = [main, 'index.js', 'index.ts'].flatMap((each) => each ?? [])
  const found = candidates.map((each) => join(folder, each)).find((each) => existsSync(each))
  if (found !== undefined) return found
  throw new Error(`${folder} has no module: name one by "exports" in its package.json`)
}

/** What `exports` has for an import of the package itself. */
function exported(written: unknown): string | undefined {
  if (typeof written === 'string') return written
  if (typeof written !== 'object' || written === null) return undefined
  const conditions = new Map<string, unknown>(Object.entries(written))
  const keys = ['.', 'node', 'import', 'default']
  return keys.map((key) => exported(conditions.get(key))).find((each) => each !== undefined)
}

/** @throws Error for a provider that cannot be served */
async function check(simulator: Simulator): Promise<void> {
  const { slug, plugin } = simulator
  if (!plugin) throw new Error('its default export is not made by defineProvider: call that')
  if (plugin.api !== PLUGIN_API) throw new Error(otherVersion(plugin.api))
  const taken = knownSimulators().find((each) => each.slug === slug)
  if (taken === simulator) return
  if (taken) throw new Error(`its slug "${slug}" is that of ${taken.title}: choose another`)
  const [first, ...more] = await providerProblems(simulator)
  if (first === undefined) return
  const rest = more.length > 0 ? ` (and ${more.length} more: checkProvider lists them)` : ''
  throw new Error(first + rest)
}

function otherVersion(api: number): string {
  const made = `it is made for version ${api} of esimulator/provider, and this is ${PLUGIN_API}`
  return `${made}: install the esimulator that the plug-in names in its package.json`
}
