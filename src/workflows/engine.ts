// Runs a workflow step by step: calls, criteria, outputs, and what follows from success and failure.
import { defined } from '../state/defined.ts'
import { judged, outputValue } from './criteria.ts'
import type { Path } from './document.ts'
import { unmet } from './expectation.ts'
import {
  type Exchanged,
  evaluate,
  readExpression,
  resolved,
  type Scope,
  textOf,
} from './expressions.ts'
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
import type { Answer, Sender } from './send.ts'
import type { Session } from './session.ts'
import { operationAt, type Source, type SourceOperation } from './sources.ts'

/** How much one run may take: what goes round for ever is ended, and told. */
export const STEP_BUDGET = 1000
/** Seconds that retries may wait for in all: two years. */
export const WAIT_BUDGET = 2 * 366 * 86_400

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
  /** Names of the workflows around it, the outermost first. */
  readonly within: readonly string[]
  exchange: Exchanged | undefined
}

/** What one attempt at a step came to. */
interface Attempt {
  readonly failures: readonly Failure[]
  readonly exchange: ExchangeResult | undefined
  readonly outputs: Values
  /** Seconds that the answer asks to wait. */
  readonly retryAfter: number | undefined
}

/** One run of a workflow and of all that it calls. */
export class WorkflowRun {
  readonly results: StepResult[] = []
  readonly #session: Session
  readonly #sender: Sender
  readonly #ended: Record<string, { inputs: Values; outputs: Values }> = {}
  #steps = 0
  #waited = 0
  /** What the clock of the world showed in the latest answer. */
  #now: number | undefined

  constructor(session: Session, sender: Sender) {
    this.#session = session
    this.#sender = sender
  }

