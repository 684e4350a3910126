// Which exchanges of the journal are asked for, in a list or in a wait.
import type { Distinction, JournalEntry } from '../server/journal.ts'
import { nearest } from '../server/nearest.ts'
import type { SimulatorServer } from '../server/server.ts'
import { Refusal } from '../state/refusal.ts'
import { instant } from './instant.ts'

/** What is asked of an exchange; what is absent is not. */
export interface ExchangeFilter {
  readonly provider?: string
  readonly operation?: string
  readonly method?: string
  /** A status, or a class of them such as `4xx`. */
  readonly status?: string | number
  readonly refused?: boolean
  /** Instants of the world, both included. */
  readonly since?: string
  readonly until?: string
  readonly iccid?: string
  /** A part of the path. */
  readonly path?: string
  /** A part of anything that is text, in any case. */
  readonly text?: string
  /** `true`, `false`, or the id or the kind of a fault. */
  readonly fault?: string | boolean
}

type Check = (exchange: Distinction) => boolean
type TextCheck = (entry: JournalEntry) => boolean

/** What tells whether an exchange is asked for. */
export interface ExchangeCheck {
  /** By what cannot be secret: asked first, of every exchange. */
  readonly byKind: Check
  /**
   * By what is shown of it, without its secrets: nobody finds those by asking for them. Absent where
   * no text is asked for.
   */
  readonly byText: TextCheck | undefined
}

/**
 * What tells whether an exchange is asked for.
 * @throws Refusal `invalid-request` for an operation or an instant there is not
 */
export function exchangeFilter(server: SimulatorServer, filter: ExchangeFilter): ExchangeCheck {
  const { provider, operation, refused } = filter
  checkOperation(server, provider, operation)
  const kinds = [
    provider === undefined ? undefined : (entry: Distinction) => entry.provider === provider,
    operation === undefined ? undefined : (entry: Distinction) => entry.operation === operation,
    refused === undefined ? undefined : ({ refusal }: Distinction) => !refusal === !refused,
    methodCheck(filter.method),
    statusCheck(filter.status),
    ...timeChecks(filter),
    faultCheck(filter.fault),
  ].filter((check) => check !== undefined)
  const texts = [
    pathCheck(filter.path),
    textCheck(filter.iccid, [urlOf, requestOf, replyOf]),
    textCheck(filter.text, [urlOf, requestOf, replyOf, reasonOf]),
  ].filter((check) => check !== undefined)
  return {
    byKind: (exchange) => kinds.every((check) => check(exchange)),
    byText: texts.length === 0 ? undefined : (entry) => texts.every((check) => check(entry)),
  }
}

/** A name misspelled would find nothing, and nobody would know why. */
function checkOperation(
  { providers }: SimulatorServer,
  slug: string | undefined,
  operation: string | undefined,
): void {
  if (operation === undefined) return
  const asked = [...providers.values()].filter(
    ({ simulator }) => slug === undefined || simulator.slug === slug,
  )
  const known = asked.flatMap(({ simulator: { handlers, gaps } }) => [
    ...Object.keys(handlers),
    ...Object.keys(gaps ?? {}),
  ])
  if (known.includes(operation)) return
  const near = nearest(operation, known)
  const whose = slug === undefined ? 'no provider' : slug
  const has = slug === undefined ? 'has' : 'has no'
  const hint =
    near === undefined
      ? '`esimulator provenance` and GET /_sim/provenance/{slug} list them'
      : `did you mean ${near}?`
  throw new Refusal('invalid-request', `${whose} ${has} operation "${operation}": ${hint}`)
}

function methodCheck(method: string | undefined): Check | undefined {
  const wanted = method?.toUpperCase()
  return wanted === undefined ? undefined : (entry) => entry.method === wanted
}

function statusCheck(asked: string | number | undefined): Check | undefined {
  if (asked === undefined) return undefined
  const status = String(asked)
  if (!/xx$/i.test(status)) return (entry) => String(entry.status) === status
  return (entry) => String(entry.status)[0] === status[0]
}

function timeChecks({ since, until }: ExchangeFilter): (Check | undefined)[] {
  const from = since === undefined ? undefined : instant('since', since)
  const to = until === undefined ? undefined : instant('until', until)
  return [
    from === undefined ? undefined : (entry) => entry.at >= from,
    to === undefined ? undefined : (entry) => entry.at <= to,
  ]
}

function pathCheck(part: string | undefined): TextCheck | undefined {
  if (part === undefined) return undefined
  return (entry) => (entry.url.split('?', 1)[0] ?? '').includes(part)
}

type Text = (entry: JournalEntry) => string | undefined

const urlOf: Text = ({ url }) => url
const requestOf: Text = ({ requestBody }) => requestBody
const replyOf: Text = ({ replyBody }) => replyBody
const reasonOf: Text = ({ refusal }) => refusal?.reason

function textCheck(part: string | undefined, texts: readonly Text[]): TextCheck | undefined {
  const wanted = part?.toLowerCase()
  if (wanted === undefined) return undefined
  return (entry) => texts.some((text) => text(entry)?.toLowerCase().includes(wanted) === true)
}

function faultCheck(asked: string | boolean | undefined): Check | undefined {
  if (asked === undefined) return undefined
  const isHit = String(asked) === 'true'
  if (isHit || String(asked) === 'false') return ({ fault }) => (fault !== undefined) === isHit
  return ({ fault }) => fault?.id === asked || fault?.kind === asked
}
