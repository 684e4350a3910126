// The texts and numbers of a text of JSON, each with its name and where it stands.
import type { Span } from '../../server/redaction/span.ts'

/** A text or a number; of a text the span is what stands between its quotes. */
export interface Leaf extends Span {
  /** Its own name, or that of the list it stands in; empty where it has none. */
  readonly name: string
  /** The name of the object it stands in; empty at the top. */
  readonly within: string
  /** With its escapes undone. */
  readonly text: string
  /** True for the name of a member. */
  readonly isName: boolean
}

const TOKEN = /"((?:[^"\\]|\\.)*)"(\s*:)?|[{}[\]]|true|false|null|-?\d[\d.eE+-]*/g

/** In the order in which they stand; of what is no JSON, whatever looks like it. */
export function jsonLeaves(text: string): Leaf[] {
  const leaves: Leaf[] = []
  /** Names of the objects and lists that are open. */
  const open: string[] = []
  let name: string | undefined
  for (const { index, 0: token, 1: quoted, 2: colon } of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') {
      open.push(name ?? open.at(-1) ?? '')
      name = undefined
    } else if (token === '}' || token === ']') {
      open.pop()
      name = undefined
    } else if (quoted !== undefined || /^[-\d]/.test(token)) {
      const from = quoted === undefined ? index : index + 1
      const raw = quoted ?? token
      const about = { from, to: from + raw.length, text: unescaped(raw) }
      const isName = colon !== undefined
      const own = isName ? '' : (name ?? open.at(-1) ?? '')
      leaves.push({ ...about, name: own, within: open.at(-1) ?? '', isName })
      name = isName ? about.text : undefined
    } else name = undefined
  }
  return leaves
}

function unescaped(raw: string): string {
  if (!raw.includes('\\')) return raw
  try {
    return JSON.parse(`"${raw}"`) as string
  } catch {
    return raw
  }
}
