// Which call of one side stands against which of the other: by step, and by attempt where both have as many.
import { grouped } from '../../state/collection.ts'
import type { StepResult } from '../../workflows/result.ts'
import type { SideCall, SideCase } from './side.ts'

export interface PairedCall {
  readonly left: SideCall
  readonly right: SideCall
}

/** The calls that both sides made; of a step that was tried another number of times, the last ones. */
export function pairedCalls(left: SideCase, right: SideCase): PairedCall[] {
  const theirs = grouped(right.calls, ({ step }) => stepKey(step))
  return [...grouped(left.calls, ({ step }) => stepKey(step))].flatMap(([key, ours]) => {
    const others = theirs.get(key) ?? []
    if (ours.length === others.length)
      return ours.map((call, at) => ({ left: call, right: others[at] as SideCall }))
    const [last, other] = [ours.at(-1), others.at(-1)]
    return last && other ? [{ left: last, right: other }] : []
  })
}

/** What a step is called in its case. */
export function stepKey({ step, within }: Pick<StepResult, 'step' | 'within'>): string {
  return [...within, step].join('/')
}

export interface PairedStep {
  readonly left: StepResult
  readonly right: StepResult
}

/** The first step that passed on one side and failed on the other; it ends most cases. */
export function otherOutcome(left: SideCase, right: SideCase): PairedStep | undefined {
  const last = (steps: readonly StepResult[]) =>
    new Map(steps.map((step) => [stepKey(step), step] as const))
  const theirs = last(right.result.steps)
  const pairs = [...last(left.result.steps)].flatMap(([key, step]) => {
    const other = theirs.get(key)
    return other && other.outcome !== step.outcome ? [{ left: step, right: other }] : []
  })
  // A step that calls a workflow fails with one of that.
  return pairs.find(({ left, right }) => left.exchange ?? right.exchange) ?? pairs[0]
}

/** Steps that one side alone came to. */
export function stepsOfOneSide(left: SideCase, right: SideCase): string[] {
  const keys = ({ result }: SideCase) => new Set(result.steps.map((step) => stepKey(step)))
  const [ours, theirs] = [keys(left), keys(right)]
  const without = (some: Iterable<string>, others: ReadonlySet<string>) =>
    [...some].filter((each) => !others.has(each))
  // The outermost workflow is that of the case.
  const told = (key: string) => key.split('/').slice(1).join('/')
  return [...without(ours, theirs), ...without(theirs, ours)].map(told)
}
