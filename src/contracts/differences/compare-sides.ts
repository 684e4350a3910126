// Compares two sides case by case: what differs, each difference once with all places where it shows.
import { isCredentialName } from '../../server/redaction/credential-names.ts'
import { namesOnly, type Redactor, redactedTexts } from '../../server/redaction/redactor.ts'
import { REDACTED } from '../../server/redaction/span.ts'
import { defined } from '../../state/defined.ts'
import { secretsShown } from '../../workflows/exchange-result.ts'
import type { StepResult } from '../../workflows/result.ts'
import { compareReplies, type ReplyDifference } from './compare-replies.ts'
import { otherOutcome, type PairedStep, pairedCalls, stepsOfOneSide } from './paired-calls.ts'
import type { ComparedCase, Difference, DifferencePlace, NotCompared } from './result.ts'
import { operationText, type SeenEver, seenEver } from './seen-ever.ts'
import type { Side, SideCall, SideCase } from './side.ts'
import { otherMoves } from './state-moves.ts'

/** A difference before what is known of it is looked up. */
export type FoundDifference = Omit<Difference, 'state' | 'reason' | 'mend'> & {
  /** The calls of the first place: what a mend is found by. */
  readonly calls: { readonly left?: SideCall; readonly right?: SideCall }
}

export interface ComparedSides {
  readonly cases: readonly ComparedCase[]
  readonly differences: readonly FoundDifference[]
  readonly notCompared: readonly NotCompared[]
  /** `METHOD /path` of what was compared. */
  readonly operations: ReadonlySet<string>
}

/** @param volatile JSON pointers of fields that are not compared, `*` for any name or place */
export function compareSides(left: Side, right: Side, volatile: readonly string[]): ComparedSides {
  const found = new Findings()
  const about = {
    leftEver: seenEver(left),
    rightEver: seenEver(right),
    isVolatile: isVolatileBy(volatile),
  }
  const theirs = new Map(right.cases.map((each) => [each.planned.title, each]))
  const cases = left.cases.map((ours): ComparedCase => {
    const { title } = ours.planned
    const case_ = { title, place: ours.result.place }
    const other = theirs.get(title)
    const reason = whyNone(ours, other)
    if (reason !== undefined || !other) {
      found.leave({ case: title, reason: reason ?? NOT_THERE })
      return { ...case_, outcome: 'skipped', reason: reason ?? NOT_THERE, steps: 0 }
    }
    const { steps, isDifferent } = compareCase({ left: ours, right: other }, about, found)
    const ended = unevenEnd(ours, other)
    if (ended !== undefined) found.leave({ case: title, reason: ended })
    const outcome = isDifferent ? 'different' : 'same'
    return defined({ ...case_, outcome, reason: ended, steps }) as ComparedCase
  })
  return { cases, ...found.all() }
}

const NOT_THERE = 'the right side does not have it'

/** Why a case cannot be compared at all. */
function whyNone(left: SideCase, right: SideCase | undefined): string | undefined {
  if (!right) return undefined
  const skipped = ({ result }: SideCase, name: string) =>
    result.outcome === 'skipped' ? `skipped on the ${name}: ${result.reason ?? ''}` : undefined
  return skipped(right, 'right') ?? skipped(left, 'left')
}

function unevenEnd(left: SideCase, right: SideCase): string | undefined {
  const steps = stepsOfOneSide(left, right)
  return steps.length === 0 ? undefined : `one side alone came to ${steps.join(', ')}`
}

function isVolatileBy(volatile: readonly string[]): (pointer: string) => boolean {
  const patterns = volatile.map((each) => each.split('/'))
  return (pointer) => {
    const parts = pointer.split('/')
    return patterns.some(
      (pattern) =>
        pattern.length <= parts.length &&
        pattern.every((part, at) => part === '*' || part === parts[at] || isEntry(part, parts[at])),
    )
  }
}

/** A pointer may name one entry of a list; entries are not told apart. */
function isEntry(part: string, other: string | undefined): boolean {
  return other === '*' && /^\d+$/.test(part)
}

interface Compared {
  readonly left: SideCase
  readonly right: SideCase
}

interface About {
  readonly leftEver: SeenEver
  readonly rightEver: SeenEver
  readonly isVolatile: (pointer: string) => boolean
}

function compareCase(sides: Compared, about: About, found: Findings) {
  const { left, right } = sides
  const calls = pairedCalls(left, right)
  const { title } = left.planned
  const redactor = namesOnly.with(secretsOf(sides))
  const before = found.count
  const add = (difference: ReplyDifference, call: PairedCalls) =>
    found.add({ difference, title, redactor, ...call })
  const moves = otherMoves(calls).filter(({ pointer }) => !about.isVolatile(pointer))
  for (const call of calls) {
    found.compared(operationText(call.left))
    const isMove = (pointer: string | undefined) =>
      moves.some((each) => each.pointer === pointer && each.calls.includes(call))
    compareReplies(call, {
      ...about,
      add(difference) {
        if (difference.isOfState && isMove(difference.pointer)) return
        add(difference, callsOf(call))
      },
      leave(pointer, reason) {
        const operation = operationText(call.left)
        found.leave({ case: title, step: call.left.step.step, operation, pointer, reason })
      },
    })
  }
  for (const { call, pointer, left: ours, right: theirs } of moves)
    add({ kind: 'state', pointer, left: ours, right: theirs }, callsOf(call))
  const ended = otherOutcome(left, right)
  if (ended) add(outcomeDifference(ended), { steps: ended, calls: callsAt(sides, ended) })
  return { steps: calls.length, isDifferent: found.count > before }
}

