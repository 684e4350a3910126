// Calls of operations of a simulator by their parameters, with the credentials of the world filled in.
import { controlClient } from '../control/node-client.ts'
import { LONGEST_WAIT } from '../server/longest-wait.ts'
import { isJson } from '../server/media-type.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import { defined } from '../state/defined.ts'
import { bodyText, filledPath, type GivenParameter, withQuery } from './request.ts'
import { type Answer, openSender } from './send.ts'
import {
  type Source,
  type SourceOperation,
  type SourceParameter,
  simulatorBase,
} from './sources.ts'
import { WorldCredentials } from './world-credentials.ts'

/** The name of the argument that holds the body of a request. */
export const BODY = 'body'
/** The name of the argument that chooses the world. */
export const WORLD = 'world'

/** Where the simulator is, and which world is spoken to there. */
export interface CallTarget {
  /** Without a trailing slash. */
  readonly url: string
  /** The world that is meant where a call names none; `default` where that is absent, too. */
  readonly world: string | undefined
  readonly token: string | undefined
  /** Trusted besides the usual ones, as PEM, where the URL is of https. */
  readonly ca: string | undefined
  /** Breaks off what is under way. */
  readonly stop?: AbortSignal
}

/** The arguments of a call. */
export type Arguments = Readonly<Record<string, unknown>>

export interface OperationCaller {
  /** Calls an operation. @throws ControlError, NoAnswer where the world cannot be asked for its credentials; NoToken */
  call(operation: SourceOperation, source: Source, given: Arguments): Promise<Answer>
  close(): void
}

/** The name of the control API among the sources. */
const CONTROL = 'control'

/** Wall ms that an answer may take: a long poll is one. */
const PATIENCE = LONGEST_WAIT + 30_000

/** Speaks to a simulator; it need not be there yet. */
export function openCaller({ url, world, token, ca, stop }: CallTarget): OperationCaller {
  const sender = openSender(PATIENCE, { ca, stop })
  const client = controlClient({ url, token, ca })
  /** By world: what lets in there, as it was told last. */
  const known = new Map<string, { readonly told: string; readonly credentials: WorldCredentials }>()

  /** Looked at anew for each call: a world may have been made anew, and its tokens end by its clock. */
  async function headersFor(operation: SourceOperation, source: Source, name: string) {
    if (source.simulator?.slug === CONTROL)
      return defined({ authorization: token === undefined ? undefined : `Bearer ${token}` })
    const { credentials: shown, clock } = await client.call('getWorld', { path: { name } })
    const told = JSON.stringify(shown)
    const before = known.get(name)
    const credentials =
      before?.told === told
        ? before.credentials
        : new WorldCredentials(shown, { place: { url, world: name, ca } })
    known.set(name, { told, credentials })
    return credentials.headersFor(operation, source, Date.parse(clock.now))
  }

  async function send(operation: SourceOperation, source: Source, given: Arguments) {
    const chosen = typeof given[WORLD] === 'string' ? given[WORLD] : world
    const parameters = parametersOf(operation, source, given)
    const below = simulatorBase(source.simulator ?? { slug: CONTROL, basePath: '' })
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
      const answer = await send(operation, source, given)
      const isNewLife = source.simulator?.slug === CONTROL && operation.method !== 'GET'
      // A refused token is not tried again, and what a new life of a world knows nobody knows yet.
      if (isNewLife || ('status' in answer && answer.status === 401)) known.clear()
      return answer
    },
    close: () => sender.close(),
  }
}

/** The parameters that a caller gives: none that let it in, none that say what a body is. */
export function ownParameters(
  { parameters }: SourceOperation,
  { securitySchemes }: Source,
): readonly SourceParameter[] {
  const keys = Object.values(securitySchemes).map(({ name }) => name?.toLowerCase())
  const filled = new Set([...keys, 'authorization', 'content-type', 'accept'])
  return parameters.filter(
    ({ name, in: place }) =>
      place !== 'cookie' && !(place === 'header' && filled.has(name.toLowerCase())),
  )
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
