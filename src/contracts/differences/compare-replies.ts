// Compares two answers to the same call: status, headers, body.

import type { BodyDifference } from './compare-shapes.ts'
import { compareShapes } from './compare-shapes.ts'
import type { PairedCall } from './paired-calls.ts'
import { type Body, bodyOf, comparedHeaders, documentedBody, typeOf } from './reply.ts'
import type { DifferenceKind } from './result.ts'
import type { SeenEver } from './seen-ever.ts'
import { shapeOf } from './shape.ts'

/** A difference between two answers. */
export interface ReplyDifference extends Omit<BodyDifference, 'pointer'> {
  readonly status?: number
  readonly pointer?: string
  readonly header?: string
}

export interface ReplyComparison {
  readonly leftEver: SeenEver
  readonly rightEver: SeenEver
  readonly isVolatile: (pointer: string) => boolean
  readonly add: (difference: ReplyDifference) => void
  /** @param pointer empty where it is the whole body */
  readonly leave: (pointer: string, reason: string) => void
}

export function compareReplies({ left, right }: PairedCall, to: ReplyComparison): void {
  const [ours, theirs] = [left.answer, right.answer]
  if ('error' in ours || 'error' in theirs) {
    const text = (answer: typeof ours) =>
      'error' in answer ? 'no answer' : `answered ${answer.status}`
    if (text(ours) !== text(theirs))
      to.add({ kind: 'status', left: text(ours), right: text(theirs) })
    return
  }
  // Answers of other statuses are other things: nothing below is compared.
  if (ours.status !== theirs.status) {
    to.add({ kind: 'status', left: String(ours.status), right: String(theirs.status) })
    return
  }
  const { status } = ours
  const bodies = [bodyOf(ours), bodyOf(theirs)] as const
  compareHeaders({ left, right }, bodies, (difference) => to.add({ ...difference, status }))
  compareBodies({ left, right }, bodies, {
    ...to,
    add: (difference) => to.add({ ...difference, status }),
  })
}

function compareHeaders(
  { left, right }: PairedCall,
  bodies: readonly [Body, Body],
  add: ReplyComparison['add'],
): void {
  if ('error' in left.answer || 'error' in right.answer) return
  const [ours, theirs] = [left.answer, right.answer]
  const kind: DifferenceKind = 'header'
  for (const header of comparedHeaders(left, ours.status)) {
    const [one, other] = [ours.headers[header], theirs.headers[header]]
    if ((one === undefined) === (other === undefined)) continue
    const text = (value: string | undefined) => (value === undefined ? 'missing' : 'there')
    add({ kind, header, left: text(one), right: text(other) })
  }
  // A type without a body tells nothing, and the body is told of by itself.
  if (bodies.some((body) => body.kind === 'no body')) return
  const types = [typeOf(ours), typeOf(theirs)] as const
  if (types[0] !== types[1]) add({ kind, header: 'content-type', left: types[0], right: types[1] })
}

function compareBodies(
  { left, right }: PairedCall,
  [ours, theirs]: readonly [Body, Body],
  to: ReplyComparison & { readonly add: (difference: ReplyDifference) => void },
): void {
  if ('error' in left.answer || to.isVolatile('')) return
  const reason = left.leaves ?? right.leaves
  if (reason !== undefined) {
    to.leave('', reason)
    return
  }
  if (ours.kind !== theirs.kind) {
    const isGone = [ours, theirs].some(({ kind }) => kind === 'no body')
    const kind = isGone ? 'presence' : 'type'
    to.add({ kind, pointer: '', left: ours.kind, right: theirs.kind })
    return
  }
  if (ours.kind !== 'JSON' || theirs.kind !== 'JSON') return
  const { status } = left.answer
  const documented = documentedBody(left, status)
  compareShapes(
    {
      pointer: '',
      isWithin: false,
      left: shapeOf(ours.value, documented),
      right: shapeOf(theirs.value, documented),
      leftEver: to.leftEver.shape(left, status),
      rightEver: to.rightEver.shape(right, status),
    },
    to,
  )
}
