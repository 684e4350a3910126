// One side of a comparison: what each case came to there, call by call.
import { defined } from '../../state/defined.ts'
import type { CaseResult, ExchangeResult, RunResult, StepResult } from '../../workflows/result.ts'
import type { PlannedCase } from '../../workflows/runner.ts'
import type { Answer, SentRequest } from '../../workflows/send.ts'
import type { Source, SourceOperation } from '../../workflows/sources.ts'
import type { RecordedCase, RecordedExchange } from '../recording.ts'

export interface Side {
  /** `sim`, a URL or a file. */
  readonly name: string
  /** True for the simulator. */
  readonly isOurs: boolean
  readonly cases: readonly SideCase[]
}

export interface SideCase {
  readonly planned: PlannedCase
  /** As it is told: without its secrets. */
  readonly result: CaseResult
  readonly calls: readonly SideCall[]
  /** What is to be struck out of what is told of it. */
  readonly secrets: readonly string[]
}

/** An attempt at a step that called an operation of a provider. */
export interface SideCall {
  readonly step: StepResult
  readonly operation: SourceOperation | undefined
  readonly source: Source | undefined
  readonly request: SentRequest
  readonly answer: Answer
  /** Why its body cannot be compared; absent where it can. */
  readonly leaves?: string
}

/** A side that was run. */
export function sideOfRun(
  side: Pick<Side, 'name' | 'isOurs'>,
  planned: readonly PlannedCase[],
  { result, recorded }: { readonly result: RunResult; readonly recorded: readonly RecordedCase[] },
): Side {
  const byTitle = new Map(recorded.map((each) => [each.title, each]))
  const cases = planned.flatMap((each, at) => {
    const told = result.cases[at]
    if (!told) return []
    const own = byTitle.get(each.title)
    const calls = callsOf(each, told, own?.exchanges ?? [])
    return [{ planned: each, result: told, calls, secrets: own?.secrets ?? [] }]
  })
  return { ...side, cases }
}

function callsOf(
  planned: PlannedCase,
  { steps }: CaseResult,
  exchanges: readonly RecordedExchange[],
): SideCall[] {
  const left = [...exchanges]
  return steps.flatMap((step) => {
    const at = left.findIndex(({ step: { id, within, attempt } }) => {
      const isOwn = id === step.step && attempt === step.attempt
      return isOwn && within.join('/') === step.within.join('/')
    })
    const found = at < 0 ? undefined : left.splice(at, 1)[0]
    if (!found || found.source === 'control' || isStoodIn(found.answer)) return []
    const { request, answer } = found
    return [{ step, ...documented(planned, found), request, answer }]
  })
}

const isStoodIn = (answer: Answer) => 'isStoodIn' in answer

/** The operation that a call is of, as the document of its case has it. */
function documented(
  { program }: PlannedCase,
  { source: name, operation: wanted }: Pick<RecordedExchange, 'source' | 'operation'>,
): Pick<SideCall, 'operation' | 'source'> {
  for (const source of program.sources.values()) {
    if (name !== undefined && (source.simulator?.slug ?? source.url) !== name) continue
    const operation = source.operations.find(
      ({ id, method, path }) => wanted === `${method} ${path}` || wanted === id,
    )
    if (operation && wanted !== undefined) return { operation, source }
  }
  return { operation: undefined, source: undefined }
}

/** A side that was run before: its report as JSON. */
export function sideOfReport(
  name: string,
  planned: readonly PlannedCase[],
  report: RunResult,
): Side {
  const cases = planned.flatMap((each) => {
    const result = report.cases.find((one) => isOf(each, one))
    return result
      ? [{ planned: each, result, calls: reportedCalls(each, result), secrets: [] }]
      : []
  })
  const isOurs = cases.some(({ result }) => result.world !== undefined)
  return { name, isOurs, cases }
}

/** Whether a result is of a case: files may lie in another folder than when it was run. */
function isOf({ program, workflow, name }: PlannedCase, result: CaseResult): boolean {
  const file = baseName(program.document.file)
  return file === baseName(result.file) && workflow.id === result.workflow && name === result.case
}

const baseName = (file: string) => file.split(/[\\/]/).at(-1)

function reportedCalls(planned: PlannedCase, { steps }: CaseResult): SideCall[] {
  return steps.flatMap((step) => {
    const { exchange } = step
    if (!exchange) return []
    const found = documented(planned, defined({ operation: exchange.operation, source: undefined }))
    if (found.source?.simulator?.slug === 'control') return []
    const { method, url, requestHeaders: headers, requestBody: body } = exchange
    const call = {
      step,
      ...found,
      request: { method, url, headers, body },
      answer: answerOf(exchange),
    }
    const leaves = cut(exchange)
    return [leaves === undefined ? call : { ...call, leaves }]
  })
}

function answerOf({ status, replyHeaders = {}, replyBody = '', error }: ExchangeResult): Answer {
  if (status === undefined) return { error: error ?? 'no answer came' }
  return { status, headers: replyHeaders, body: Buffer.from(replyBody) }
}

/** Reports keep the beginning of long bodies, and none that is no text. */
function cut({ replyBody, replySize = 0 }: ExchangeResult): string | undefined {
  if (replyBody === undefined && replySize > 0) return 'the report has no body that is no text'
  return /\.\.\. \[cut: \d+ characters in all\]$/.test(replyBody ?? '')
    ? 'the report has only the beginning of its body'
    : undefined
}
