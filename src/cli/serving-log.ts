// What the terminal that serves tells: a line for each request, with the true reason where it was refused, and each callback.
import type { Listener } from '../server/http.ts'
import type { KeptExchange } from '../server/journal.ts'
import type { Redactor } from '../server/redaction/redactor.ts'
import type { SimulatorServer } from '../server/server.ts'
import { alarm, wallNow } from '../server/ticker.ts'
import { notedRefusal } from '../server/told-refusals.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import type { Callback, Outcome } from '../state/callbacks.ts'
import { printable } from '../state/printable.ts'
import type { World } from '../state/world.ts'
import { type Colour, painter } from './colour.ts'

/** Where lines go; as much of a stream as is needed. */
export interface LogStream {
  readonly isTTY?: boolean
  /** Bytes that wait for a reader. */
  readonly writableLength: number
  write(text: string): unknown
}

export interface ServingLog {
  readonly onExchange: (world: World, exchange: KeptExchange) => void
  readonly onOutcome: (world: World, callback: Callback, outcome: Outcome) => void
  /** A server whose requests are timed, and whose control calls are told. */
  watched(server: SimulatorServer): SimulatorServer
  /** Writes what waits. */
  flush(): void
}

/** Wall ms in which lines are gathered: they are made and written at once. */
const GATHERED = 100
/** How many lines are written at once; under load the others are counted. */
const MOST_LINES = 50
/** Bytes that may wait for who reads too slowly, or not at all. */
const MOST_WAITING = 65_536
/** Characters of a URL and of a reason. */
const LONGEST = 300

/** Paths of the control API; a query may have such a text, too. */
const CONTROL = /^(?:https?:\/\/[^/]+)?(?:\/w\/[^/?]+)?\/_sim\//

/** Makes a line when it is written: not in the middle of a request. */
type Line = (redactor: Redactor) => string

/** One line, and nothing that a terminal obeys: a caller chooses what stands in it. */
function cut(text: string): string {
  const line = printable(text).replaceAll(/\s+/g, ' ')
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line
}

function colourOf(status: number | undefined): Colour {
  if (status === undefined || status >= 500) return 'red'
  return status >= 400 ? 'yellow' : 'green'
}

/** When requests came, by their headers, which an exchange has, too. */
interface Arrivals {
  /** Notes a request before it is answered. */
  came(headers: object, since: number): void
  /** Notes one that may be answered later, unless it was already. */
  waits(headers: object, since: number): void
  /** When one came that is answered now; `undefined` where nobody noted it. */
  answered(headers: object): number | undefined
}

function openArrivals(): Arrivals {
  // Most are answered at once, and a weak map costs the collector more than all else here.
  const waiting = new WeakMap<object, number>()
  let latest: object | undefined
  let latestSince = 0
  return {
    came(headers, since) {
      latest = headers
      latestSince = since
    },
    waits(headers, since) {
      if (latest === headers) waiting.set(headers, since)
      latest = undefined
    },
    answered(headers) {
      if (latest !== headers) return waiting.get(headers)
      latest = undefined
      return latestSince
    },
  }
}

export function openServingLog(stream: LogStream): ServingLog {
  const paint = painter(stream)
  const waiting: Line[] = []
  const arrivals = openArrivals()
  let redactor: Redactor | undefined
  let passedOver = 0
  let isBellSet = false

  const flush = () => {
    isBellSet = false
    const lines = waiting.splice(0)
    const knowing = redactor
    if (!knowing || (lines.length === 0 && passedOver === 0)) return
    if (stream.writableLength > MOST_WAITING) {
      passedOver += lines.length
      return
    }
    const told = lines.map((line) => line(knowing))
    if (passedOver > 0) told.push(`and ${passedOver} more`)
    passedOver = 0
    stream.write(`${told.join('\n')}\n`)
  }
  const bell = alarm(flush)
  const add = (line: Line) => {
    if (waiting.length < MOST_LINES) waiting.push(line)
    else passedOver += 1
    if (isBellSet) return
    isBellSet = true
    bell.set(GATHERED)
  }
  return {
    onExchange(world, exchange) {
      const { method, url, status, headers } = exchange
      const note = noteOf(exchange)
      const since = arrivals.answered(headers)
      add(requestLine({ method, url, status, since, now: wallNow(), note, world }, paint))
    },
    onOutcome(world, callback, outcome) {
      add((knowing) => callbackLine(world, callback, outcome, { knowing, paint }))
    },
    watched(server) {
      redactor = server.redactor
      const control = (listener: Listener): Listener => {
        return (request, response) => {
          const since = wallNow()
          const { method = 'GET', url = '/', headers } = request
          arrivals.came(headers, since)
          if (CONTROL.test(url))
            response.once('finish', () => {
              const { statusCode: status } = response
              const reason = notedRefusal(response)
              // Who only looks is not told of, unless he sees nothing.
              if (method === 'GET' && reason === undefined) return
              const note = reason === undefined ? undefined : `refused: ${reason}`
              add(requestLine({ method, url, status, since, now: wallNow(), note }, paint))
            })
          listener(request, response)
          arrivals.waits(headers, since)
        }
      }
      return { ...server, listener: (slug) => control(server.listener(slug)) }
    },
    flush,
  }
}

/** A request and how it was answered. */
interface Asked {
  readonly method: string
  readonly url: string
  /** Absent where nothing was answered. */
  readonly status: number | undefined
  /** Wall ms; absent where nobody knows when it came. */
  readonly since: number | undefined
  readonly now: number
  readonly note?: string | undefined
  readonly world?: World
}

function inWorld(world: World | undefined): string {
  return world === undefined || world.name === DEFAULT_WORLD ? '' : `[${world.name}] `
}

/** Why it was answered so: the true reason, which the reply may not tell, or the fault. */
function noteOf({ refusal, fault, violations }: KeptExchange): string | undefined {
  if (fault) return `fault ${fault.id} (${fault.kind}): ${fault.saw}`
  if (refusal) return `refused: ${refusal.reason}`
  return violations.length > 0 ? `breaks its spec: ${violations.join('; ')}` : undefined
}

type Paint = (text: string, colour: Colour) => string

function requestLine({ method, url, status, since, now, note, world }: Asked, paint: Paint): Line {
  return (knowing) => {
    const took = since === undefined ? '' : ` ${Math.max(0, Math.round(now - since))} ms`
    const answer = status === undefined ? 'no answer' : String(status)
    const shown = knowing.redacted(cut(url), 'url')
    const why = note === undefined ? '' : `  ${knowing.redacted(cut(note), 'sentence')}`
    return `${inWorld(world)}${method} ${shown} ${paint(answer, colourOf(status))}${took}${why}`
  }
}

interface Telling {
  readonly knowing: Redactor
  readonly paint: Paint
}

function callbackLine(
  world: World,
  { provider, type, iccid, url, attempts, earlierAttempts = 0 }: Callback,
  { status, error, note }: Outcome,
  { knowing, paint }: Telling,
): string {
  const isTaken = status !== undefined && status >= 200 && status < 300
  const outcome = paint(cut(String(status ?? error ?? 'not sent')), isTaken ? 'green' : 'red')
  const of = iccid === undefined ? '' : ` of ${iccid}`
  const attempt = earlierAttempts + attempts.length + 1
  const more = note === undefined ? '' : `  ${note}`
  const target = knowing.redacted(cut(url), 'url')
  return `${inWorld(world)}callback ${provider} ${type}${of} -> ${target} ${outcome}, attempt ${attempt}${more}`
}
