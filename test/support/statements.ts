// The numbered statements of the specs against the names of the tests that prove them.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import {
  testNames as namesFromScript,
  numbersIn as numbersFromScript,
  testFiles,
  // @ts-expect-error: a script without types
} from '../../scripts/evidence/test-names.js'
import { readSpec } from '../../src/server/spec-files.ts'

/** A sentence of a provider's document, as `specs/statements` has it; any field may be missing from a file. */
export interface Statement {
  readonly id?: unknown
  readonly place?: unknown
  readonly operations?: unknown
  readonly says?: unknown
  readonly gap?: unknown
  readonly provenance?: unknown
}

/** The names of the tests in a source text. */
export const testNames: (source: string) => string[] = namesFromScript

const numbersIn: (texts: readonly string[]) => string[] = numbersFromScript

/** The names of all tests below a folder. */
export function testNamesBelow(folder: string): string[] {
  const files: readonly { readonly names: readonly string[] }[] = testFiles(folder)
  return files.flatMap(({ names }) => names)
}

/** Every file of statements with the operations of its spec, by the name they share. */
export async function readStatements(
  specs: string,
): Promise<{ name: string; statements: Statement[]; operations: Set<string> }[]> {
  const files = readdirSync(join(specs, 'statements')).filter((file) => file.endsWith('.yaml'))
  const read = files.map(async (file) => ({
    name: file,
    statements: parse(readFileSync(join(specs, 'statements', file), 'utf8')) as Statement[],
    operations: existsSync(join(specs, file))
      ? operationsOf(await readSpec(file))
      : new Set<string>(),
  }))
  return Promise.all(read)
}

/** The operationIds of an OpenAPI document, of its webhooks too. */
export function operationsOf(document: { paths?: object; webhooks?: object }): Set<string> {
  const items = [
    ...Object.values(document.paths ?? {}),
    ...Object.values(document.webhooks ?? {}),
  ] as Record<string, unknown>[]
  const operations = items.flatMap((item) => Object.values(item)) as (
    | { operationId?: string }
    | undefined
  )[]
  return new Set(operations.flatMap((operation) => operation?.operationId ?? []))
}

/** What is wrong with statements as they are written. */
export function flaws(statements: readonly Statement[], operations: ReadonlySet<string>): string[] {
  const seen = new Set<unknown>()
  return statements.flatMap(({ id, place, says, operations: about, gap, provenance }) => {
    const found: string[] = []
    if (typeof id !== 'string' || !/^[A-Z]{3}-\d{3}$/.test(id))
      found.push(`${id} is no number of a statement`)
    if (seen.has(id)) found.push(`${id} is there twice`)
    seen.add(id)
    if (!isText(place)) found.push(`${id} has no place`)
    if (!isText(says)) found.push(`${id} says nothing`)
    if (gap !== undefined && !isText(gap)) found.push(`${id} has a gap without a reason`)
    if (provenance !== undefined && provenance !== 'inferred')
      found.push(`${id} has a provenance that is not inferred: leave it out`)
    if (!Array.isArray(about) || about.length === 0) return [...found, `${id} names no operation`]
    for (const operation of about)
      if (operation !== '*' && !operations.has(operation))
        found.push(`${id} names ${operation}, which is not in the spec`)
    return found
  })
}

/** Statements that no test proves and that are no declared gaps. */
export function unproven(statements: readonly Statement[], names: readonly string[]): unknown[] {
  const proven = new Set<unknown>(numbersIn(names))
  return statements
    .filter(({ id, gap }) => gap === undefined && !proven.has(id))
    .map(({ id }) => id)
}

/** Numbers in names of tests that no statement has. */
export function unknownNumbers(
  statements: readonly Statement[],
  names: readonly string[],
): string[] {
  const known = new Set(statements.map(({ id }) => id))
  return numbersIn(names).filter((number) => !known.has(number))
}

/** Declared gaps that a test proves all the same. */
export function closedGaps(statements: readonly Statement[], names: readonly string[]): unknown[] {
  const proven = new Set<unknown>(numbersIn(names))
  return statements.filter(({ id, gap }) => gap !== undefined && proven.has(id)).map(({ id }) => id)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== ''
}
