// JSON Merge Patch (RFC 7396): a value laid over another.
import { isObject } from '../stores/json-shape.ts'

/** The target with the patch laid over it: objects are merged, null takes away, all else replaces. */
export function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name]
    else result[name] = merged(result[name], value)
  }
  return result
}
