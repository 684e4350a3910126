// What a run is looked at for, put together from what was chosen: checks, probes, inputs that are not allowed, coverage.
import { nearest } from '../server/nearest.ts'
import type { CaseResult, CoverageResult } from '../workflows/result.ts'
import type { DoneCase, Finding } from '../workflows/seen-exchange.ts'
import type { Source } from '../workflows/sources.ts'
import { CALLBACK_CHECKS } from './callback-checks.ts'
import { CoverageCollector } from './coverage.ts'
import { EXCHANGE_CHECKS } from './exchange-checks.ts'
import { CHECK_NAMES, inspected } from './inspect.ts'
import { withKnown } from './known-differences.ts'
import { negativeFindings } from './negative-inputs.ts'
import { PROBES } from './probes.ts'
import { type Proof, ProofCollector } from './proofs.ts'
import type { KnownDifference } from './target-file.ts'

export interface ContractOptions {
  /** Names of checks and probes; `undefined` for every check of an exchange, and no probe. */
  readonly checks: readonly string[] | undefined
  /** Whether inputs are sent that the schemas do not allow. */
  readonly negative: boolean
  /** Fields that may differ from call to call: JSON pointers, `*` for any name or place. */
  readonly volatile?: readonly string[]
  /** What is known to be wrong. */
  readonly known: readonly KnownDifference[]
  /** Ms since the epoch: until when what is known counts. */
  readonly now: number
  /** True where nothing can be sent: then there are no probes and no inputs that are not allowed. */
  readonly isOffline?: boolean
}

/** Looks at the cases of a run, and collects what they have covered. */
export interface ContractRun {
  readonly inspect: (done: DoneCase) => Promise<readonly Finding[]>
  /**
   * @param sources whose operations count, called or not
   * @param cases what the cases came to
   */
  coverage(sources: Iterable<Source>, cases: readonly CaseResult[]): CoverageResult
  /** What the cases that passed have proven of our providers. */
  proofs(cases: readonly CaseResult[]): Proof[]
}

/** Stands for every check and probe, or for none. */
const ALL = 'all'
const NONE = 'none'

/** A name of `--checks` that is none; the message says what there is. */
export class UnknownCheck extends Error {}

/** @throws UnknownCheck */
export function openContractRun(options: ContractOptions): ContractRun {
  const { negative, known, now, volatile = [], isOffline = false } = options
  const chosen = namesOf(options.checks)
  const isChosen = ({ name }: { readonly name: string }) => chosen.has(name)
  const checks = EXCHANGE_CHECKS.filter(isChosen)
  const callbackChecks = CALLBACK_CHECKS.filter(isChosen)
  const probes = isOffline ? [] : PROBES.filter(isChosen)
  const inspection = { checks, callbackChecks, probes, volatile, probedBefore: new Set<string>() }
  const collector = new CoverageCollector()
  const proven = new ProofCollector()
  return {
    async inspect(done) {
      collector.add(done.exchanges)
      proven.add(done)
      const found = [...(await inspected(done, inspection))]
      if (negative && !isOffline) found.push(...(await negativeFindings(done)))
      return withKnown(found, known, now)
    },
    coverage(sources, cases) {
      for (const source of sources) collector.addSource(source)
      return collector.coverage(proven.proofs(cases))
    },
    proofs: (cases) => proven.proofs(cases),
  }
}

function namesOf(asked: readonly string[] | undefined): ReadonlySet<string> {
  if (asked === undefined) return new Set(EXCHANGE_CHECKS.map(({ name }) => name))
  if (asked.includes(NONE)) return new Set()
  for (const name of asked) {
    if (name === ALL || CHECK_NAMES.includes(name)) continue
    const near = nearest(name, CHECK_NAMES)
    const advice =
      near === undefined ? `there are: ${CHECK_NAMES.join(', ')}` : `did you mean ${near}?`
    throw new UnknownCheck(`there is no check "${name}": ${advice}`)
  }
  return new Set(asked.includes(ALL) ? CHECK_NAMES : asked)
}
