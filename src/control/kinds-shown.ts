// The kinds of faults as they are told: what is seen of each, and the fields it has.
import type { FaultKind } from '../server/faults/kind.ts'
import { faultKinds } from '../server/faults/kinds.ts'
import type { FaultKindShown } from './wire.ts'

function kindShown(kind: FaultKind): FaultKindShown {
  const fields: Record<string, FaultKindShown['fields'][string]> = {}
  for (const [name, { form, says, required = false }] of Object.entries(kind.fields))
    fields[name] = { form, says, required }
  const { name, of, says } = kind
  return of === 'operation'
    ? { kind: name, of, when: [...kind.when], says, fields }
    : { kind: name, of, says, fields }
}

/** All kinds there are, those of calls first. */
export const kindsShown = (): FaultKindShown[] => faultKinds.map(kindShown)
