// The kinds of faults there are, as the simulator tells them.
import type { FaultKindShown } from '../../../control/wire.ts'

export type KindShown = FaultKindShown

/** One field that a kind has beside those of all faults. */
export type FieldShown = KindShown['fields'][number]

/** The kind of a fault; of calls and of callbacks one may have the same name. */
export function kindOf(
  kinds: readonly KindShown[],
  { kind, of }: { readonly kind: string; readonly of: KindShown['of'] },
): KindShown | undefined {
  return kinds.find((each) => each.name === kind && each.of === of)
}

/** The words of a field that is one of a few; none where it is something else. */
export const wordsOf = ({ form }: FieldShown): readonly string[] =>
  /^[a-z-]+(, [a-z-]+)+$/.test(form) ? form.split(', ') : []
