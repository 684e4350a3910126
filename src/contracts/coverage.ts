// How much of a document was really exchanged: operations, statuses, fields of replies, and which sentences hold.
import { isJson } from '../server/media-type.ts'
import { grouped } from '../state/collection.ts'
import { defined } from '../state/defined.ts'
import { jsonOf } from '../state/json-of.ts'
import type { CoverageResult, OperationCoverage, StatementCoverage } from '../workflows/result.ts'
import type { SeenExchange } from '../workflows/seen-exchange.ts'
import type { Source, SourceOperation } from '../workflows/sources.ts'
import { operationName } from './call.ts'
import { type Json, schemaAt } from './document-schemas.ts'
import { contentOf, documentedReply, mediaType } from './documented-reply.ts'
import type { Proof } from './proofs.ts'
import { type Statement, specOf, statementsOf } from './statements.ts'

/** Collects what is exchanged. */
export class CoverageCollector {
  readonly #operations = new Map<string, Collected>()

  /**
   * Every operation of a source counts, called or not. The control API is no API of a provider. They
   * are told in the order in which their sources are added: cases end in another one at each run.
   */
  addSource(source: Source): void {
    if (source.simulator?.slug === 'control') return
    for (const operation of source.operations) {
      const collected = this.#of(source, operation)
      this.#operations.delete(keyOf(source, operation))
      this.#operations.set(keyOf(source, operation), collected)
    }
  }

  add(exchanges: readonly SeenExchange[]): void {
    for (const exchange of exchanges) {
      const { source, operation, reply } = exchange
      if (source.simulator?.slug === 'control') continue
      const collected = this.#of(source, operation)
      const documented = documentedReply(source.document, operation, reply.status)
      if (!documented) continue
      collected.statuses.set(
        documented.status,
        (collected.statuses.get(documented.status) ?? 0) + 1,
      )
      if (reply.status > 299) continue
      for (const field of fieldsIn(bodyOf(exchange), '')) collected.seen.add(field)
    }
  }

  /** @param proofs what the cases that passed have proven */
  coverage(proofs: readonly Proof[]): CoverageResult {
    const collected = [...this.#operations.values()].toSorted(inOrder)
    const proven = grouped(proofs, ({ provider, operation }) => `${provider} ${operation}`)
    const operations = collected.map((each) => toCoverage(each, proven))
    const counts = operations.flatMap(({ statuses: { default: _, ...named } }) =>
      Object.values(named),
    )
    const seen = counts.filter((count) => count > 0).length
    const percent = counts.length === 0 ? 0 : Math.floor((100 * seen) / counts.length)
    const specs = new Set(collected.map(({ source }) => specOfSource(source)))
    const stated = [...specs].flatMap((spec) => (spec === undefined ? [] : statementsOf(spec)))
    return { percent, operations, statements: statementsCovered(stated, proofs) }
  }

  #of(source: Source, operation: SourceOperation): Collected {
    const key = keyOf(source, operation)
    const known = this.#operations.get(key)
    if (known) return known
    const statuses = new Map(operation.statuses.map((status) => [status, 0]))
    const made: Collected = { source, operation, statuses, seen: new Set() }
    this.#operations.set(key, made)
    return made
  }
}

/** Files may call one source by different names. */
function keyOf({ url }: Source, { method, path }: SourceOperation): string {
  return `${url} ${method} ${path}`
}

interface Collected {
  readonly source: Source
  readonly operation: SourceOperation
  readonly statuses: Map<string, number>
  /** Fields, `*` for the entries of a list. */
  readonly seen: Set<string>
}

/** `esim-go/v2.5` of ours, whatever a file calls it: two versions may go by one name. */
function labelOf({ name, simulator }: Source): string {
  return simulator ? simulator.slug + simulator.basePath : name
}

/** As they stand in their documents, whatever the order they were called in. */
function inOrder(a: Collected, b: Collected): number {
  const [one, other] = [labelOf(a.source), labelOf(b.source)]
  if (one !== other) return one < other ? -1 : 1
  return placeOf(a) - placeOf(b)
}