interface PairedCalls {
  readonly steps: PairedStep
  readonly calls: FoundDifference['calls']
}

const callsOf = (calls: { readonly left: SideCall; readonly right: SideCall }): PairedCalls => ({
  calls,
  steps: { left: calls.left.step, right: calls.right.step },
})

function callsAt({ left, right }: Compared, steps: PairedStep): FoundDifference['calls'] {
  const call = ({ calls }: SideCase, step: StepResult) => calls.find((each) => each.step === step)
  return defined({ left: call(left, steps.left), right: call(right, steps.right) })
}

function outcomeDifference({ left, right }: PairedStep): ReplyDifference {
  const told = ({ outcome, failures }: StepResult) =>
    outcome === 'failed' ? `failed: ${failures[0]?.message ?? 'without a reason'}` : outcome
  // The sentence may have values in it: the class is the outcome alone.
  return {
    kind: 'outcome',
    left: left.outcome,
    right: right.outcome,
    leftExample: told(left),
    rightExample: told(right),
  }
}

/** What exchanges show to be secrets counts, too. */
function secretsOf({ left, right }: Compared): string[] {
  return [left, right].flatMap(({ secrets, calls }) => [
    ...secrets,
    ...calls.flatMap(({ request, answer }) => secretsShown({ request }, answer)),
  ])
}

interface Found extends PairedCalls {
  readonly difference: ReplyDifference
  readonly title: string
  readonly redactor: Redactor
}

/** Collects what is found: what differs alike at several places is one difference. */
class Findings {
  readonly #differences = new Map<string, FoundDifference & { places: DifferencePlace[] }>()
  readonly #left = new Map<string, NotCompared>()
  readonly #operations = new Set<string>()
  count = 0

  add({ difference, title, redactor, steps, calls }: Found): void {
    this.count += 1
    const call = calls.left ?? calls.right
    const operation = call && operationText(call)
    const { kind, pointer, header, status, left, right } = difference
    const key = JSON.stringify([
      kind,
      call?.source?.url,
      operation,
      status,
      pointer,
      header,
      left,
      right,
    ])
    const place = placeOf(title, steps)
    const known = this.#differences.get(key)
    if (known) {
      known.places.push(place)
      return
    }
    const about = { kind, operation: operation || undefined, status, pointer, header }
    const examples = examplesOf(difference, redactor)
    const text = (each: string) => redactor.redacted(each, 'sentence')
    const told = { left: text(left), right: text(right), ...examples }
    const whole = {
      ...defined({ ...about, ...told }),
      message: messageOf({ ...difference, ...told }),
      where: whereOf(difference, operation),
      places: [place],
      shown: defined({ left: steps.left.exchange, right: steps.right.exchange }),
      calls,
    }
    this.#differences.set(key, whole as FoundDifference & { places: DifferencePlace[] })
  }

  /** Notes what cannot be compared, each once for its operation. */
  leave(about: NotCompared): void {
    const { operation, pointer, reason, case: title } = about
    const key = JSON.stringify(
      operation === undefined ? [title, reason] : [operation, pointer, reason],
    )
    if (!this.#left.has(key)) this.#left.set(key, about)
  }

  compared(operation: string): void {
    this.#operations.add(operation)
  }

  all() {
    const differences = [...this.#differences.values()]
    const notCompared = [...this.#left.values()]
    return { differences, notCompared, operations: this.#operations }
  }
}

function placeOf(title: string, { left }: PairedStep): DifferencePlace {
  const { step, within, attempt, place } = left
  return { case: title, step, within, attempt, place }
}

/** Characters of an example that are told. */
const LONGEST_EXAMPLE = 200

function examplesOf(
  { leftExample, rightExample, pointer = '' }: ReplyDifference,
  redactor: Redactor,
): Pick<Difference, 'leftExample' | 'rightExample'> {
  const isSecret = isCredentialName(pointer.split('/').at(-1) ?? '')
  const told = (value: unknown) => {
    if (value === undefined) return undefined
    if (isSecret && value !== null) return REDACTED
    const clean = redactedTexts(value, redactor)
    const text = typeof clean === 'string' ? clean : JSON.stringify(clean)
    return text.length > LONGEST_EXAMPLE ? `${text.slice(0, LONGEST_EXAMPLE)}...` : clean
  }
  return defined({ leftExample: told(leftExample), rightExample: told(rightExample) })
}

function messageOf(
  difference: Pick<ReplyDifference, 'kind' | 'pointer' | 'header' | 'left' | 'right'> &
    Pick<Difference, 'leftExample' | 'rightExample'>,
): string {
  const { kind, pointer, header, left, right, leftExample, rightExample } = difference
  const what = header ?? (pointer === undefined ? 'answer' : pointer || 'body')
  const side = (seen: string, example: unknown) => {
    const text = typeof example === 'string' ? example : JSON.stringify(example)
    return text === undefined || `"${text}"` === seen || text === seen
      ? seen
      : `${seen}, as ${text}`
  }
  const isOutcome = kind === 'outcome'
  const [ours, theirs] = isOutcome
    ? [String(leftExample), String(rightExample)]
    : [side(left, leftExample), side(right, rightExample)]
  return `${isOutcome ? 'step' : what}: ${ours} on the left, ${theirs} on the right`
}

/** `format GET /esims /esims/*\/iccid`. */
function whereOf({ kind, pointer, header }: ReplyDifference, operation = ''): string {
  return [kind, operation, header ?? pointer].filter((part) => part).join(' ')
}
