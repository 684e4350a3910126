// Where the files are that ship with the code, and packages that are loaded at once when they are first needed.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** The folder of the code, as in `src/` or `dist/`: it lies beside package.json. */
const HOME = homeOf(new URL('./', import.meta.url))

/** A bundle has its code in other folders than the source has it. */
function homeOf(folder: URL): URL {
  const above = new URL('../', folder)
  if (above.href === folder.href) throw new Error('no package.json lies above the code')
  return existsSync(new URL('package.json', above)) ? folder : homeOf(above)
}

/** A file of the package, from its top, as in `specs/highland.yaml`. */
export function packageFile(path: string): URL {
  return new URL(`../${path}`, HOME)
}

/** A file that the build left beside the code; `undefined` where nothing is built, or it made none. */
export function builtFile(path: string): URL | undefined {
  const file = new URL(path, HOME)
  return existsSync(file) ? file : undefined
}

/** What the build left as JSON beside the code; `undefined` where nothing is built. */
export function readBuilt<T>(path: string): T | undefined {
  const file = builtFile(path)
  return file && (JSON.parse(readFileSync(file, 'utf8')) as T)
}

const require = createRequire(import.meta.url)

/**
 * Loads a package at once, within a transaction too, when it is first needed. The build puts those
 * that are loaded so into files of their own: `late` of `scripts/build/bundle.js` lists them.
 */
export function loadNow<T>(name: string): T {
  const built = builtFile(`late/${lateName(name)}.cjs`)
  return require(built ? fileURLToPath(built) : name) as T
}

/** What the file of a package is called, as in `faker-js-faker-locale-en`. */
export function lateName(name: string): string {
  return name.replaceAll(/[^\w.]+/g, '-').replace(/^-/, '')
}
