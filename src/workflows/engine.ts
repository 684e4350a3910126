// Runs a workflow step by step: calls, criteria, outputs, and what follows from success and failure.
import { wallNow } from '../server/ticker.ts'
import { defined } from '../state/defined.ts'
import { reasonOf } from '../state/reason.ts'
import { STEP_BUDGET, WAIT_BUDGET } from './budget.ts'
import { judged, worked } from './criteria.ts'
import type { Path } from './document.ts'
import { exchangeResult, type PlannedRequest, secretsShown } from './exchange-result.ts'
import { unmet } from './expectation.ts'
import {
  type Exchanged,
  evaluate,
  readExpression,
  resolved,
  type Scope,
  textOf,
} from './expressions.ts'
import { KeptBodies, keptValue } from './kept.ts'
import type {
  PlacedCriterion,
  ReadAction,
  ReadParameter,
  ReadStep,
  ReadWorkflow,
  StepWork,
} from './program.ts'
import {
  filledPath,
  given,
  type RequestParts,
  requestOf,
  type StepRequest,
  seenBody,
} from './request.ts'
import type { ExchangeResult, Failure, Outcome, StepResult } from './result.ts'
import type { SeenExchange } from './seen-exchange.ts'
import type { Answer, Sender } from './send.ts'
import type { Call, Session } from './session.ts'
import { operationAt, type Source, type SourceOperation } from './sources.ts'

type Values = Readonly<Record<string, unknown>>

/** What a workflow came to. */
export interface WorkflowEnd {
  readonly outcome: Outcome
  readonly outputs: Values
  readonly reason?: string
}

/** Why a run ended before its workflow did. */
class BudgetSpent extends Error {}

/** What follows a step. */
type Next =
  | { readonly kind: 'next' }
  | { readonly kind: 'step'; readonly id: string }
  | { readonly kind: 'workflow'; readonly workflow: ReadWorkflow; readonly inputs: Values }
  | { readonly kind: 'end'; readonly outcome: Outcome }

/** A workflow under way. */
interface Frame {
  readonly workflow: ReadWorkflow
  readonly inputs: Values
  readonly steps: Record<string, Values>
  /** Ids of the steps that were made, whatever they came to. */
  readonly made: Set<string>
  /** Names of the workflows around it, the outermost first. */
  readonly within: readonly string[]
  /** The latest one; after a step that ran a workflow, the latest of that. */
  exchange: Exchanged | undefined
  /** Outputs of the workflow that the step at hand has run. */
  outputs: Values
}

/** What one attempt at a step came to. */
interface Attempt {
  readonly failures: readonly Failure[]
  readonly exchange: ExchangeResult | undefined
  readonly outputs: Values
  /** Seconds that the answer asks to wait. */
  readonly retryAfter: number | undefined
}

/** A step that is about to be made, or to be tried again. */
export interface ComingStep {
  /** From 0 on, in the order in which steps of the run begin. */
  readonly number: number
  readonly id: string
  readonly description: string | undefined
  /** Ids of the workflows it stands in, the outermost first. */
  readonly within: readonly string[]
  /** From 1 on. */
  readonly attempt: number
}

/** Who looks on while a run is made. */
export interface RunWatch {
  /** Breaks it off before its next step. */
  readonly stop?: AbortSignal | undefined
  /** Waited for before each step is made: for as long as that takes nothing is sent. */
  readonly beforeStep?: ((step: ComingStep) => Promise<void>) | undefined
  /** Told of each step that was made, in the order of the results, and what it came to. */
  readonly afterStep?: ((step: ComingStep, outcome: Outcome) => void) | undefined
}

/** One run of a workflow and of all that it calls. */
export class WorkflowRun {
  /** With the secrets in them. */
  readonly results: StepResult[] = []
  /** The calls of documented operations that were answered. */
  readonly exchanges: SeenExchange[] = []
  /** What the exchanges showed to be secrets. */
  readonly secrets = new Set<string>()
  readonly #session: Session
  readonly #sender: Sender
  /** What workflows were given and came to, those under way included. */
  readonly #known = new Map<ReadWorkflow, { inputs: Values; outputs: Values }>()
  /** Workflows that were run through, and what they came to. */
  readonly #ended = new Map<ReadWorkflow, Outcome>()
  readonly #kept = new KeptBodies()
  readonly #watch: RunWatch
  #steps = 0
  #waited = 0
  /** What the clock of the world showed in the latest answer. */
  #now: number | undefined

