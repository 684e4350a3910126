// The beginning of a JSON text that was cut off, as far as its values are whole.

/** What opens a list or an object, and what closes it. */
const CLOSER: Readonly<Record<string, string>> = { '{': '}', '[': ']' }

/**
 * The value that a text begins with, without what was cut off in the middle; `undefined` where
 * nothing of it is whole.
 */
export function beginningOf(text: string): unknown {
  const open: string[] = []
  let whole: string | undefined
  let isText = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? ''
    if (isText) {
      if (character === '\\') at += 1
      else if (character === '"') isText = false
    } else if (character === '"') isText = true
    else if (CLOSER[character] !== undefined) open.push(CLOSER[character])
    else if (character === '}' || character === ']') open.pop()
    // What stands before a comma is whole.
    else if (character === ',') whole = text.slice(0, at) + open.toReversed().join('')
  }
  if (whole === undefined) return undefined
  try {
    return JSON.parse(whole)
  } catch {
    return undefined
  }
}
