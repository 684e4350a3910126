// What a side ever answered at an operation: what it had once, it may have again, and that is no difference.
import { bodyOf, documentedBody } from './reply.ts'
import { addTo, emptyShape, type Shape } from './shape.ts'
import type { Side, SideCall } from './side.ts'

export interface SeenEver {
  /** The merged shape of all bodies that were answered as this one; `undefined` where none was. */
  shape(call: SideCall, status: number): Shape | undefined
}

export function seenEver({ cases }: Side): SeenEver {
  const shapes = new Map<string, Shape>()
  for (const call of cases.flatMap(({ calls }) => calls)) {
    const { answer, leaves } = call
    if ('error' in answer || leaves !== undefined) continue
    const body = bodyOf(answer)
    if (body.kind !== 'JSON') continue
    const key = keyOf(call, answer.status)
    const shape = shapes.get(key) ?? emptyShape(documentedBody(call, answer.status))
    shapes.set(key, shape)
    addTo(shape, body.value)
  }
  return { shape: (call, status) => shapes.get(keyOf(call, status)) }
}

function keyOf({ operation, source }: SideCall, status: number): string {
  return `${source?.url} ${operationText({ operation })} ${status}`
}

/** `METHOD /path`; empty where no document knows the call. */
export function operationText({ operation }: Pick<SideCall, 'operation'>): string {
  return operation ? `${operation.method} ${operation.path}` : ''
}
