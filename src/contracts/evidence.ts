// Evidence: which operations and sentences which case has proven, at which target, and since when.
import { readSpec } from '../server/spec-files.ts'
import { knownSimulators } from '../simulators/index.ts'
import { grouped } from '../state/collection.ts'
import { defined } from '../state/defined.ts'
import type { Proof } from './proofs.ts'
import { EVERY_OPERATION, type Statement, specsOf, statementsOfProvider } from './statements.ts'

/** What was proven so far: a file such as `specs/evidence.json`. */
export interface Evidence {
  readonly format: 1
  /** By slug of the provider, then by operationId; `*` for what holds of every operation. */
  readonly providers: Readonly<Record<string, Readonly<Record<string, OperationEvidence>>>>
}

export interface OperationEvidence {
  /** Where the operation comes from, as its spec has it; absent for `*`. */
  readonly provenance?: string
  /** By what was run against the simulator, and against real endpoints. */
  readonly simulator: Verdict
  readonly real: Verdict
  /** Numbers of the sentences that name it, and that no case has proven which exchanged with it. */
  readonly withoutCase: readonly string[]
  readonly evidence: readonly TargetEvidence[]
}

/**
 * `proven`: a case passed that exchanged with the operation and says it proves a published sentence
 * about it. `unknown`: the operation is inferred or invented, or no published sentence names it: there
 * is nothing that could be proven. `not proven`: anything else.
 */
export type Verdict = 'proven' | 'not proven' | 'unknown'

/** What is known from one target. */
export interface TargetEvidence {
  /** `simulator`, or the host of a real endpoint. */
  readonly target: string
  /** The day since which the same cases have proven the same: `2026-01-31`. */
  readonly since: string
  /** Of a real endpoint, which may change by itself: the day it was last run against. */
  readonly last?: string
  /**
   * By case, as in `highland.arazzo.yaml#onboarding`: the numbers of the sentences it proves. Empty
   * where it exchanges with an operation of which nothing is said.
   */
  readonly cases: Readonly<Record<string, readonly string[]>>
}

/** A run that gives evidence. */
export interface RunEvidence {
  readonly target: string
  /** The day of the run: `2026-01-31`. */
  readonly today: string
  /** The cases it has run: what they have proven earlier at this target counts no longer. */
  readonly ran: readonly string[]
  readonly proofs: readonly Proof[]
  /** Whether it has run all there is: then other cases are no more. */
  readonly isWhole: boolean
}

/** What the simulator is called as a target, wherever it runs. */
export const SIMULATOR = 'simulator'

export const NO_EVIDENCE: Evidence = { format: 1, providers: {} }

/** How evidence calls a case. @param file with or without folders */
export function caseName({ file, workflow }: Pick<Proof, 'file' | 'workflow'>): string {
  return `${file.replace(/^.*[\\/]/, '')}#${workflow}`
}

/** Evidence with that of a run: for every operation of our providers. */
export function withRun(evidence: Evidence, run: RunEvidence): Evidence {
  const providers = knownSimulators().map(({ slug }) => {
    const known = evidence.providers[slug] ?? {}
    const statements = statementsOfProvider(slug)
    const operations = operationsOf(slug).map((operation) => {
      const before = known[operation.id]?.evidence ?? []
      const others = before.filter(({ target }) => target !== run.target)
      const own = before.find(({ target }) => target === run.target)
      const proofs = run.proofs.filter(
        (proof) => proof.provider === slug && proof.operation === operation.id,
      )
      const now = targetEvidence(own, proofs, run)
      const all = [...others, ...(now ? [now] : [])].toSorted((a, b) => order(a.target, b.target))
      return [operation.id, judged(operation, all, statements)]
    })
    return [slug, Object.fromEntries(operations)]
  })
  return { format: 1, providers: Object.fromEntries(providers) }
}

/** Our providers' operations that no case has called at a target: `slug operationId`. */
export function withoutCase({ providers }: Evidence, at: string): string[] {
  return Object.entries(providers).flatMap(([slug, operations]) =>
    Object.entries(operations).flatMap(([id, { evidence }]) => {
      const isCalled = evidence.some(({ target }) => target === at)
      return id === EVERY_OPERATION || isCalled ? [] : `${slug} ${id}`
    }),
  )
}

