// What changed between two OpenAPI documents, for a client that was written against the old one.
import type { Source } from '../../workflows/sources.ts'
import { operationTitle, pathShape, type Sides, type SpecChange, shown } from './change.ts'
import { compareEndpoints } from './compare-endpoints.ts'
import { type Endpoint, endpointsOf } from './endpoints.ts'

/** Every change: of the whole API first, then as the operations stand in the old document. */
export function compareDocuments(sources: Sides<Source>): SpecChange[] {
  const changes: SpecChange[] = serverChanges(sources)
  const old = endpointsOf(sources.old)
  const now = endpointsOf(sources.new)
  const pairs = pairsOf({ old, new: now })
  for (const endpoint of old) {
    const other = pairs.get(endpoint)
    if (!other) {
      changes.push(whole(endpoint, 'removed'))
      continue
    }
    const { operation } = endpoint
    if (keyOf(endpoint) !== keyOf(other)) changes.push(moved(endpoint, other))
    compareEndpoints({ old: endpoint, new: other }, (finding) =>
      changes.push({ operation, ...finding }),
    )
  }
  const known = new Set(pairs.values())
  const added = now.filter((endpoint) => !known.has(endpoint))
  return [...changes, ...added.map((endpoint) => whole(endpoint, 'added'))]
}

/** The same calls of both sides: by method and path, and what is left by operationId. */
function pairsOf({ old, new: now }: Sides<readonly Endpoint[]>): Map<Endpoint, Endpoint> {
  const byKey = new Map(now.map((endpoint) => [keyOf(endpoint), endpoint]))
  const pairs = new Map<Endpoint, Endpoint>()
  for (const endpoint of old) {
    const other = byKey.get(keyOf(endpoint))
    if (other) pairs.set(endpoint, other)
  }
  const taken = new Set(pairs.values())
  for (const endpoint of old) {
    const { id } = endpoint.operation
    if (pairs.has(endpoint) || id === undefined) continue
    const other = now.find((each) => each.operation.id === id && !taken.has(each))
    if (other && other.operation.isWebhook === endpoint.operation.isWebhook)
      pairs.set(endpoint, other)
  }
  return pairs
}

function keyOf({ operation: { method, path, isWebhook } }: Endpoint): string {
  return `${isWebhook ? 'webhook ' : ''}${method} ${pathShape(path)}`
}

function whole({ operation }: Endpoint, change: 'added' | 'removed'): SpecChange {
  const isBreaking = change === 'removed'
  const says = isBreaking ? 'is gone' : 'is new'
  return { operation, isBreaking, kind: 'operation', change, where: 'operation', says }
}

function moved({ operation }: Endpoint, other: Endpoint): SpecChange {
  const says = `is ${operationTitle(other.operation)} now`
  const place = { kind: 'operation', change: 'changed', where: 'operation' } as const
  return { operation, isBreaking: true, ...place, says }
}

/** A client chooses its base URL itself: that another is told breaks none. */
function serverChanges({ old, new: now }: Sides<Source>): SpecChange[] {
  const urls = (source: Source) => (source.document.servers ?? []).map(({ url }) => url).join(', ')
  const { before, after } = { before: urls(old), after: urls(now) }
  if (before === after) return []
  const says = `${shown(before || 'none')} → ${shown(after || 'none')}`
  return [{ isBreaking: false, kind: 'server', change: 'changed', where: 'servers', says }]
}
