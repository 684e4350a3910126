// Pact files of versions 1 to 4, read as interactions that are verified one by one.
import { reasonOf } from '../../state/reason.ts'
import type { Path, Place } from '../../workflows/document.ts'
import { placeAt, textAt } from './json-text.ts'

/** One interaction of a contract. */
export interface Interaction {
  /** As it is told. */
  readonly file: string
  readonly consumer: string
  readonly description: string
  readonly kind: 'http' | 'message' | 'other'
  /** Its `type` where it is of another kind. */
  readonly type: string
  readonly states: readonly WantedState[]
  /** Where it may fail for now. */
  readonly isPending: boolean
  /** What is asked for, where it is HTTP. */
  readonly request: WantedRequest | undefined
  /** Names of the metadata that a message has to have, as the contract spells them. */
  readonly metadata: readonly string[]
  /** The contract with this interaction alone, every number as it was written. */
  readonly alone: string
  /** Where a part of the interaction stands. */
  readonly place: (path: Path) => Place
  /** Leads to what is expected of metadata. */
  readonly metadataPath: Path
  /** Leads to what is expected of a body. */
  readonly bodyPath: Path
}

/** A provider state as a contract names it. */
export interface WantedState {
  readonly name: string
  readonly params: Readonly<Record<string, unknown>>
}

export interface WantedRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly body: string | undefined
}

/** A file is no contract; the message says what to do. */
export class NoPact extends Error {}

type Json = Readonly<Record<string, unknown>>

/** What is known of a contract beside its text. */
export interface PactSource {
  /** As it is told. */
  readonly file: string
  readonly text: string
  /** Whether a broker says that it may fail for now. */
  readonly isPending?: boolean
}

/** @throws NoPact */
export function readPact({ file, text, isPending = false }: PactSource): Interaction[] {
  const pact = parsed(file, text)
  const consumer = nameIn(pact.consumer)
  if (consumer === undefined || nameIn(pact.provider) === undefined)
    throw new NoPact(`${file} is no pact: it names no consumer and provider`)
  const lists = ['interactions', 'messages'].filter((name) => Array.isArray(pact[name]))
  if (lists.length === 0)
    throw new NoPact(`${file} is no pact: it has neither interactions nor messages`)
  return lists.flatMap((list) =>
    (pact[list] as readonly unknown[]).map((each, at) => {
      const own = objectOf(each)
      const path: Path = [list, at]
      return {
        ...interactionOf(own, list),
        file,
        consumer,
        isPending: isPending || own.pending === true,
        alone: aloneText(text, list, at),
        place: (further: Path) => placeAt(file, text, [...path, ...further]),
      }
    }),
  )
}

/** @throws NoPact */
function parsed(file: string, text: string): Json {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json
  } catch (error) {
    throw new NoPact(`${file} is no JSON: ${reasonOf(error)}`)
  }
  throw new NoPact(`${file} is no pact: it must be an object`)
}

function interactionOf(own: Json, list: string) {
  const type = String(own.type ?? (list === 'messages' ? MESSAGE : HTTP))
  const isV4 = own.type !== undefined
  const kind = KINDS[type] ?? 'other'
  const request = objectOf(own.request)
  const metadata = own.metaData === undefined ? 'metadata' : 'metaData'
  const part = kind === 'message' ? ['contents'] : ['response', 'body']
  return {
    description: String(own.description ?? ''),
    kind,
    type,
    states: statesOf(own),
    request: kind === 'http' ? wantedRequest(request, isV4) : undefined,
    metadata: Object.keys(objectOf(own[metadata])),
    metadataPath: [metadata],
    bodyPath: isV4 ? [...part, 'content'] : part,
  } as const
}

const HTTP = 'Synchronous/HTTP'
const MESSAGE = 'Asynchronous/Messages'
const KINDS: Readonly<Record<string, Interaction['kind']>> = {
  [HTTP]: 'http',
  [MESSAGE]: 'message',
}

function wantedRequest(request: Json, isV4: boolean): WantedRequest {
  const body = isV4 ? objectOf(request.body).content : request.body
  return {
    method: String(request.method ?? 'GET').toUpperCase(),
    path: String(request.path ?? '/') + queryText(request.query),
    body: body === undefined || body === null ? undefined : JSON.stringify(body),
  }
}

/** A text in versions 1 and 2, values by name since. */
function queryText(query: unknown): string {
  if (typeof query === 'string') return query === '' ? '' : `?${query}`
  const pairs = Object.entries(objectOf(query)).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, String(value)]),
  )
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`
}

/** A name in versions 1 and 2, a list of names with parameters since. */
function statesOf(own: Json): WantedState[] {
  const { providerStates } = own
  if (Array.isArray(providerStates))
    return providerStates.map(objectOf).map(({ name, params }) => ({
      name: String(name ?? ''),
      params: objectOf(params),
    }))
  const name = own.providerState ?? own.provider_state
  return typeof name === 'string' && name !== '' ? [{ name, params: {} }] : []
}

function aloneText(text: string, list: string, at: number): string {
  const parts = ['consumer', 'provider', 'metadata'].flatMap((name) => {
    const own = textAt(text, [name])
    return own === undefined ? [] : `"${name}":${own}`
  })
  return `{${parts.join(',')},"${list}":[${textAt(text, [list, at])}]}`
}

function nameIn(value: unknown): string | undefined {
  const { name } = objectOf(value)
  return typeof name === 'string' ? name : undefined
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}
