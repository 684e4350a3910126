// The kinds of faults as a table of the documentation, between the marks that `npm run fault-kinds` looks for.
import type { FaultKind } from './kind.ts'

export const BEGIN = '<!-- kinds of faults: written by `npm run fault-kinds` -->'
export const END = '<!-- end of the kinds of faults -->'

/** The table in Markdown. */
export function kindsTable(kinds: readonly FaultKind[]): string {
  const rows = kinds.map((kind) => [
    `\`${kind.name}\``,
    kind.of === 'operation' ? `calls, ${kind.when.join(' or ')}` : 'callbacks',
    kind.says,
    fieldsOf(kind),
  ])
  const head = ['kind', 'of', 'what is seen', 'its own fields']
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return lines.join('\n')
}

/** The required ones first, each with its form and what it is. */
function fieldsOf({ fields }: FaultKind): string {
  return Object.entries(fields)
    .map(([name, { form, says, required }]) => {
      const must = required ? ', required' : ''
      return `\`${name}\` (${form}${must}): ${says}`.replaceAll('|', '\\|')
    })
    .join('<br>')
}

/** A document with the table put between its marks. @throws Error where it has none */
export function withTable(document: string, kinds: readonly FaultKind[]): string {
  const begin = document.indexOf(BEGIN)
  const end = document.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`the marks ${BEGIN} and ${END} are missing`)
  return `${document.slice(0, begin + BEGIN.length)}\n\n${kindsTable(kinds)}\n\n${document.slice(end)}`
}
