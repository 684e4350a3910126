// Writes what a start would otherwise compute: specs as JSON, overlays as the documents they make, operations by spec, countries.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'
import { BUILD, ROOT } from './places.js'

const from = new URL('specs/', ROOT)
const to = new URL('specs/', BUILD)
const write = (name, content) => writeFileSync(new URL(name, to), JSON.stringify(content))

export async function buildSpecs() {
  const { applyOverlay, isOverlay } = await import(new URL('server/overlay.js', BUILD))
  function read(file) {
    const document = parse(readFileSync(new URL(file, from), 'utf8'))
    return isOverlay(document) ? applyOverlay(read(document.extends), document) : document
  }
  const documents = readdirSync(from)
    .filter((name) => name.endsWith('.yaml'))
    .map((file) => [file, read(file)])
  mkdirSync(to, { recursive: true })
  for (const [file, document] of documents) write(file.replace(/yaml$/, 'json'), document)

  // That every operation has a handler is checked at each start, without reading the specs whole.
  const operations = documents.map(([file, { paths = {} }]) => [
    file,
    Object.values(paths)
      .flatMap((item) => Object.values(item))
      .flatMap(({ operationId }) => operationId ?? []),
  ])
  write('operations.json', Object.fromEntries(operations))

  // Of 24 MB in two packages.
  const { countries } = await import(new URL('simulators/countries.js', BUILD))
  write('countries.json', countries())

  // The public types are made of these, and tsc copies no declarations.
  for (const name of readdirSync(new URL('src/', ROOT), { recursive: true }))
    if (name.endsWith('.d.ts')) copyFileSync(new URL(`src/${name}`, ROOT), new URL(name, BUILD))
}
