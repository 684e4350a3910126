// A real account that is read: what is asked of it, tried again where it fails for a while, and never more than reads.
import { setMaxListeners } from 'node:events'
import { isJson } from '../../server/media-type.ts'
import { pause, wallNow } from '../../server/ticker.ts'
import type { ReadCall } from '../../simulators/import-plan.ts'
import { reasonOf } from '../../state/reason.ts'
import { openSender, type SentRequest } from '../../workflows/send.ts'
import type { Source, SourceOperation } from '../../workflows/sources.ts'
import { realTarget } from '../real-target.ts'
import type { TargetFile } from '../target-file.ts'

/** Why nothing more can be read: one sentence that says what to do. */
export class CannotRead extends Error {}

/** An answer that is one. */
export interface GoodAnswer {
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

export interface Account extends AsyncDisposable {
  readonly source: Source
  /** @throws CannotRead for an operation that the document does not have */
  operation(id: string): SourceOperation
  request(call: ReadCall): SentRequest
  /**
   * @returns `undefined` for what is not there (404)
   * @throws CannotRead
   */
  ask(request: SentRequest, operation: SourceOperation): Promise<GoodAnswer | undefined>
  /** Requests that were sent, tokens not counted. */
  readonly sent: number
}

/** Wall ms that an answer may take. */
const PATIENCE = 30_000
/** How often a call is made that fails for a while. */
const TRIES = 6
/** Wall ms that are waited at most before it is made again. */
const LONGEST_WAIT = 600_000
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504])

/** @param source the document that the file's endpoint is of */
export async function openAccount(file: TargetFile, source: Source): Promise<Account> {
  const target = realTarget({ file, allow: 'reads', maxWait: 0 })
  const session = await target.open('import', {}, [source])
  const stop = new AbortController()
  // Each request that is under way listens to it.
  setMaxListeners(0, stop.signal)
  const sender = openSender(PATIENCE, { stop: stop.signal })
  let sent = 0
  const send = async (request: SentRequest, called: SourceOperation) => {
    const forbidden = session.forbids?.(request, called)
    if (forbidden !== undefined) throw new CannotRead(`not sent: ${forbidden}`)
    const credentials = await letIn(session.credentials(called, source, undefined))
    await session.pace?.()
    sent += 1
    return sender.send({ ...request, headers: { ...request.headers, ...credentials } })
  }
  const operation = (id: string) => {
    const found = source.operations.find((each) => each.id === id)
    if (!found) throw new CannotRead(`the document of ${file.provider} has no operation ${id}`)
    return found
  }
  return {
    source,
    operation,
    get sent() {
      return sent
    },
    request(call) {
      const { method, path } = operation(call.operation)
      return requestOf(call, method, session.baseUrl(source) + path)
    },
    async ask(request, called) {
      for (let tries = 1; ; tries += 1) {
        const answer = await send(request, called)
        const isPassing = 'error' in answer || PASSING.has(answer.status)
        if (!isPassing) return goodAnswer(request, answer)
        const failure = 'error' in answer ? answer.error : `answered ${answer.status}`
        const wait = waitOf('error' in answer ? undefined : answer.headers['retry-after'], tries)
        if (tries === TRIES || wait > LONGEST_WAIT)
          throw new CannotRead(`${request.url}: ${failure}, after ${tries} tries`)
        await pause(wait, stop.signal)
        if (stop.signal.aborted) throw new CannotRead('nothing more is read')
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('nothing more is read'))
      sender.close()
      await session.close()
      await target.close()
    },
  }
}

/** @throws CannotRead where no token is given */
async function letIn<T>(credentials: Promise<T>): Promise<T> {
  try {
    return await credentials
  } catch (error) {
    throw new CannotRead(reasonOf(error))
  }
}

function requestOf(call: ReadCall, method: string, template: string): SentRequest {
  const { path = {}, query = {}, headers = {} } = call
  const filled = Object.entries(path).reduce(
    (url, [name, value]) => url.replace(`{${name}}`, encodeURIComponent(value)),
    template,
  )
  const url = new URL(filled)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return {
    method,
    url: url.href,
    headers: { accept: 'application/json', ...headers },
    body: undefined,
  }
}

/** Wall ms before the next try: as it was asked for, in seconds or as a date, else longer each time. */
function waitOf(retryAfter: string | undefined, tries: number): number {
  if (retryAfter !== undefined && /^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000
  const at = Date.parse(retryAfter ?? '')
  return Number.isNaN(at) ? 500 * 2 ** tries : Math.max(0, at - wallNow())
}

/** @throws CannotRead */
function goodAnswer(
  { url }: SentRequest,
  answer: { status: number; headers: Readonly<Record<string, string>>; body: Buffer },
): GoodAnswer | undefined {
  const { status, headers, body } = answer
  if (status === 404) return undefined
  if (status === 401 || status === 403)
    throw new CannotRead(`${url} does not let us in (${status}): look at the credentials`)
  if (status < 200 || status > 299)
    throw new CannotRead(`${url} answered ${status}: look at the target and its provider`)
  if (!isJson(headers['content-type']))
    throw new CannotRead(`${url} answered no JSON (${status}): look at the baseUrl`)
  try {
    return { headers, body: JSON.parse(body.toString('utf8')) as unknown }
  } catch {
    throw new CannotRead(`${url} answered JSON that is broken (${status})`)
  }
}
