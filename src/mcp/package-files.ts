// The documents that come with the package, as an agent can read them.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { packageFile } from '../state/shipped-files.ts'

/** Names of files in a folder of the package, in order; none where there is no such folder. */
export function filesIn(folder: string, ending: string): string[] {
  const place = packageFile(folder)
  if (!existsSync(place)) return []
  const names = readdirSync(place, { recursive: true, encoding: 'utf8' })
  return names
    .map((name) => folder + name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith(ending))
    .toSorted()
}

export function isPackageFile(path: string): boolean {
  return existsSync(packageFile(path))
}

export function packageText(path: string): string {
  return readFileSync(packageFile(path), 'utf8')
}