  constructor(session: Session, sender: Sender, watch: RunWatch = {}) {
    this.#session = session
    this.#sender = sender
    this.#watch = watch
  }

  /** @param inputs over the defaults of the workflow */
  async run(workflow: ReadWorkflow, inputs: Values): Promise<WorkflowEnd> {
    try {
      const { outcome, outputs, reason } = await this.#workflow(workflow, inputs, [])
      // What was broken off has failed by that, whatever it looks like.
      if (outcome === 'failed') this.#watch.stop?.throwIfAborted()
      return defined({ outcome, outputs, reason })
    } catch (error) {
      if (!(error instanceof BudgetSpent)) throw error
      return { outcome: 'failed', outputs: {}, reason: error.message }
    }
  }

  async #workflow(
    workflow: ReadWorkflow,
    own: Values,
    within: readonly string[],
  ): Promise<WorkflowEnd & { readonly exchange?: Exchanged | undefined }> {
    const { values: inputs, problems } = workflow.inputs.complete(own)
    if (problems.length > 0) return { outcome: 'failed', outputs: {}, reason: problems.join('; ') }
    this.#known.set(workflow, { inputs, outputs: {} })
    const reason = await this.#before(workflow, inputs, within)
    if (reason !== undefined) return { outcome: 'failed', outputs: {}, reason }

    const made = new Set<string>()
    const frame: Frame = {
      workflow,
      inputs,
      steps: {},
      made,
      within,
      exchange: undefined,
      outputs: {},
    }
    const outcome = await this.#through(frame)
    const outputs: Record<string, unknown> = {}
    for (const [name, output] of Object.entries(workflow.outputs))
      outputs[name] = await worked(output, { ...this.#scope(frame), outputs })
    this.#known.set(workflow, { inputs, outputs })
    this.#ended.set(workflow, outcome)
    return { outcome, outputs, exchange: frame.exchange }
  }

  /** Runs what a workflow depends on, once in a run. Returns why it cannot be run then. */
  async #before(
    { dependsOn }: ReadWorkflow,
    inputs: Values,
    within: readonly string[],
  ): Promise<string | undefined> {
    for (const { workflow } of dependsOn) {
      const earlier = workflow()
      // It takes those inputs of the same names that it knows.
      const known = Object.entries(inputs).filter(([name]) => earlier.inputs.properties.has(name))
      const outcome =
        this.#ended.get(earlier) ??
        (await this.#workflow(earlier, Object.fromEntries(known), within)).outcome
      if (outcome !== 'passed') return `the workflow "${earlier.id}" it depends on ${outcome}`
    }
    return undefined
  }

  async #through(frame: Frame): Promise<Outcome> {
    const { steps } = frame.workflow
    let at = 0
    while (at < steps.length) {
      const step = steps[at] as ReadStep
      const next = await this.#step(step, frame)
      if (next.kind === 'end') return next.outcome
      if (next.kind === 'workflow') {
        const { workflow, inputs } = next
        return (await this.#workflow(workflow, inputs, [...frame.within, frame.workflow.id]))
          .outcome
      }
      at = next.kind === 'step' ? steps.findIndex(({ id }) => id === next.id) : at + 1
    }
    return 'passed'
  }

  /** Makes a step, again where that is asked for, and tells what follows. */
  async #step(step: ReadStep, frame: Frame): Promise<Next> {
    const tries = new Map<ReadAction, number>()
    for (let attempt = 1; ; attempt += 1) {
      const coming = await this.#coming(step, frame, attempt)
      const began = wallNow()
      const made = await this.#attempt(step, frame, attempt)
      const duration = Math.round(wallNow() - began)
      frame.made.add(step.id)
      const failed = made.failures.length > 0
      const asked = failed ? step.onFailure : step.onSuccess
      // What is made before another attempt is not made before itself.
      const actions = asked.filter(({ type, step: first }) => type !== 'retry' || first !== step.id)
      const action = await this.#actionAfter(actions, frame, tries)
      this.#note(step, frame, { attempt, made, action, duration })
      this.#watch.afterStep?.(coming, failed ? 'failed' : 'passed')
      if (!failed) {
        frame.steps[step.id] = made.outputs
        return action ? this.#follow(action, frame, 'passed') : { kind: 'next' }
      }
      if (!action) return { kind: 'end', outcome: 'failed' }
      if (action.type !== 'retry') return this.#follow(action, frame, 'failed')
      tries.set(action, (tries.get(action) ?? 0) + 1)
      await this.#beforeRetry(action, frame, made.retryAfter ?? action.retryAfter)
    }
  }

  /** A step about to be made, once who looks on lets it. */
  async #coming(step: ReadStep, frame: Frame, attempt: number): Promise<ComingStep> {
    this.#spendStep(frame)
    const { id, description } = step
    const within = [...frame.within, frame.workflow.id]
    const coming = { number: this.#steps - 1, id, description, within, attempt }
    await this.#watch.beforeStep?.(coming)
    this.#watch.stop?.throwIfAborted()
    return coming
  }

  #spendStep({ workflow }: Frame): void {
    this.#watch.stop?.throwIfAborted()
    this.#steps += 1
    if (this.#steps > STEP_BUDGET)
      throw new BudgetSpent(`${STEP_BUDGET} steps were made and "${workflow.id}" has not ended`)
  }

  /** The first action that is asked for, and, where it is a retry, not used up. */
  async #actionAfter(
    actions: readonly ReadAction[],
    frame: Frame,
    tries: ReadonlyMap<ReadAction, number>,
  ): Promise<ReadAction | undefined> {
    for (const action of actions) {
      if (action.type === 'retry' && (tries.get(action) ?? 0) >= action.retryLimit) continue
      const failures = await this.#unmetCriteria(action.criteria, frame)
      if (failures.length === 0) return action
    }
    return undefined
  }

  async #follow(action: ReadAction, frame: Frame, outcome: Outcome): Promise<Next> {
    if (action.type === 'end') return { kind: 'end', outcome }
    if (action.step !== undefined) return { kind: 'step', id: action.step }
    const workflow = action.workflow?.workflow()
    if (!workflow) return { kind: 'end', outcome }
    const inputs = await this.#inputs(action.parameters, frame)
    return { kind: 'workflow', workflow, inputs }
  }

  async #beforeRetry(action: ReadAction, frame: Frame, seconds: number): Promise<void> {
    this.#waited += seconds
    if (this.#waited > WAIT_BUDGET)
      throw new BudgetSpent(`retries have waited for more than ${WAIT_BUDGET / 86_400} days`)
    if (seconds > 0) await this.#session.wait(seconds, this.#watch.stop)
    if (this.#now !== undefined) this.#now += seconds * 1000
    const first = frame.workflow.steps.find(({ id }) => id === action.step)
    if (first) await this.#step(first, frame)
    const workflow = action.workflow?.workflow()
    if (!workflow) return
    const within = [...frame.within, frame.workflow.id]
    await this.#workflow(workflow, await this.#inputs(action.parameters, frame), within)
  }

  async #inputs(parameters: readonly ReadParameter[], frame: Frame): Promise<Values> {
    const values = await given(parameters, this.#scope(frame))
    return Object.fromEntries(values.map(({ name, value }) => [name, value]))
  }

  async #attempt(step: ReadStep, frame: Frame, attempt: number): Promise<Attempt> {
    const missing = step.dependsOn.find((id) => !frame.made.has(id))
    if (missing !== undefined)
      return this.#unmade(step, frame, `it depends on step "${missing}", which was not made`)
    if (step.work.kind === 'workflow') return this.#called(step, step.work, frame)
    frame.outputs = {}
    const planned = await this.#request(step, step.work, frame).catch((error: unknown) => {
      if (error instanceof BudgetSpent) throw error
      return reasonOf(error)
    })
    if (typeof planned === 'string') {
      frame.exchange = undefined
      return this.#unmade(step, frame, `it cannot be sent: ${planned}`)
    }
    const call = callOf(planned, step, frame, attempt)
    const { exchange, answer, operation } = await this.#exchange(call, step.timeout)
    for (const secret of secretsShown(planned, answer)) this.secrets.add(secret)
    frame.exchange = exchange
    const failures = await this.#failures(step, frame, { answer, operation })
    this.#see(planned, answer, failures.length === 0)
    await this.#session.answered?.(call, answer)
    const outputs = failures.length > 0 ? {} : await this.#outputs(step, frame)
    return {
      failures,
      exchange: exchangeResult(planned, answer, this.#kept),
      outputs,
      retryAfter: retryAfterOf(answer, this.#now),
    }
  }

  /** A step that could not be made at all. */
  #unmade(step: ReadStep, frame: Frame, message: string): Attempt {
    const place = placeOf(frame, [...step.path, 'stepId'])
    const failure = { place, expected: 'a request', seen: [], message }
    return { failures: [failure], exchange: undefined, outputs: {}, retryAfter: undefined }
  }

  /** Runs another workflow as a step. */
  async #called(
    step: ReadStep,
    { ref }: Extract<StepWork, { readonly kind: 'workflow' }>,
    frame: Frame,
  ): Promise<Attempt> {
    const workflow = ref.workflow()
    const within = [...frame.within, frame.workflow.id]
    const known = step.parameters.filter(
      ({ name, isShared }) => !isShared || workflow.inputs.properties.has(name),
    )
    const end = await this.#workflow(workflow, await this.#inputs(known, frame), within)
    frame.exchange = end.exchange
    frame.outputs = end.outputs
    const failures: Failure[] = []
    if (end.outcome === 'failed') {
      const why = end.reason === undefined ? '' : `: ${end.reason}`
      const message = `the workflow "${workflow.id}" failed${why}`
      failures.push({ place: placeOf(frame, step.path), expected: workflow.id, seen: [], message })
    }
    failures.push(...(await this.#unmetCriteria(step.criteria, frame)))
    const own = failures.length > 0 ? {} : await this.#outputs(step, frame)
    return {
      failures,
      exchange: undefined,
      outputs: { ...end.outputs, ...own },
      retryAfter: undefined,
    }
  }

  async #request(
    step: ReadStep,
    work: Exclude<StepWork, { readonly kind: 'workflow' }>,
    frame: Frame,
  ): Promise<PlannedRequest> {
    const scope = this.#scope(frame)
    const parameters = await given(step.parameters, scope)
    if (work.kind === 'operation') {
      const { operation, source } = work
      const url = this.#session.baseUrl(source) + filledPath(operation, parameters)
      const parts = {
        method: operation.method,
        url,
        parameters,
        body: step.body,
        bodyTypes: operation.bodyTypes,
        known: operation.parameters,
      }
      const request = await this.#letIn(await requestOf(parts, scope), work)
      return { operation, source, request }
    }
    const url = textOf(resolved(work.url, scope))
    if (!/^https?:\/\//.test(url))
      throw new Error(`x-operation needs an absolute URL, and "${url}" is none`)
    const found = this.#operationOf(work.method, url, frame)
    const parts: RequestParts = {
      method: work.method,
      url,
      parameters,
      body: step.body,
      bodyTypes: found?.operation.bodyTypes ?? [],
      known: found?.operation.parameters ?? [],
    }
    const request = await requestOf(parts, scope)
    return {
      operation: found?.operation,
      source: found?.source,
      request: found ? await this.#letIn(request, found) : request,
    }
  }

  /** The request with the credentials of its operation; one that has an Authorization of its own needs none. */
  async #letIn(
    request: StepRequest,
    { operation, source }: { readonly operation: SourceOperation; readonly source: Source },
  ): Promise<StepRequest> {
    if (request.headers.authorization !== undefined) return request
    const credentials = await this.#session.credentials(operation, source, this.#now)
    return withCredentials(request, credentials)
  }

  /** The operation that a link leads to: it is checked as any other. */
  #operationOf(method: string, url: string, { workflow }: Frame) {
    for (const source of workflow.program.sources.values()) {
      const base = this.#session.baseUrl(source)
      if (!url.startsWith(`${base}/`)) continue
      const path = url.slice(base.length).split(/[?#]/, 1)[0] ?? ''
      const operation = operationAt(source, method, path)
      if (operation) return { operation, source }
    }
    return undefined
  }

  /** @param timeout wall ms that the answer may take, where the step says so */
  async #exchange(call: StepCall, timeout: number | undefined) {
    const { request, operation, source } = call
    const answer = await this.#answer(call, timeout)
    if ('error' in answer) return { answer, operation, exchange: exchangedOf(request, undefined) }
    // Beside a world, an application goes by a clock of its own.
    const isElsewhere = source && !source.simulator && this.#session.world !== undefined
    const date = isElsewhere ? Number.NaN : Date.parse(answer.headers.date ?? '')
    if (!Number.isNaN(date)) this.#now = date
    return { answer, operation, exchange: exchangedOf(request, answer) }
  }

  /** Notes a call of a documented operation that was answered, and not by what stands in for it. */
  #see({ request, operation, source }: PlannedRequest, reply: Answer, isExpected: boolean): void {
    if (!operation || !source || 'error' in reply || reply.isStoodIn) return
    const { method, url, headers, body } = request
    const about = { attempt: this.results.length, isExpected, reply }
    this.exchanges.push({ operation, source, request: { method, url, headers, body }, ...about })
  }

  async #answer(call: StepCall, timeout: number | undefined): Promise<Answer> {
    const stoodIn = await this.#session.standIn?.(call)
    if (stoodIn) return stoodIn
    const { request, operation } = call
    const forbidden = this.#session.forbids?.(request, operation)
    if (forbidden !== undefined) return { error: `it is not sent: ${forbidden}` }
    await this.#session.pace?.()
    return await this.#sender.send(request, timeout)
  }

  async #failures(
    step: ReadStep,
    frame: Frame,
    {
      answer,
      operation,
    }: { readonly answer: Answer; readonly operation: SourceOperation | undefined },
  ): Promise<Failure[]> {
    if ('error' in answer && answer.isUnknown) return [unanswered(step, frame, answer.error)]
    const unmetCriteria = await this.#unmetCriteria(step.criteria, frame)
    const failures = [...unmetCriteria]
    if (step.criteria.length === 0)
      failures.push(...defaultFailures(step, frame, { answer, operation }))
    if (step.expect !== undefined) failures.push(...this.#unexpected(step, frame))
    const note = 'note' in answer ? answer.note : undefined
    if (note === undefined) return failures
    return failures.map((each) => ({ ...each, message: `${each.message} (${note})` }))
  }

  #unexpected(step: ReadStep, frame: Frame): Failure[] {
    const expected = resolved(step.expect, this.#scope(frame))
    const body = frame.exchange?.response?.body ?? null
    return unmet(expected, body).map(({ path, expected: leaf, seen }) => {
      const pointer = path.length > 0 ? `#/${path.join('/')}` : ''
      return {
        place: placeOf(frame, [...step.path, 'x-esimulator', 'expect', ...path]),
        expected: JSON.stringify(leaf),
        expectedValue: keptValue(leaf),
        seen: [{ expression: `$response.body${pointer}`, value: keptValue(seen) }],
        message: `$response.body${pointer} is ${shown(seen)}, expected ${shown(leaf)}`,
      }
    })
  }

  async #unmetCriteria(criteria: readonly PlacedCriterion[], frame: Frame): Promise<Failure[]> {
    const failures: Failure[] = []
    const scope = this.#scope(frame)
    for (const { criterion, path } of criteria) {
      const verdict = await judged(criterion, scope)
      if (verdict.holds) continue
      const worth = verdict.seen.map(({ expression, value }) => `${expression} is ${shown(value)}`)
      const note = verdict.note === undefined ? '' : ` (${verdict.note})`
      const seen = verdict.seen.map(({ expression, value }) => ({
        expression,
        value: keptValue(value),
      }))
      failures.push(
        defined({
          place: placeOf(frame, [...path, 'condition']),
          expected: criterion.text,
          expectedValue: keptValue(verdict.expectedValue),
          seen,
          message: `${criterion.text} does not hold: ${worth.join(', ')}${note}`,
        }),
      )
    }
    return failures
  }

  async #outputs(step: ReadStep, frame: Frame): Promise<Values> {
    const scope = this.#scope(frame)
    const outputs: Record<string, unknown> = {}
    for (const [name, output] of Object.entries(step.outputs))
      outputs[name] = await worked(output, scope)
    for (const [name, { from, match }] of Object.entries(step.capture)) {
      const found = new RegExp(match, 'u').exec(textOf(evaluate(readExpression(from), scope)))
      outputs[name] = found?.[1] ?? found?.[0] ?? null
    }
    return outputs
  }

  #scope({ workflow, inputs, steps, exchange, outputs }: Frame): Scope {
    const { descriptions, components, self, workflows } = workflow.program
    const known = [...workflows].flatMap(([id, each]) => {
      const values = this.#known.get(each)
      return values ? [[id, values] as const] : []
    })
    return {
      inputs,
      outputs,
      steps,
      workflows: Object.fromEntries(known),
      sources: descriptions,
      components,
      self,
      exchange,
    }
  }

  #note(step: ReadStep, frame: Frame, { attempt, made, action, duration }: Noted): void {
    this.results.push(
      defined({
        step: step.id,
        description: step.description,
        within: [...frame.within, frame.workflow.id],
        outcome: made.failures.length > 0 ? ('failed' as const) : ('passed' as const),
        place: placeOf(frame, [...step.path, 'stepId']),
        attempt,
        duration,
        action: action && actionText(action, made.retryAfter),
        exchange: made.exchange,
        failures: made.failures,
        clock: this.#now === undefined ? undefined : new Date(this.#now).toISOString(),
      }),
    )
  }
}

