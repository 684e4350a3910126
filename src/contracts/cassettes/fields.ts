// The named values of a text, each with where it stands: of JSON, of a form or a query, of XML, of CSV.
import { cellsIn } from '../../server/redaction/csv-cells.ts'
import type { Span } from '../../server/redaction/span.ts'
import { percentDecoded } from '../../state/percent-encoding.ts'
import { jsonLeaves } from './json-leaves.ts'

/** A value that stands under a name. */
export interface Field extends Span {
  readonly name: string
  /** The name of the object it stands in; empty where there is none. */
  readonly within: string
  /** With its escapes undone. */
  readonly text: string
}

/** In the order in which they stand. */
export function fieldsIn(text: string): Field[] {
  const start = text.trimStart()[0]
  if (start === '{' || start === '[') return jsonLeaves(text).filter(({ isName }) => !isName)
  if (start === '<') return elementsIn(text)
  const cells = cellsIn(text).map((cell) => ({ ...cell, within: '' }))
  return [...cells, ...pairsIn(text)]
}

const PAIR = /(?<=^|[?&#\r\n])([^=?&#\r\n]{1,200})=([^?&#\r\n]*)/g

function pairsIn(text: string): Field[] {
  return [...text.matchAll(PAIR)].map(({ index, 1: name = '', 2: value = '' }) => {
    const from = index + name.length + 1
    return { name, within: '', text: decoded(value), from, to: from + value.length }
  })
}

/** A value of a form or a query, without its escapes. */
function decoded(text: string): string {
  return percentDecoded(text.replaceAll('+', ' ')) ?? text
}

const ELEMENT = /<([\w.:-]{1,100})(?:\s[^<>]*)?>([^<]+)<\//g

function elementsIn(text: string): Field[] {
  return [...text.matchAll(ELEMENT)].map(({ index, 0: found, 1: name = '', 2: value = '' }) => {
    const from = index + found.length - value.length - 2
    return { name, within: '', text: value, from, to: from + value.length }
  })
}
