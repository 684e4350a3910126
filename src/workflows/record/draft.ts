// A workflow in the making: each call that was played as a step, its values led back to where they came from.
import type { SimRow } from '../../control/wire.ts'
import { isoDuration } from '../../state/duration.ts'
import { readOwnSource, type Source, type SourceOperation } from '../sources.ts'
import { Mixed, Origins, Ref } from './origins.ts'
import type { Played, PlayedCall, PlayedParameter, PlayedReply } from './played.ts'

/** An input of the workflow, instead of a value. */
export class Input {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** JSON in which `Ref`, `Mixed` and `Input` stand for values. */
export type Template = unknown

export interface DraftStep {
  readonly id: string
  /** As messages call it: `exchange 12`. */
  readonly what: string
  readonly source: Source
  readonly operation: SourceOperation
  /** The link it follows, instead of an operation with parameters of the path and the query. */
  readonly link: Ref | undefined
  readonly parameters: readonly {
    readonly name: string
    readonly in: string
    readonly value: Template
  }[]
  readonly body: { readonly type: string | undefined; readonly payload: Template } | undefined
  /** `null`: that no answer came is what is expected. */
  readonly status: number | null
  readonly reply: PlayedReply
  /** True for a step that only looks up what other steps name: left out where none does. */
  readonly isLookup: boolean
}

export interface Draft {
  readonly startsAt: number
  readonly given: string | undefined
  readonly steps: readonly DraftStep[]
}

/** A callback as it is looked up: where it stands in which list. */
export interface CallbackPlace {
  readonly id: string
  readonly state: string | undefined
  readonly position: number
}

/** What is known of the world beside the calls. */
export interface Facts {
  /** Providers whose callbacks go somewhere. */
  readonly targets: ReadonlyMap<string, { readonly version?: number | undefined }>
  /** Settings that are not as they are by themselves, by provider. */
  readonly settings: ReadonlyMap<string, Readonly<Record<string, unknown>>>
  readonly sims: readonly SimRow[]
  readonly callbacks: readonly CallbackPlace[]
  /** When something came due by itself, in ms. */
  readonly due: readonly number[]
  /** What was delivered, by provider. */
  readonly deliveries: ReadonlyMap<string, DeliveredFacts>
}

export interface DeliveredFacts {
  readonly total: number
  readonly distinct: number
  readonly types: string
  /** Of the latest, in ms. */
  readonly last: number
}

/** Time is moved where more of it went by, in ms, or where something came due. */
const UNNOTICED = 1000

/** @param played at least one call */
export async function draftOf(played: Played, facts: Facts): Promise<Draft> {
  const control = await readOwnSource('sim', 'esimulator:control')
  const startsAt = played.began?.at ?? played.calls[0]?.at ?? 0
  const drafter = new Drafter(control, facts, startsAt)
  drafter.begin(played.calls)
  for (const call of played.calls) drafter.call(call)
  drafter.end()
  return { startsAt, given: played.began?.given, steps: drafter.steps }
}

const NO_REPLY: PlayedReply = { headers: {}, json: undefined, isWhole: true }

/** A call of the control API that nobody made. */
interface Added {
  readonly id: string
  readonly operation: string
  readonly parameters?: DraftStep['parameters']
  readonly payload?: Template
  readonly json?: unknown
  readonly isLookup?: true
}

/** A class, since its methods work on the same few things. */
class Drafter {
  readonly steps: DraftStep[] = []
  readonly #control: Source
  readonly #facts: Facts
  readonly #origins = new Origins()
  readonly #ids = new Map<string, number>()
  readonly #lookedUp = new Map<string, Ref>()
  /** What the clock showed when a snapshot was taken. */
  readonly #snapshots = new Map<string, number>()
  /** What the clock of a run shows, in ms. */
  #clock: number

  constructor(control: Source, facts: Facts, clock: number) {
    this.#control = control
    this.#facts = facts
    this.#clock = clock
  }