/** An attempt, as it is noted. */
interface Noted {
  readonly attempt: number
  readonly made: Attempt
  readonly action: ReadAction | undefined
  /** Wall ms. */
  readonly duration: number
}

/** A call with the request as the step made it. */
interface StepCall extends Call {
  readonly request: StepRequest
}

function callOf(
  { operation, source, request }: PlannedRequest,
  { id }: ReadStep,
  { within, workflow }: Frame,
  attempt: number,
): StepCall {
  const step = { id, within: [...within, workflow.id], attempt }
  return { operation, source, request, step }
}

function withCredentials(
  request: StepRequest,
  credentials: Readonly<Record<string, string>>,
): StepRequest {
  // What a step says itself goes before.
  const headers = { ...credentials, ...request.headers }
  return { ...request, headers, seen: { ...request.seen, headers } }
}

function placeOf({ workflow }: Frame, path: Path) {
  return workflow.program.document.place(path)
}

function exchangedOf(
  request: StepRequest,
  answer: Exclude<Answer, { error: string }> | undefined,
): Exchanged {
  const { url, method, seen } = request
  if (!answer) return { url, method, status: null, request: seen, response: null }
  const { status, headers, body } = answer
  const response = { headers, body: seenBody(body.toString('utf8'), headers['content-type']) }
  return { url, method, status, request: seen, response }
}

