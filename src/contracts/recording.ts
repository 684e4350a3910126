// What was exchanged in a run, by case and step: what a cassette keeps, and what a difference compares.
import { defined } from '../state/defined.ts'
import type { CaseResult, Outcome } from '../workflows/result.ts'
import type { PlannedCase } from '../workflows/runner.ts'
import type { SeenExchange } from '../workflows/seen-exchange.ts'
import type { Answer, SentRequest } from '../workflows/send.ts'
import type { Call, CallingStep, Session, Target } from '../workflows/session.ts'
import type { Source } from '../workflows/sources.ts'

/** A case, in the order in which its calls were made; secrets are still in it. */
export interface RecordedCase {
  /** The title of the planned case: the same in every run. */
  readonly title: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly outcome: Outcome
  /** Why it was skipped, or failed apart from its steps. */
  readonly reason?: string
  readonly exchanges: readonly RecordedExchange[]
  /** Where the operations of each source were, by its name. */
  readonly bases: Readonly<Record<string, string>>
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
  /** True where it was answered wrong on purpose; it is known where the case was looked at. */
  readonly isFaulted?: true
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
        const own = { session, exchanges: [], bases: {}, faulted: new Set<Answer>() }
        noted.set(title, own)
        return recorded(own)
      },
    }),
    done({ title, inputs }, { outcome, reason }) {
      const { session, exchanges: made = [], bases = {}, faulted } = noted.get(title) ?? {}
      const secrets = session ? [...session.secrets()] : []
      const exchanges = made.map((each) => (faulted?.has(each.answer) ? asFaulted(each) : each))
      finished.set(title, defined({ title, inputs, outcome, reason, exchanges, bases, secrets }))
      noted.delete(title)
    },
    cases: (planned) => planned.flatMap(({ title }) => finished.get(title) ?? []),
  }
}

/** A case under way. */
interface Noted {
  readonly session: Session
  readonly exchanges: RecordedExchange[]
  readonly bases: Record<string, string>
  readonly faulted: Set<Answer>
}

const asFaulted = (exchange: RecordedExchange): RecordedExchange => ({
  ...exchange,
  isFaulted: true,
})

/** A session whose calls are noted; all else it does as ever. */
function recorded({ session, exchanges, bases, faulted }: Noted): Session {
  const noting: Partial<Session> = defined({
    baseUrl(source: Source) {
      const base = session.baseUrl(source)
      bases[source.name] = base
      return base
    },
    faulted: session.faulted && faultsOf(session, faulted),
    async answered(call: Call, answer: Answer) {
      exchanges.push(exchangeOf(call, answer))
      await session.answered?.(call, answer)
    },
  })
  return new Proxy(session, {
    get(target, name) {
      if (name in noting) return Reflect.get(noting, name)
      const own: unknown = Reflect.get(target, name, target)
      return typeof own === 'function' ? own.bind(target) : own
    },
  })
}

/** Asks a session for what was answered wrong on purpose, and notes it. */
function faultsOf(session: Session, noted: Set<Answer>) {
  return async (exchanges: readonly SeenExchange[]): Promise<ReadonlySet<SeenExchange>> => {
    const found = (await session.faulted?.(exchanges)) ?? new Set()
    for (const { reply } of found) noted.add(reply)
    return found
  }
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
