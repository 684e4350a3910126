// What was played by hand in a world: calls of providers and of the control API, in their order.
import type { CommandShown, ExchangeShown } from '../../control/wire.ts'
import type { WorldClient } from '../../control/world-client.ts'
import { isForm, isJson } from '../../server/media-type.ts'
import { REDACTED } from '../../server/redaction/span.ts'
import { knownSimulators } from '../../simulators/index.ts'
import { percentDecoded } from '../../state/percent-encoding.ts'
import type { ParameterPlace } from '../language.ts'
import { readOwnSource, type Source, type SourceOperation } from '../sources.ts'
import { beginningOf } from './cut-json.ts'

/** A call that was made, and what came of it. */
export interface PlayedCall {
  /** As messages call it: `exchange 12`. */
  readonly what: string
  readonly source: Source
  readonly operation: SourceOperation
  /** What the clock showed when it came, in ms. */
  readonly at: number
  /** Path and query, below the world. */
  readonly url: string
  readonly parameters: readonly PlayedParameter[]
  readonly body: PlayedBody | undefined
  /** `null` where nothing, or not all of it, came back. */
  readonly status: number | null
  readonly reply: PlayedReply
}

export interface PlayedParameter {
  readonly name: string
  readonly in: ParameterPlace
  /** A list where a parameter of the query came several times. */
  readonly value: string | readonly string[]
}

export interface PlayedBody {
  readonly type: string | undefined
  /** Parsed where it is JSON or a form, else the text. */
  readonly payload: unknown
}

export interface PlayedReply {
  readonly headers: Readonly<Record<string, string>>
  /** Parsed; `undefined` where it is no JSON. */
  readonly json: unknown
  /** False where only the beginning of it was kept. */
  readonly isWhole: boolean
}

export interface Played {
  readonly began: { readonly at: number; readonly given?: string | undefined } | undefined
  readonly calls: readonly PlayedCall[]
  /** What could not be taken over, and why: sentences. */
  readonly notes: readonly string[]
}

/** Where a recording begins: the number of an exchange, or an instant in ms. */
export type Since = { readonly exchange: number } | { readonly at: number }

/** Everything that was played in a world, and is still kept. */
export async function playedIn(
  client: WorldClient,
  since: Since | undefined,
  until = Number.POSITIVE_INFINITY,
): Promise<Played> {
  const { control } = client
  const exchanges = await allPages(async (after) => {
    const query = { after, order: 'oldest' as const, limit: 1000 }
    const { entries, next } = await control.call('listJournal', { query })
    return { entries, next }
  })
  let began: Played['began']
  const commands = await allPages(async (after) => {
    const page = await control.call('listCommands', { query: { after, limit: 1000 } })
    began = page.began && { at: Date.parse(page.began.at), given: page.began.given }
    return { entries: page.commands, next: page.next }
  })
  const reader = new PlayedReader(await tokenPaths(client))
  const calls: PlayedCall[] = []
  for (const each of inOrder(exchanges, commands)) {
    if ((since && !isSince(each, since)) || numberOf(each) > until) continue
    const call = 'requestHeaders' in each ? await reader.exchange(each) : await reader.command(each)
    if (call) calls.push(call)
  }
  const notes = [...reader.notes]
  if (!since) notes.unshift(...missingBefore({ exchanges, commands, began }))
  return { began, calls, notes }
}

async function allPages<Entry>(
  page: (after: number) => Promise<{
    readonly entries: readonly Entry[]
    readonly next?: number | undefined
  }>,
): Promise<Entry[]> {
  const all: Entry[] = []
  for (let after: number | undefined = 0; after !== undefined; ) {
    const { entries, next }: Awaited<ReturnType<typeof page>> = await page(after)
    all.push(...entries)
    after = next
  }
  return all
}

type Either = ExchangeShown | CommandShown

/** A command comes behind the exchange it came after. */
function inOrder(
  exchanges: readonly ExchangeShown[],
  commands: readonly CommandShown[],
): readonly Either[] {
  const ordered: Either[] = []
  let next = 0
  for (const command of commands) {
    for (; (exchanges[next]?.id ?? Number.POSITIVE_INFINITY) <= command.behind; next += 1)
      ordered.push(exchanges[next] as ExchangeShown)
    ordered.push(command)
  }
  return [...ordered, ...exchanges.slice(next)]
}

function isSince(each: Either, since: Since): boolean {
  if ('at' in since) return Date.parse(each.at) >= since.at
  return numberOf(each) >= since.exchange
}

/** The number of an exchange; of a command, that of the exchange that comes after it. */
const numberOf = (each: Either) => ('behind' in each ? each.behind + 1 : each.id)

interface Kept {
  readonly exchanges: readonly ExchangeShown[]
  readonly commands: readonly CommandShown[]
  readonly began: Played['began']
}

