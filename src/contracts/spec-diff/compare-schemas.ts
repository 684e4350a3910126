// What changed between two schemas, field by field.
import { defined } from '../../state/defined.ts'
import type { OpenApiDocument } from '../../workflows/sources.ts'
import { type Direction, type Finding, type Note, namesOf, type Sides } from './change.ts'
import {
  breaks,
  constraintChanges,
  nullChange,
  otherChanges,
  type Said,
  typeChange,
  valueChanges,
} from './compare-values.ts'
import { type Facts, factsOf, takes } from './schema-facts.ts'
import { isObject, type Parts, partsKey, partsOf } from './schema-parts.ts'

/** Two schemas to be compared. */
export interface SchemaPair {
  readonly documents: Sides<OpenApiDocument>
  readonly schemas: Sides<unknown>
  readonly direction: Direction
  /** Of which part of an operation they are. */
  readonly where: string
}

interface Walk extends Omit<SchemaPair, 'schemas'> {
  readonly note: Note
  /** Whether enough is known. */
  readonly isOver: () => boolean
  /** What is to be compared, those of the shortest fields first. */
  readonly queue: Item[]
  /** Pairs that lead to the one at hand: one that leads back to itself is not compared again. */
  readonly within: readonly string[]
  /** How often each pair was compared. */
  readonly times: Map<string, number>
  /** Whether two forms are equal, as far as that was asked; what is being asked counts as equal. */
  readonly equal: Map<string, boolean>
}

interface Item extends Pick<Walk, 'within'> {
  readonly schemas: Both
  readonly field: string
}

/** Several schemas that must all hold, on both sides. */
type Both = Sides<readonly unknown[]>

/** A type that stands at many fields is told at so many: types that name each other have endless fields. */
const TOLD_MOST = 8

/** Tells what changed between two schemas. A schema may contain itself. */
export function compareSchemas({ schemas, ...pair }: SchemaPair, note: Note): void {
  const walk = { ...pair, note, isOver: () => false, equal: new Map<string, boolean>() }
  compareAll(walk, { old: [schemas.old], new: [schemas.new] })
}

function compareAll(started: Omit<Walk, 'queue' | 'within' | 'times'>, schemas: Both): void {
  const queue: Item[] = [{ schemas, field: '', within: [] }]
  const times = new Map<string, number>()
  for (const item of queue) compareItem({ ...started, queue, times, within: item.within }, item)
}

function compareItem(walk: Walk, { schemas, field, within }: Item): void {
  const { documents, times } = walk
  const parts = {
    old: partsOf(documents.old, schemas.old),
    new: partsOf(documents.new, schemas.new),
  }
  const key = keyOf(parts)
  const before = times.get(key) ?? 0
  if (walk.isOver() || within.includes(key) || before >= TOLD_MOST) return
  times.set(key, before + 1)
  const facts = {
    old: factsOf(documents.old, parts.old),
    new: factsOf(documents.new, parts.new),
  }
  compareFacts({ ...walk, within: [...within, key] }, facts, field, schemas)
}

/** Compares them once all fields of shorter paths are. */
function compareAt({ queue, within }: Walk, schemas: Both, field: string): void {
  queue.push({ schemas, field, within })
}

function keyOf({ old, new: now }: Sides<Parts>): string {
  return `${partsKey(old)}:${partsKey(now)}`
}

function compareFacts(walk: Walk, facts: Sides<Facts>, field: string, schemas: Both): void {
  const { direction } = walk
  const type = typeChange(direction, facts)
  noteAt(walk, field, [
    ...(type ? [type] : []),
    ...nullChange(direction, facts),
    ...otherChanges(direction, facts),
  ])
  // A text that became an object has new fields and no maxLength: that it did says it all.
  if (areApart(facts)) return
  noteAt(walk, field, valueChanges(direction, facts))
  const became = becameForms(walk, facts, schemas)
  if (became) {
    noteAt(walk, field, [became.said])
    if (became.isAll) return
  }
  noteAt(walk, field, constraintChanges(direction, facts))
  compareFields(walk, facts, field)
  compareOthers(walk, facts, field)
  if (facts.old.items.length > 0 || facts.new.items.length > 0)
    compareAt(walk, { old: facts.old.items, new: facts.new.items }, `${field}[]`)
  if (!became) compareForms(walk, facts, field)
}

