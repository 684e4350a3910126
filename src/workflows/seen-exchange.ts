// An exchange of a run with what its document says of it, for those who look at more than a step asks for.
import type { Answer, SentRequest } from './send.ts'
import type { Source, SourceOperation } from './sources.ts'

/** A call of a documented operation that was answered. */
export interface SeenExchange {
  readonly source: Source
  readonly operation: SourceOperation
  readonly request: SentRequest
  readonly reply: Exclude<Answer, { readonly error: string }>
  /** The step that made it, by its place among the attempts of its case. */
  readonly attempt: number
  /** Whether its step got what it asks for. */
  readonly isExpected: boolean
}

/** A callback as it was received. */
export interface SeenCallback {
  /** What it is called in a sentence. */
  readonly title: string
  /** The slug of who sent it; `undefined` where that is none of ours. */
  readonly provider: string | undefined
  /** When it came: ms since the epoch, by the clock of the API. */
  readonly at: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** What its signature may be made with: `apiKey`, `callbackSecret`. */
  readonly credentials: Readonly<Record<string, string | undefined>>
}

/** An attempt at a callback that left, as far as it is looked at. */
export interface LeftCallback {
  readonly provider: string
  readonly type: string
  readonly signature: 'genuine' | 'none' | 'broken'
  readonly body: string
}

/** Which case of a run one is. */
export interface CaseKey {
  readonly file: string
  readonly workflow: string
  /** Absent where the workflow has no cases. */
  readonly case?: string
}

/** A case whose steps are done, while its world is still there. */
export interface DoneCase {
  /** The world it was run in; `undefined` where all cases work on the same. */
  readonly world: string | undefined
  /** Which one it is, as its result will tell. */
  readonly key: CaseKey
  /** The numbers of the sentences that its workflow says it proves. */
  readonly proves: readonly string[]
  /** Every source of its file. */
  readonly sources: readonly Source[]
  /** Attempts at callbacks that left, oldest first. */
  readonly left: readonly LeftCallback[]
  /** Without those that were answered wrong on purpose: they tell nothing of the API. */
  readonly exchanges: readonly SeenExchange[]
  /** Callbacks that it has caused, without those that were spoilt on purpose. */
  readonly callbacks: () => Promise<readonly SeenCallback[]>
  /**
   * Sends more; nothing of it is a step. `undefined`: it was not sent, since the session forbids it.
   * @param operation the one it calls; `undefined` where no document knows it
   */
  readonly send: (
    request: SentRequest,
    operation: SourceOperation | undefined,
  ) => Promise<Answer | undefined>
}

/** Something that was found beside the steps of a case. */
export interface Finding {
  /** The name of what found it. */
  readonly check: string
  /** `note`: told, and nothing fails by it. */
  readonly severity: 'failure' | 'note'
  readonly message: string
  /** Of the attempt it is about, its place among those of the case; absent where it is about none. */
  readonly attempt?: number
  /** `METHOD /path` of the operation it is about. */
  readonly operation?: string
  /** Where in the body: a JSON pointer. */
  readonly pointer?: string
  /** One request that shows it, where that was not a step's. */
  readonly request?: SentRequest
}
