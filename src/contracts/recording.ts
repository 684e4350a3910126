// What was exchanged in a run, by case and step: what a cassette keeps, and what a difference compares.
import { defined } from '../state/defined.ts'
import type { CaseResult, Outcome } from '../workflows/result.ts'
import type { PlannedCase } from '../workflows/runner.ts'
import type { Answer, SentRequest } from '../workflows/send.ts'
import type { Call, CallingStep, Session, Target } from '../workflows/session.ts'

/** A case, in the order in which its calls were made; secrets are still in it. */
export interface RecordedCase {
  /** The title of the planned case: the same in every run. */
  readonly title: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly outcome: Outcome
  /** Why it was skipped, or failed apart from its steps. */
  readonly reason?: string
  readonly exchanges: readonly RecordedExchange[]
  /** The credentials of its session. */
  readonly secrets: readonly string[]
}

export interface RecordedExchange {
  readonly step: CallingStep
  /** The slug of a provider, `control`, or the URL of a document; absent where none knows the call. */
  readonly source?: string
  /** `METHOD /path`, as the document has it. */
  readonly operation?: string
  readonly request: SentRequest
  readonly answer: Answer
}

/** Notes all that goes over a target. */
export interface Recorder {
  /** What stands before a target, so that all that goes over it is noted. */
  before(target: Target): Target
  /** @param result of the case, which is done */
  done(planned: PlannedCase, result: CaseResult): void
  /** The cases that are done, in the order in which they were planned. */
  cases(planned: readonly PlannedCase[]): readonly RecordedCase[]
}

export function openRecorder(): Recorder {
  const noted = new Map<string, Noted>()
  const finished = new Map<string, RecordedCase>()
  return {
    before: (target) => ({
      ...target,
      async open(title, start, sources) {
        const session = await target.open(title, start, sources)
        const own = { session, exchanges: [] }
        noted.set(title, own)
        return recorded(session, own.exchanges)
      },
    }),
    done({ title, inputs }, { outcome, reason }) {
      const { session, exchanges = [] } = noted.get(title) ?? {}
      const secrets = session ? [...session.secrets()] : []
      finished.set(title, defined({ title, inputs, outcome, reason, exchanges, secrets }))
      noted.delete(title)
    },
    cases: (planned) => planned.flatMap(({ title }) => finished.get(title) ?? []),
  }
}

/** A case under way. */
interface Noted {
  readonly session: Session
  readonly exchanges: readonly RecordedExchange[]
}

/** A session whose calls are noted. */
function recorded(session: Session, exchanges: RecordedExchange[]): Session {
  const { world } = session
  const own = defined({
    baseUrl: session.baseUrl.bind(session),
    credentials: session.credentials.bind(session),
    forbids: session.forbids?.bind(session),
    pace: session.pace?.bind(session),
    standIn: session.standIn?.bind(session),
    wait: session.wait.bind(session),
    faulted: session.faulted?.bind(session),
    deliveries: session.deliveries.bind(session),
    received: session.received?.bind(session),
    secrets: session.secrets.bind(session),
    close: session.close.bind(session),
    async answered(call: Call, answer: Answer) {
      exchanges.push(exchangeOf(call, answer))
      await session.answered?.(call, answer)
    },
  })
  return { world, ...own }
}

function exchangeOf({ step, source, operation, request }: Call, answer: Answer): RecordedExchange {
  const { method, url, headers, body } = request
  return defined({
    step,
    source: source && (source.simulator?.slug ?? source.url),
    operation: operation && `${operation.method} ${operation.path}`,
    request: { method, url, headers, body },
    answer,
  })
}
