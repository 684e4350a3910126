// The form that sets a fault: where, what, how often; told as a sentence, a command and JSON before it is set.
import { useState } from 'preact/hooks'
import type { ProvenanceRow, ProvenanceShown } from '../../../control/wire.ts'
import { call, world } from '../../client.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { Command, CopyButton } from '../../kit/copy.tsx'
import { Form, SelectField } from '../../kit/field.tsx'
import { useQuery } from '../../kit/link.tsx'
import { useLive } from '../../use-live.ts'
import { type Asked, commandFor, faultOf } from './asked.ts'
import { HowOften, OwnFields, WhenField } from './fault-fields.tsx'
import { type KindShown, kindOf } from './kinds.ts'
import { NameField } from './name-field.tsx'
import { sentenceOf } from './sentence.ts'

/** What the form offers. */
export interface Known {
  readonly providers: readonly ProvenanceRow[]
  readonly kinds: readonly KindShown[]
}

const FIRST: Asked = {
  provider: '',
  of: 'operation',
  name: '*',
  kind: 'status',
  when: '',
  nth: '',
  times: '',
  until: '',
  match: '',
  own: { status: '503' },
}

/** What fits no more when a provider or what is broken changes: told anew. */
function onward(asked: Asked, changed: Partial<Asked>, kinds: readonly KindShown[]): Asked {
  const next = { ...asked, ...changed }
  const of = next.provider === asked.provider ? next.of : 'operation'
  const isElsewhere = next.provider !== asked.provider || of !== asked.of
  const name = isElsewhere ? '*' : next.name
  if (!isElsewhere && next.kind === asked.kind) return { ...next, name }
  const known = kindOf(kinds, { kind: next.kind, of }) ?? kinds.find((each) => each.of === of)
  const kind = known?.name ?? ''
  const isOther = kind !== asked.kind || of !== asked.of
  return { ...next, of, name, kind, when: '', own: isOther ? ownOf(kind) : next.own }
}

/** What a kind begins with. */
const ownOf = (kind: string): Asked['own'] => (kind === 'status' ? FIRST.own : {})

const NEVER = () => false

export function FaultForm({ known }: { readonly known: Known }) {
  const [{ provider = '', operation = '*' }] = useQuery()
  const first = known.providers.find((each) => each.provider === provider) ?? known.providers[0]
  const [asked, setAsked] = useState<Asked>({
    ...FIRST,
    provider: first?.provider ?? '',
    name: operation,
  })
  const { data: names } = useLive(
    () => call('getProvenance', { path: { slug: asked.provider } }),
    [asked.provider],
    NEVER,
  )
  const ask = (changed: Partial<Asked>) => setAsked(onward(asked, changed, known.kinds))
  const kind = kindOf(known.kinds, asked)
  if (!kind) return <p class="hint">There is no kind of fault.</p>
  const at = names?.operations.find(({ id }) => id === asked.name)
  return (
    <Form label="Set a fault" onSubmit={() => {}}>
      <Where asked={asked} ask={ask} providers={known.providers} names={names} />
      <KindField asked={asked} ask={ask} kinds={known.kinds} />
      <OwnFields asked={asked} ask={ask} kind={kind} statuses={at?.statuses ?? []} />
      <WhenField asked={asked} ask={ask} kind={kind} />
      <HowOften asked={asked} ask={ask} />
      <Told asked={asked} kind={kind} />
    </Form>
  )
}

interface AskProps {
  readonly asked: Asked
  readonly ask: (changed: Partial<Asked>) => void
}

interface WhereProps extends AskProps {
  readonly providers: readonly ProvenanceRow[]
  /** Of the provider that is chosen; absent until they have come. */
  readonly names: ProvenanceShown | undefined
}

function Where({ asked, ask, providers, names }: WhereProps) {
  const sends = names === undefined || names.callbacks.length > 0
  return (
    <fieldset class="fields">
      <legend>Where</legend>
      <SelectField
        label="Provider"
        value={asked.provider}
        onValue={(provider) => ask({ provider })}
        options={providers.map(({ provider }) => [provider, provider])}
      />
      <SelectField
        label="Calls or callbacks"
        hint={sends ? undefined : 'it sends no callbacks'}
        value={asked.of}
        onValue={(of) => ask({ of: of as Asked['of'] })}
        options={sends ? [CALLS, CALLBACKS] : [CALLS]}
      />
      <NameField asked={asked} ask={ask} names={names} />
    </fieldset>
  )
}

const CALLS = ['operation', 'calls'] as const
const CALLBACKS = ['callback', 'callbacks'] as const

function KindField({ asked, ask, kinds }: AskProps & { readonly kinds: readonly KindShown[] }) {
  const fit = kinds.filter(({ of }) => of === asked.of)
  return (
    <SelectField
      label="What happens"
      hint={kindOf(kinds, asked)?.says}
      value={asked.kind}
      onValue={(kind) => ask({ kind })}
      options={fit.map(({ name }) => [name, name])}
    />
  )
}

/** What will be, before it is. */
function Told({ asked, kind }: { readonly asked: Asked; readonly kind: KindShown }) {
  const fault = faultOf(asked, kind)
  const side = fault.when ?? kind.when?.[0]
  const sentence = sentenceOf(side === undefined ? fault : { ...fault, when: side }, kind.says)
  const set = async () => {
    const { id } = await world().faults.add(fault)
    return `${id} is set: ${sentence}`
  }
  return (
    <div class="told">
      <p class="told-sentence" role="status">
        {sentence}
      </p>
      <div class="actions">
        <ActButton type="submit" look="main" act={set}>
          Set this fault
        </ActButton>
        <CopyButton label="Copy as JSON" text={JSON.stringify(fault, null, 2)} />
      </div>
      <Command text={commandFor(asked, kind)} />
    </div>
  )
}
