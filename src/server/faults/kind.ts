// What a kind of fault is: its name, its own fields, and what it does to a call or a callback.
import type { Reply } from '../../simulators/call.ts'
import type { Signing, Simulator } from '../../simulators/simulator.ts'
import type { Callback } from '../../state/callbacks.ts'
import type { Fault, FaultOutcome, FaultWhen, NewFault } from '../../state/faults.ts'
import type { AnyRefusal } from '../../state/refusal.ts'
import type { World } from '../../state/world.ts'
import type { Answer, BytesAnswer, Exchange, Wait } from '../exchange.ts'
import type { Operation } from '../spec.ts'
import type { WorldHistory } from '../steps.ts'
import type { MountedOperation, ProviderNames } from './provider-names.ts'

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
  readonly history: WorldHistory
  readonly simulator: ProviderNames['simulator']
  readonly exchange: Exchange
  readonly operation: Operation
  /** Of the mount it came by. */
  readonly basePath: string
  /** How many calls of the world wait already. */
  readonly waiting: number
  /** What the provider answered and kept; absent `before`. */
  readonly reply: Reply | undefined
}

/** A rendered reply on its way, or what there is in its place; and what the client sees of it. */
export interface Leaving {
  readonly answer: Answer
  readonly saw: string
}

/** What a fault makes of a call. */
export type CallEffect =
  /** Something else is answered; it is not held to the spec. */
  | { readonly kind: 'reply'; readonly reply: Reply; readonly saw: string }
  /** It is refused, in the provider's words. */
  | { readonly kind: 'refusal'; readonly refusal: AnyRefusal; readonly saw: string }
  /** It is answered from the world as it was at the end of a step. */
  | { readonly kind: 'past'; readonly step: number; readonly saw: string }
  /** It takes longer; other faults may happen besides. */
  | { readonly kind: 'wait'; readonly wait: Wait; readonly saw: string }
  /** The rendered reply leaves in another way, or not at all; `before` the change there is none. */
  | { readonly kind: 'answer'; readonly leave: (reply: BytesAnswer | undefined) => Leaving }

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
   */
  readonly problem?: (
    fault: NewFault,
    at: MountedOperation,
    names: ProviderNames,
  ) => string | undefined
  /** Operations it can happen to; those of `*` that it cannot are passed over. All unless told. */
  readonly concerns?: (operation: Operation) => boolean
  /** What it does; called within a transaction, with the world's stream `faults` in use. */
  readonly happen: (fault: Fault, call: CallAt) => CallOutcome
}

/** An attempt at a callback before anything of it leaves: each fault changes it in its turn. */
export interface Departure {
  /** What is sent. */
  readonly body: string
  /** What is signed. */
  readonly signed: string
  readonly signing: Signing
  /** `application/json` unless it is another. */
  readonly contentType?: string
  /** How often it is sent. */
  readonly copies: number
  /** True where the signature does not fit what is sent, or is another world's. */
  readonly isBroken: boolean
}

/** How a callback is held back: `ms` of the world's clock, or less where another leaves first. */
export interface HeldBack {
  readonly ms: number
  readonly untilAnother: boolean
}

/** The callbacks of a provider in a world. */
export interface CallbacksOf {
  readonly world: World
  readonly simulator: Simulator
}

/** A kind of fault of callbacks. */
export interface CallbackKind extends AnyKind {
  readonly of: 'callback'
  /** Why it could do nothing there, found when it is set. */
  readonly problem?: (of: CallbacksOf) => string | undefined
  /** False where there is nothing of this callback that it could spoil. */
  readonly concerns?: (own: OwnFields, callback: Callback, of: CallbacksOf) => boolean
  /** Whether it holds the callback back. */
  readonly holdsBack?: (own: OwnFields) => HeldBack
  /** What it changes of what leaves. */
  readonly changes?: (own: OwnFields, leaving: Departure, of: CallbacksOf) => Partial<Departure>
}

export type FaultKind = CallKind | CallbackKind
