// Answers on their way to the socket, and what waits until they have left.
import type { ServerResponse } from 'node:http'
import { endAnswer } from './connections.ts'
import type { Answer, BytesAnswer, DribbleAnswer } from './exchange.ts'
import type { HostedWorld } from './hosted-world.ts'
import { alarm, pause } from './ticker.ts'

/**
 * Does with the connection what the answer says.
 * @param hosted absent where there is no world
 */
export function send(
  response: ServerResponse,
  answer: Answer,
  hosted: HostedWorld | undefined,
): void {
  if (answer.delay === undefined) sendNow(response, answer, hosted)
  else alarm(() => sendNow(response, answer, hosted)).set(answer.delay)
}

function sendNow(response: ServerResponse, answer: Answer, hosted: HostedWorld | undefined): void {
  const kept = hosted?.timeKept()
  if (kept) return void kept.then(() => sendNow(response, answer, hosted))

  if (answer.kind === 'bytes') {
    sendHead(response, answer, hosted)
    wakeAfter(response, hosted)
    endAnswer(response, answer.body)
    return
  }

  wakeAfter(response, hosted)
  if (answer.kind === 'hang-up') response.destroy()
  else void dribble(response, answer, hosted)
}

function sendHead(
  response: ServerResponse,
  { status, headers: own, type, body }: BytesAnswer,
  hosted: HostedWorld | undefined,
): void {
  const headers: Record<string, string | number> = { ...own }
  if (hosted) {
    response.sendDate = false
    headers.Date = httpDate(hosted.world.now)
  }
  if (type !== undefined) headers['Content-Type'] = type
  // RFC 9110 8.6: no length goes with 204.
  if (status !== 204) headers['Content-Length'] = body === undefined ? 0 : Buffer.byteLength(body)
  response.writeHead(status, headers)
}

/** Sends piece by piece, for as long as somebody is there to read. */
async function dribble(
  response: ServerResponse,
  { reply, piece, pause: between }: DribbleAnswer,
  hosted: HostedWorld | undefined,
): Promise<void> {
  sendHead(response, reply, hosted)
  const bytes = Buffer.from(reply.body ?? '')
  for (let at = 0; at < bytes.length && !response.closed; at += piece) {
    response.write(bytes.subarray(at, at + piece))
    await pause(between)
  }
  response.end()
}

let dateAt = Number.NaN
let dateText = ''

/**
 * An HTTP date; the last one made is kept, since most replies fall in the same
 * second.
 */
export function httpDate(at: number): string {
  const second = Math.floor(at / 1000)
  if (second !== dateAt) {
    dateAt = second
    dateText = new Date(second * 1000).toUTCString()
  }
  return dateText
}

/** What a request set going in its world starts only once its reply is on its way. */
export function wakeAfter(response: ServerResponse, hosted: HostedWorld | undefined): void {
  if (hosted?.runner.nudged) afterReply(response, () => hosted.runner.wake())
}

/**
 * Calls `then` when a reply has left; at once where its client is gone, as no
 * event will tell.
 */
function afterReply(response: ServerResponse, then: () => void): void {
  if (response.closed) then()
  else response.once('close', then)
}
