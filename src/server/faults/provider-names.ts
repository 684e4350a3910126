// What a provider's faults may name: its operations in every version of its spec, and its callbacks.
import type { Simulator } from '../../simulators/simulator.ts'
import { Refusal } from '../../state/refusal.ts'
import type { BodyShape } from '../body-shape.ts'
import { unknownName } from '../nearest.ts'
import { type Operation, specOf } from '../spec.ts'
import { webhooksOfFile } from '../webhooks.ts'

/** An operation of one version of a provider's API. */
export interface MountedOperation {
  readonly operation: Operation
  /** Of a mount that serves that version. */
  readonly basePath: string
}

export interface ProviderNames {
  readonly simulator: Simulator
  /** By operationId: the operation in each version that has it. */
  readonly operations: ReadonlyMap<string, readonly MountedOperation[]>
  /** Webhooks of its specs. */
  readonly webhooks: readonly string[]
  /** The names the bodies of its callbacks may have, of each form there is. */
  readonly callbackBodies: readonly BodyShape[]
}

/** Reads all specs of a provider; each is compiled once a process. */
export async function namesOf(simulator: Simulator): Promise<ProviderNames> {
  // A version that differs in nothing a spec says is another mount of the same.
  const bySpec = new Map(simulator.mounts.toReversed().map((mount) => [mount.spec, mount]))
  const operations = new Map<string, MountedOperation[]>()
  const webhooks = new Set<string>()
  const callbackBodies: BodyShape[] = []
  for (const { spec: file, basePath } of bySpec.values()) {
    const spec = await specOf(file)
    for (const operation of spec.operations.values())
      operations.set(operation.id, [
        ...(operations.get(operation.id) ?? []),
        { operation, basePath },
      ])
    const told = webhooksOfFile(file)
    for (const name of told.names) webhooks.add(name)
    callbackBodies.push(...told.shapes())
  }
  return { simulator, operations, webhooks: [...webhooks], callbackBodies }
}

/** The operations that a fault is set for, in every version; `*` for all. */
export function operationsAt({ operations }: ProviderNames, id: string): MountedOperation[] {
  return id === '*' ? [...operations.values()].flat() : [...(operations.get(id) ?? [])]
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

  const all = operationsAt(names, '*').map(({ operation }) => operation)
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
