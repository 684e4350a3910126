// How answers of the control API leave.
import type { ServerResponse } from 'node:http'
import { endAnswer, limitReading } from '../server/connections.ts'
import { httpDate } from '../server/http-date.ts'
import type { LongText } from '../server/long-list.ts'
import { wakeAfter } from '../server/send.ts'
import type { SimulatorServer } from '../server/server.ts'
import { withStatusHeaders } from '../server/status-headers.ts'
import { noteRefusal } from '../server/told-refusals.ts'
import type { HostedWorld } from '../server/worlds.ts'
import type { ReplyHeaders } from '../simulators/call.ts'
import { traceOf } from '../state/reason.ts'
import { openTurns } from '../stores/turns.ts'
import type { WrittenReply } from './call.ts'
import { asRefusal, PROBLEM_TYPE, problemOf } from './problem.ts'

/** An answer whose body is JSON already; absent where there is none. */
interface Written {
  readonly status: number
  readonly headers?: ReplyHeaders | undefined
  readonly text?: string | undefined
  /** `application/json` unless it is another. */
  readonly type?: string
}

/** What comes behind the head of an answer: so many bytes, or as many as come. */
interface Following {
  readonly type: string
  readonly size?: number
}

/**
 * Sends an answer. That of a world carries the world's time, and what the call set going starts
 * once it is on its way.
 */
export function send(response: ServerResponse, answer: Written, hosted?: HostedWorld): void {
  const kept = hosted?.timeKept()
  if (kept) return void kept.then(() => send(response, answer, hosted))

  const { text, type = 'application/json' } = answer
  const size = text === undefined ? 0 : Buffer.byteLength(text)
  writeHead(response, answer, text === undefined ? undefined : { type, size }, hosted)
  endAnswer(response, text)
}

function writeHead(
  response: ServerResponse,
  { status, headers }: Written,
  following: Following | undefined,
  hosted?: HostedWorld,
): void {
  if (hosted) {
    response.sendDate = false
    response.setHeader('Date', httpDate(hosted.world.now))
    wakeAfter(response, hosted)
  }
  const content: Record<string, string | number> = {}
  if (following) content['Content-Type'] = following.type
  if (following?.size !== undefined) content['Content-Length'] = following.size
  response.writeHead(status, { ...headers, 'Cache-Control': 'no-store', ...content })
}

/** Sends an answer whose text is long, no faster than it is read. */
export async function sendLong(
  response: ServerResponse,
  answer: Written,
  { chunks, size }: LongText,
  hosted?: HostedWorld,
): Promise<void> {
  await hosted?.timeKept()
  writeHead(response, answer, { type: 'application/json', size }, hosted)
  for (const chunk of chunks) {
    if (response.closed) return
    if (!response.write(chunk)) await drained(response)
  }
  endAnswer(response, undefined)
}

/** A text up to about this many characters is sent whole, with its length. */
const WHOLE = 4_194_304

/**
 * Sends a reply in turns, for as long as somebody is there to read it and no faster than it is read.
 * @param ready awaited before the first byte leaves
 */
export async function sendPieces(
  response: ServerResponse,
  { status, pieces, close }: WrittenReply,
  hosted: HostedWorld | undefined,
  ready: () => Promise<void>,
): Promise<void> {
  const turns = openTurns()
  try {
    const beginning: string[] = []
    let size = 0
    let next = pieces.next()
    for (; !next.done && size < WHOLE; next = pieces.next()) {
      beginning.push(next.value)
      size += next.value.length
      await turns.over()
    }
    await ready()
    const text = beginning.join('')
    if (next.done) return send(response, { status, text }, hosted)

    await hosted?.timeKept()
    writeHead(response, { status }, { type: 'application/json' }, hosted)
    response.write(text)
    const isRead = response.req.method !== 'HEAD'
    for (; !next.done && isRead && !response.closed; next = pieces.next()) {
      if (!response.write(next.value)) await drained(response)
      await turns.over()
    }
    endAnswer(response, undefined)
  } finally {
    close()
  }
}

/** Resolves when what was written has left, or nobody waits for it any more. */
function drained(response: ServerResponse): Promise<void> {
  if (response.closed) return Promise.resolve()
  limitReading(response)
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}

/**
 * Answers what went wrong. What is a mistake of the simulator is reported, too.
 * @param hosted the world that was asked for, where it is there: the answer carries its time
 */
export function sendProblem(
  response: ServerResponse,
  error: unknown,
  { report, redactor }: Pick<SimulatorServer, 'report' | 'redactor'>,
  hosted?: HostedWorld,
): void {
  const refusal = asRefusal(error)
  const told = problemOf(refusal)
  const problem = { ...told, detail: redactor.redacted(told.detail, 'sentence') }
  if (problem.status === 500) report(traceOf(error))
  if (response.headersSent) return void response.destroy()

  noteRefusal(response, problem.detail)
  const { status } = problem
  const headers = status === 401 ? { 'WWW-Authenticate': 'Bearer realm="esimulator"' } : {}
  const reply = withStatusHeaders({ status, headers }, refusal)
  const text = JSON.stringify(problem)
  send(response, { status, headers: reply.headers, text, type: PROBLEM_TYPE }, hosted)
}
