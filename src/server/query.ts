// Queries and forms as their operation takes them: what may be repeated, what is not known.

import { percentDecoded } from '../state/percent-encoding.ts'
import { Refusal } from '../state/refusal.ts'
import { shortName, tell } from './bounded.ts'
import type { Repeats } from './parameters.ts'
import type { Operation } from './spec.ts'

/**
 * The query of a request by the names of the spec. Lists may be repeated, with brackets or without;
 * of a text that may not, the last counts; what is not as the spec has it is noted.
 * @throws Refusal `invalid-request` for a number or a boolean that was sent twice
 */
export function queryOf(
  operation: Operation,
  text: string,
  undocumented: string[],
): Record<string, unknown> {
  const query: Record<string, unknown> = {}
  if (text === '') return query
  for (const [written, value] of new URLSearchParams(text)) {
    const name = operation.query.has(written) ? written : listNamed(operation.query, written)
    const repeats = operation.query.get(name)
    if (name !== written || repeats === undefined) tell(undocumented, `?${shortName(written)}`)
    if (repeats !== undefined) add(query, name, value, { repeats, undocumented })
  }
  return query
}

/** `countries` for `countries[]` and `countries[0]`, where that is a list. */
function listNamed(known: Operation['query'], written: string): string {
  if (!written.endsWith(']')) return written
  const [, name = ''] = /^([^[\]]+)\[\d{0,9}\]$/.exec(written) ?? []
  const repeats = known.get(name)
  return repeats === 'list' || repeats === 'commas' ? name : written
}

function add(
  query: Record<string, unknown>,
  name: string,
  value: string,
  { repeats, undocumented }: { readonly repeats: Repeats; readonly undocumented: string[] },
): void {
  const before = query[name]
  if (repeats === 'list') {
    if (Array.isArray(before)) before.push(value)
    else query[name] = [value]
    return
  }
  if (before === undefined) {
    query[name] = value
    return
  }
  if (repeats === 'never') throw sentTwice(name)
  if (repeats === 'last') tell(undocumented, `?${name} (sent twice: the last one counts)`)
  query[name] = repeats === 'commas' ? `${before},${value}` : value
}

/** The refusal of what takes one value and was sent twice. */
export function sentTwice(name: string): Refusal {
  return new Refusal('invalid-request', `${shortName(name)} takes one value, and was sent twice`)
}

/**
 * The fields of a form.
 * @throws Refusal `invalid-request` for a field that was sent twice (RFC 6749 3.2)
 * @throws Refusal `malformed-body` for escapes that are none
 */
export function formOf(text: string): object {
  if (percentDecoded(text) === undefined) {
    const why = 'a % begins no escape of UTF-8; write a bare one as %25'
    throw new Refusal('malformed-body', `the form cannot be decoded: ${why}`)
  }
  const fields = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (fields.has(name)) throw sentTwice(name)
    fields.set(name, value)
  }
  // One sent without a value is none (RFC 6749, 3.2).
  return Object.fromEntries([...fields].filter(([, value]) => value !== ''))
}
