// Where specs are read from: the folder `specs`, or what the build made of it beside the code; a plug-in's anywhere.
import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, resolve } from 'node:path'
import { documentNamed } from '../simulators/plugins.ts'
import { loadNow, packageFile, readBuilt } from '../state/shipped-files.ts'
import type { Document } from './openapi-document.ts'
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
  const brought = documentNamed(file)
  if (brought) return structuredClone(brought) as Document
  if (isAbsolute(file)) return structuredClone(parsedFile(file))
  const built = readBuilt<Document>(`specs/${file.replace(/\.yaml$/, '.json')}`)
  if (built) return built

  return structuredClone(parsedFile(file))
}

function parsedFile(file: string): Document {
  const document = parsed.get(file) ?? readYaml(file)
  parsed.set(file, document)
  return document
}

/** Ids of operations by spec, as the build lists them. */
type OperationList = Readonly<Record<string, readonly string[]>>
let operationList: OperationList | undefined

/** Those of specs that no build has listed. Plug-ins are not among them: a name may be given anew. */
const idsRead = new Map<string, readonly string[]>()

/**
 * The ids of a spec's operations. The build leaves a list of them, so that a start need not read
 * every spec whole.
 */
export function operationIdsIn(file: string): readonly string[] {
  operationList ??= readBuilt<OperationList>('specs/operations.json') ?? {}
  const known = operationList[file] ?? idsRead.get(file)
  if (known) return known

  const ids = idsOf(readSpec(file))
  if (!documentNamed(file)) idsRead.set(file, ids)
  return ids
}

function idsOf({ paths = {} }: Document): string[] {
  const operations = Object.values(paths).flatMap((item) => Object.values(item ?? {}))
  return operations.flatMap((operation) => operationIdOf(operation) ?? [])
}

/** A path item holds more than operations: what has no id is none. */
function operationIdOf(part: unknown): string | undefined {
  return (part as { operationId?: string } | null)?.operationId
}

function readYaml(file: string): Document {
  const { parse } = loadNow<typeof import('yaml')>('yaml')
  const place = isAbsolute(file) ? file : packageFile(`specs/${file}`)
  const document: unknown = parse(readFileSync(place, 'utf8'))
  if (!isOverlay(document)) return document as Document
  const base = isAbsolute(file) ? resolve(dirname(file), document.extends) : document.extends
  return applyOverlay(readSpec(base), document)
}
