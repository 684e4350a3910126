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
import { type Facts, factsOf } from './schema-facts.ts'
import { isObject, type Parts, partsOf } from './schema-parts.ts'

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
  /** Pairs that are being compared: one that leads back to itself is not compared again. */
  readonly open: Set<string>
  /** Pairs in which nothing differs. */
  readonly same: Set<string>
  /** How often a pair that differs was told. */
  readonly told: Map<string, number>
  /** Whether two forms are equal, as far as that was asked; what is being asked counts as equal. */
  readonly equal: Map<string, boolean>
}

/** Several schemas that must all hold, on both sides. */
type Both = Sides<readonly unknown[]>

/** A type that stands at many fields is told at so many: types that name each other have endless fields. */
const TOLD_MOST = 8

/** Tells what changed between two schemas. A schema may contain itself. */
export function compareSchemas({ schemas, ...pair }: SchemaPair, note: Note): void {
  const walk = { ...pair, ...nothingKnown(), note, open: new Set<string>(), equal: new Map() }
  compareAt(walk, { old: [schemas.old], new: [schemas.new] }, '')
}

function nothingKnown(): Pick<Walk, 'same' | 'told'> {
  return { same: new Set(), told: new Map() }
}

const partIds = new WeakMap<object, number>()
let lastPartId = 0

function idOf(part: object): number {
  const known = partIds.get(part)
  if (known !== undefined) return known
  lastPartId += 1
  partIds.set(part, lastPartId)
  return lastPartId
}

function keyOf({ old, new: now }: Sides<Parts>): string {
  return [old, now]
    .map((parts) =>
      parts
        .map(idOf)
        .toSorted((a, b) => a - b)
        .join(),
    )
    .join(':')
}

function compareAt(walk: Walk, schemas: Both, field: string): void {
  const { documents, open, same, told } = walk
  const parts = {
    old: partsOf(documents.old, schemas.old),
    new: partsOf(documents.new, schemas.new),
  }
  const key = keyOf(parts)
  const times = told.get(key) ?? 0
  if (open.has(key) || same.has(key) || times >= TOLD_MOST) return
  open.add(key)
  let isSame = true
  const note: Note = (finding) => {
    isSame = false
    walk.note(finding)
  }
  compareFacts({ ...walk, note }, { old: factsOf(parts.old), new: factsOf(parts.new) }, field)
  open.delete(key)
  if (isSame) same.add(key)
  else told.set(key, times + 1)
}

function compareFacts(walk: Walk, facts: Sides<Facts>, field: string): void {
  const { direction } = walk
  const type = typeChange(direction, facts)
  noteAt(walk, field, [
    ...(type ? [type] : []),
    ...nullChange(direction, facts),
    ...valueChanges(direction, facts),
    ...otherChanges(direction, facts),
  ])
  const hasNoType = (types: Facts['types']) => types === undefined || types.size === 0
  const isOther =
    type !== undefined &&
    !hasNoType(facts.new.types) &&
    ![...(facts.new.types ?? [])].some((each) => facts.old.types?.has(each))
  // A text that became an object has new fields and no maxLength: that it did says it all.
  if (isOther) return
  noteAt(walk, field, constraintChanges(direction, facts))
  compareFields(walk, facts, field)
  compareOthers(walk, facts, field)
  if (facts.old.items.length > 0 || facts.new.items.length > 0)
    compareAt(walk, { old: facts.old.items, new: facts.new.items }, `${field}[]`)
  compareForms(walk, facts, field)
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
    if (before && !after) noteAt(walk, at, [REMOVED])
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
  const { isReadOnly, isWriteOnly } = factsOf(partsOf(document, schemas))
  if (direction === 'sent' ? isReadOnly : isWriteOnly) return undefined
  return { schemas, isRequired: facts.required.has(name) }
}

const REMOVED: Said = { isBreaking: true, kind: 'field', change: 'removed', says: 'is gone' }

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

/** Alternatives: those that stand on both sides are compared, the others told in one line. */
function compareForms(walk: Walk, { old, new: now }: Sides<Facts>, field: string): void {
  const most = Math.max(old.forms.length, now.forms.length)
  for (let at = 0; at < most; at += 1) {
    const forms = { old: old.forms[at] ?? [], new: now.forms[at] ?? [] }
    compareFormList(walk, forms, field)
  }
}

function compareFormList(walk: Walk, forms: Both, field: string): void {
  const left = withoutEqual(walk, forms)
  const pairs = pairedForms(left)
  for (const { old, new: now, name } of pairs)
    compareAt(walk, { old: [old], new: [now] }, `${field}(${name})`)
  const removed = left.old.filter((form) => pairs.every(({ old }) => old !== form)).length
  const added = left.new.filter((form) => pairs.every((pair) => pair.new !== form)).length
  if (removed === 0 && added === 0) return
  // One form is not one of several: what had none took anything else that is said of it.
  const isNarrower = removed > 0 || forms.old.length === 0
  const isWider = added > 0 && forms.old.length > 0
  const isGone = forms.new.length === 0
  const says = isGone
    ? `no longer one of ${forms.old.length} forms`
    : `one of ${forms.new.length} forms now, before ${forms.old.length || 'one'}: ` +
      `${added} new, ${removed} gone`
  const isBreaking =
    isGone || forms.old.length === 0 || breaks(walk.direction, { isWider, isNarrower })
  noteAt(walk, field, [{ isBreaking, kind: 'type', change: 'changed', says }])
}

/** The forms that have no equal on the other side. */
function withoutEqual(walk: Walk, forms: Both): Both {
  const now = [...forms.new]
  const old = forms.old.filter((form) => {
    const at = now.findIndex((other) => areEqual(walk, form, other))
    if (at >= 0) now.splice(at, 1)
    return at < 0
  })
  return { old, new: now }
}

function areEqual(walk: Walk, old: unknown, now: unknown): boolean {
  const { documents, equal } = walk
  const key = keyOf({ old: partsOf(documents.old, [old]), new: partsOf(documents.new, [now]) })
  const known = equal.get(key)
  if (known !== undefined) return known
  equal.set(key, true)
  let isSame = true
  const note = () => {
    isSame = false
  }
  // What is only sent or only received is looked at in one direction alone: both are asked.
  for (const direction of ['sent', 'received'] as const)
    compareAt({ ...walk, ...nothingKnown(), direction, note }, { old: [old], new: [now] }, '')
  equal.set(key, isSame)
  return isSame
}

interface FormPair extends Sides<unknown> {
  readonly name: string
}

/** Forms that are the same but changed: those of one name, and where each side has as many, by position. */
function pairedForms({ old, new: now }: Both): FormPair[] {
  if (old.length === now.length)
    return old.map((form, at) => ({ old: form, new: now[at], name: formName(form, at) }))
  return old.flatMap((form, at) => {
    const name = formName(form, at)
    const other = now.find((each) => isObject(each) && isObject(form) && isNamed(form, each))
    return other === undefined ? [] : [{ old: form, new: other, name }]
  })
}

const isNamed = (form: Record<string, unknown>, other: Record<string, unknown>) =>
  (form.$ref !== undefined && form.$ref === other.$ref) ||
  (form.title !== undefined && form.title === other.title)

function formName(form: unknown, at: number): string {
  if (!isObject(form)) return `form ${at + 1}`
  const name = typeof form.$ref === 'string' ? form.$ref.split('/').at(-1) : form.title
  return typeof name === 'string' ? name : `form ${at + 1}`
}
