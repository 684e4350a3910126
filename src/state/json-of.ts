// The value of a JSON text, where it is one.

/** `undefined` for a text that is no JSON, and for none. */
export function jsonOf(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
