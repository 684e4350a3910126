// Where specs are read from: the folder `specs`, or what the build made of it beside the code.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Document } from 'openapi-backend'
import { applyOverlay, isOverlay } from './overlay.ts'

/**
 * What was read as YAML is kept: where nothing is built, it is read again and
 * again.
 */
const parsed = new Map<string, Document>()

/**
 * Reads a spec, an overlay as the document it makes. Reading YAML takes 100 ms: the build leaves
 * JSON beside the code. At once, so that it can be read within a transaction too.
 * @returns a copy of its own for each caller
 */
export function readSpec(file: string): Document {
  const built = new URL(`../specs/${file.replace(/\.yaml$/, '.json')}`, import.meta.url)
  if (existsSync(built)) return JSON.parse(readFileSync(built, 'utf8')) as Document

  const document = parsed.get(file) ?? readYaml(file)
  parsed.set(file, document)
  return structuredClone(document)
}

function readYaml(file: string): Document {
  const { parse } = createRequire(import.meta.url)('yaml') as typeof import('yaml')
  const text = readFileSync(new URL(`../../specs/${file}`, import.meta.url), 'utf8')
  const document: unknown = parse(text)
  return isOverlay(document)
    ? applyOverlay(readSpec(document.extends), document)
    : (document as Document)
}