interface NamedOperation {
  readonly id: string
  readonly provenance: string | undefined
}

interface SpecParts {
  readonly paths?: Readonly<Record<string, object>>
  readonly webhooks?: Readonly<Record<string, object>>
}

/** Every operation and webhook of every version of a provider's API, by name, then `*`. */
function operationsOf(slug: string): NamedOperation[] {
  const found = new Map<string, NamedOperation>()
  for (const spec of specsOf(slug)) {
    const { paths = {}, webhooks = {} } = readSpec(spec) as SpecParts
    for (const item of [...Object.values(paths), ...Object.values(webhooks)])
      for (const part of Object.values(item) as { operationId?: string }[]) {
        const id = part.operationId
        const provenance = (part as { 'x-provenance'?: string })['x-provenance']
        if (id !== undefined && !found.has(id)) found.set(id, { id, provenance })
      }
  }
  const sorted = [...found.values()].toSorted((a, b) => order(a.id, b.id))
  return [...sorted, { id: EVERY_OPERATION, provenance: undefined }]
}

/** What a target shows after a run; `undefined` where that is nothing. */
function targetEvidence(
  before: TargetEvidence | undefined,
  proofs: readonly Proof[],
  { target, today, ran, isWhole }: RunEvidence,
): TargetEvidence | undefined {
  const kept = Object.entries(before?.cases ?? {}).filter(
    ([name]) => !isWhole && !ran.includes(name),
  )
  const found = [...grouped(proofs, caseName)].map(([name, of]): [string, string[]] => [
    name,
    [...new Set(of.flatMap(({ statements }) => statements))].toSorted(order),
  ])
  const isStar = proofs[0]?.operation === EVERY_OPERATION
  const telling = found.filter(([, statements]) => !isStar || statements.length > 0)
  const proving = [...kept, ...telling].filter(([, statements]) => statements.length > 0)
  // Of an operation that much is said of, cases that only pass by it would hide those that tell.
  const shown = (proving.length > 0 ? proving : [...kept, ...telling]).toSorted(([a], [b]) =>
    order(a, b),
  )
  if (shown.length === 0) return undefined
  const cases = Object.fromEntries(shown)
  const isSame = before !== undefined && JSON.stringify(before.cases) === JSON.stringify(cases)
  const isOlder = before !== undefined && found.length === 0
  const last = target === SIMULATOR ? undefined : today
  return defined({
    target,
    since: isSame ? before.since : today,
    last: isOlder ? before.last : last,
    cases,
  })
}

function judged(
  { id, provenance }: NamedOperation,
  evidence: readonly TargetEvidence[],
  statements: readonly Statement[],
): OperationEvidence {
  const named = statements.filter(({ operations }) => operations.includes(id))
  const published = named.filter((each) => each.provenance !== 'inferred').map((each) => each.id)
  const isOurs = provenance === 'inferred' || provenance === 'invented'
  const verdict = (of: readonly TargetEvidence[]): Verdict => {
    if (isOurs || published.length === 0) return 'unknown'
    return provenIn(of).some((number) => published.includes(number)) ? 'proven' : 'not proven'
  }
  const held = provenIn(evidence)
  return defined({
    provenance,
    simulator: verdict(evidence.filter(({ target }) => target === SIMULATOR)),
    real: verdict(evidence.filter(({ target }) => target !== SIMULATOR)),
    withoutCase: named.flatMap((each) => (held.includes(each.id) ? [] : each.id)),
    evidence,
  })
}

function provenIn(evidence: readonly TargetEvidence[]): string[] {
  return evidence.flatMap(({ cases }) => Object.values(cases).flat())
}

function order(a: string, b: string): number {
  return Number(a > b) - Number(a < b)
}

/** Evidence as the text of its file: a case a line, so that a change is read as one. */
export function evidenceText(evidence: object): string {
  const text = JSON.stringify(evidence, null, 2)
  const list = /\[\s+("(?:[^"\\]|\\.)*"(?:,\s+"(?:[^"\\]|\\.)*")*)\s+\]/g
  return `${text.replaceAll(list, (_, items: string) => `[${items.replaceAll(/,\s+/g, ', ')}]`)}\n`
}
