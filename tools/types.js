// Writes the TypeScript types of every spec beside the code that answers it, as spec.d.ts: of the newest version where overlays make newer ones.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const root = fileURLToPath(new URL('..', import.meta.url))
const generator = `${root}tools/node_modules/.bin/openapi-typescript`
const specs = readdirSync(`${root}specs`)
  .filter((name) => name.endsWith('.yaml'))
  .sort()

/** The overlay over each spec that has one: of several the newest, whose name sorts last. */
const overlays = new Map(
  specs.flatMap((file) => {
    const { extends: base } = parse(readFileSync(`${root}specs/${file}`, 'utf8'))
    return base === undefined ? [] : [[base, file]]
  }),
)

/** What nobody imports: the operations are found by their ids, the schemas in `components`. */
const UNUSED =
  /^export (?:interface (?:paths|webhooks) \{\n[\s\S]*?\n\}|type (?:paths|webhooks|\$defs) = .*)\n/gm

/** The folder of the code that answers a spec. */
function folderOf(file) {
  const slug = file.replace('.yaml', '')
  return slug === 'control' ? `${root}src/control` : `${root}src/simulators/${slug}`
}

function writeTypes(file, folder) {
  const types = `${folder}/spec.d.ts`
  const overlay = overlays.get(file)
  const document = overlay
    ? `${root}tools/documents/${overlay.replace('.yaml', '.json')}`
    : `${root}specs/${file}`
  const source = overlay ? `specs/${file} and specs/${overlay}` : `specs/${file}`
  const raw = `${root}tools/documents/${file.replace('.yaml', '.d.ts')}`
  const options = ['--default-non-nullable=false', '--output', raw]
  // These are part of the public API: what a user is shown, a user does not change.
  if (file === 'control.yaml') options.push('--immutable')

  execFileSync(generator, [document, ...options], { stdio: 'inherit' })
  const written = readFileSync(raw, 'utf8').replaceAll(UNUSED, '')
  const heading = `// Generated from ${source} by npm --prefix tools run types. Do not edit.\n`
  const text = heading + written
  // What is as it should be is left alone: others may read it at this moment.
  if (!existsSync(types) || readFileSync(types, 'utf8') !== text) writeFileSync(types, text)
}

for (const file of specs) {
  const folder = folderOf(file)
  if (existsSync(folder)) writeTypes(file, folder)
}