function unanswered({ path }: ReadStep, frame: Frame, message: string): Failure {
  const place = placeOf(frame, [...path, 'stepId'])
  const seen = [{ expression: '$statusCode', value: null }]
  return { place, expected: 'an answer', seen, message }
}

/** What is demanded of an answer where a step demands nothing: 2xx, and documented. */
function defaultFailures(
  step: ReadStep,
  frame: Frame,
  {
    answer,
    operation,
  }: { readonly answer: Answer; readonly operation: SourceOperation | undefined },
): Failure[] {
  if ('error' in answer) return [unanswered(step, frame, `there was no answer: ${answer.error}`)]
  const place = placeOf(frame, [...step.path, 'stepId'])
  const failure = (expected: string, message: string, value: unknown): Failure => ({
    place,
    expected,
    seen: [{ expression: '$statusCode', value }],
    message,
  })
  const { status } = answer
  if (status < 200 || status > 299)
    return [failure('2xx', `the answer is ${status}, expected 2xx`, status)]
  const isDocumented =
    !operation ||
    operation.statuses.some(
      (each) => each === String(status) || each === 'default' || /^2XX$/i.test(each),
    )
  return isDocumented
    ? []
    : [failure('a documented status', `the status ${status} is not documented`, status)]
}

/** Seconds that an answer asks to wait (RFC 9110 10.2.3). */
function retryAfterOf(answer: Answer, now: number | undefined): number | undefined {
  const text = 'error' in answer ? undefined : answer.headers['retry-after']
  if (text === undefined) return undefined
  if (/^\d+$/.test(text)) return Number(text)
  const at = Date.parse(text)
  return Number.isNaN(at) || now === undefined ? undefined : Math.max(0, (at - now) / 1000)
}

function actionText(
  { name, type, step, workflow, retryAfter }: ReadAction,
  after?: number,
): string {
  if (type === 'end') return `${name}: end`
  const to = step ?? workflow?.id
  if (type === 'goto') return `${name}: go to ${to}`
  return `${name}: retry after ${after ?? retryAfter} s${to === undefined ? '' : `, with ${to} before`}`
}

const LONGEST = 200

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null'
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text
}
