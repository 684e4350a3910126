// Pieces of Markdown that the reference is made of.

/** A page of the reference: its name below docs/reference/, and all its text. */
export interface ReferencePage {
  readonly name: string
  readonly text: string
}

/** What a cell holds; `undefined` is an empty one. */
export type Cell = string | number | boolean | undefined

/** A page with the mark that says how it is made. */
export function page(name: string, parts: readonly string[]): ReferencePage {
  const [title = '', ...rest] = parts
  const made = '<!-- Made from the code by npm run docs: do not edit. -->'
  return { name, text: `${[title, made, ...rest].join('\n\n')}\n` }
}

export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const cell = (value: Cell) =>
  String(value ?? '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('|', '\\|')

export const code = (text: string) => `\`${text}\``

/** The text of a description in one paragraph. */
export const oneLine = (text: string) => text.trim().replaceAll(/\s+/g, ' ')

export function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``
}
