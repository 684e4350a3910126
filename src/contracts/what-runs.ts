// What of a file is run against a real endpoint, and what is skipped and why: told from the file alone, before anything is sent.
import { addDuration, durationProblem, isoDuration } from '../state/duration.ts'
import { pointerToken } from '../state/json-pointer.ts'
import { type Effect, effectOf, effectOfUnknown, exceeds } from '../workflows/effect.ts'
import type { ReadAction, ReadStep, ReadWorkflow } from '../workflows/program.ts'
import type { Source, SourceOperation } from '../workflows/sources.ts'

/** What may be done to a real endpoint. */
export interface Permission {
  /** Of which provider it is; absent for an API that is none of ours. */
  readonly provider: string | undefined
  /** What its paths stand behind. */
  readonly baseUrl?: string
  /** The most that a call may do to the outside. */
  readonly allow: Effect
  /** How long a whole workflow may wait: wall ms. */
  readonly maxWait: number
  /** Whether callbacks reach the runner. */
  readonly hasReceiver: boolean
}

/**
 * Why a workflow is not run; `undefined` where it is. Workflows that it calls count as its own, and
 * so do those that clean up after it.
 */
export function whySkipped(workflow: ReadWorkflow, permission: Permission): string | undefined {
  const { given, startsAt } = workflow.extension
  const seen = new Set<ReadWorkflow>()
  const steps = [workflow, ...cleanupOf(workflow)].flatMap((each) => stepsOf(each, seen))
  // What only reads can do so whatever is there.
  if (given !== undefined && !steps.every(onlyReads))
    return `it starts from the state "${given}" of the simulator`
  if (startsAt !== undefined) return `its clock starts at ${startsAt}: only the simulator's does`
  for (const step of steps) {
    const reason = whyNot(step, permission)
    if (reason !== undefined) return `${step.id}: ${reason}`
  }
  return whyTooLong(workflow, permission)
}

function cleanupOf({ program, extension: { cleanup = [] } }: ReadWorkflow): ReadWorkflow[] {
  return cleanup.flatMap((id) => program.workflows.get(id) ?? [])
}

function onlyReads({ work }: ReadStep): boolean {
  if (work.kind === 'workflow') return true
  if (work.kind === 'link') return effectOfUnknown(work.method) === 'reads'
  return effectOf(work.operation, () => undefined) === 'reads'
}

/** How long a workflow waits: wall ms. */
interface Waits {
  /** By advancing the clock, which has to be waited for. */
  readonly certain: number
  /** Before retries, where each is made as often as it may be. */
  readonly possible: number
}

const NO_WAIT: Waits = { certain: 0, possible: 0 }

function whyTooLong(workflow: ReadWorkflow, { maxWait }: Permission): string | undefined {
  const known = new Map<ReadWorkflow, Waits>()
  const { certain, possible } = [workflow, ...cleanupOf(workflow)]
    .map((each) => waitsOf(each, known))
    .reduce(together, NO_WAIT)
  if (certain + possible <= maxWait) return undefined
  const would = `it ${possible > 0 ? 'may' : 'would'} take ${isoDuration(certain + possible)}`
  return `${would} by the wall clock, and --max-wait allows ${isoDuration(maxWait)}`
}

function together(one: Waits, other: Waits): Waits {
  return { certain: one.certain + other.certain, possible: one.possible + other.possible }
}

/** Of a workflow and all that it leads to, as often as it does. @param known what was looked at */
function waitsOf(workflow: ReadWorkflow, known: Map<ReadWorkflow, Waits>): Waits {
  const before = known.get(workflow)
  if (before) return before
  // What leads back to itself is counted once.
  known.set(workflow, NO_WAIT)
  const earlier = workflow.dependsOn.map((each) => waitsOf(each.workflow(), known))
  const own = workflow.steps.map((step) => waitsOfStep(step, known))
  const all = [...earlier, ...own].reduce(together, NO_WAIT)
  known.set(workflow, all)
  return all
}

function waitsOfStep(step: ReadStep, known: Map<ReadWorkflow, Waits>): Waits {
  const { work, onSuccess, onFailure } = step
  const called = work.kind === 'workflow' ? [waitsOf(work.ref.workflow(), known)] : []
  const after = [...onSuccess, ...onFailure].map((action) => waitsOfAction(action, known))
  const advance = { certain: advancedBy(step) ?? 0, possible: 0 }
  return [advance, ...called, ...after].reduce(together, NO_WAIT)
}

function waitsOfAction(action: ReadAction, known: Map<ReadWorkflow, Waits>): Waits {
  const { type, retryAfter, retryLimit, workflow } = action
  const led = workflow ? waitsOf(workflow.workflow(), known) : NO_WAIT
  if (type !== 'retry') return led
  return {
    certain: 0,
    possible: retryLimit * (retryAfter * 1000 + led.certain + led.possible),
  }
}

