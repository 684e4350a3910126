// One read of a real endpoint before a run: whether it is there, lets us in, and is an API at all.
import { reasonOf } from '../state/reason.ts'
import { effectOf } from '../workflows/effect.ts'
import type { PlannedCase } from '../workflows/runner.ts'
import { openSender } from '../workflows/send.ts'
import type { Target } from '../workflows/session.ts'
import type { Source, SourceOperation } from '../workflows/sources.ts'

/** Wall ms that the read may take. */
const PATIENCE = 10_000

/**
 * Why a real endpoint cannot be run against, in one sentence; `undefined` where it can.
 * Nothing is sent but one read, and that only where a case is run and an operation fits.
 */
export async function whyUnusable(
  target: Target,
  cases: readonly PlannedCase[],
): Promise<string | undefined> {
  const run = cases.filter(({ workflow }) => target.skips?.(workflow) === undefined)
  if (run.length === 0) return undefined
  const sources = new Set(run.flatMap(({ program }) => [...program.sources.values()]))
  const read = firstRead(sources)
  if (!read) return undefined
  const session = await target.open('preflight', {}, [...sources])
  const sender = openSender(PATIENCE)
  const url = session.baseUrl(read.source) + read.operation.path
  try {
    const headers = await session.credentials(read.operation, read.source, undefined)
    const request = { method: 'GET', url, headers, body: undefined }
    if (session.forbids?.(request, read.operation) !== undefined) return undefined
    await session.pace?.()
    const answer = await sender.send(request)
    if ('error' in answer)
      return `${url} gives no answer: ${answer.error.trim()}: ${adviceOn(answer.error)}`
    const { status } = answer
    if (status === 401 || status === 403)
      return `${url} does not let us in (${status}): look at the credentials of the target file`
    const type = answer.headers['content-type'] ?? ''
    if (/^text\/html/i.test(type))
      return `${url} answers with a web page (${status}), not as an API: look at the baseUrl`
    if (status === 404) return `${url} is not there (404): look at the baseUrl of the target file`
    return undefined
  } catch (error) {
    return reasonOf(error)
  } finally {
    sender.close()
    await session.close()
  }
}

/** What to do where no answer comes. */
function adviceOn(error: string): string {
  if (/certificate/i.test(error))
    return 'name the certificate of who signed it in NODE_EXTRA_CA_CERTS'
  if (/no answer came/.test(error)) return 'is it up, and the way to it open?'
  return 'look at the baseUrl of the target file'
}

interface Read {
  readonly source: Source
  readonly operation: SourceOperation
}

/** A read of a path without parameters: that others are missing is an answer, too. The first that asks for a credential. */
function firstRead(sources: Iterable<Source>): Read | undefined {
  const all = [...sources]
    .filter(({ simulator }) => simulator?.slug !== 'control')
    .flatMap((source) => source.operations.map((operation) => ({ source, operation })))
  const fitting = all.filter(
    ({ operation }) =>
      operation.method === 'GET' &&
      effectOf(operation, () => undefined) === 'reads' &&
      operation.object['x-provenance'] !== 'invented' &&
      !operation.path.includes('{'),
  )
  return fitting.find(({ operation }) => operation.security.length > 0) ?? fitting[0]
}
