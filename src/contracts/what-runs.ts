// What of a file is run against a real endpoint, and what is skipped and why: told from the file alone, before anything is sent.
import { addDuration, durationProblem, isoDuration } from '../state/duration.ts'
import { type Effect, effectOf, effectOfUnknown, exceeds } from '../workflows/effect.ts'
import type { ReadStep, ReadWorkflow } from '../workflows/program.ts'
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

/** Why a workflow is not run; `undefined` where it is. Workflows that it calls count as its own. */
export function whySkipped(workflow: ReadWorkflow, permission: Permission): string | undefined {
  const { given, startsAt } = workflow.extension
  const steps = stepsOf(workflow, new Set())
  // What only reads can do so whatever is there.
  if (given !== undefined && !steps.every(onlyReads))
    return `it starts from the state "${given}" of the simulator`
  if (startsAt !== undefined) return `its clock starts at ${startsAt}: only the simulator's does`
  const waits = { ms: 0 }
  for (const step of steps) {
    const reason = whyNot(step, permission, waits)
    if (reason !== undefined) return `${step.id}: ${reason}`
  }
  return waits.ms > permission.maxWait ? tooLong(waits.ms, permission) : undefined
}

function onlyReads({ work }: ReadStep): boolean {
  if (work.kind === 'workflow') return true
  if (work.kind === 'link') return effectOfUnknown(work.method) === 'reads'
  return effectOf(work.operation, () => undefined) === 'reads'
}

function tooLong(ms: number, { maxWait }: Permission): string {
  const would = `it would take ${isoDuration(ms)} by the wall clock`
  return `${would}, and --max-wait allows ${isoDuration(maxWait)}`
}

/** The steps of a workflow and of all that it leads to. */
function stepsOf(workflow: ReadWorkflow, seen: Set<string>): readonly ReadStep[] {
  const key = `${workflow.program.document.file}#${workflow.id}`
  if (seen.has(key)) return []
  seen.add(key)
  const below = workflow.steps.flatMap((step) => {
    const actions = [...step.onSuccess, ...step.onFailure]
    const called = step.work.kind === 'workflow' ? [step.work.ref.workflow()] : []
    const led = actions.flatMap((action) => action.workflow?.workflow() ?? [])
    return [...called, ...led].flatMap((each) => stepsOf(each, seen))
  })
  const before = workflow.dependsOn.flatMap((each) => stepsOf(each.workflow(), seen))
  return [...before, ...workflow.steps, ...below]
}

function whyNot(step: ReadStep, permission: Permission, waits: { ms: number }): string | undefined {
  const { work } = step
  if (work.kind === 'workflow') return undefined
  if (work.kind === 'link') {
    // What it leads to is known when it is followed: the session looks again.
    return effectOfUnknown(work.method) === 'reads' || permission.allow !== 'reads'
      ? undefined
      : `${work.method} to a link changes something: --allow changes`
  }
  const { operation, source } = work
  if (source.simulator?.slug === 'control')
    return whyNotControlled(step, operation, permission, waits)
  return whyNotCalled(step, operation, source, permission)
}

/** What a receiver of ours stands in for: callbacks go to it, and it lists them. */
const RECEIVED = new Set(['listDeliveries', 'setCallbackTarget'])

/** Why an operation of the control API cannot be stood in for. */
function whyNotControlled(
  step: ReadStep,
  { id }: SourceOperation,
  permission: Permission,
  waits: { ms: number },
): string | undefined {
  if (RECEIVED.has(id ?? ''))
    return permission.hasReceiver ? undefined : 'callbacks do not reach us: --receiver URL'
  if (id !== 'advanceClock') return `${id} needs the simulator`
  const by = literalIn(step.body?.payload, 'by')
  if (typeof by !== 'string' || durationProblem(by) !== undefined)
    return 'how long it waits is not told before'
  waits.ms += addDuration(0, by)
  return waits.ms > permission.maxWait ? tooLong(waits.ms, permission) : undefined
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
    asLiteral(literalIn(step.body?.payload, field) ?? parameter(field)),
  )
  return exceeds(effect, allow) ? `${name} ${effect}: --allow ${effect}` : undefined
}

function literalIn(payload: unknown, name: string): unknown {
  if (typeof payload !== 'object' || payload === null) return undefined
  return asLiteral((payload as Readonly<Record<string, unknown>>)[name])
}

/** A value as it stands in the file; `undefined` for an expression, whose worth nobody knows yet. */
function asLiteral(value: unknown): unknown {
  return typeof value === 'string' && /^\$|\{\$/.test(value) ? undefined : value
}
