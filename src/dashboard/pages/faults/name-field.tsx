// Which operation of a provider, or which type of its callbacks, a fault is of.
import { call } from '../../client.ts'
import { SelectField } from '../../kit/field.tsx'
import { useLive } from '../../use-live.ts'
import type { Asked } from './asked.ts'

interface NameFieldProps {
  readonly asked: Asked
  readonly ask: (changed: Partial<Asked>) => void
  /** Types of the callbacks of the provider. */
  readonly callbacks: readonly string[]
}

const NEVER = () => false

export function NameField(props: NameFieldProps) {
  return props.asked.of === 'operation' ? (
    <OperationField {...props} />
  ) : (
    <CallbackField {...props} />
  )
}

/** Names with what is shown for each; an operation that several versions have is named once. */
async function operationsOf(provider: string) {
  const { operations } = await call('getProvenance', { path: { slug: provider } })
  const shown = new Map<string, string>()
  for (const { id, method, path } of operations)
    if (!shown.has(id)) shown.set(id, `${id} (${method} ${path})`)
  return [...shown].toSorted(([one], [other]) => (one < other ? -1 : 1))
}

function OperationField({ asked, ask }: NameFieldProps) {
  const { data = [], problem } = useLive(
    () => operationsOf(asked.provider),
    [asked.provider],
    NEVER,
  )
  const isKnown = asked.name === '*' || data.some(([id]) => id === asked.name)
  const unknown = isKnown ? [] : [[asked.name, asked.name] as const]
  return (
    <SelectField
      label="Operation"
      hint={problem}
      value={asked.name}
      onValue={(name) => ask({ name })}
      options={[['*', 'every operation'], ...unknown, ...data]}
    />
  )
}

const CallbackField = ({ asked, ask, callbacks }: NameFieldProps) => (
  <SelectField
    label="Type of callback"
    value={asked.name}
    onValue={(name) => ask({ name })}
    options={[['*', 'every callback'], ...callbacks.map((type) => [type, type] as const)]}
  />
)