  /** What the world had before the first call: settings, and where callbacks go. */
  begin(calls: readonly PlayedCall[]): void {
    const providers = new Set(calls.flatMap(({ source }) => source.simulator?.slug ?? []))
    const isCalled = (id: string, slug: string) =>
      calls.some(
        ({ operation, parameters }) =>
          operation.id === id && parameters.some(({ value }) => value === slug),
      )
    for (const slug of providers) {
      const parameters = [{ name: 'slug', in: 'path', value: slug }]
      const settings = this.#facts.settings.get(slug)
      if (settings && !isCalled('changeSettings', slug))
        this.#add({
          id: 'changeSettings',
          operation: 'changeSettings',
          parameters,
          payload: settings,
        })
      const target = this.#facts.targets.get(slug)
      if (!target || isCalled('setCallbackTarget', slug)) continue
      const payload = { url: new Input('receiver'), version: target.version }
      this.#add({ id: 'setCallbackTarget', operation: 'setCallbackTarget', parameters, payload })
    }
  }

  call(call: PlayedCall): void {
    this.#passTime(call.at)
    const { source, operation, url, what, status, reply } = call
    const isLink = operation.path.includes('{') || url.includes('?')
    const link = isLink ? this.#origins.link(url) : undefined
    const asked = call.parameters.filter((each) => !link || each.in === 'header')
    const parameters = asked.map((each) => ({ ...each, value: this.#parameter(each) }))
    const payload = this.#payload(call)
    const answer = status === null ? NO_REPLY : reply
    this.steps.push({
      id: this.#idOf(operation),
      what,
      source,
      operation,
      link,
      parameters,
      body: call.body && { type: call.body.type, payload },
      status,
      reply: answer,
      isLookup: false,
    })
    this.#origins.add(this.steps.length - 1, answer)
    this.#moveClock(call)
  }

  /** What was delivered, once all has been sent. */
  end(): void {
    for (const [slug, { last, ...delivered }] of this.#facts.deliveries) {
      // What is on its way has arrived when an advance is done.
      this.#advance(Math.max(last - this.#clock, 1))
      this.#add({
        id: 'callbacksReceived',
        operation: 'listDeliveries',
        parameters: [{ name: 'provider', in: 'query', value: slug }],
        json: delivered,
      })
    }
  }

  #passTime(at: number): void {
    const passed = at - this.#clock
    const { due } = this.#facts
    const matters = passed > UNNOTICED || due.some((each) => each > this.#clock && each <= at)
    if (passed > 0 && matters) this.#advance(passed)
  }

  #advance(ms: number): void {
    this.#add({ id: 'timePasses', operation: 'advanceClock', payload: { by: isoDuration(ms) } })
    this.#clock += ms
  }

  /** What a call of the control API did to the clock. */
  #moveClock({ operation, parameters, body, reply, status }: PlayedCall): void {
    if (status === null || status >= 300) return
    const told = (reply.json ?? {}) as Readonly<Record<string, unknown>>
    const instant = (name: string) => Date.parse(String(told[name]))
    const snapshot = String(parameters.find(({ name }) => name === 'name')?.value)
    const { to } = (body?.payload ?? {}) as { readonly to?: unknown }
    let shows = this.#clock
    switch (operation.source === this.#control.name ? operation.id : undefined) {
      case 'advanceClock':
        shows = to === undefined ? shows + instant('to') - instant('from') : instant('to')
        break
      case 'waitUntil':
        shows = Math.max(shows, instant('at'))
        break
      case 'saveSnapshot':
        this.#snapshots.set(snapshot, this.#clock)
        break
      case 'restoreSnapshot':
        shows = this.#snapshots.get(snapshot) ?? instant('to')
        break
      case 'rewindWorld':
        shows = instant('to')
    }
    if (!Number.isNaN(shows)) this.#clock = shows
  }

  #add({ id, operation: asked, parameters = [], payload, json, isLookup }: Added): void {
    const operation = this.#control.operations.find((each) => each.id === asked)
    if (!operation) throw new Error(`the control API has no ${asked}`)
    this.steps.push({
      id: this.#numbered(id),
      what: 'a call that was added',
      source: this.#control,
      operation,
      link: undefined,
      parameters,
      body: payload === undefined ? undefined : { type: undefined, payload },
      status: 200,
      reply: { headers: {}, json, isWhole: false },
      isLookup: isLookup ?? false,
    })
  }

  #idOf({ id, method, path }: SourceOperation): string {
    return this.#numbered(id ?? `${method}${path}`.replaceAll(/[^A-Za-z0-9]+/g, '-'))
  }

  /** `acquireEsim`, then `acquireEsim2`. */
  #numbered(id: string): string {
    const count = (this.#ids.get(id) ?? 0) + 1
    this.#ids.set(id, count)
    return count === 1 ? id : `${id}${count}`
  }

  #parameter({ name, value }: PlayedParameter): Template {
    if (typeof value === 'string') return this.#text(value, name)
    return value.map((each) => this.#text(each, name))
  }

  #payload({ source, operation, body, status }: PlayedCall): Template {
    if (!body) return undefined
    const payload = this.#template(body.payload, '')
    const isTarget = source === this.#control || source.name === this.#control.name
    if (!isTarget || operation.id !== 'setCallbackTarget' || status !== 200) return payload
    return { ...(payload as object), url: new Input('receiver') }
  }

  #template(value: unknown, name: string): Template {
    if (typeof value === 'string') return this.#text(value, name)
    if (typeof value === 'number') return this.#origins.whole(value, name) ?? this.#own(value)
    if (Array.isArray(value)) return value.map((each) => this.#template(each, name))
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value).map(([key, each]) => [key, this.#template(each, key)])
    return Object.fromEntries(entries)
  }

  #text(text: string, name: string): Template {
    const ref = this.#origins.whole(text, name)
    if (ref) return ref
    return (
      this.#lookUp(text) ??
      this.#origins.within(text) ??
      this.#origins.piece(text) ??
      this.#own(text)
    )
  }

  #own<Value extends string | number>(value: Value): Value {
    this.#origins.sent(String(value))
    return value
  }

  /** What no answer told, but the control API knows: SIMs and callbacks. */
  #lookUp(text: string): Ref | undefined {
    const known = this.#lookedUp.get(text)
    if (known) return known
    const found = this.#simAt(text) ?? this.#callbackAt(text)
    if (!found) return undefined
    const { parameters, operation, pointer, name } = found
    this.#add({ id: operation, operation, parameters, isLookup: true })
    const ref = new Ref({ step: this.steps.length - 1, from: { pointer }, name, value: text })
    this.#lookedUp.set(text, ref)
    return ref
  }

  #simAt(iccid: string) {
    const sim = this.#facts.sims.find((each) => each.iccid === iccid)
    if (!sim) return undefined
    const { provider } = sim
    const own = this.#facts.sims.filter((each) => each.provider === provider)
    const query = { provider, offset: own.indexOf(sim), limit: 1 }
    const pointer = ['sims', '0', 'iccid']
    return { operation: 'listSims', parameters: queryOf(query), pointer, name: 'iccid' }
  }

  #callbackAt(id: string) {
    const place = this.#facts.callbacks.find((each) => each.id === id)
    if (!place) return undefined
    const { state, position } = place
    const query = { state, order: 'oldest', limit: position + 1 }
    const pointer = ['callbacks', String(position), 'id']
    return { operation: 'listCallbacks', parameters: queryOf(query), pointer, name: 'callback' }
  }
}

function queryOf(query: Readonly<Record<string, unknown>>): DraftStep['parameters'] {
  return Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, in: 'query', value }],
  )
}

/** Every `Ref` in a template. */
export function refsIn(value: Template): Ref[] {
  if (value instanceof Mixed) return value.parts.filter((part) => typeof part !== 'string')
  if (value instanceof Ref) return [value]
  if (typeof value !== 'object' || value === null || value instanceof Input) return []
  return Object.values(value).flatMap(refsIn)
}
