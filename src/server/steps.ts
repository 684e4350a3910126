// What causes the steps of a world's history: requests, commands of the control API, and time.
import { type History, type KeptChanges, openHistory } from '../state/history.ts'
import type { StepChanges } from '../stores/store.ts'
import type { Operation } from './spec.ts'

/** Who changes a world. */
export type StepSource = RequestSource | CommandSource | TimeSource

/** A request to a provider, on its way. */
interface RequestSource {
  readonly provider: { readonly simulator: { readonly slug: string } }
  readonly exchange: { readonly method: string; readonly path: string }
  readonly trace: { readonly operation: Operation | undefined }
}

/** A call of the control API, as in `POST /_sim/clock/advance`. */
export interface CommandSource {
  readonly command: string
}

/** What came due by itself, as in `bundle-expires`. */
interface TimeSource {
  readonly task: string
}

/** What caused a step. */
export interface Cause {
  readonly kind: 'request' | 'control' | 'time'
  /** The method and path, or what came due. */
  readonly what: string
  readonly provider?: string
  /** The operation of a request, where it is one. */
  readonly operation?: string
}

export type WorldHistory = History<StepSource, Cause>

/**
 * The history of a world that has just been opened.
 * @param kept the steps that its store kept
 */
export function openWorldHistory(kept: readonly StepChanges[] = []): WorldHistory {
  const history = openHistory(causeOf)
  // What caused a step was written down by this program: hence the cast.
  history.goOnFrom(kept as readonly KeptChanges<Cause>[])
  return history
}

/** How much of a path is kept. */
const LONGEST_PATH = 200

function causeOf(source: StepSource): Cause {
  if ('command' in source) return { kind: 'control', what: source.command }
  if ('task' in source) return { kind: 'time', what: source.task }
  const { provider, exchange, trace } = source
  const { slug } = provider.simulator
  const path = exchange.path.slice(0, LONGEST_PATH)
  const cause = {
    kind: 'request' as const,
    what: `${exchange.method} /${slug}${path}`,
    provider: slug,
  }
  return trace.operation ? { ...cause, operation: trace.operation.id } : cause
}
