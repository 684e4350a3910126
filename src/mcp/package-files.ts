// The documents that come with the package, as an agent can read them.
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** The folder that package.json lies in. */
const HOME = homeOf(new URL('./', import.meta.url))

function homeOf(folder: URL): URL {
  if (existsSync(new URL('package.json', folder))) return folder
  const above = new URL('../', folder)
  if (above.href === folder.href) throw new Error('no package.json lies above the code')
  return homeOf(above)
}

/** Names of files in a folder of the package, in order; none where there is no such folder. */
export function filesIn(folder: string, ending: string): string[] {
  const place = new URL(folder, HOME)
  if (!existsSync(place)) return []
  const names = readdirSync(place, { recursive: true, encoding: 'utf8' })
  return names
    .map((name) => folder + name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith(ending))
    .toSorted()
}

export function isPackageFile(path: string): boolean {
  return existsSync(new URL(path, HOME))
}

export function packageText(path: string): string {
  return readFileSync(new URL(path, HOME), 'utf8')
}
