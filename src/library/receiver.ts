// A receiver of callbacks for tests: keeps what arrives and answers as it is told.
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WorldClient } from '../control/world-client.ts'
import { bind } from '../server/listen.ts'
import { alarm, pause } from '../server/ticker.ts'
import { isoDuration } from '../state/duration.ts'
import { jsonOf } from '../state/json-of.ts'
import { attemptsAt } from './attempts.ts'
import { frozenHint, whyNothingCame } from './due-here.ts'
import {
  checkOptions,
  isObject,
  must,
  mustBeMs,
  mustBeObject,
  mustBePort,
} from './option-checks.ts'
import { takingPort } from './ports.ts'

/** One request that arrived. */
export interface Arrival {
  /**
   * Virtual time since the first arrival, ISO 8601.
   * `undefined` where no simulator of this process sent it.
   */
  readonly at: string | undefined
  /** The slug of who sent it; `undefined` where no simulator of this process did. */
  readonly provider: string | undefined
  /** The provider's word for what is told, as in `Utilisation`, where that is known. */
  readonly type: string | undefined
  /** Of the SIM it is about, where that is known. */
  readonly iccid: string | undefined
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** The very bytes, as UTF-8 text: what a signature is over. */
  readonly body: string
  /** The body parsed, or `undefined` where it is no JSON. */
  readonly json: unknown
}

export interface ReceiverOptions {
  /**
   * The status to answer with, 200 unless told; of a list one by one, the last
   * for ever.
   */
  readonly answer?: number | readonly number[] | ((arrival: Arrival) => number | Promise<number>)
  /** Headers of every answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** Wall ms before it answers. */
  readonly delay?: number
  /** Where it listens; at a free port of 127.0.0.1 unless given. */
  readonly port?: number
}

/** What is asked of an arrival; what is left out is not. */
export type ArrivalFilter = Partial<
  Pick<Arrival, 'provider' | 'type' | 'iccid' | 'method' | 'path'>
>

/** How long is waited, and for how many. */
export interface ReceiverWait {
  /** How many have to fit: 1 unless told. */
  readonly count?: number
  /** Wall ms: 2 s unless told. */
  readonly timeout?: number
  /** The simulator that sends them, where that runs in another process: asked why nothing came. */
  readonly sim?: Pick<WorldClient, 'show' | 'clock' | 'callbacks'>
}

/** What was waited for did not come in time; the message says what did, and what to do. */
export class CallbackTimeout extends Error {
  /** All that came, in the order it did. */
  readonly arrivals: readonly Arrival[]

  constructor(message: string, arrivals: readonly Arrival[]) {
    super(message)
    this.name = 'CallbackTimeout'
    this.arrivals = arrivals
  }
}

export interface Receiver {
  readonly url: string
  /** In the order they came. */
  readonly arrivals: readonly Arrival[]
  /**
   * Resolves once so many have come, or so many that fit, with those: what came before counts.
   *
   * @example
   * const [first, again] = await receiver.waitFor(2)
   * const [used] = await receiver.waitFor({ type: 'Utilisation', iccid })
   * await receiver.waitFor(({ body }) => body.includes('"remainingQuantity":0'), { timeout: 5000 })
   *
   * @param wanted how many; or what of an arrival has to be so
   * @throws CallbackTimeout after 2 s of the wall clock, unless told
   */
  waitFor(
    wanted: number | ArrivalFilter | ((arrival: Arrival) => boolean),
    wait?: ReceiverWait,
  ): Promise<readonly Arrival[]>
  /** Forgets what came; a list of answers goes on where it is. */
  clear(): void
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const PATIENCE = 2000

const isStatus = (value: unknown) =>
  Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599

const mustBeAnswer = must(
  'a status from 200 to 599, a list of them, or a function',
  (value) =>
    typeof value === 'function' ||
    isStatus(value) ||
    (Array.isArray(value) && value.length > 0 && value.every(isStatus)),
)

/**
 * Listens on 127.0.0.1.
 *
 * @example
 * await using receiver = await startReceiver({ answer: [500, 200] })
 * await using sim = await startSimulator({ callbackUrl: receiver.url })
 * // ... something that sends a callback ...
 * const [first, again] = await receiver.waitFor(2)
 *
 * @throws ListenError where the port is taken, OptionError for an option there is not
 */
export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  checkOptions('startReceiver', options, {
    answer: mustBeAnswer,
    headers: mustBeObject,
    delay: mustBeMs,
    port: mustBePort,
  })
  const { answer = 200, headers = {}, delay = 0, port = 0 } = options
  const arrivals: Arrival[] = []
  const watchers = new Set<() => void>()
  const server = createServer()
  await takingPort(() => bind(server, '127.0.0.1', port))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const attempts = attemptsAt(url)
  let count = 0

  const receive: RequestListener = async (request, response) => {
    const content = await contentOf(request)
    const arrival = { ...factsOf(content.json), ...attempts.arrived(content.body), ...content }
    arrivals.push(arrival)
    count += 1
    for (const watch of [...watchers]) watch()
    const status = await statusFor(answer, arrival, count).catch(() => 500)
    if (delay > 0) await pause(delay)
    response.writeHead(status, headers).end()
  }
  server.on('request', receive)

