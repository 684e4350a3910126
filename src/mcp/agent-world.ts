// The simulator as an agent reaches it: requests of operations, with the credentials of the world filled in.
import { controlClient } from '../control/client.ts'
import { LONGEST_WAIT } from '../server/longest-wait.ts'
import { isJson } from '../server/media-type.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import { defined } from '../state/defined.ts'
import { bodyText, filledPath, type GivenParameter, withQuery } from '../workflows/request.ts'
import { type Answer, openSender } from '../workflows/send.ts'
import { type Source, type SourceOperation, simulatorBase } from '../workflows/sources.ts'
import { WorldCredentials } from '../workflows/world-credentials.ts'
import { BODY, ownParameters, WORLD } from './input-schema.ts'

/** Where the simulator is, and whom an agent speaks to there. */
export interface AgentTarget {
  /** Without a trailing slash. */
  readonly url: string
  /** The world that is meant where a call names none; `default` where that is absent, too. */
  readonly world: string | undefined
  readonly token: string | undefined
}

/** The arguments of a call. */
export type Arguments = Readonly<Record<string, unknown>>

export interface AgentWorld {
  /** Calls an operation. @throws ControlError, NoAnswer where the world cannot be asked for its credentials */
  call(operation: SourceOperation, source: Source, given: Arguments): Promise<Answer>
  close(): void
}

/** Wall ms that an answer may take: a long poll is one. */
const PATIENCE = LONGEST_WAIT + 30_000

/** Speaks to a simulator; it need not be there yet. */
export function agentWorld({ url, world, token }: AgentTarget): AgentWorld {
  const sender = openSender(PATIENCE)
  const known = new Map<string, Promise<WorldCredentials>>()

  async function credentialsOf(name: string): Promise<WorldCredentials> {
    const client = controlClient({ url, token })
    const { credentials } = await client.call('getWorld', { path: { name } })
    return new WorldCredentials(credentials)
  }

  async function headersFor(operation: SourceOperation, source: Source, name: string) {
    if (source.simulator?.slug === 'control')
      return defined({ authorization: token === undefined ? undefined : `Bearer ${token}` })
    const credentials = known.get(name) ?? credentialsOf(name)
    known.set(name, credentials)
    return (await credentials).headersFor(operation, source, undefined)
  }

  async function send(operation: SourceOperation, source: Source, given: Arguments) {
    const chosen = typeof given[WORLD] === 'string' ? given[WORLD] : world
    const parameters = parametersOf(operation, source, given)
    const below = simulatorBase(source.simulator ?? { slug: 'control', basePath: '' })
    const prefix = chosen === undefined ? '' : `/w/${encodeURIComponent(chosen)}`
    const path = `${url}${prefix}${below}${filledPath(operation, parameters)}`
    const type = operation.bodyTypes.find(isJson) ?? operation.bodyTypes[0]
    const body =
      given[BODY] === undefined || type === undefined ? undefined : bodyText(given[BODY], type)
    const headers = {
      ...(await headersFor(operation, source, chosen ?? DEFAULT_WORLD)),
      ...ownHeaders(parameters),
      ...defined({ 'content-type': body === undefined ? undefined : type }),
    }
    const where = withQuery(path, parameters, operation.parameters)
    return sender.send({ method: operation.method, url: where, headers, body })
  }

  return {
    async call(operation, source, given) {
      try {
        const answer = await send(operation, source, given)
        const isShut = 'status' in answer && answer.status === 401 && known.size > 0
        if (!isShut) return answer
      } catch (error) {
        known.clear()
        throw error
      }
      // A world that was reset, or whose clock has moved, lets in with other credentials.
      known.clear()
      return send(operation, source, given)
    },
    close: () => sender.close(),
  }
}

function parametersOf(
  operation: SourceOperation,
  source: Source,
  given: Arguments,
): GivenParameter[] {
  return ownParameters(operation, source).flatMap(({ name, in: place }) =>
    given[name] === undefined || given[name] === null
      ? []
      : [{ name, in: place, value: given[name] }],
  )
}

function ownHeaders(parameters: readonly GivenParameter[]): Record<string, string> {
  const headers = parameters.filter((each) => each.in === 'header')
  return Object.fromEntries(headers.map(({ name, value }) => [name.toLowerCase(), String(value)]))
}