/** What is known to be missing at the beginning. */
function missingBefore({ exchanges, commands, began }: Kept): string[] {
  const notes: string[] = []
  if (!began)
    notes.push(
      'how this world began is not known (it was kept from an earlier start, or put in as a state): the file begins with a new world',
    )
  const [exchange, command] = [exchanges[0]?.id ?? 1, commands[0]?.id ?? 1]
  if (exchange > 1)
    notes.push(`the journal begins with exchange ${exchange}: those before are gone`)
  if (command > 1) notes.push(`${command - 1} calls of /_sim are gone: only the latest are kept`)
  return notes
}

/** Paths below the world at which tokens are fetched. */
async function tokenPaths(client: WorldClient): Promise<ReadonlySet<string>> {
  const { credentials } = await client.show()
  const urls = Object.values(credentials).flatMap(({ tokenUrl }) => tokenUrl ?? [])
  return new Set(urls.map((url) => belowWorld(new URL(url).pathname)))
}

/** A path without the world before it. */
function belowWorld(path: string): string {
  return path.replace(/^\/w\/[^/]+(?=\/)/, '')
}

/** Headers that say how a message was sent, and not what was asked. */
const CARRIED = new Set(['prefer', 'accept', 'accept-language', 'if-match', 'if-none-match'])
/** What clients send where nothing was chosen. */
const UNCHOSEN = new Set(['*/*', '*'])
/** Faults after which a client has no answer, whatever the journal says was lost. */
const SILENT = new Set(['hang', 'reset', 'empty', 'truncated'])

/** Calls of the clock that only say how it goes by itself: the file moves it where it came to. */
const OF_RUNNING_CLOCK = new Set(['freezeClock', 'resumeClock'])

/** Reads calls; what cannot be taken over it notes. */
class PlayedReader {
  readonly notes: string[] = []
  readonly #tokenPaths: ReadonlySet<string>
  readonly #sources = new Map<string, Promise<Source>>()

  constructor(paths: ReadonlySet<string>) {
    this.#tokenPaths = paths
  }

  async exchange(entry: ExchangeShown): Promise<PlayedCall | undefined> {
    const { id, provider, operation: asked, basePath = '', method, status } = entry
    const what = `exchange ${id}`
    const url = belowWorld(entry.url)
    const isToken = this.#tokenPaths.has(url.split('?', 1)[0] ?? '')
    // The one who runs the file fetches tokens by himself.
    if (isToken && status === 200) return undefined
    const path = below(url, `/${provider}${basePath}`)
    const source = provider === undefined ? undefined : await this.#source(provider, basePath)
    const operation = source?.operations.find((each) => each.id === asked)
    if (!source || !operation || operation.method !== method) {
      this.notes.push(`${what} is left out: ${method} ${url} is no operation of a provider`)
      return undefined
    }
    const body = bodyOf(entry)
    if (body === CUT) {
      this.notes.push(`${what} is left out: only the beginning of its body was kept`)
      return undefined
    }
    const isSilent = entry.fault !== undefined && SILENT.has(entry.fault.kind)
    return {
      what,
      source,
      operation,
      at: Date.parse(entry.at),
      url,
      parameters: [
        ...placed(operation, path),
        ...headersOf(entry, operation),
        ...badCredential(entry, source, operation),
      ],
      body,
      status: isSilent ? null : (status ?? null),
      reply: replyOf(entry),
    }
  }

  async command(entry: CommandShown): Promise<PlayedCall | undefined> {
    const { id, operation: asked, url } = entry
    const what = `call ${id} of /_sim`
    const source = await this.#source(CONTROL, '')
    const operation = source.operations.find((each) => each.id === asked)
    if (!operation || OF_RUNNING_CLOCK.has(asked)) return undefined
    const body = bodyOf(entry)
    if (body === CUT || JSON.stringify(body ?? null).includes(REDACTED)) {
      const why = body === CUT ? 'only the beginning of its body was kept' : 'it has a secret in it'
      this.notes.push(`${what} (${asked}) is left out: ${why}`)
      return undefined
    }
    return {
      what,
      source,
      operation,
      at: Date.parse(entry.at),
      url,
      parameters: placed(operation, url),
      body,
      status: entry.status,
      reply: replyOf(entry),
    }
  }

  /** The spec of a provider, or of the control API; each is read once. */
  #source(slug: string, basePath: string): Promise<Source> {
    const mounts = knownSimulators().find((each) => each.slug === slug)?.mounts ?? []
    const isMain = basePath === '' || mounts[0]?.basePath === basePath
    const url = `esimulator:${slug}${isMain ? '' : basePath}`
    const name = slug + (isMain ? '' : basePath.replaceAll(/[^A-Za-z0-9]+/g, '-'))
    const reading = this.#sources.get(url) ?? readOwnSource(slug === CONTROL ? 'sim' : name, url)
    this.#sources.set(url, reading)
    return reading
  }
}

const CONTROL = 'control'

