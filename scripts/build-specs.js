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
for (const file of readdirSync(from).filter((name) => name.endsWith('.yaml'))) {
  writeFileSync(new URL(file.replace(/yaml$/, 'json'), to), JSON.stringify(read(file)))
}

// The public types are made of these, and tsc copies no declarations.
const types = 'control/spec.d.ts'
copyFileSync(
  new URL(`../src/${types}`, import.meta.url),
  new URL(`../dist/${types}`, import.meta.url),
)
