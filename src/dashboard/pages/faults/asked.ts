// A fault as the form has it, in texts; and what it is as JSON and as a command.
import type { NewFault } from '../../../control/wire.ts'
import { defined } from '../../../state/defined.ts'
import { commandHere } from '../../terminal.ts'
import type { FieldShown, KindShown } from './kinds.ts'

/** What is typed and chosen; an empty text is left out. */
export interface Asked {
  readonly provider: string
  readonly of: KindShown['of']
  /** The operation or the type of callback; `*` for all. */
  readonly name: string
  readonly kind: string
  readonly when: string
  readonly nth: string
  readonly times: string
  readonly until: string
  /** A line each, as in `path.iccid=8943*`. */
  readonly match: string
  /** The kind's own fields by name. */
  readonly own: Readonly<Record<string, string>>
}

const some = (text: string) => (text.trim() === '' ? undefined : text.trim())

/** What a text stands for: JSON where it is some, unless a number would lose digits. */
function typedValue(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'number' && String(value) !== text ? text : value
  } catch {
    return text
  }
}

/** A time without a unit stays a text: the simulator tells how one is written. */
function ownValue({ form }: FieldShown, text: string): unknown {
  const value = typedValue(text)
  return form.startsWith('a duration') && typeof value === 'number' ? text : value
}

const linesOf = (match: string): string[] =>
  match
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** What a call has to have, by part and name; a line that is none goes as it is, to be refused. */
function matchOf(text: string): NewFault['match'] {
  const lines = linesOf(text)
  if (lines.length === 0) return undefined
  const match: Record<string, Record<string, unknown>> = {}
  for (const line of lines) {
    const [, part = line, name = '', value = ''] = /^(\w+)\.([^=]+)=(.*)$/.exec(line) ?? []
    match[part] = { ...match[part], [name]: typedValue(value) }
  }
  return match as NewFault['match']
}

const numberOf = (text: string) => (some(text) === undefined ? undefined : Number(text))

/** What is sent to the simulator. */
export function faultOf(asked: Asked, kind: KindShown): NewFault {
  const own = kind.fields.map((field) => {
    const text = some(asked.own[field.name] ?? '')
    return [field.name, text === undefined ? undefined : ownValue(field, text)]
  })
  return defined({
    provider: asked.provider,
    operation: kind.of === 'operation' ? asked.name : undefined,
    callback: kind.of === 'callback' ? asked.name : undefined,
    kind: kind.name,
    when: some(asked.when),
    match: matchOf(asked.match),
    nth: numberOf(asked.nth),
    times: numberOf(asked.times),
    until: some(asked.until),
    ...Object.fromEntries(own),
  }) as NewFault
}

const spelled = (name: string) => name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)

/** The same as it is typed in a terminal. */
export function commandFor(asked: Asked, kind: KindShown): string {
  const own = kind.fields.map(({ name }) => [spelled(name), some(asked.own[name] ?? '')])
  return commandHere(['fault', 'add', asked.provider, asked.name, kind.name], {
    callback: kind.of === 'callback' ? true : undefined,
    when: some(asked.when),
    match: linesOf(asked.match),
    nth: some(asked.nth),
    times: some(asked.times),
    until: some(asked.until),
    ...Object.fromEntries(own),
  })
}
