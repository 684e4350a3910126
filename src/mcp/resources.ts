// What an agent can read beside calling tools: documentation, specs, statements, scenarios, provenance.
import type { ControlClient } from '../control/client.ts'
import { controlClient } from '../control/node-client.ts'
import { shortName } from '../server/bounded.ts'
import { nearest } from '../server/nearest.ts'
import { readSpec } from '../server/spec-files.ts'
import { knownSimulators } from '../simulators/index.ts'
import type { CallTarget } from '../workflows/operation-calls.ts'
import { filesIn, isPackageFile, packageText } from './package-files.ts'

/** Something to read, and how. */
interface Resource {
  readonly uri: string
  readonly name: string
  readonly description: string
  readonly mimeType: string
  readonly read: () => string | Promise<string>
}

export interface Resources {
  list(): readonly Omit<Resource, 'read'>[]
  /** @throws Error for one there is not */
  read(uri: string): Promise<{ readonly mimeType: string; readonly text: string }>
}

const MARKDOWN = 'text/markdown'
const YAML = 'application/yaml'
const JSON_TYPE = 'application/json'
const ROOT = 'esimulator://'

/** @param slugs of the providers that the simulator serves */
export function resourcesOf(slugs: readonly string[], target: CallTarget): Resources {
  const client = controlClient(target)
  const all = [...documentation(), ...specs(slugs), ...scenarios(), ...provenance(slugs, client)]
  const byUri = new Map(all.map((each) => [each.uri, each]))
  return {
    // Versions of an API may have one spec.
    list: () => [...byUri.values()].map(({ read: _, ...told }) => told),
    async read(uri) {
      const found = byUri.get(uri)
      if (!found) throw new Error(unknown(uri, byUri.keys()))
      return { mimeType: found.mimeType, text: await found.read() }
    },
  }
}

/** There are too many to list them all. */
function unknown(uri: string, known: Iterable<string>): string {
  const near = nearest(uri, known)
  const meant = near === undefined ? '' : ` did you mean ${near}?`
  return `there is no resource "${shortName(uri)}":${meant} resources/list has them all`
}

function file(path: string, name: string, description: string, mimeType: string): Resource {
  return { uri: ROOT + path, name, description, mimeType, read: () => packageText(path) }
}

function documentation(): Resource[] {
  const fixed: [string, string, string][] = [
    ['README.md', 'README', 'What the simulator is, and how it is used'],
    ['specs/README.md', 'About the specs', 'What is documented, inferred and invented, and why'],
  ]
  const known = fixed.filter(([path]) => isPackageFile(path))
  const pages = filesIn('docs/', '.md').map((path): [string, string, string] => {
    const [, title = path] = /^# (.+)$/m.exec(packageText(path)) ?? []
    return [path, title, `Documentation: ${title}`]
  })
  return [...known, ...pages].map(([path, name, says]) => file(path, name, says, MARKDOWN))
}

/** Our own and those of plug-ins, with the sentences about each. */
function specs(slugs: readonly string[]): Resource[] {
  const served = knownSimulators().filter(({ slug }) => slugs.includes(slug))
  const ofProviders = served.flatMap(({ slug, title, mounts }) =>
    mounts.map(({ spec, basePath }) => specAt(spec, `${slug}${basePath}`, title)),
  )
  const statements = filesIn('specs/statements/', '.yaml').map((path) => {
    const name = `Statements of ${path.replace(/^.*\/|\.yaml$/g, '')}`
    return file(path, name, 'What documents say about the API, a number each', YAML)
  })
  const control = specAt('control.yaml', 'control', 'The control API')
  return [control, ...ofProviders, ...statements]
}

function specAt(spec: string, place: string, title: string): Resource {
  const path = `specs/${spec}`
  const name = `Spec of ${title}`
  const says = `OpenAPI document of ${title} at ${place}`
  // An overlay would tell the differences alone, and a plug-in's spec lies somewhere else.
  const isWhole = isPackageFile(path) && !packageText(path).includes('\nextends:')
  if (isWhole) return file(path, name, says, YAML)
  const read = () => JSON.stringify(readSpec(spec))
  return { uri: `${ROOT}specs/${place}.json`, name, description: says, mimeType: JSON_TYPE, read }
}

function scenarios(): Resource[] {
  return filesIn('scenarios/', '.yaml').map((path) => {
    const [, title = path] = /^\s+title: (.+)$/m.exec(packageText(path)) ?? []
    return file(path, title, `A failure script (Arazzo): ${title}`, YAML)
  })
}

/** As the simulator tells it now. */
function provenance(slugs: readonly string[], client: ControlClient): Resource[] {
  return slugs.map((slug) => ({
    uri: `${ROOT}provenance/${slug}`,
    name: `Provenance of ${slug}`,
    description: `Where each operation of ${slug} comes from, and what is not simulated`,
    mimeType: JSON_TYPE,
    read: async () => JSON.stringify(await client.call('getProvenance', { path: { slug } })),
  }))
}
