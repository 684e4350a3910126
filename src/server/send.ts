// Answers on their way to the socket, and what waits until they have left.
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { passedOnFrom } from './came-by.ts'
import { endAnswer, limitReading } from './connections.ts'
import type { Answer, BytesAnswer, CutAnswer, DribbleAnswer, HangAnswer, Wait } from './exchange.ts'
import type { HostedWorld } from './hosted-world.ts'
import { httpDate } from './http-date.ts'
import { tellBrokenOff } from './replicas/marks.ts'
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
  sendAfter(response, answer, hosted, answer.waits ?? [])
}

/** Waits for one after the other. A reply of a life of the world that is over does not leave. */
function sendAfter(
  response: ServerResponse,
  answer: Answer,
  hosted: HostedWorld | undefined,
  [wait, ...others]: readonly Wait[],
): void {
  const goOn = () => sendAfter(response, answer, hosted, others)
  if (wait === undefined) sendNow(response, answer, hosted)
  else if ('wall' in wait) waitOnWall(response, hosted, wait.wall, goOn)
  else {
    hosted?.delays.until(wait.task, (isOver) => (isOver ? response.destroy() : goOn()))
    wakeNow(hosted)
  }
}

/** A client that goes meanwhile is waited for no longer. */
function waitOnWall(
  response: ServerResponse,
  hosted: HostedWorld | undefined,
  ms: number,
  then: () => void,
): void {
  const limit = alarm(() => {
    response.off('close', gone)
    then()
  })
  const gone = () => {
    limit.set(undefined)
    wakeNow(hosted)
  }
  response.once('close', gone)
  limit.set(ms)
}

function sendNow(response: ServerResponse, answer: Answer, hosted: HostedWorld | undefined): void {
  const kept = hosted?.timeKept()
  if (kept) return void kept.then(() => sendNow(response, answer, hosted))

  if (answer.kind === 'hang') wakeNow(hosted)
  else wakeAfter(response, hosted)
  switch (answer.kind) {
    case 'bytes':
      sendHead(response, answer, hosted)
      endAnswer(response, answer.body)
      return
    case 'hang-up':
    case 'reset':
      breakOff(response, answer.kind)
      return
    case 'hang':
      hang(response, answer)
      return
    case 'cut':
      void cut(response, answer, hosted)
      return
    case 'dribble':
      void dribble(response, answer, hosted)
  }
}

/** Ends the connection of who asked and says nothing. */
function breakOff(response: ServerResponse, how: 'hang-up' | 'reset'): void {
  if (passedOnFrom(response.req)) tellBrokenOff(response, how)
  else if (how === 'reset') reset(response)
  else response.destroy()
}

/** Ends a connection with RST, where it is plain TCP; else it is closed. */
function reset(response: ServerResponse): void {
  const end = (socket: Socket) => {
    try {
      socket.resetAndDestroy()
    } catch {
      socket.destroy()
    }
  }
  // One that was asked for behind another has its connection once that has left.
  if (response.socket) end(response.socket)
  else response.once('socket', end)
}

/** Says nothing, until a while is over or the client goes. */
function hang(response: ServerResponse, { ms }: HangAnswer): void {
  const limit = alarm(() => response.destroy())
  limit.set(ms)
  response.once('close', () => limit.set(undefined))
}

/** How long what was written is given to reach the client before the connection is reset. */
const ON_ITS_WAY = 50

/** Sends the head and a part of the body, and ends the connection. */
async function cut(
  response: ServerResponse,
  { reply, bytes, by }: CutAnswer,
  hosted: HostedWorld | undefined,
): Promise<void> {
  sendHead(response, reply, hosted)
  const part = Buffer.from(reply.body ?? '').subarray(0, bytes)
  const written = new Promise<void>((done) => response.write(part, () => done()))
  limitReading(response)
  await written
  if (by === 'hang-up') {
    response.socket?.destroySoon()
    return
  }
  // What the other end has not taken yet goes with the reset.
  await pause(ON_ITS_WAY)
  reset(response)
}

function sendHead(
  response: ServerResponse,
  { status, headers: own, type, body }: BytesAnswer,
  hosted: HostedWorld | undefined,
): void {
  const headers: Record<string, string | string[] | number> = { ...own }
  if (hosted) {
    response.sendDate = false
    // An answer that was passed on has the time of who gave it.
    if (own.date === undefined) headers.Date = httpDate(hosted.world.now)
  }
  if (type !== undefined) headers['Content-Type'] = type
  // RFC 9110 8.6: no length goes with 204. What was passed on without its body tells its own.
  if (status !== 204 && status !== 304 && own['content-length'] === undefined)
    headers['Content-Length'] = body === undefined ? 0 : Buffer.byteLength(body)
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
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  for (let at = 0; at < bytes.length && !response.closed; at += piece) {
    response.write(bytes.subarray(at, at + piece))
    await pause(between, gone.signal)
  }
  endAnswer(response, undefined)
}

/** What a request set going in its world starts only once its reply is on its way. */
export function wakeAfter(response: ServerResponse, hosted: HostedWorld | undefined): void {
  if (hosted?.runner.nudged) afterReply(response, () => hosted.runner.wake())
}

/** What a request set going does not wait for a reply that leaves nobody knows when. */
function wakeNow(hosted: HostedWorld | undefined): void {
  if (hosted?.runner.nudged) hosted.runner.wake()
}

/**
 * Calls `then` when a reply has left; at once where its client is gone, as no
 * event will tell.
 */
function afterReply(response: ServerResponse, then: () => void): void {
  if (response.closed) then()
  else response.once('close', then)
}
