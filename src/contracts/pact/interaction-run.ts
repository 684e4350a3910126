// One interaction as it is verified: its world, its request on the way to the provider, its message.
import type { ControlClient } from '../../control/client.ts'
import { controlClient } from '../../control/node-client.ts'
import type { Simulator } from '../../simulators/simulator.ts'
import { defined } from '../../state/defined.ts'
import { reasonOf } from '../../state/reason.ts'
import type { Answer, Sender, SentRequest } from '../../workflows/send.ts'
import type { Session, Target } from '../../workflows/session.ts'
import { operationAt, type Source, type SourceOperation } from '../../workflows/sources.ts'
import { credentialHeaders } from '../call.ts'
import type { AskedRequest, Served, ServedMessage } from './front-server.ts'
import type { Interaction } from './pact-file.ts'
import { callbackWanted, type ReadStates, readStates } from './provider-states.ts'

/** Where interactions are verified. */
export interface Verified {
  readonly target: Target
  readonly provider: Simulator
  /** Its documents, the first one first. */
  readonly sources: readonly Source[]
  /** The simulator; absent for a real endpoint. */
  readonly simulator?: { readonly url: string; readonly token?: string | undefined }
  /** Why a request may not be sent to a real endpoint; absent where all may. */
  readonly forbids?: Session['forbids']
  readonly sender: Sender
  /** Wall ms that an answer may take. */
  readonly timeout: number
}

/** A request that went to the provider, and what came of it. */
export interface DoneExchange {
  readonly request: SentRequest
  readonly operation: SourceOperation | undefined
  readonly answer: Answer
}

/** An interaction under way. */
export interface InteractionRun extends Served {
  /** The last one. */
  readonly exchange: () => DoneExchange | undefined
  /** Why it cannot be verified, where that is known better than the verifier tells it. */
  readonly reason: () => string | undefined
  /** Whether the verifier has asked for the answer or the message. */
  readonly wasAsked: () => boolean
  /** The world it is verified in, where there is one. */
  readonly world: () => string | undefined
  /** What nobody may see. */
  readonly secrets: () => readonly string[]
  close(): Promise<void>
}

interface Opened {
  readonly states: ReadStates
  readonly session: Session
}

/** @param title the same in every run, and of no other interaction of it */
export function openInteraction(
  interaction: Pick<Interaction, 'kind' | 'description' | 'states' | 'metadata'>,
  title: string,
  verified: Verified,
): InteractionRun {
  const { provider, target, sources } = verified
  let reason: string | undefined
  let exchange: DoneExchange | undefined
  let opening: Promise<Opened> | undefined
  let session: Session | undefined
  let isAsked = false
  // What fails here is told in our words: the verifier only knows that something did.
  const noted = async <T>(act: Promise<T>): Promise<T> => {
    try {
      return await act
    } catch (error) {
      reason = reasonOf(error)
      throw error
    }
  }
  const open = async () => {
    const states = readStates(interaction.states, provider)
    const isMessage = interaction.kind === 'message'
    const given = states.given ?? (isMessage ? provider.callbacks?.seed : undefined)
    session = await target.open(title, defined({ given }), sources)
    return { states, session }
  }
  const opened = () => {
    opening ??= open()
    return noted(opening)
  }
  return {
    exchange: () => exchange,
    reason: () => reason,
    wasAsked: () => isAsked,
    world: () => session?.world,
    secrets: () => (session ? [...session.secrets()] : []),
    async prepare() {
      return (await opened()).states.values
    },
    async answer(asked) {
      isAsked = true
      exchange = await noted(passedOn(asked, await opened(), verified))
      return exchange.answer
    },
    async message() {
      isAsked = true
      return noted(messageOf(interaction, await opened(), verified))
    },
    async close() {
      await opening?.then(({ session }) => session.close()).catch(() => {})
    },
  }
}

/** Where a path of a contract leads: some are written below the base URL, some with its path. */
export function located(
  { method, path }: Pick<AskedRequest, 'method' | 'path'>,
  { sources, provider }: Pick<Verified, 'sources' | 'provider'>,
) {
  const [bare = '', query] = path.split(/\?(.*)/s)
  const behind = query === undefined ? '' : `?${query}`
  const isWithin = ({ simulator }: Source) =>
    simulator !== undefined &&
    simulator.basePath !== '' &&
    bare.startsWith(`${simulator.basePath}/`)
  const source = sources.find(isWithin) ?? sources[0]
  if (!source) return undefined
  const base = isWithin(source) ? (source.simulator?.basePath ?? '') : ''
  const api = provider.mounts.find(({ basePath }) => basePath === source.simulator?.basePath)?.api
  const below = bare.slice(base.length)
  const candidates = [below, ...(api === undefined ? [] : [api + below])]
  for (const each of candidates) {
    const operation = operationAt(source, method, each)
    if (operation) return { source, operation, path: each + behind }
  }
  return { source, operation: undefined, path: below + behind }
}

