// Compares the shapes of two bodies: by kind, format, listed values, fields and order, never by what may differ.
import { pointerToken } from '../../state/json-pointer.ts'
import { otherOrder } from './list-order.ts'
import type { DifferenceKind } from './result.ts'
import { countOf, EACH, type Shape } from './shape.ts'
import { areAlike, counted, isFreeText, type Kind, type TextFormat } from './value-class.ts'

/** A difference at a place of two bodies. */
export interface BodyDifference {
  readonly kind: DifferenceKind
  /** JSON pointer, `*` for the entries of lists; empty for the body as a whole. */
  readonly pointer: string
  /** What was seen there, in words that are the same in every run. */
  readonly left: string
  readonly right: string
  /** One value of each side; absent where there was none. */
  readonly leftExample?: unknown
  readonly rightExample?: unknown
  /** True for two values that the document lists: the state may differ, and not the contract. */
  readonly isOfState?: true
}

/** What two bodies are compared by. */
export interface Comparison {
  /** True for a pointer whose field is not compared. */
  readonly isVolatile: (pointer: string) => boolean
  readonly add: (difference: BodyDifference) => void
  /** Told of what cannot be compared. */
  readonly leave: (pointer: string, reason: string) => void
}

/** Both sides at one place. */
export interface Place {
  readonly pointer: string
  /** True within lists and maps: entries differ, and only what all of them have in common counts. */
  readonly isWithin: boolean
  readonly left: Shape
  readonly right: Shape
  /** What was seen there in all answers of a run; absent where there was nothing. */
  readonly leftEver: Shape | undefined
  readonly rightEver: Shape | undefined
}

export function compareShapes(place: Place, to: Comparison): void {
  if (to.isVolatile(place.pointer)) return
  if (compareKinds(place, to)) return
  compareTexts(place, to)
  compareNumbers(place, to)
  compareFields(place, to)
  compareLists(place, to)
}

const shownKind: Readonly<Record<Kind, string>> = {
  null: 'null',
  boolean: 'true or false',
  number: 'number',
  text: 'text',
  list: 'list',
  object: 'object',
}

/** Returns true where the kinds have nothing in common. */
function compareKinds(place: Place, to: Comparison): boolean {
  const { left, right, leftEver, rightEver, isWithin } = place
  const mayBe = (kind: Kind) => kind === 'null' && left.documented.isNullable
  const isNew = (kind: Kind, other: Shape, ever: Shape | undefined) =>
    !other.kinds.has(kind) && !(isWithin && (ever?.kinds.has(kind) || mayBe(kind)))
  const added = [...right.kinds.keys()].find((kind) => isNew(kind, left, leftEver))
  const gone = [...left.kinds.keys()].find((kind) => isNew(kind, right, rightEver))
  if (added === undefined && gone === undefined) return false
  const ours = gone ?? first(left.kinds.keys())
  const theirs = added ?? first(right.kinds.keys())
  if (ours !== undefined && theirs !== undefined && ours !== theirs)
    to.add({
      kind: 'type',
      pointer: place.pointer,
      left: kindText(left, ours),
      right: kindText(right, theirs),
      leftExample: left.kinds.get(ours)?.example,
      rightExample: right.kinds.get(theirs)?.example,
    })
  return true
}

/** A kind in words; of a text its format, of a number that it may be a time. */
function kindText({ kinds, formats }: Shape, kind: Kind): string {
  const format = first(formats.values())?.format.name
  if (kind === 'text' && format !== undefined && format !== 'text' && format !== 'any')
    return `text (${format})`
  const example = kinds.get(kind)?.example
  return kind === 'number' && isEpoch(Number(example)) ? 'number (maybe a time)' : shownKind[kind]
}

/** Seconds or ms since 1970, within some decades. */
function isEpoch(number: number): boolean {
  return (number > 1.4e9 && number < 2.6e9) || (number > 1.4e12 && number < 2.6e12)
}

function compareTexts(place: Place, to: Comparison): void {
  const { left, right, leftEver, rightEver, pointer } = place
  if (left.documented.values.size > 0) {
    compareValues(place, to)
    return
  }
  const pairs = [...left.formats.values()].flatMap((ours) =>
    [...right.formats.values()].map((theirs) => ({ ours, theirs })),
  )
  const areFine = (ours: TextFormat, theirs: TextFormat) =>
    areAlike(ours, theirs) || (!left.documented.isFormed && isFreeText(ours, theirs))
  if (pairs.length === 0 || pairs.some(({ ours, theirs }) => areFine(ours.format, theirs.format)))
    return
  const other = pairs.find(
    ({ ours, theirs }) => !hasSeen(leftEver, theirs.format) || !hasSeen(rightEver, ours.format),
  )
  if (!other) return
  const { ours, theirs } = other
  to.add({
    kind: 'format',
    pointer,
    left: ours.format.name,
    right: theirs.format.name,
    leftExample: ours.example,
    rightExample: theirs.example,
  })
}

