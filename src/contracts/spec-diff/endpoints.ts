// The calls of a document: those that a client makes, and webhooks and callbacks, which it receives.
import { defined } from '../../state/defined.ts'
import {
  dereferenced,
  METHODS,
  type OpenApiDocument,
  type Source,
} from '../../workflows/sources.ts'
import type { Json } from '../document-schemas.ts'
import type { ChangedOperation } from './change.ts'
import { isObject, listOf } from './schema-parts.ts'

/** One call, with what its path item says for all its methods. */
export interface Endpoint {
  readonly operation: ChangedOperation
  readonly document: OpenApiDocument
  readonly object: Json
  readonly parameters: readonly Json[]
}

/** Every call of a document. */
export function endpointsOf({ document }: Source): Endpoint[] {
  const called = itemsIn(document, document.paths).flatMap((item) => inItem(document, item, false))
  const webhooks = itemsIn(document, document.webhooks).flatMap((item) =>
    inItem(document, item, true),
  )
  const callbacks = called.flatMap(({ object }) =>
    Object.values(isObject(object.callbacks) ? object.callbacks : {}).flatMap((callback) =>
      itemsIn(document, dereferenced(document, callback)).flatMap((item) =>
        inItem(document, item, true),
      ),
    ),
  )
  return [...called, ...webhooks, ...callbacks]
}

interface Item {
  readonly path: string
  readonly item: Json
}

function itemsIn(document: OpenApiDocument, items: unknown): Item[] {
  if (!isObject(items)) return []
  return Object.entries(items).flatMap(([path, written]) => {
    const item = dereferenced(document, written)
    return isObject(item) ? [{ path, item }] : []
  })
}

function inItem(document: OpenApiDocument, { path, item }: Item, isWebhook: boolean): Endpoint[] {
  return METHODS.flatMap((method) => {
    const object = item[method]
    if (!isObject(object)) return []
    const parameters = new Map<string, Json>()
    for (const each of [...listOf(item.parameters), ...listOf(object.parameters)]) {
      const parameter = dereferenced(document, each)
      if (isObject(parameter)) parameters.set(`${parameter.in} ${parameter.name}`, parameter)
    }
    const operation = defined({
      method: method.toUpperCase(),
      path,
      id: typeof object.operationId === 'string' ? object.operationId : undefined,
      isWebhook: isWebhook ? (true as const) : undefined,
    })
    return [{ operation, document, object, parameters: [...parameters.values()] }]
  })
}
