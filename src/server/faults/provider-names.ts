// What a provider's faults may name: its operations in every version of its spec, and its callbacks.
import type { Simulator } from '../../simulators/simulator.ts'
import { Refusal } from '../../state/refusal.ts'
import { unknownName } from '../nearest.ts'
import { type Operation, type Spec, specOf } from '../spec.ts'

export interface ProviderNames {
  readonly simulator: Simulator
  /** By operationId: the operation in each version that has it. */
  readonly operations: ReadonlyMap<string, readonly Operation[]>
  /** Webhooks of its specs. */
  readonly webhooks: readonly string[]
  readonly specs: readonly Spec[]
}

/** Reads all specs of a provider; each is compiled once a process. */
export async function namesOf(simulator: Simulator): Promise<ProviderNames> {
  const files = [...new Set(simulator.mounts.map(({ spec }) => spec))]
  const specs = await Promise.all(files.map(specOf))
  const operations = new Map<string, Operation[]>()
  for (const spec of specs)
    for (const operation of spec.operations.values())
      operations.set(operation.id, [...(operations.get(operation.id) ?? []), operation])
  const webhooks = specs.flatMap(({ document }) => Object.keys(webhooksOf(document)))
  return { simulator, operations, webhooks: [...new Set(webhooks)], specs }
}

function webhooksOf(document: object): object {
  return 'webhooks' in document && document.webhooks ? (document.webhooks as object) : {}
}

/** `GET /esims/{iccid}`, however its parameters are called. */
const anyNames = (endpoint: string) => endpoint.replaceAll(/\{[^{}/]*\}/g, '{}')

/**
 * The operationId of what a fault names: an operationId, or a method and a path of the spec.
 * @throws Refusal `invalid-request`
 */
export function operationNamed(names: ProviderNames, written: string): string {
  const { operations, simulator } = names
  if (operations.has(written)) return written

  const all = [...operations.values()].flat()
  if (!written.includes(' '))
    throw new Refusal(
      'invalid-request',
      unknownName(`no operation of ${simulator.slug}`, written, operations.keys()),
    )
  const [method = '', path = ''] = written.split(/ +/)
  const asked = anyNames(`${method.toUpperCase()} ${path}`)
  const found = all.find((each) => anyNames(`${each.method} ${each.path}`) === asked)
  if (found) return found.id
  const endpoints = new Set(all.map((each) => `${each.method} ${each.path}`))
  throw new Refusal(
    'invalid-request',
    unknownName(`no operation of ${simulator.slug}`, written, endpoints),
  )
}
