// How the state of a thing moves over the steps of a case: the values of a listed field, in their order.
import { pointerToken } from '../../state/json-pointer.ts'
import type { PairedCall } from './paired-calls.ts'
import { bodyOf, documentedBody } from './reply.ts'
import { operationText } from './seen-ever.ts'
import { EACH, type Shape, shapeOf } from './shape.ts'
import type { SideCall } from './side.ts'

/** A field whose values move otherwise. */
export interface OtherMoves {
  /** The first step where the values differ. */
  readonly call: PairedCall
  readonly pointer: string
  /** `Queued → Active`. */
  readonly left: string
  readonly right: string
  /** All calls at which the field was looked at. */
  readonly calls: readonly PairedCall[]
}

interface Seen {
  readonly call: PairedCall
  readonly left: string
  readonly right: string
}

/**
 * Listed fields of one thing (the same operation at the same URL) that take other values step by
 * step. A field that keeps its value on both sides has no moves.
 */
export function otherMoves(calls: readonly PairedCall[]): OtherMoves[] {
  const fields = new Map<string, { readonly pointer: string; readonly seen: Seen[] }>()
  const unclear = new Set<string>()
  for (const call of calls) {
    const [ours, theirs] = [listedValues(call.left), listedValues(call.right)]
    for (const pointer of new Set([...ours.keys(), ...theirs.keys()])) {
      const key = `${operationText(call.left)} ${call.left.request.url} ${pointer}`
      const [left, right] = [ours.get(pointer), theirs.get(pointer)]
      if (left === undefined || right === undefined) {
        unclear.add(key)
        continue
      }
      const field = fields.get(key) ?? { pointer, seen: [] }
      fields.set(key, field)
      field.seen.push({ call, left, right })
    }
  }
  return [...fields].flatMap(([key, { pointer, seen }]) => {
    const moves = unclear.has(key) ? undefined : movesOf(seen)
    return moves ? [{ ...moves, pointer, calls: seen.map(({ call }) => call) }] : []
  })
}

function movesOf(seen: readonly Seen[]): Pick<OtherMoves, 'call' | 'left' | 'right'> | undefined {
  const [left, right] = [
    withoutRepeats(seen.map((each) => each.left)),
    withoutRepeats(seen.map((each) => each.right)),
  ]
  const other = seen.find((each) => each.left !== each.right)
  if (!other || (left.length < 2 && right.length < 2)) return undefined
  const text = (values: readonly string[]) => values.join(' → ')
  if (text(left) !== text(right)) return { call: other.call, left: text(left), right: text(right) }
  // The same moves, at other steps.
  const steps = (side: 'left' | 'right') => seen.map((each) => each[side]).join(', ')
  return { call: other.call, left: steps('left'), right: steps('right') }
}

function withoutRepeats(values: readonly string[]): string[] {
  return values.filter((each, at) => each !== values[at - 1])
}

/** By pointer, the one value that a listed field has there, of good answers that read or change. */
function listedValues(call: SideCall): ReadonlyMap<string, string> {
  const { answer, leaves } = call
  const found = new Map<string, string>()
  if ('error' in answer || answer.status >= 300 || leaves !== undefined) return found
  const body = bodyOf(answer)
  if (body.kind !== 'JSON') return found
  collect(shapeOf(body.value, documentedBody(call, answer.status)), '', found)
  return found
}

function collect(shape: Shape, pointer: string, found: Map<string, string>): void {
  const { documented, values, fields, entries, lists } = shape
  const [value, ...others] = values
  if (value !== undefined && others.length === 0 && documented.values.has(value))
    found.set(pointer, value)
  for (const [name, field] of fields)
    collect(field, `${pointer}/${name === EACH ? EACH : pointerToken(name)}`, found)
  // Of several entries nobody can say which is the one that was there before.
  const isOne = lists.every((list) => list.length === 1)
  if (entries && isOne) collect(entries, `${pointer}/${EACH}`, found)
}