/** A URL below a prefix; a provider on a port of its own has none. */
function below(url: string, prefix: string): string {
  return url.startsWith(prefix) ? url.slice(prefix.length) : url
}

/** Parameters of the path and the query. */
function placed({ path, parameters }: SourceOperation, url: string): PlayedParameter[] {
  const [asked = '', query = ''] = url.split(/\?(.*)/s)
  const segments = asked.split('/')
  const found: PlayedParameter[] = []
  for (const [at, part] of path.split('/').entries()) {
    const [, before = '', name, behind = ''] = /^(.*)\{(.+)\}(.*)$/.exec(part) ?? []
    if (name === undefined) continue
    const text = segments[at] ?? ''
    const value = text.slice(before.length, text.length - behind.length)
    found.push({ name, in: 'path', value: percentDecoded(value) ?? value })
  }
  const search = new URLSearchParams(query)
  const known = new Set(parameters.flatMap((each) => (each.in === 'query' ? each.name : [])))
  for (const name of new Set(search.keys())) {
    // What the spec does not know is accepted, and changes nothing.
    if (!known.has(name)) continue
    const values = search.getAll(name)
    found.push({ name, in: 'query', value: values.length > 1 ? values : (values[0] ?? '') })
  }
  return found
}

function headersOf(
  { requestHeaders }: ExchangeShown,
  { parameters }: SourceOperation,
): PlayedParameter[] {
  const declared = parameters.filter((each) => each.in === 'header').map(({ name }) => name)
  const names = new Map([...CARRIED].map((name) => [name, name]))
  for (const name of declared) names.set(name.toLowerCase(), name)
  return Object.entries(requestHeaders).flatMap(([name, value]) => {
    const spelled = names.get(name.toLowerCase())
    if (spelled === undefined || UNCHOSEN.has(value) || value.includes(REDACTED)) return []
    return [{ name: spelled, in: 'header' as const, value }]
  })
}

/** What a credential that was refused is shown as: none that opens anything. */
const BAD_CREDENTIAL = 'not-a-credential'

/** A call whose credential was refused is made with one that is refused. */
function badCredential(
  { refusal, fault, requestHeaders }: ExchangeShown,
  { securitySchemes }: Source,
  { security }: SourceOperation,
): PlayedParameter[] {
  if (refusal?.stage !== 'authenticate' || fault) return []
  const [name = ''] = security.flatMap((each) => Object.keys(each))
  const scheme = securitySchemes[name]
  const isKey = scheme?.type === 'apiKey' && scheme.in === 'header'
  const header = isKey ? String(scheme.name) : 'Authorization'
  const wasSent = Object.keys(requestHeaders).some(
    (each) => each.toLowerCase() === header.toLowerCase(),
  )
  const bad = isKey ? BAD_CREDENTIAL : `Bearer ${BAD_CREDENTIAL}`
  return [{ name: header, in: 'header', value: wasSent ? bad : '' }]
}

const CUT = Symbol('cut')

/** How a text ends of which only the beginning was kept. */
const ENDS_CUT = /\.\.\. \(\d+ characters\)$/

type WithBodies = Pick<
  ExchangeShown,
  'requestBody' | 'requestJson' | 'replyBody' | 'replyJson' | 'replyHeaders'
>

function bodyOf(
  entry: WithBodies & { readonly requestHeaders?: Readonly<Record<string, string>> },
): PlayedBody | typeof CUT | undefined {
  const { requestBody: text, requestJson: json, requestHeaders = {} } = entry
  if (text === undefined || text === '') return undefined
  if (json === undefined && ENDS_CUT.test(text)) return CUT
  const [, type] =
    Object.entries(requestHeaders).find(([name]) => /^content-type$/i.test(name)) ?? []
  if (type !== undefined && isForm(type)) return { type, payload: formOf(text) }
  // What was sent as another type is text, even where it reads as JSON.
  if (type !== undefined && !isJson(type)) return { type, payload: text }
  // A number with more digits than JSON.parse keeps stays as it was written.
  const isExact = !/[:[,\s]-?\d{16,}/.test(text)
  return { type: undefined, payload: json !== undefined && isExact ? json : text }
}

/** A form; what was struck out of it is shown as a credential that opens nothing. */
function formOf(text: string): Readonly<Record<string, string>> {
  const fields = [...new URLSearchParams(text)].map(([name, value]) => [
    name,
    value === REDACTED ? BAD_CREDENTIAL : value,
  ])
  return Object.fromEntries(fields)
}

function replyOf({ replyBody, replyJson, replyHeaders = {} }: WithBodies): PlayedReply {
  const isWhole = replyJson !== undefined || replyBody === undefined || !ENDS_CUT.test(replyBody)
  const json = isWhole ? replyJson : beginningOf(replyBody.replace(ENDS_CUT, ''))
  return { headers: replyHeaders, json, isWhole }
}
