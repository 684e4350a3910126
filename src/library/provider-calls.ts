// Calls of the providers' operations that the control API is asked for: real requests to the simulator itself.

import { controlClient } from '../control/node-client.ts'
import type {
  CallableOperation,
  CalledShown,
  NewCall,
  ProviderCalls,
} from '../control/provider-calls.ts'
import { isJson } from '../server/media-type.ts'
import { unknownName } from '../server/nearest.ts'
import type { SimulatorServer } from '../server/server.ts'
import { defined } from '../state/defined.ts'
import { Refusal } from '../state/refusal.ts'
import { NoToken } from '../workflows/client-token.ts'
import { BODY, openCaller, ownParameters, WORLD } from '../workflows/operation-calls.ts'
import { sampleBodies } from '../workflows/sample-bodies.ts'
import { readOwnSource, type Source, type SourceOperation } from '../workflows/sources.ts'
import type { PrivatePort } from './private-port.ts'

/** Calls operations of a simulator. @param port by which it calls itself */
export function openProviderCalls(
  { access: { token } }: SimulatorServer,
  port: PrivatePort,
): ProviderCalls {
  const sources = new Map<string, Promise<Source>>()
  const sourceOf = (slug: string) => {
    const source = sources.get(slug) ?? readOwnSource(slug, `esimulator:${slug}`)
    sources.set(slug, source)
    return source
  }

  return {
    async list(slug) {
      const source = await sourceOf(slug)
      const operations = source.operations.flatMap((each) => callable(each, source) ?? [])
      return { provider: slug, operations }
    },
    async call(wanted, { world, root }) {
      const source = await sourceOf(wanted.provider)
      const operation = operationNamed(source, wanted.operation)
      const given = { ...argumentsOf(wanted, operation, source), [WORLD]: world }
      return port.use(async (url) => {
        const caller = openCaller({ url, world, token, ca: undefined, stop: port.stopping })
        try {
          const answer = await caller.call(operation, source, given)
          const client = controlClient({ url, world, token })
          const query = { provider: wanted.provider, operation: operation.id, limit: 1 }
          const [exchange] = (await client.call('listJournal', { query })).entries
          return calledShown(answer, exchange?.id, { own: url, told: root })
        } catch (error) {
          if (!(error instanceof NoToken)) throw error
          return calledShown({ error: error.message }, undefined, { own: url, told: root })
        } finally {
          caller.close()
        }
      })
    },
  }
}

/** An operation and what it takes; `undefined` for one without a name. */
function callable(operation: SourceOperation, source: Source): CallableOperation | undefined {
  const { id, method, path, object } = operation
  if (id === undefined) return undefined
  const { summary } = object as { readonly summary?: string }
  const parameters = ownParameters(operation, source).map(
    ({ name, in: place, required, schema }) => {
      const { example, default: usual, enum: values } = schema as ParameterSchema
      const known = example ?? usual ?? (required ? values?.[0] : undefined)
      const shown = known === undefined ? undefined : String(known)
      return defined({ name, in: place, required: required || place === 'path', example: shown })
    },
  )
  const bodies = sampleBodies(operation, source.document)
  return defined({ id, method, path, summary, parameters, bodies: [...bodies] })
}

interface ParameterSchema {
  readonly example?: unknown
  readonly default?: unknown
  readonly enum?: readonly unknown[]
}

/** @throws Refusal `invalid-request` */
function operationNamed({ operations, name }: Source, id: string): SourceOperation {
  const found = operations.find((each) => each.id === id)
  if (found) return found
  const ids = operations.flatMap((each) => each.id ?? [])
  throw new Refusal('invalid-request', `${name}: ${unknownName('no operation', id, ids)}`)
}

/** What is sent, by name. @throws Refusal `invalid-request` for what the operation does not take */
function argumentsOf(
  { parameters = {}, body }: NewCall,
  operation: SourceOperation,
  source: Source,
): Readonly<Record<string, unknown>> {
  const known = ownParameters(operation, source)
  const names = known.map(({ name }) => name)
  const unknown = Object.keys(parameters).find((each) => !names.includes(each))
  if (unknown !== undefined)
    throw new Refusal('invalid-request', unknownName('no parameter', unknown, names))
  const missing = known.find(({ name, in: place }) => place === 'path' && !parameters[name])
  if (missing)
    throw new Refusal('invalid-request', `${operation.id} needs ${missing.name}: give it a value`)
  return defined({ ...parameters, [BODY]: body })
}

/** What came, as text; where it names this port, as its caller reaches the simulator. */
function calledShown(
  answer: Awaited<ReturnType<ReturnType<typeof openCaller>['call']>>,
  exchange: number | undefined,
  { own, told }: { readonly own: string; readonly told: string },
): CalledShown {
  if ('error' in answer) return defined({ exchange, error: answer.error.replaceAll(own, told) })
  const { status, headers } = answer
  const type = headers['content-type'] ?? ''
  const isText = isJson(type) || /^text\/|xml|csv|yaml/.test(type)
  const body = isText ? answer.body.toString('utf8').replaceAll(own, told) : undefined
  return defined({ exchange, status, headers, body, bytes: answer.body.length })
}
