// Where specs are read from: the folder `specs`, or what the build made of it beside the code.
import { readFileSync } from 'node:fs'
import type { Document } from 'openapi-backend'
import { loadNow, packageFile, readBuilt } from '../state/shipped-files.ts'
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
  const built = readBuilt<Document>(`specs/${file.replace(/\.yaml$/, '.json')}`)
  if (built) return built

  const document = parsed.get(file) ?? readYaml(file)
  parsed.set(file, document)
  return structuredClone(document)
}

/** Ids of operations by spec, as the build lists them. */
type OperationList = Readonly<Record<string, readonly string[]>>
let operationList: OperationList | undefined

/**
 * The ids of a spec's operations. The build leaves a list of them, so that a start need not read
 * every spec whole.
 */
export function operationIdsIn(file: string): readonly string[] {
  operationList ??= readBuilt<OperationList>('specs/operations.json') ?? {}
  return operationList[file] ?? idsOf(readSpec(file))
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
  const text = readFileSync(packageFile(`specs/${file}`), 'utf8')
  const document: unknown = parse(text)
  return isOverlay(document)
    ? applyOverlay(readSpec(document.extends), document)
    : (document as Document)
}
