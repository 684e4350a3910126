// A document as YAML that people read: short parts on one line, a blank line between steps.
import { Document, isCollection, isMap, isPair, isScalar, type Node, visit } from 'yaml'
import type { ArazzoDocument } from '../language.ts'

/** A part is written on one line up to this length: characters of JSON. */
const LONGEST_LINE = 110

/** Parts that keep their lines, however short they are. */
const ALWAYS_LONG = new Set(['workflows', 'steps', 'sourceDescriptions'])

/** @param schema where an editor finds the schema of the language */
export function textOf(document: ArazzoDocument, schema: string): string {
  const made = new Document(document, { aliasDuplicateObjects: false })
  visit(made, {
    Pair(_, { key, value }) {
      const name = isScalar(key) ? String(key.value) : ''
      if (isCollection(value) && !ALWAYS_LONG.has(name)) value.flow = isShort(value)
      const { items = [] } = (ALWAYS_LONG.has(name) && isCollection(value) ? value : {}) as {
        items?: Node[]
      }
      for (const [at, item] of items.entries()) {
        if (!isMap(item)) continue
        if (name === 'sourceDescriptions') item.flow = true
        else if (at > 0) item.spaceBefore = true
      }
    },
    Scalar(_, scalar) {
      // Other readers of YAML would take it for a date.
      const isDate = typeof scalar.value === 'string' && /^\d{4}-\d\d-\d\d/.test(scalar.value)
      if (isDate) scalar.type = 'QUOTE_SINGLE'
    },
    Seq(_, { items }) {
      for (const item of items) if (isMap(item) && !hasSteps(item)) item.flow = isShort(item)
    },
  })
  made.commentBefore = ` yaml-language-server: $schema=${schema}`
  // The comment stands right before the document.
  return made.toString({ lineWidth: 0 }).replace(/^(#[^\n]*\n)\n/, '$1')
}

const isShort = (value: Node) => JSON.stringify(value.toJSON()).length <= LONGEST_LINE

/** A workflow or a step: it has lines of its own. */
function hasSteps(item: Node): boolean {
  return (
    isMap(item) &&
    item.items.some(
      (pair) =>
        isPair(pair) &&
        isScalar(pair.key) &&
        /^(?:workflowId|stepId)$/.test(String(pair.key.value)),
    )
  )
}
