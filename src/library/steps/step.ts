// One kind of step of a random play: when it is legal, what it does, how it reads.
import fc from 'fast-check'
import type { SimRow } from '../../control/wire.ts'
import type { WorldClient } from '../../control/world-client.ts'

/** The world between two steps, as far as it decides which are legal: looked at when that is asked. */
export interface PlayModel {
  /** The SIMs of a provider, in the order they came. */
  sims(slug: string): Promise<readonly SimRow[]>
  /** True where a fault of calls is set and has not happened yet. */
  isFaultPending(): Promise<boolean>
}

/** An answer of a provider to a step. */
export interface StepAnswer {
  readonly status: number
  readonly body: unknown
}

/** What steps act upon. */
export interface Playing<Client> {
  readonly sim: WorldClient
  /** The code under test. */
  readonly client: Client
  /** Ids that answers had, by a word of the step's own. */
  readonly found: Map<string, string[]>
  /** Calls a provider as somebody else who uses the account. */
  call(slug: string, method: string, path: string, json?: unknown): Promise<StepAnswer>
  /** A number that no step had before. */
  next(): number
  /** Tells that the world is another now. */
  readonly done: (step: string) => Promise<void>
}

/** A kind of step. */
export interface StepKind<Client, Value> {
  readonly name: string
  /** What it is drawn with. */
  readonly of: fc.Arbitrary<Value>
  /** Whether it may be done now; always unless given. */
  readonly when?: (model: PlayModel, value: Value) => boolean | Promise<boolean>
  /** How it reads in a counterexample: its name and its value unless given. */
  readonly reads?: (value: Value, model: PlayModel) => string | Promise<string>
  /**
   * Does it. What it throws fails the run.
   * @returns how it reads once it is done, where that says more
   */
  readonly act: (playing: Playing<Client>, value: Value, model: PlayModel) => Promise<unknown>
}

/** A step that was drawn. */
export type Step<Client> = fc.AsyncCommand<PlayModel, Playing<Client>, true>

/** Steps that were drawn, in their order. */
export type Steps<Client> = Iterable<Step<Client>>

/** Steps of a kind. */
export function stepOf<Client, Value>(kind: StepKind<Client, Value>): fc.Arbitrary<Step<Client>> {
  return kind.of.map((value) => new DrawnStep(kind, value))
}

class DrawnStep<Client, Value> implements Step<Client> {
  readonly #kind: StepKind<Client, Value>
  readonly #value: Value
  #told: string | undefined

  constructor(kind: StepKind<Client, Value>, value: Value) {
    this.#kind = kind
    this.#value = value
  }

  async check(model: Readonly<PlayModel>): Promise<boolean> {
    return (await this.#kind.when?.(model, this.#value)) ?? true
  }

  async run(model: PlayModel, playing: Playing<Client>): Promise<void> {
    this.#told = await this.#kind.reads?.(this.#value, model)
    const told = await this.#kind.act(playing, this.#value, model)
    if (typeof told === 'string') this.#told = told
    await playing.done(this.toString())
  }

  toString(): string {
    if (this.#told !== undefined) return this.#told
    const value = this.#value === undefined ? '' : ` ${fc.stringify(this.#value)}`
    return this.#kind.name + value
  }
}
