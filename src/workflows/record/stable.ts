// What is demanded of an answer: the parts of it that are the same whatever the seed.
import { REDACTED } from '../../server/redaction/span.ts'
import type { Criterion } from '../language.ts'
import type { DraftStep } from './draft.ts'
import type { Ref } from './origins.ts'
import type { Demand } from './render.ts'
import type { Tried } from './trial.ts'

/** So many parts of an answer are demanded at most, those that lie the least deep. */
const MOST_LEAVES = 16
/** Longer texts are for people. */
const LONGEST_TEXT = 300
/** Of a list, so many entries are looked at. */
const MOST_ENTRIES = 3
/** A list is held to its length up to this one. */
const LONGEST_LIST = 50

/** Answers of the control API that say more of the simulator than of what was done. */
const UNTOLD = new Set([
  'changeSettings',
  'changeStock',
  'saveSnapshot',
  'restoreSnapshot',
  'rewindWorld',
  'listSims',
  'listCallbacks',
])

/** An answer as it was played, and as it was in each trial. */
interface Answers {
  readonly played: unknown
  readonly tried: readonly unknown[]
}

type Path = readonly string[]

interface Leaf {
  readonly path: Path
  readonly value: unknown
}

/** Outputs that may stand in an answer. */
export interface KnownRefs {
  /** Of earlier steps, by what they were worth when played. */
  readonly earlier: ReadonlyMap<string, readonly KnownRef[]>
  /** Of the step itself: what others take from it is nothing that is demanded. */
  readonly own: ReadonlySet<string>
}

/** An output that may be what stands in an answer: its worth when played, and in each trial. */
export interface KnownRef {
  readonly ref: Ref
  readonly worth: readonly unknown[]
}

/**
 * What is demanded of the answer of a step.
 * @param tried what it came to in each trial
 */
export function demandOf(
  step: DraftStep,
  tried: readonly (Tried | undefined)[],
  known: KnownRefs,
): Demand {
  const criteria: Criterion[] = [{ condition: `$statusCode == ${step.status}` }]
  const isTold = step.status !== null && !UNTOLD.has(step.operation.id ?? '')
  const isAnswered = tried.every((each) => each?.status === step.status)
  if (!isTold || !isAnswered || typeof step.reply.json !== 'object') return { criteria }
  const answers = { played: step.reply.json, tried: tried.map((each) => each?.json) }
  if (step.reply.isWhole) criteria.push(...lengthOf(answers, []))
  const leaves = leavesOf(answers, [], known).toSorted((a, b) => a.path.length - b.path.length)
  const kept = new Map(leaves.slice(0, MOST_LEAVES).map((leaf) => [leaf.path.join('\n'), leaf]))
  const expect = kept.size > 0 ? part(answers.played, [], kept) : undefined
  return { criteria, expect }
}

function below({ played, tried }: Answers, name: string): Answers {
  return { played: field(played, name), tried: tried.map((each) => field(each, name)) }
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'list' : typeof value
}

function leavesOf(answers: Answers, path: Path, known: KnownRefs): Leaf[] {
  const { played, tried } = answers
  const kind = kindOf(played)
  if (tried.some((each) => kindOf(each) !== kind)) return []
  if (kind === 'list' || kind === 'object') {
    const names = Object.keys(played as object).slice(0, kind === 'list' ? MOST_ENTRIES : undefined)
    const found = names.map((name) => leavesOf(below(answers, name), [...path, name], known))
    // An entry of which nothing can be said, not even that it is an object, ends a list.
    const end = names.findIndex(
      (name, at) => found[at]?.length === 0 && !isSameObject(below(answers, name)),
    )
    return (kind === 'list' && end >= 0 ? found.slice(0, end) : found).flat()
  }
  if (kind === 'null' || kind === 'undefined' || played === '') return []
  if (typeof played === 'string' && isUntellable(played)) return []
  if (known.own.has(path.join('/'))) return []
  const same = known.earlier
    .get(String(played))
    ?.find(({ worth }) => tried.every((each, at) => each === worth[at]))
  const isConstant = tried.every((each) => each === played)
  // Of what is the same in every run, only a part of the same name is said to come from there.
  if (same && (!isConstant || same.ref.name === path.at(-1))) return [{ path, value: same.ref }]
  return isConstant ? [{ path, value: played }] : []
}

/** True for what is an object, or a list, in all answers. */
function isSameObject({ played, tried }: Answers): boolean {
  const kind = kindOf(played)
  return /object|list/.test(kind) && tried.every((each) => kindOf(each) === kind)
}

/** A text that is too long, has a secret in it, or would be read as an expression. */
function isUntellable(text: string): boolean {
  return text.length > LONGEST_TEXT || text.includes(REDACTED) || /^\$|\{\$/.test(text)
}

/** That a list has no more entries; said of the first list of an answer. */
function lengthOf(answers: Answers, path: Path): Criterion[] {
  const { played, tried } = answers
  if (Array.isArray(played)) {
    const isSame = tried.every((each) => Array.isArray(each) && each.length === played.length)
    if (!isSame || played.length > LONGEST_LIST || !path.every((name) => /^[\w.-]+$/.test(name)))
      return []
    return [{ condition: `$response.body#/${[...path, played.length].join('/')} == null` }]
  }
  if (typeof played !== 'object' || played === null || path.length > 1) return []
  for (const name of Object.keys(played)) {
    const found = lengthOf(below(answers, name), [...path, name])
    if (found.length > 0) return found
  }
  return []
}

/** The part of an answer that its kept leaves make. */
function part(value: unknown, path: Path, kept: ReadonlyMap<string, Leaf>): unknown {
  const leaf = kept.get(path.join('\n'))
  if (leaf) return leaf.value
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) {
    const entries = value.map((each, at) => part(each, [...path, String(at)], kept))
    const isOpen = (each: unknown, at: number) => each === undefined && !isObject(value[at])
    const said = entries.slice(0, indexOr(entries.findIndex(isOpen), entries.length))
    const end = said.findLastIndex((each) => each !== undefined)
    if (end < 0) return undefined
    return said.slice(0, end + 1).map((each, at) => each ?? emptyLike(value[at]))
  }
  const entries = Object.entries(value).flatMap(([name, each]) => {
    const own = part(each, [...path, name], kept)
    return own === undefined ? [] : [[name, own] as const]
  })
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null
const indexOr = (index: number, otherwise: number) => (index < 0 ? otherwise : index)
const emptyLike = (value: unknown) => (Array.isArray(value) ? [] : {})