function placeOf({ source, operation: { method, path } }: Collected): number {
  return source.operations.findIndex((each) => each.method === method && each.path === path)
}

/** By `provider operationId`. */
type Proven = ReadonlyMap<string, readonly Proof[]>

function toCoverage(
  { source, operation, statuses, seen }: Collected,
  proven: Proven,
): OperationCoverage {
  const known = documentedFields(source, operation)
  const named = statementsAbout(source, operation)
  const own = proven.get(`${source.simulator?.slug} ${operation.id}`) ?? []
  const held = new Set(own.flatMap(({ statements }) => statements))
  return defined({
    source: labelOf(source),
    operation: operationName({ operation }),
    operationId: operation.id,
    statuses: Object.fromEntries(statuses),
    fields: known.length,
    unseenFields: known.filter((field) => !seen.has(field)),
    statements: named.length,
    unprovenStatements: named.flatMap(({ id }) => (held.has(id) ? [] : id)),
  })
}

function statementsAbout(source: Source, { id }: SourceOperation): readonly Statement[] {
  const spec = specOfSource(source)
  if (spec === undefined || id === undefined) return []
  return statementsOf(spec).filter(({ operations }) => operations.includes(id))
}

function specOfSource({ simulator }: Source): string | undefined {
  return simulator && specOf(simulator)
}

function statementsCovered(
  statements: readonly Statement[],
  proofs: readonly Proof[],
): StatementCoverage[] {
  const provenBy = new Map<string, Set<string>>()
  for (const { statements: held, workflow } of proofs)
    for (const id of held) provenBy.set(id, (provenBy.get(id) ?? new Set()).add(workflow))
  return statements.map(({ id, says, operations, gap }) =>
    defined({ id, says, operations, gap, provenBy: [...(provenBy.get(id) ?? [])] }),
  )
}

function bodyOf({ reply }: SeenExchange): unknown {
  if (!isJson(mediaType(reply.headers['content-type']))) return undefined
  return jsonOf(reply.body.toString('utf8'))
}

function fieldsIn(value: unknown, at: string): string[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((each) => fieldsIn(each, `${at}/*`))
  return Object.entries(value).flatMap(([name, each]) => [
    `${at}/${name}`,
    ...fieldsIn(each, `${at}/${name}`),
  ])
}

/** The fields that good replies of an operation may have. */
function documentedFields({ document }: Source, operation: SourceOperation): readonly string[] {
  const good = operation.statuses.filter((status) => status.startsWith('2'))
  const fields = good.flatMap((status) => {
    const reply = documentedReply(document, operation, Number(status.replace(/X/gi, '0')))
    const type = Object.keys(reply?.content ?? {}).find((each) => isJson(each))
    const schema = reply && type !== undefined ? contentOf(reply, type)?.schema : undefined
    return schema ? fieldsOf(document, { schema, at: '', open: [] }) : []
  })
  return [...new Set(fields)]
}

interface Within {
  readonly schema: unknown
  readonly at: string
  /** Schemas it stands within: one within itself ends there. */
  readonly open: readonly Json[]
}

function fieldsOf(document: Source['document'], { schema: written, at, open }: Within): string[] {
  const schema = schemaAt(document, written)
  if (open.includes(schema)) return []
  const below = (part: unknown, place: string) =>
    fieldsOf(document, { schema: part, at: place, open: [...open, schema] })
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((word) =>
    Array.isArray(schema[word]) ? (schema[word] as unknown[]) : [],
  )
  const items = schema.items === undefined ? [] : below(schema.items, `${at}/*`)
  const properties = Object.entries((schema.properties ?? {}) as Json).flatMap(([name, each]) => [
    `${at}/${name}`,
    ...below(each, `${at}/${name}`),
  ])
  return [...properties, ...items, ...parts.flatMap((part) => below(part, at))]
}
