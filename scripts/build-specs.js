// Writes the specs into dist as JSON, overlays as the documents they make, and the types of the control API.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'
import { applyOverlay, isOverlay } from '../dist/server/overlay.js'

const from = new URL('../specs/', import.meta.url)
const to = new URL('../dist/specs/', import.meta.url)

function read(file) {
  const document = parse(readFileSync(new URL(file, from), 'utf8'))
  return isOverlay(document) ? applyOverlay(read(document.extends), document) : document
}

mkdirSync(to, { recursive: true })
const documents = readdirSync(from)
  .filter((name) => name.endsWith('.yaml'))
  .map((file) => [file, read(file)])
for (const [file, document] of documents) {
  writeFileSync(new URL(file.replace(/yaml$/, 'json'), to), JSON.stringify(document))
}

for (const name of readdirSync(from).filter((each) => each.endsWith('.schema.json')))
  copyFileSync(new URL(name, from), new URL(name, to))

// That every operation has a handler is checked at each start, without reading the specs whole.
const operations = documents.map(([file, { paths = {} }]) => [
  file,
  Object.values(paths)
    .flatMap((item) => Object.values(item))
    .flatMap(({ operationId }) => operationId ?? []),
])
writeFileSync(new URL('operations.json', to), JSON.stringify(Object.fromEntries(operations)))

// The public types are made of these, and tsc copies no declarations.
const typed = readdirSync(new URL('../src/simulators/', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `simulators/${name}/spec.d.ts`)
for (const types of ['control/spec.d.ts', ...typed])
  copyFileSync(
    new URL(`../src/${types}`, import.meta.url),
    new URL(`../dist/${types}`, import.meta.url),
  )