/** Whether no type is the same. */
function areApart({ old, new: now }: Sides<Facts>): boolean {
  const all = now.types
  if (!old.types || !all || old.types.size === 0 || all.size === 0) return false
  return (
    [...old.types].every((type) => !takes(all, type)) &&
    [...all].every((type) => !old.types?.has(type))
  )
}

function noteAt(walk: Walk, field: string, said: readonly Said[]): void {
  for (const each of said) walk.note(findingAt(walk, field, each))
}

function findingAt({ where }: Walk, field: string, said: Said): Finding {
  return defined({ ...said, where, field: field === '' ? undefined : field })
}

const below = (field: string, name: string) => (field === '' ? name : `${field}.${name}`)

function compareFields(walk: Walk, { old, new: now }: Sides<Facts>, field: string): void {
  const { direction, documents } = walk
  for (const name of namesOf({ old: old.fields.keys(), new: now.fields.keys() })) {
    const before = seenField(documents.old, old, name, direction)
    const after = seenField(documents.new, now, name, direction)
    const at = below(field, name)
    if (!before && after) noteAt(walk, at, [addedField(direction, after.isRequired)])
    if (before && !after) noteAt(walk, at, [removedField(name, { old, new: now })])
    if (!before || !after) continue
    noteAt(walk, at, requiredChange(direction, { old: before.isRequired, new: after.isRequired }))
    compareAt(walk, { old: before.schemas, new: after.schemas }, at)
  }
}

interface SeenField {
  readonly schemas: readonly unknown[]
  readonly isRequired: boolean
}

/** A field; `undefined` where there is none, or where only the other side of the wire writes it. */
function seenField(
  document: OpenApiDocument,
  facts: Facts,
  name: string,
  direction: Direction,
): SeenField | undefined {
  const schemas = facts.fields.get(name)
  if (!schemas) return undefined
  const { isReadOnly, isWriteOnly } = factsOf(document, partsOf(document, schemas))
  if (direction === 'sent' ? isReadOnly : isWriteOnly) return undefined
  return { schemas, isRequired: facts.required.has(name) }
}

function removedField(name: string, { old, new: now }: Sides<Facts>): Said {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[_-]/g, '')
  const like = [...now.fields.keys()].find(
    (other) => plain(other) === plain(name) && !old.fields.has(other),
  )
  const says = like === undefined ? 'is gone' : `is gone: ${like} is new`
  return { isBreaking: true, kind: 'field', change: 'removed', says }
}

function addedField(direction: Direction, isRequired: boolean): Said {
  const says =
    direction === 'received' ? 'is new' : `is new, ${isRequired ? 'required' : 'optional'}`
  return { isBreaking: direction === 'sent' && isRequired, kind: 'field', change: 'added', says }
}

/** What became required or optional. */
export function requiredChange(direction: Direction, isRequired: Sides<boolean>): Said[] {
  if (isRequired.old === isRequired.new) return []
  const shift = { isWider: !isRequired.new, isNarrower: isRequired.new }
  const says = {
    sent: isRequired.new ? 'is required now' : 'is optional now',
    received: isRequired.new ? 'is always there now' : 'may be missing now',
  }[direction]
  return [{ isBreaking: breaks(direction, shift), kind: 'field', change: 'changed', says }]
}

/** Fields that are not named. Receiving more of them breaks no client: it does not look for them. */
function compareOthers(walk: Walk, { old, new: now }: Sides<Facts>, field: string): void {
  const { direction } = walk
  if (old.isClosed !== now.isClosed) {
    const says = now.isClosed ? 'other fields are refused now' : 'other fields are allowed now'
    const isBreaking = direction === 'sent' && now.isClosed
    noteAt(walk, field, [{ isBreaking, kind: 'constraint', change: 'changed', says }])
    return
  }
  if (old.others.length > 0 || now.others.length > 0)
    compareAt(walk, { old: old.others, new: now.others }, below(field, '*'))
}

interface BecameForms {
  readonly said: Said
  /** Whether the forms are all there is: then nothing else can be compared. */
  readonly isAll: boolean
}