/** By how much a step advances the clock: ms; `undefined` where it does not, or nobody knows it. */
function advancedBy({ work, body }: ReadStep): number | undefined {
  if (work.kind !== 'operation' || !isAdvance(work)) return undefined
  const by = literalIn(body?.payload, 'by')
  if (typeof by !== 'string' || durationProblem(by) !== undefined) return undefined
  return addDuration(0, by)
}

function isAdvance({ operation, source }: Called): boolean {
  return source.simulator?.slug === 'control' && operation.id === 'advanceClock'
}

type Called = Extract<ReadStep['work'], { readonly kind: 'operation' }>

/** The steps of a workflow and of all that it leads to. */
function stepsOf(workflow: ReadWorkflow, seen: Set<ReadWorkflow>): readonly ReadStep[] {
  if (seen.has(workflow)) return []
  seen.add(workflow)
  const below = workflow.steps.flatMap((step) => {
    const actions = [...step.onSuccess, ...step.onFailure]
    const called = step.work.kind === 'workflow' ? [step.work.ref.workflow()] : []
    const led = actions.flatMap((action) => action.workflow?.workflow() ?? [])
    return [...called, ...led].flatMap((each) => stepsOf(each, seen))
  })
  const before = workflow.dependsOn.flatMap((each) => stepsOf(each.workflow(), seen))
  return [...before, ...workflow.steps, ...below]
}

function whyNot(step: ReadStep, permission: Permission): string | undefined {
  const { work } = step
  if (work.kind === 'workflow') return undefined
  if (work.kind === 'link') {
    // What it leads to is known when it is followed: the session looks again.
    return effectOfUnknown(work.method) === 'reads' || permission.allow !== 'reads'
      ? undefined
      : `${work.method} to a link changes something: --allow changes`
  }
  const { operation, source } = work
  if (source.simulator?.slug === 'control') return whyNotControlled(step, operation, permission)
  return whyNotCalled(step, operation, source, permission)
}

/** What a receiver of ours stands in for: callbacks go to it, and it lists them. */
const RECEIVED = new Set(['listDeliveries', 'setCallbackTarget'])

/** Why an operation of the control API cannot be stood in for. */
function whyNotControlled(
  step: ReadStep,
  { id }: SourceOperation,
  { hasReceiver }: Permission,
): string | undefined {
  if (RECEIVED.has(id ?? ''))
    return hasReceiver ? undefined : 'callbacks do not reach us: --receiver URL'
  if (id !== 'advanceClock') return `${id} needs the simulator`
  return advancedBy(step) === undefined ? 'how long it waits is not told before' : undefined
}

function whyNotCalled(
  step: ReadStep,
  operation: SourceOperation,
  { simulator, url }: Source,
  { provider, allow, baseUrl = '' }: Permission,
): string | undefined {
  if (simulator && provider !== undefined && simulator.slug !== provider)
    return `${simulator.slug} is not what the target is: ${provider}`
  if (!simulator && provider !== undefined) return `${url} is not what the target is: ${provider}`
  const version = /\/v\d[\d.]*$/.exec(baseUrl)?.[0]
  if (simulator && version !== undefined && simulator.basePath !== version)
    return `it is of ${simulator.basePath.slice(1)}, and the target is ${version.slice(1)}`
  const name = operation.id ?? `${operation.method} ${operation.path}`
  if (operation.object['x-provenance'] === 'invented')
    return `nobody says that the provider has ${name}: it is marked as invented`
  const parameter = (wanted: string) => step.parameters.find((each) => each.name === wanted)?.value
  const effect = effectOf(operation, (field) =>
    asLiteral(sentIn(step.body, field) ?? parameter(field)),
  )
  return exceeds(effect, allow) ? `${name} ${effect}: --allow ${effect}` : undefined
}

/** What a body holds under a name when it is sent, where the file tells. */
function sentIn(body: ReadStep['body'], name: string): unknown {
  const { payload, replacements = [] } = body ?? {}
  const last = replacements.findLast(({ target }) => target === `/${pointerToken(name)}`)
  if (last) return asLiteral(last.value)
  // What else is put in the place of something may be the whole of it.
  const isKept = replacements.every(({ target }) => /^\/./.test(target))
  return isKept ? literalIn(payload, name) : undefined
}

function literalIn(payload: unknown, name: string): unknown {
  if (typeof payload !== 'object' || payload === null) return undefined
  return asLiteral((payload as Readonly<Record<string, unknown>>)[name])
}

/** A value as it stands in the file; `undefined` for an expression, whose worth nobody knows yet. */
function asLiteral(value: unknown): unknown {
  return typeof value === 'string' && /^\$|\{\$/.test(value) ? undefined : value
}