  const close = () =>
    new Promise<void>((done) => {
      attempts.stop()
      server.close(() => done())
      server.closeAllConnections()
    })
  return {
    url,
    arrivals,
    waitFor: (wanted, wait = {}) => waitFor({ url, arrivals, watchers }, wanted, wait),
    clear() {
      arrivals.length = 0
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** @param count which arrival it is, from 1 */
async function statusFor(
  answer: NonNullable<ReceiverOptions['answer']>,
  arrival: Arrival,
  count: number,
): Promise<number> {
  if (typeof answer === 'function') return answer(arrival)
  if (typeof answer === 'number') return answer
  return answer[Math.min(count, answer.length) - 1] ?? 200
}

/** What came to a receiver, and who is told when more does. */
interface Received {
  readonly url: string
  readonly arrivals: readonly Arrival[]
  readonly watchers: Set<() => void>
}

type Wanted = Parameters<Receiver['waitFor']>[0]

async function waitFor(
  received: Received,
  wanted: Wanted,
  wait: ReceiverWait,
): Promise<readonly Arrival[]> {
  checkOptions('waitFor', wait, { count: mustBeMs, timeout: mustBeMs, sim: mustBeObject })
  const { timeout = PATIENCE } = wait
  const count = typeof wanted === 'number' ? wanted : (wait.count ?? 1)
  const fitting = () => received.arrivals.filter((arrival) => fits(arrival, wanted))
  if (await cameInTime(received.watchers, () => fitting().length >= count, timeout))
    return fitting()
  const told = `${fitting().length} of ${count} ${wordsOf(wanted)} arrived within ${timeout} ms`
  const hint = await hintFor(received.url, wait.sim)
  throw new CallbackTimeout(`${told}; ${whatCame(received.arrivals)}${hint}`, [
    ...received.arrivals,
  ])
}

/** Resolves with true once something is so, with false where it is not within some wall ms. */
function cameInTime(
  watchers: Set<() => void>,
  isSo: () => boolean,
  timeout: number,
): Promise<boolean> {
  return new Promise((done) => {
    const end = (came: boolean) => {
      timer.set(undefined)
      watchers.delete(check)
      done(came)
    }
    const check = () => {
      if (isSo()) end(true)
    }
    const timer = alarm(() => end(false))
    timer.set(timeout)
    watchers.add(check)
    check()
  })
}

function fits(arrival: Arrival, wanted: Wanted): boolean {
  if (typeof wanted === 'number') return true
  if (typeof wanted === 'function') return wanted(arrival)
  return Object.entries(wanted).every(
    ([name, value]) => value === undefined || arrival[name as keyof ArrivalFilter] === value,
  )
}

function wordsOf(wanted: Wanted): string {
  if (typeof wanted === 'number') return 'callbacks'
  if (typeof wanted === 'function') return 'callbacks that fit'
  const asked = Object.entries(wanted).filter(([, value]) => value !== undefined)
  return `callbacks with ${asked.map(([name, value]) => `${name} ${value}`).join(', ')}`
}

/** What came, by type. */
function whatCame(arrivals: readonly Arrival[]): string {
  if (arrivals.length === 0) return 'nothing came'
  const counts = new Map<string, number>()
  for (const { type = 'of no known type' } of arrivals)
    counts.set(type, (counts.get(type) ?? 0) + 1)
  const told = [...counts].map(([type, count]) => (count === 1 ? type : `${count} ${type}`))
  return `what came: ${told.join(', ')}`
}

/** Why it may not have come. */
async function hintFor(url: string, sim: ReceiverWait['sim']): Promise<string> {
  if (!sim) return whyNothingCame(url)
  const [world, waiting] = await Promise.all([sim.show(), sim.callbacks.list()])
  const [due] = waiting.flatMap(({ nextAt }) => nextAt ?? []).toSorted()
  if (world.clock.mode !== 'frozen' || due === undefined) return ''
  const away = Math.max(0, Date.parse(due) - Date.parse(world.clock.now))
  return frozenHint(world.name, due, isoDuration(away))
}

/** What a body says of itself, where nobody else does: as eSIM Go and the wholesale API have it. */
function factsOf(json: unknown): Pick<Arrival, 'at' | 'provider' | 'type' | 'iccid'> {
  const body = isObject(json) ? json : {}
  const text = (...names: readonly string[]) =>
    names.map((name) => body[name]).find((value) => typeof value === 'string')
  return {
    at: undefined,
    provider: undefined,
    type: text('alertType', 'action', 'type'),
    iccid: text('iccid'),
  }
}

async function contentOf(
  request: IncomingMessage,
): Promise<Pick<Arrival, 'method' | 'path' | 'headers' | 'body' | 'json'>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString('utf8')
  return {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: request.headers,
    body,
    json: jsonOf(body),
  }
}