/** Whether a format, or one like it, was seen at a place of any answer. */
function hasSeen(ever: Shape | undefined, format: TextFormat): boolean {
  return [...(ever?.formats.values() ?? [])].some((each) => areAlike(each.format, format))
}

/** Values that a document lists are compared exactly; of entries, whether each is known. */
function compareValues(place: Place, to: Comparison): void {
  const { left, right, leftEver, rightEver, isWithin, pointer } = place
  const listed = left.documented.values
  const add = (ours: string, theirs: string) => {
    const isOfState = listed.has(ours) && listed.has(theirs)
    const about = { kind: 'enum' as const, pointer, left: JSON.stringify(ours) }
    const examples = { leftExample: ours, rightExample: theirs }
    const other = { right: JSON.stringify(theirs) + nearly(ours, theirs), ...examples }
    to.add(isOfState ? { ...about, ...other, isOfState } : { ...about, ...other })
  }
  if (!isWithin) {
    const [ours, theirs] = [first(left.values), first(right.values)]
    if (ours !== undefined && theirs !== undefined && ours !== theirs) add(ours, theirs)
    return
  }
  const isNew = (value: string, other: Shape, ever: Shape | undefined) =>
    !listed.has(value) && !other.values.has(value) && !ever?.values.has(value)
  const added = [...right.values].find((value) => isNew(value, left, leftEver))
  const gone = [...left.values].find((value) => isNew(value, right, rightEver))
  const ours = gone ?? twin(left.values, added)
  const theirs = added ?? twin(right.values, gone)
  if ((added !== undefined || gone !== undefined) && ours !== undefined && theirs !== undefined)
    add(ours, theirs)
}

/** The value that is most like another: the same but for case, else the first. */
function twin(values: ReadonlySet<string>, other: string | undefined): string | undefined {
  const same = [...values].find((each) => each.toLowerCase() === other?.toLowerCase())
  return same ?? first(values)
}

function nearly(ours: string, theirs: string): string {
  return ours.toLowerCase() === theirs.toLowerCase() ? ' (equal but for case)' : ''
}

/** Cents are no difference to none: a sum may be even. */
const USUAL_PLACES = 2

function compareNumbers({ pointer, ...sides }: Place, to: Comparison): void {
  const { left, right } = sides
  const [ours, theirs] = [left.kinds.get('number'), right.kinds.get('number')]
  if (!ours || !theirs) return
  const leftMost = Math.max(left.places, sides.leftEver?.places ?? 0)
  const rightMost = Math.max(right.places, sides.rightEver?.places ?? 0)
  const about = { pointer, leftExample: ours.example, rightExample: theirs.example }
  const isInteger = left.documented.isInteger && (left.places === 0) !== (right.places === 0)
  if (isInteger && (leftMost === 0 || rightMost === 0)) {
    const text = (places: number) => (places === 0 ? 'integer' : 'number with decimals')
    to.add({ kind: 'type', ...about, left: text(left.places), right: text(right.places) })
    return
  }
  const isFine = (places: number) => places <= USUAL_PLACES
  if (isFine(left.places) === isFine(right.places)) return
  if (isFine(leftMost) === isFine(rightMost)) return
  const text = (places: number) =>
    isFine(places) ? `number of at most ${USUAL_PLACES} decimals` : 'number of more decimals'
  to.add({ kind: 'format', ...about, left: text(left.places), right: text(right.places) })
}

type Presence = 'always' | 'sometimes' | 'never'

function compareFields(place: Place, to: Comparison): void {
  const { left, right, leftEver, rightEver, pointer, isWithin } = place
  if (!left.kinds.has('object') || !right.kinds.has('object')) return
  if (!isWithin && compareDiscriminators(place, to)) return
  const names = new Set([...left.fields.keys(), ...right.fields.keys()])
  const missing: string[] = []
  const added: string[] = []
  for (const name of names) {
    const at = `${pointer}/${name === EACH ? EACH : pointerToken(name)}`
    const [ours, theirs] = [left.fields.get(name), right.fields.get(name)]
    if (to.isVolatile(at)) continue
    const ever = { leftEver: leftEver?.fields.get(name), rightEver: rightEver?.fields.get(name) }
    if (ours && theirs) {
      const within = { isWithin: isWithin || name === EACH, left: ours, right: theirs, ...ever }
      compareShapes({ pointer: at, ...within }, to)
    } else if (name === EACH) {
      to.leave(at, `it is empty on the ${ours ? 'right' : 'left'}`)
      continue
    }
    const presences = [presenceOf(left, name), presenceOf(right, name)] as const
    if (!isTelling(presences, place, name)) continue
    if (presences[1] === 'never') missing.push(name)
    else if (presences[0] === 'never') added.push(name)
    else to.add({ kind: 'presence', pointer: at, left: presences[0], right: presences[1] })
  }
  tellPresence(place, { missing, added }, to)
}

/**
 * Returns true where a field tells that the answers are two things, a success and a failure: then
 * the other fields tell nothing.
 */
