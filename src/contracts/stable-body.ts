// A body without the fields that may differ from call to call.
import { pointerNames } from '../state/json-pointer.ts'

/** The JSON of a body without what these pointers lead to; `undefined` where it is no JSON. */
export function stableJson(body: Buffer, volatile: readonly string[]): unknown {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    for (const pointer of volatile) remove(value, pointerNames(pointer))
    return value
  } catch {
    return undefined
  }
}

/** A text that is the same for bodies that differ only where they may. */
export function stableText(body: Buffer, volatile: readonly string[]): string {
  const value = volatile.length === 0 ? undefined : stableJson(body, volatile)
  return value === undefined ? body.toString('latin1') : JSON.stringify(value)
}

/** Takes out what a pointer leads to. */
function remove(value: unknown, [name, ...rest]: readonly string[]): void {
  if (typeof value !== 'object' || value === null || name === undefined) return
  const fields = value as Record<string, unknown>
  for (const key of name === '*' ? Object.keys(fields) : [name])
    if (rest.length === 0) delete fields[key]
    else remove(fields[key], rest)
}
