// What a change of an API touches of what was written for it: cases of workflows, statements, handlers.
import { readSpec } from '../../server/spec-files.ts'
import { knownSimulators } from '../../simulators/index.ts'
import type { ReadWorkflow } from '../../workflows/program.ts'
import type { PlannedCase } from '../../workflows/runner.ts'
import { type OwnSource, type Source, sourceOf } from '../../workflows/sources.ts'
import { caseName } from '../evidence.ts'
import { type Statement, specOf, specsOf, statementsOf } from '../statements.ts'
import { type ChangedOperation, pathShape, type Sides, type SpecChange } from './change.ts'
import { endpointsOf } from './endpoints.ts'

/** What a change touches; all empty where nothing is known of it. */
export interface Touches {
  /** Cases that call the operation, also by way of other workflows: `esim-go.arazzo.yaml#refund`. */
  readonly cases: readonly string[]
  /** Numbers of statements that name it. */
  readonly statements: readonly string[]
  /** Who answers it in the simulator: `esim-go: createOrder`. */
  readonly handlers: readonly string[]
}

export interface TouchedBy {
  /** The slug of the provider whose API it is; `undefined` where it is none of ours. */
  readonly provider: string | undefined
  readonly sources: Sides<Source>
  /** Of whatever provider: only those count that call this API. */
  readonly cases: readonly PlannedCase[]
}

/** Looks up what each change touches. */
export function openTouches({
  provider,
  sources,
  cases,
}: TouchedBy): (change: SpecChange) => Touches {
  const callers = cases.map((each) => ({
    name: caseName({ file: each.program.document.file, workflow: each.workflow.id }),
    calls: callsOf(each.workflow, provider),
    versions: versionsOf(each, provider),
  }))
  // Of a version that has no suite, those of the others are told.
  const withSuite = new Set(callers.flatMap(({ versions }) => [...versions]))
  const isOfVersion = (versions: ReadonlySet<string>, { basePath }: OwnSource) =>
    versions.has(basePath) || !withSuite.has(basePath)
  const known = new Map<string, Touches>()
  return ({ operation, change, kind }) => {
    if (!operation) return NOTHING
    // What is new was not called before: what is written for the new version is.
    const isNew = change === 'added' && kind === 'operation'
    const own = (isNew ? sources.new : sources.old).simulator
    const key = `${isNew} ${operation.method} ${operation.path} ${operation.id}`
    const found = known.get(key) ?? { ...ours(operation, provider, own), cases: casesOf() }
    known.set(key, found)
    return found

    function casesOf(): string[] {
      const names = namesFor(operation as ChangedOperation)
      const calling = callers.filter(
        ({ calls, versions }) =>
          names.some((name) => calls.has(name)) &&
          (own === undefined || versions.size === 0 || isOfVersion(versions, own)),
      )
      return [...new Set(calling.map(({ name }) => name))]
    }
  }
}

const NOTHING: Touches = { cases: [], statements: [], handlers: [] }

/** An operation by its id, and by method and path. */
function namesFor({ method, path, id }: ChangedOperation): string[] {
  const call = `${method} ${pathShape(path)}`
  return id === undefined ? [call] : [call, id]
}

/** Every operation that a workflow may call; of our own specs only the provider's. */
function callsOf(workflow: ReadWorkflow, provider: string | undefined): ReadonlySet<string> {
  const calls = new Set<string>()
  const seen = new Set<ReadWorkflow>()
  const look = (at: ReadWorkflow): void => {
    if (seen.has(at)) return
    seen.add(at)
    for (const { work, onSuccess, onFailure } of at.steps) {
      if (work.kind === 'workflow') look(work.ref.workflow())
      else if (work.kind === 'operation' && isOf(work.source, provider))
        for (const name of namesFor(work.operation as ChangedOperation)) calls.add(name)
      for (const { workflow: other } of [...onSuccess, ...onFailure])
        if (other) look(other.workflow())
    }
    for (const other of at.dependsOn) look(other.workflow())
  }
  look(workflow)
  return calls
}

function isOf({ simulator }: Source, provider: string | undefined): boolean {
  return simulator === undefined || simulator.slug === provider
}

/** Below which paths of the provider a case's sources lie; none where it names none of its specs. */
function versionsOf({ program }: PlannedCase, provider: string | undefined): ReadonlySet<string> {
  const own = [...program.sources.values()].flatMap(({ simulator }) => simulator ?? [])
  return new Set(own.filter(({ slug }) => slug === provider).map(({ basePath }) => basePath))
}

/** Statements and handlers. */
function ours(
  operation: ChangedOperation,
  slug: string | undefined,
  own: OwnSource | undefined,
): Omit<Touches, 'cases'> {
  const simulator = knownSimulators().find((each) => each.slug === slug)
  if (slug === undefined || !simulator) return NOTHING
  const spec = own && specOf(own)
  const specs = spec === undefined ? specsOf(slug) : [spec]
  const ids = ownIds(specs, operation)
  const isAbout = ({ operations }: Statement) => operations.some((id) => ids.has(id))
  return {
    statements: specs
      .flatMap(statementsOf)
      .filter(isAbout)
      .map(({ id }) => id),
    handlers: [...ids].flatMap((id) => {
      if (Object.hasOwn(simulator.handlers, id)) return [`${slug}: ${id}`]
      return Object.hasOwn(simulator.gaps ?? {}, id) ? [`${slug}: ${id} (not simulated)`] : []
    }),
  }
}

/** What our specs call an operation: others may give it another id, or none. */
function ownIds(specs: readonly string[], operation: ChangedOperation): ReadonlySet<string> {
  const names = namesFor(operation)
  const found = specs.flatMap(ownOperations).filter((own) => names.some((name) => own.has(name)))
  return new Set(found.flatMap(({ id }) => id ?? []))
}

interface OwnOperation {
  readonly id: string | undefined
  has(name: string): boolean
}

const listed = new Map<string, readonly OwnOperation[]>()

function ownOperations(spec: string): readonly OwnOperation[] {
  const known = listed.get(spec)
  if (known) return known
  const source = sourceOf(spec, spec, readSpec(spec) as Source['document'], undefined)
  const { servers = [] } = source.document
  const operations = endpointsOf(source).map(({ operation }) => {
    const { method, path, id } = operation
    // Providers write the version into their paths, or into the address of their server.
    const bases = ['', ...servers.map(({ url = '' }) => url.replace(/^\/[^/]+/, ''))]
    const names = new Set(bases.map((base) => `${method} ${pathShape(base + path)}`))
    if (id !== undefined) names.add(id)
    return { id, has: (name: string) => names.has(name) }
  })
  listed.set(spec, operations)
  return operations
}

/** The provider of which a document has at least half of the operations; the one that has most of them. */
export function providerOf(source: Source): string | undefined {
  const operations = endpointsOf(source).map(({ operation }) => namesFor(operation))
  const shares = knownSimulators().map(({ slug }) => {
    const own = specsOf(slug).flatMap(ownOperations)
    const same = operations.filter((names) => own.some((each) => names.some((n) => each.has(n))))
    return { slug, share: same.length / Math.max(1, operations.length) }
  })
  const [best] = shares.toSorted((a, b) => b.share - a.share)
  return best && best.share >= 0.5 ? best.slug : undefined
}
