// How answers of the control API leave.
import type { ServerResponse } from 'node:http'
import { httpDate } from '../server/http-date.ts'
import { traceOf } from '../server/reason.ts'
import { wakeAfter } from '../server/send.ts'
import { withStatusHeaders } from '../server/status-headers.ts'
import type { HostedWorld } from '../server/worlds.ts'
import { asRefusal, PROBLEM_TYPE, problemOf } from './problem.ts'

/** An answer whose body is JSON already; absent where there is none. */
interface Written {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly text?: string | undefined
  /** `application/json` unless it is another. */
  readonly type?: string
}

/**
 * Sends an answer. That of a world carries the world's time, and what the call set going starts
 * once it is on its way.
 */
export function send(response: ServerResponse, answer: Written, hosted?: HostedWorld): void {
  const kept = hosted?.timeKept()
  if (kept) return void kept.then(() => send(response, answer, hosted))

  const { status, headers, text, type = 'application/json' } = answer
  if (hosted) {
    response.sendDate = false
    response.setHeader('Date', httpDate(hosted.world.now))
    wakeAfter(response, hosted)
  }
  const content =
    text === undefined ? {} : { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }
  response.writeHead(status, { ...headers, 'Cache-Control': 'no-store', ...content })
  response.end(text)
}

/** Answers what went wrong. What is a mistake of the simulator is reported, too. */
export function sendProblem(
  response: ServerResponse,
  error: unknown,
  report: (sentence: string) => void,
): void {
  const refusal = asRefusal(error)
  const problem = problemOf(refusal)
  if (problem.status === 500) report(traceOf(error))
  if (response.headersSent) return void response.destroy()

  const { status } = problem
  const headers = status === 401 ? { 'WWW-Authenticate': 'Bearer realm="esimulator"' } : {}
  const reply = withStatusHeaders({ status, headers }, refusal)
  const text = JSON.stringify(problem)
  send(response, { status, headers: reply.headers, text, type: PROBLEM_TYPE })
}