/** One schema that became several alternatives, or the other way round. */
function becameForms(
  walk: Walk,
  { old, new: now }: Sides<Facts>,
  schemas: Both,
): BecameForms | undefined {
  const isOne = { old: old.forms.length === 0, new: now.forms.length === 0 }
  if (isOne.old === isOne.new) return undefined
  const { forms, fields, items } = isOne.old ? now : old
  const [list = []] = forms
  // What it was is one of what it may be now: then it only takes more.
  const isAmong = list.some((form) => {
    const both = isOne.old ? { old: schemas.old, new: [form] } : { old: [form], new: schemas.new }
    return areEqual(walk, both)
  })
  const shift = { isWider: isOne.old || !isAmong, isNarrower: isOne.new || !isAmong }
  const one = isAmong ? 'one of them' : 'another'
  const says = isOne.old
    ? `any of ${list.length} forms now, before only ${one}`
    : `only ${isAmong ? 'one' : 'another'} of ${list.length} forms now`
  const isBreaking = breaks(walk.direction, shift)
  return {
    said: { isBreaking, kind: 'type', change: 'changed', says },
    isAll: fields.size === 0 && items.length === 0,
  }
}

/** Alternatives: those that stand on both sides are compared, the others told in one line. */
function compareForms(walk: Walk, { old, new: now }: Sides<Facts>, field: string): void {
  const most = Math.max(old.forms.length, now.forms.length)
  for (let at = 0; at < most; at += 1)
    compareFormList(walk, { old: old.forms[at] ?? [], new: now.forms[at] ?? [] }, field)
}

function compareFormList(walk: Walk, forms: Both, field: string): void {
  const left = withoutEqual(walk, forms)
  const pairs = pairedForms(walk, left)
  for (const { old, new: now, name } of pairs)
    compareAt(walk, { old: [old], new: [now] }, `${field}(${name})`)
  const removed = left.old.length - pairs.length
  const added = left.new.length - pairs.length
  if (removed === 0 && added === 0) return
  const isBreaking = breaks(walk.direction, { isWider: added > 0, isNarrower: removed > 0 })
  const says = `of ${forms.old.length} forms ${removed} are gone, ${added} are new`
  noteAt(walk, field, [{ isBreaking, kind: 'type', change: 'changed', says }])
}

/** The forms that have no equal on the other side. */
function withoutEqual(walk: Walk, forms: Both): Both {
  const now = [...forms.new]
  const old = forms.old.filter((form) => {
    const at = now.findIndex((other) => areEqual(walk, { old: [form], new: [other] }))
    if (at >= 0) now.splice(at, 1)
    return at < 0
  })
  return { old, new: now }
}

function areEqual(walk: Walk, both: Both): boolean {
  const { documents, equal } = walk
  const key = keyOf({
    old: partsOf(documents.old, both.old),
    new: partsOf(documents.new, both.new),
  })
  const known = equal.get(key)
  if (known !== undefined) return known
  equal.set(key, true)
  let isSame = true
  const note = () => {
    isSame = false
  }
  const asked = { ...walk, note, isOver: () => !isSame }
  // What is only sent or only received is looked at in one direction alone: both are asked.
  for (const direction of ['sent', 'received'] as const) compareAll({ ...asked, direction }, both)
  equal.set(key, isSame)
  return isSame
}

interface FormPair extends Sides<unknown> {
  readonly name: string
}

/** Forms that are the same but changed: of one name, else of one type, else where they stand. */
function pairedForms({ documents }: Walk, { old, new: now }: Both): FormPair[] {
  const left = { old: [...old], new: [...now] }
  const typeOf = (document: OpenApiDocument, form: unknown) =>
    [...(factsOf(document, partsOf(document, [form])).types ?? [])].join()
  const pairs: FormPair[] = []
  const pairWhere = (isPair: (form: unknown, other: unknown) => boolean) => {
    for (const form of [...left.old]) {
      const other = left.new.find((each) => isPair(form, each))
      if (other === undefined) continue
      pairs.push({ old: form, new: other, name: formName(form, old.indexOf(form)) })
      left.old.splice(left.old.indexOf(form), 1)
      left.new.splice(left.new.indexOf(other), 1)
    }
  }
  pairWhere((form, other) => isObject(form) && isObject(other) && isNamed(form, other))
  // With several of a type, or one more on one side, nobody knows which is which.
  if (left.old.length !== left.new.length) return pairs
  pairWhere((form, other) => typeOf(documents.old, form) === typeOf(documents.new, other))
  pairWhere(() => true)
  return pairs
}

const isNamed = (form: Record<string, unknown>, other: Record<string, unknown>) =>
  (form.$ref !== undefined && form.$ref === other.$ref) ||
  (form.title !== undefined && form.title === other.title)

function formName(form: unknown, at: number): string {
  if (!isObject(form)) return `form ${at + 1}`
  const name = typeof form.$ref === 'string' ? form.$ref.split('/').at(-1) : form.title
  return typeof name === 'string' ? name : `form ${at + 1}`
}
