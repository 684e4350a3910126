// Which operation of a provider, or which type of its callbacks, a fault is of.
import type { ProvenanceShown } from '../../../control/wire.ts'
import { SelectField } from '../../kit/field.tsx'
import type { Asked } from './asked.ts'

interface NameFieldProps {
  readonly asked: Asked
  readonly ask: (changed: Partial<Asked>) => void
  readonly names: ProvenanceShown | undefined
}

type Option = readonly [value: string, shown: string]

/** Names with what is shown for each; an operation that several versions have is named once. */
function operationsIn({ operations }: ProvenanceShown): Option[] {
  const shown = new Map<string, string>()
  for (const { id, method, path } of operations)
    if (!shown.has(id)) shown.set(id, `${id} (${method} ${path})`)
  return [...shown].toSorted(([one], [other]) => (one < other ? -1 : 1))
}

export function NameField({ asked, ask, names }: NameFieldProps) {
  const isOfCalls = asked.of === 'operation'
  const known: Option[] = [['*', isOfCalls ? 'every operation' : 'every callback']]
  if (names && isOfCalls) known.push(...operationsIn(names))
  if (names && !isOfCalls) known.push(...names.callbacks.map((type): Option => [type, type]))
  // What the URL names is shown until it is known what there is.
  if (known.every(([id]) => id !== asked.name)) known.push([asked.name, asked.name])
  return (
    <SelectField
      label={isOfCalls ? 'Operation' : 'Type of callback'}
      value={asked.name}
      onValue={(name) => ask({ name })}
      options={known}
    />
  )
}
