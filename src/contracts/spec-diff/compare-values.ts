// What changed of a value: its type, null, the values it takes, its constraints.
import { type Direction, type Finding, namesOf, type Sides, shown } from './change.ts'
import { CONSTRAINTS, type Facts, takes, typeOf } from './schema-facts.ts'

/** What was found, without its place. */
export type Said = Pick<Finding, 'isBreaking' | 'kind' | 'change' | 'says'>

/** What a schema takes became more, less, or something else. */
interface Shift {
  readonly isWider: boolean
  readonly isNarrower: boolean
}

/** A client fails where it may send less than before, or may receive more. */
export function breaks(direction: Direction, { isWider, isNarrower }: Shift): boolean {
  return direction === 'sent' ? isNarrower : isWider
}

const NAMED_MOST = 8

function listed(values: readonly string[]): string {
  // A text in quotes where it could be taken for a number or the like.
  const texts = values.map((value): unknown => JSON.parse(value))
  const isPlain = texts.every((text) => typeof text === 'string' && text !== '')
  const names = (isPlain ? texts : values).slice(0, NAMED_MOST).map(shown)
  const more = values.length - names.length
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ')
}

function typesText(types: Facts['types']): string {
  return types === undefined ? 'any' : [...types].join(' or ')
}

/** A type that became another; `undefined` where it did not. */
export function typeChange(direction: Direction, facts: Sides<Facts>): Said | undefined {
  const { old, new: now } = { old: facts.old.types, new: facts.new.types }
  const isWider = hasMore(now, old)
  const isNarrower = hasMore(old, now)
  if (!isWider && !isNarrower) return undefined
  const says = `type ${typesText(old)} → ${typesText(now)}`
  return { ...CHANGED, kind: 'type', isBreaking: breaks(direction, { isWider, isNarrower }), says }
}

const CHANGED = { change: 'changed' } as const

/** Whether some types have values that others have not. */
function hasMore(some: Facts['types'], others: Facts['types']): boolean {
  if (others === undefined) return false
  return some === undefined || [...some].some((type) => !takes(others, type))
}

/** Whether a value may be null. */
export function nullChange(direction: Direction, facts: Sides<Facts>): Said[] {
  const { isNullable } = facts.new
  if (isNullable === facts.old.isNullable) return []
  const shift = { isWider: isNullable, isNarrower: !isNullable }
  const says = isNullable ? 'may be null now' : 'may not be null any more'
  return [{ ...CHANGED, kind: 'type', isBreaking: breaks(direction, shift), says }]
}

/** The values of an enum that came and went. */
export function valueChanges(direction: Direction, facts: Sides<Facts>): Said[] {
  const { old, new: now } = { old: valuesOf(facts.old), new: valuesOf(facts.new) }
  if (!facts.old.values && !facts.new.values) return []
  const said = (change: Finding['change'], isWider: boolean, says: string): Said => {
    const isBreaking = breaks(direction, { isWider, isNarrower: !isWider })
    return { kind: 'enum', change, isBreaking, says }
  }
  if (!old) return [said('added', false, `only these values now: ${listed([...(now ?? [])])}`)]
  if (!now) return [said('removed', true, `any value now, before only ${listed([...old])}`)]
  // Values of a type that is new or gone were told with it.
  const added = [...now].filter((value) => !old.has(value) && isOf(facts.old, value))
  const removed = [...old].filter((value) => !now.has(value) && isOf(facts.new, value))
  return [
    ...(added.length > 0 ? [said('added', true, `new values: ${listed(added)}`)] : []),
    ...(removed.length > 0 ? [said('removed', false, `values gone: ${listed(removed)}`)] : []),
  ]
}

function isOf({ types }: Facts, value: string): boolean {
  return types === undefined || takes(types, typeOf(JSON.parse(value)))
}

/** The only values; a boolean has two, whether they are written or not. */
function valuesOf({ values, types }: Facts): Facts['values'] {
  const isBoolean = types?.size === 1 && types.has('boolean')
  return values ?? (isBoolean ? new Set(['true', 'false']) : undefined)
}

/** Bounds, patterns, formats that came, went or moved. */
export function constraintChanges(direction: Direction, facts: Sides<Facts>): Said[] {
  const { old, new: now } = { old: facts.old.constraints, new: facts.new.constraints }
  return namesOf({ old: old.keys(), new: now.keys() }).flatMap((word): Said[] => {
    const before = old.get(word)
    const after = now.get(word)
    if (before === after) return []
    const isBreaking = breaks(direction, shiftOf(word, before, after))
    if (before === undefined)
      return [
        { isBreaking, kind: 'constraint', change: 'added', says: `${word} ${shown(after)} is new` },
      ]
    if (after === undefined)
      return [
        {
          isBreaking,
          kind: 'constraint',
          change: 'removed',
          says: `${word} ${shown(before)} is gone`,
        },
      ]
    const says = `${word} ${shown(before)} → ${shown(after)}`
    return [{ isBreaking, kind: 'constraint', change: 'changed', says }]
  })
}

function shiftOf(word: string, before: unknown, after: unknown): Shift {
  if (before === undefined) return { isWider: false, isNarrower: true }
  if (after === undefined) return { isWider: true, isNarrower: false }
  const kind = CONSTRAINTS[word]
  if (kind === 'exact') return { isWider: true, isNarrower: true }
  const isMore = Number(after) > Number(before)
  return { isWider: isMore === (kind === 'upper'), isNarrower: isMore === (kind === 'lower') }
}

/** Whatever else is said of a value: its default, that it is deprecated, rules that are not looked into. */
export function otherChanges(direction: Direction, { old, new: now }: Sides<Facts>): Said[] {
  const said: Said[] = []
  if (direction === 'sent' && JSON.stringify(old.usual) !== JSON.stringify(now.usual)) {
    const isBreaking = old.usual !== undefined && now.usual !== undefined
    const says = `default ${shown(old.usual ?? 'none')} → ${shown(now.usual ?? 'none')}`
    said.push({ ...CHANGED, isBreaking, kind: 'constraint', says })
  }
  if (now.isDeprecated && !old.isDeprecated)
    said.push({ ...CHANGED, isBreaking: false, kind: 'field', says: 'is deprecated now' })
  for (const word of namesOf({ old: old.rest.keys(), new: now.rest.keys() })) {
    if (old.rest.get(word) === now.rest.get(word)) continue
    const says = `"${word}" changed, which is only compared as a whole`
    said.push({ ...CHANGED, isBreaking: true, kind: 'constraint', says })
  }
  return said
}