  /** @param inputs over the defaults of the workflow */
  async run(workflow: ReadWorkflow, inputs: Values): Promise<WorkflowEnd> {
    try {
      for (const { workflow: before } of workflow.dependsOn) {
        const earlier = before()
        if (this.#ended[earlier.id]) continue
        const end = await this.run(earlier, {})
        if (end.outcome !== 'passed')
          return { ...end, reason: `the workflow "${earlier.id}" it depends on ${end.outcome}` }
      }
      return await this.#workflow(workflow, inputs, [])
    } catch (error) {
      if (!(error instanceof BudgetSpent)) throw error
      return { outcome: 'failed', outputs: {}, reason: error.message }
    }
  }

  async #workflow(
    workflow: ReadWorkflow,
    own: Values,
    within: readonly string[],
  ): Promise<WorkflowEnd> {
    const inputs = withDefaults(workflow, own)
    const missing = (workflow.inputs.required ?? []).find((name) => inputs[name] === undefined)
    if (missing !== undefined)
      return { outcome: 'failed', outputs: {}, reason: `it needs the input "${missing}"` }

    const frame: Frame = { workflow, inputs, steps: {}, within, exchange: undefined }
    const outcome = await this.#through(frame)
    const outputs: Record<string, unknown> = {}
    for (const [name, output] of Object.entries(workflow.outputs))
      outputs[name] = await outputValue(output, this.#scope(frame))
    this.#ended[workflow.id] = { inputs, outputs }
    return { outcome, outputs }
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
      this.#spendStep(frame)
      const made = await this.#attempt(step, frame)
      const failed = made.failures.length > 0
      const action = await this.#actionAfter(failed ? step.onFailure : step.onSuccess, frame, tries)
      this.#note(step, frame, { attempt, made, action })
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

  #spendStep({ workflow }: Frame): void {
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

  #follow(action: ReadAction, frame: Frame, outcome: Outcome): Next {
    if (action.type === 'end') return { kind: 'end', outcome }
    if (action.step !== undefined) return { kind: 'step', id: action.step }
    const workflow = action.workflow?.workflow()
    if (!workflow) return { kind: 'end', outcome }
    const inputs = this.#inputs(action.parameters, frame)
    return { kind: 'workflow', workflow, inputs }
  }

  async #beforeRetry(action: ReadAction, frame: Frame, seconds: number): Promise<void> {
    this.#waited += seconds
    if (this.#waited > WAIT_BUDGET)
      throw new BudgetSpent(`retries have waited for more than ${WAIT_BUDGET / 86_400} days`)
    if (seconds > 0) await this.#session.wait(seconds)
    if (this.#now !== undefined) this.#now += seconds * 1000
    const first = frame.workflow.steps.find(({ id }) => id === action.step)
    if (first) await this.#step(first, frame)
    const workflow = action.workflow?.workflow()
    if (!workflow) return
    const within = [...frame.within, frame.workflow.id]
    await this.#workflow(workflow, this.#inputs(action.parameters, frame), within)
  }

  #inputs(parameters: readonly ReadParameter[], frame: Frame): Values {
    const values = given(parameters, this.#scope(frame))
    return Object.fromEntries(values.map(({ name, value }) => [name, value]))
  }

  async #attempt(step: ReadStep, frame: Frame): Promise<Attempt> {
    if (step.work.kind === 'workflow') return this.#called(step, step.work, frame)
    const request = await this.#request(step, step.work, frame)
    const { exchange, answer, operation } = await this.#exchange(request)
    frame.exchange = exchange
    const scope = this.#scope(frame)
    const failures = await this.#failures(step, frame, { answer, operation })
    const outputs = failures.length > 0 ? {} : await this.#outputs(step, scope)
    return {
      failures,
      exchange: this.#shown(request, answer),
      outputs,
      retryAfter: retryAfterOf(answer, this.#now),
    }
  }

  /** Runs another workflow as a step. */
  async #called(
    step: ReadStep,
    { ref }: Extract<StepWork, { readonly kind: 'workflow' }>,
    frame: Frame,
  ): Promise<Attempt> {
    const workflow = ref.workflow()
    const within = [...frame.within, frame.workflow.id]
    const end = await this.#workflow(workflow, this.#inputs(step.parameters, frame), within)
    const failures: Failure[] = []
    if (end.outcome === 'failed') {
      const why = end.reason === undefined ? '' : `: ${end.reason}`
      const message = `the workflow "${workflow.id}" failed${why}`
      failures.push({ place: placeOf(frame, step.path), expected: workflow.id, seen: [], message })
    }
    failures.push(...(await this.#unmetCriteria(step.criteria, frame)))
    const scope = { ...this.#scope(frame), outputs: end.outputs }
    const own = failures.length > 0 ? {} : await this.#outputs(step, scope)
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
    const parameters = given(step.parameters, scope)
    if (work.kind === 'operation') {
      const { operation, source } = work
      const url = this.#session.baseUrl(source) + filledPath(operation, parameters)
      const parts = {
        method: operation.method,
        url,
        parameters,
        body: step.body,
        bodyTypes: operation.bodyTypes,
      }
      return { operation, request: await this.#letIn(requestOf(parts, scope), work) }
    }
    const url = textOf(resolved(work.url, scope))
    const found = this.#operationOf(work.method, url, frame)
    const parts: RequestParts = {
      method: work.method,
      url,
      parameters,
      body: step.body,
      bodyTypes: [],
    }
    const request = requestOf(parts, scope)
    return {
      operation: found?.operation,
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

  async #exchange({ request, operation }: PlannedRequest) {
    const answer = await this.#sender.send(request)
    if ('error' in answer) return { answer, operation, exchange: exchangedOf(request, undefined) }
    const date = Date.parse(answer.headers.date ?? '')
    if (!Number.isNaN(date)) this.#now = date
    return { answer, operation, exchange: exchangedOf(request, answer) }
  }

  async #failures(
    step: ReadStep,
    frame: Frame,
    {
      answer,
      operation,
    }: { readonly answer: Answer; readonly operation: SourceOperation | undefined },
  ): Promise<Failure[]> {
    const unmetCriteria = await this.#unmetCriteria(step.criteria, frame)
    const failures = [...unmetCriteria]
    if (step.criteria.length === 0)
      failures.push(...defaultFailures(step, frame, { answer, operation }))
    if (step.expect !== undefined) failures.push(...this.#unexpected(step, frame))
    return failures
  }

  #unexpected(step: ReadStep, frame: Frame): Failure[] {
    const expected = resolved(step.expect, this.#scope(frame))
    const body = frame.exchange?.response?.body ?? null
    return unmet(expected, body).map(({ path, expected: leaf, seen }) => {
      const pointer = path.length > 0 ? `#/${path.join('/')}` : ''
      return {
        place: placeOf(frame, [...step.path, 'x-esimulator', 'expect', ...path]),
        expected: JSON.stringify(leaf),
        seen: [{ expression: `$response.body${pointer}`, value: seen }],
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
      failures.push({
        place: placeOf(frame, [...path, 'condition']),
        expected: criterion.text,
        seen: verdict.seen,
        message: `${criterion.text} does not hold: ${worth.join(', ')}${note}`,
      })
    }
    return failures
  }

  async #outputs(step: ReadStep, scope: Scope): Promise<Values> {
    const outputs: Record<string, unknown> = {}
    for (const [name, output] of Object.entries(step.outputs))
      outputs[name] = await outputValue(output, scope)
    for (const [name, { from, match }] of Object.entries(step.capture)) {
      const found = new RegExp(match, 'u').exec(textOf(evaluate(readExpression(from), scope)))
      outputs[name] = found?.[1] ?? found?.[0] ?? null
    }
    return outputs
  }

  #scope({ workflow, inputs, steps, exchange }: Frame): Scope {
    const { sources, components } = workflow.program
    const urls = [...sources].map(([name, source]) => [name, source.url])
    return {
      inputs,
      outputs: {},
      steps,
      workflows: this.#ended,
      sources: Object.fromEntries(urls),
      components,
      exchange,
    }
  }

  #note(
    step: ReadStep,
    frame: Frame,
    { attempt, made, action }: { attempt: number; made: Attempt; action: ReadAction | undefined },
  ): void {
    this.results.push(
      defined({
        step: step.id,
        within: [...frame.within, frame.workflow.id],
        outcome: made.failures.length > 0 ? ('failed' as const) : ('passed' as const),
        place: placeOf(frame, [...step.path, 'stepId']),
        attempt,
        action: action && actionText(action, made.retryAfter),
        exchange: made.exchange,
        failures: made.failures,
        clock: this.#now === undefined ? undefined : new Date(this.#now).toISOString(),
      }),
    )
  }

  #shown({ request, operation }: PlannedRequest, answer: Answer): ExchangeResult {
    const strike = (text: string) => this.#session.struck(text)
    const all = (headers: Readonly<Record<string, string>>) =>
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, strike(value)]))
    const asked = defined({
      operation: operation && (operation.id ?? `${operation.method} ${operation.path}`),
      method: request.method,
      url: strike(request.url),
      requestHeaders: all(request.headers),
      requestBody: request.body === undefined ? undefined : strike(request.body),
    })
    if ('error' in answer) return { ...asked, error: strike(answer.error) }
    return {
      ...asked,
      status: answer.status,
      replyHeaders: all(answer.headers),
      replyBody: strike(answer.body.toString('utf8')),
    }
  }
}

/** A request, and the operation it calls where one is known. */
interface PlannedRequest {
  readonly request: StepRequest
  readonly operation: SourceOperation | undefined
}

function withCredentials(
  request: StepRequest,
  credentials: Readonly<Record<string, string>>,
): StepRequest {
  // What a step says itself goes before.
  const headers = { ...credentials, ...request.headers }
  return { ...request, headers, seen: { ...request.seen, headers } }
}

function withDefaults({ inputs }: ReadWorkflow, own: Values): Values {
  const values: Record<string, unknown> = {}
  for (const [name, { default: fallback }] of Object.entries(inputs.properties ?? {}))
    if (fallback !== undefined) values[name] = fallback
  return { ...values, ...own }
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

/** What is demanded of an answer where a step demands nothing: 2xx, and documented. */
function defaultFailures(
  step: ReadStep,
  frame: Frame,
  {
    answer,
    operation,
  }: { readonly answer: Answer; readonly operation: SourceOperation | undefined },
): Failure[] {
  const place = placeOf(frame, [...step.path, 'stepId'])
  const failure = (expected: string, message: string, value: unknown): Failure => ({
    place,
    expected,
    seen: [{ expression: '$statusCode', value }],
    message,
  })
  if ('error' in answer) return [failure('an answer', `there was no answer: ${answer.error}`, null)]
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
