// What a kind of fault is: its name, its own fields, and what it does to a call or a callback.
import type { Reply } from '../../simulators/call.ts'
import type { FaultOutcome, FaultWhen, NewFault } from '../../state/faults.ts'
import type { AnyRefusal } from '../../state/refusal.ts'
import type { World } from '../../state/world.ts'
import type { Answer, BytesAnswer, Exchange } from '../exchange.ts'
import type { Operation } from '../spec.ts'
import type { ProviderNames } from './provider-names.ts'

/** A field that a kind has beside those of all faults. */
export interface FaultField {
  /** Says what is wrong with a value, as in `must be a text`. */
  readonly shape: (value: unknown) => string | undefined
  /** Its form in words, as in `a duration`: for tables and for the CLI. */
  readonly form: string
  readonly says: string
  readonly required?: true
}

export type OwnFields = Readonly<Record<string, unknown>>

/** What all kinds have; one of callbacks has it and what `callback-kinds.ts` adds. */
export interface AnyKind {
  readonly name: string
  /** What a client, or a receiver, sees: one sentence. */
  readonly says: string
  readonly fields: Readonly<Record<string, FaultField>>
  /** What is wrong with fields that are fine each for itself. */
  readonly together?: (own: OwnFields) => string | undefined
}

/** A call that a fault may happen to. */
export interface CallAt {
  readonly world: World
  readonly simulator: ProviderNames['simulator']
  readonly exchange: Exchange
  readonly operation: Operation
  /** Of the mount it came by. */
  readonly basePath: string
  /** What the provider answered and kept; absent `before`. */
  readonly reply: Reply | undefined
}

/** How long an answer waits: wall ms, or for a task of the world. */
export type Wait = { readonly wall: number } | { readonly task: number }

/** What a fault makes of a call. */
export type CallEffect =
  /** Something else is answered; it is checked where it is set, and not against the spec. */
  | { readonly kind: 'reply'; readonly reply: Reply; readonly saw: string }
  /** It is refused, in the provider's words. */
  | { readonly kind: 'refusal'; readonly refusal: AnyRefusal; readonly saw: string }
  /** It takes longer; other faults may happen besides. */
  | { readonly kind: 'wait'; readonly wait: Wait; readonly saw: string }
  /** The rendered reply leaves in another way, or not at all. `before`: there is none. */
  | {
      readonly kind: 'answer'
      readonly answer: (reply: BytesAnswer | undefined) => Answer
      readonly saw: string
    }

export type CallOutcome = FaultOutcome<CallEffect>

/** A kind of fault of calls. */
export interface CallKind extends AnyKind {
  readonly of: 'operation'
  /** Where it may stand; the first unless told. */
  readonly when: readonly [FaultWhen, ...FaultWhen[]]
  /** On which side these fields let it stand, where that is narrower. */
  readonly whenWith?: (own: OwnFields) => readonly FaultWhen[] | undefined
  /**
   * What is wrong with it at one of the operations it is set for, found when it is set.
   * @param fault as it will be set
   */
  readonly problem?: (
    fault: NewFault,
    operation: Operation,
    names: ProviderNames,
  ) => string | undefined
  /** What it does; called within a transaction, with the world's stream `faults` in use. */
  readonly happen: (own: OwnFields, call: CallAt, fault: HappeningFault) => CallOutcome
}

/** What a kind may know of the fault that happens. */
export interface HappeningFault {
  readonly id: string
  readonly counted: Readonly<Record<string, number>>
}

/** A kind of fault of callbacks. */
export interface CallbackKind extends AnyKind {
  readonly of: 'callback'
}

export type FaultKind = CallKind | CallbackKind