/** Headers that belong to one connection (RFC 9110 7.6.1), or are written anew. */
const OF_CONNECTION = new Set(['host', 'connection', 'content-length', 'transfer-encoding'])

async function passedOn(
  asked: AskedRequest,
  { states, session }: Opened,
  verified: Verified,
): Promise<DoneExchange> {
  const place = located(asked, verified)
  if (!place)
    throw new Error(`${verified.provider.title} has no document to look the request up in`)
  const { source, operation } = place
  const kept = Object.entries(asked.headers).filter(([name]) => !OF_CONNECTION.has(name))
  const url = session.baseUrl(source) + place.path
  const own = { method: asked.method, url, body: asked.body, headers: Object.fromEntries(kept) }
  const request = states.hasOwnCredentials
    ? own
    : { ...own, headers: await withCredentials(own.headers, { source, operation, session }) }
  const forbidden = session.forbids?.(request, operation)
  if (forbidden !== undefined) throw new Error(`it was not sent: ${forbidden}`)
  await session.pace?.()
  return { request, operation, answer: await verified.sender.send(request, verified.timeout) }
}

/** The same headers, with what lets one in put in the place of what the contract has. */
async function withCredentials(
  headers: Readonly<Record<string, string>>,
  way: { source: Source; operation: SourceOperation | undefined; session: Session },
): Promise<Readonly<Record<string, string>>> {
  const { source, session } = way
  // A path that no operation has is asked for as the provider's others are.
  const operation = way.operation ?? source.operations.find(({ security }) => security.length > 0)
  if (!operation || operation.security.length === 0) return headers
  const names = new Set(credentialHeaders({ source, operation }))
  const rest = Object.entries(headers).filter(([name]) => !names.has(name))
  return {
    ...Object.fromEntries(rest),
    ...(await session.credentials(operation, source, undefined)),
  }
}

/** Nobody listens there: what would have been sent is read where it was written down. */
const NOWHERE = 'http://127.0.0.1:9/'

async function messageOf(
  { description, metadata }: Pick<Interaction, 'description' | 'metadata'>,
  { states, session }: Opened,
  { provider, simulator }: Verified,
): Promise<ServedMessage> {
  const { type, iccid, version } = callbackWanted(description, states, provider)
  if (!simulator) throw new Error('a real endpoint sends its callbacks when it likes')
  const { world } = session
  const control = controlClient(defined({ ...simulator, world }))
  const { slug } = provider
  await control.call('setCallbackTarget', { path: { slug }, body: { url: NOWHERE } })
  const body = defined({ provider: slug, type, iccid, version })
  const { id } = await control.call('sendCallback', { body })
  const delivery = await firstDelivery(control, String(id))
  const { 'content-type': contentType = 'application/json' } = delivery.headers
  return { body: delivery.body, contentType, metadata: metadataOf(delivery.headers, metadata) }
}

async function firstDelivery(control: ControlClient, callback: string) {
  // What is due now has left when this is answered.
  await control.call('advanceClock', { body: { by: 'PT0S' } })
  const { deliveries } = await control.call('listDeliveries', { query: { callback } })
  const [first] = deliveries
  if (!first) throw new Error(`the callback ${callback} did not leave: look at GET /_sim/callbacks`)
  return first
}

/** Headers as metadata: those that the contract names spelled as it does, and Pact's own word for one. */
function metadataOf(
  headers: Readonly<Record<string, string>>,
  wanted: readonly string[],
): Readonly<Record<string, string>> {
  const own = Object.entries(headers).filter(([name]) => !OF_CONNECTION.has(name))
  const spelled = wanted.flatMap((name) => {
    const value = headers[name === 'contentType' ? 'content-type' : name.toLowerCase()]
    return value === undefined ? [] : [[name, value]]
  })
  return { ...Object.fromEntries(own), ...Object.fromEntries(spelled) }
}