function compareDiscriminators({ pointer, left, right }: Place, to: Comparison): boolean {
  for (const [name, ours] of left.fields) {
    const theirs = right.fields.get(name)
    const { isDiscriminator, values } = ours.documented
    if (!theirs || !isDiscriminator) continue
    const at = `${pointer}/${pointerToken(name)}`
    const [one, other] = [first(ours.values), first(theirs.values)]
    const areListed = [one, other].every((each) => each !== undefined && values.has(each))
    if (one === other || !areListed || to.isVolatile(at)) continue
    const sides = { left: ours, right: theirs, leftEver: undefined, rightEver: undefined }
    compareValues({ pointer: at, isWithin: false, ...sides }, to)
    return true
  }
  return false
}

function presenceOf({ kinds, fields }: Shape, name: string): Presence {
  const field = fields.get(name)
  if (!field) return 'never'
  return countOf(field) === kinds.get('object')?.count ? 'always' : 'sometimes'
}

/** Whether that a field is more often there on one side tells anything. */
function isTelling(
  [ours, theirs]: readonly [Presence, Presence],
  { left, leftEver, rightEver, isWithin }: Place,
  name: string,
): boolean {
  if (ours === theirs || name === EACH) return false
  if (!isWithin || left.documented.required.has(name)) return true
  // Entries of lists have optional fields or not, as their own state is.
  if (ours !== 'never' && theirs !== 'never') return false
  return !(ours === 'never' ? leftEver : rightEver)?.fields.has(name)
}

interface Told {
  readonly missing: readonly string[]
  readonly added: readonly string[]
}

/** Fields of one side alone; one that is gone and one that is new may be the same under another name. */
function tellPresence({ left, right, pointer }: Place, { missing, added }: Told, to: Comparison) {
  const at = (name: string) => `${pointer}/${pointerToken(name)}`
  const [gone] = missing
  const [come] = added
  if (missing.length === 1 && added.length === 1 && gone !== undefined && come !== undefined) {
    const [ours, theirs] = [left.fields.get(gone), right.fields.get(come)]
    if (ours && theirs && isSameClass(ours, theirs)) {
      to.add({
        kind: 'presence',
        pointer: at(gone),
        left: gone,
        right: `${come}, a field of another name`,
        leftExample: exampleOf(ours),
        rightExample: exampleOf(theirs),
      })
      return
    }
  }
  for (const name of missing) {
    const leftExample = exampleOf(left.fields.get(name))
    to.add({ kind: 'presence', pointer: at(name), left: 'there', right: 'missing', leftExample })
  }
  for (const name of added) {
    const rightExample = exampleOf(right.fields.get(name))
    to.add({ kind: 'presence', pointer: at(name), left: 'missing', right: 'there', rightExample })
  }
}

function isSameClass(one: Shape, other: Shape): boolean {
  const [kind] = one.kinds.keys()
  if (kind === undefined || !other.kinds.has(kind)) return false
  if (kind !== 'text') return true
  const example = { one: String(exampleOf(one)), other: String(exampleOf(other)) }
  return example.one === example.other || namesAlike(one, other)
}

function namesAlike(one: Shape, other: Shape): boolean {
  if (one.values.size > 0) return [...one.values].some((each) => exampleOf(other) === each)
  return [...one.formats.values()].some(({ format }) =>
    [...other.formats.values()].some((each) => areAlike(format, each.format)),
  )
}

function exampleOf(shape: Shape | undefined): unknown {
  return first(shape?.kinds.values() ?? [])?.example
}

function compareLists(place: Place, to: Comparison): void {
  const { left, right, leftEver, rightEver, pointer } = place
  if (!left.kinds.has('list') || !right.kinds.has('list')) return
  const at = `${pointer}/${EACH}`
  if (left.entries && right.entries)
    compareShapes(
      {
        pointer: at,
        isWithin: true,
        left: left.entries,
        right: right.entries,
        leftEver: leftEver?.entries,
        rightEver: rightEver?.entries,
      },
      to,
    )
  else if (left.entries || right.entries) {
    const [side, other] = left.entries ? ['right', 'left'] : ['left', 'right']
    const count = (left.entries ? left : right).lists.flat().length
    const has = counted(count, 'entr').replace(/entrs?$/, count === 1 ? 'entry' : 'entries')
    to.leave(at, `the list is empty on the ${side} and has ${has} on the ${other}`)
    return
  }
  const [ours = []] = left.lists
  const [theirs = []] = right.lists
  if (left.lists.length > 1 || right.lists.length > 1) return
  const order = otherOrder(ours, theirs)
  if (!order) return
  const by = order.key === '' ? '' : ` by ${order.key}`
  const text = (direction: string) =>
    direction === 'unsorted' ? `not sorted${by}` : `${direction}${by}`
  to.add({ kind: 'order', pointer, left: text(order.left), right: text(order.right) })
}

function first<T>(values: Iterable<T>): T | undefined {
  const [value] = values
  return value
}
