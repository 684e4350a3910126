// What a workflow is run against: a world of a simulator, or a real endpoint.
import type { Source, SourceOperation } from './sources.ts'

/** One run of a workflow has one, from its beginning to its end. */
export interface Session {
  /** The world it is run in, where the target has such. */
  readonly world: string | undefined
  /** Where the operations of a source are, without a trailing slash. @throws Error where nowhere */
  baseUrl(source: Source): string
  /**
   * The headers that let a caller in at an operation; empty where anybody may call it.
   * @param now what the world's clock showed last, in ms; absent where nobody knows
   */
  credentials(
    operation: SourceOperation,
    source: Source,
    now: number | undefined,
  ): Promise<Readonly<Record<string, string>>>
  /**
   * Lets time go by: seconds of the world's clock.
   * @param stop ends it earlier
   */
  wait(seconds: number, stop?: AbortSignal): Promise<void>
  /** A text without what nobody may see. */
  struck(text: string): string
  /** Lets go of what was taken for it. */
  close(): Promise<void>
}

/** Makes sessions, each apart from all others. */
export interface Target {
  /** What reports call it. */
  readonly name: string
  /**
   * @param name of the case, the same in every run
   * @param given the named state its world starts from
   */
  open(name: string, given: string | undefined): Promise<Session>
  close(): Promise<void>
}
