// The form that sets a fault: where, what, how often; told as a sentence, a command and JSON before it is set.
import { useState } from 'preact/hooks'
import type { ProvenanceRow } from '../../../control/wire.ts'
import { world } from '../../client.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { Command, CopyButton } from '../../kit/copy.tsx'
import { Form, SelectField } from '../../kit/field.tsx'
import { useQuery } from '../../kit/link.tsx'
import { type Asked, commandFor, faultOf } from './asked.ts'
import { HowOften, OwnFields, WhenField } from './fault-fields.tsx'
import { type KindShown, kindOf } from './kinds.ts'
import { NameField } from './name-field.tsx'
import { sentenceOf } from './sentence.ts'

/** What the form offers. */
export interface Known {
  readonly providers: readonly ProvenanceRow[]
  readonly kinds: readonly KindShown[]
  /** The callbacks of each provider that sends some. */
  readonly callbacks: Readonly<Record<string, readonly string[]>>
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
function onward(asked: Asked, changed: Partial<Asked>, { kinds, callbacks }: Known): Asked {
  const next = { ...asked, ...changed }
  const of = callbacks[next.provider] ? next.of : 'operation'
  const isElsewhere = next.provider !== asked.provider || of !== asked.of
  const isKnown = kindOf(kinds, { kind: next.kind, of }) !== undefined
  const kind = isKnown ? next.kind : (kinds.find((each) => each.of === of)?.kind ?? '')
  const isOther = kind !== asked.kind || of !== asked.of
  return {
    ...next,
    of,
    kind,
    name: isElsewhere ? '*' : next.name,
    when: isOther ? '' : next.when,
    own: isOther && kind !== next.kind ? {} : next.own,
  }
}

export function FaultForm({ known }: { readonly known: Known }) {
  const [{ provider = '', operation = '*' }] = useQuery()
  const first = known.providers.find((each) => each.provider === provider) ?? known.providers[0]
  const [asked, setAsked] = useState<Asked>({
    ...FIRST,
    provider: first?.provider ?? '',
    name: operation,
  })
  const ask = (changed: Partial<Asked>) => setAsked(onward(asked, changed, known))
  const kind = kindOf(known.kinds, asked)
  if (!kind) return <p class="hint">There is no kind of fault.</p>
  return (
    <Form label="Set a fault" onSubmit={() => {}}>
      <Where asked={asked} ask={ask} known={known} />
      <KindField asked={asked} ask={ask} kinds={known.kinds} />
      <OwnFields asked={asked} ask={ask} kind={kind} />
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

function Where({ asked, ask, known }: AskProps & { readonly known: Known }) {
  const callbacks = known.callbacks[asked.provider]
  return (
    <fieldset class="fields">
      <legend>Where</legend>
      <SelectField
        label="Provider"
        value={asked.provider}
        onValue={(provider) => ask({ provider })}
        options={known.providers.map(({ provider, title }) => [provider, title])}
      />
      <SelectField
        label="Of its"
        hint={callbacks ? undefined : 'it sends no callbacks'}
        value={asked.of}
        onValue={(of) => ask({ of: of as Asked['of'] })}
        options={
          callbacks
            ? [
                ['operation', 'calls'],
                ['callback', 'callbacks'],
              ]
            : [['operation', 'calls']]
        }
      />
      <NameField
        key={`${asked.provider} ${asked.of}`}
        asked={asked}
        ask={ask}
        callbacks={callbacks ?? []}
      />
    </fieldset>
  )
}

function KindField({ asked, ask, kinds }: AskProps & { readonly kinds: readonly KindShown[] }) {
  const fit = kinds.filter(({ of }) => of === asked.of)
  return (
    <SelectField
      label="What happens"
      hint={kindOf(kinds, asked)?.says}
      value={asked.kind}
      onValue={(kind) => ask({ kind, own: kind === 'status' ? FIRST.own : {} })}
      options={fit.map(({ kind }) => [kind, kind])}
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
