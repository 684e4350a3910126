// Sends a callback of any type that a provider has, of a SIM as it is now.

import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { TargetShown } from '../../../control/wire.ts'
import { defined } from '../../../state/defined.ts'
import { call } from '../../client.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { AreaField, Form, SelectField, TextField } from '../../kit/field.tsx'
import { pathOf } from '../../place.ts'
import { useLive } from '../../use-live.ts'

export interface SendButtonProps {
  readonly targets: readonly TargetShown[]
  /** What is chosen at first. */
  readonly like?: { readonly provider: string; readonly iccid?: string | undefined }
}

export function SendButton({ targets, like }: SendButtonProps) {
  const [isOpen, setOpen] = useState(false)
  const close = () => setOpen(false)
  return (
    <>
      <button type="button" class="button" onClick={() => setOpen(true)}>
        {like ? 'Send another type' : 'Send a callback'}
      </button>
      {isOpen && (
        <Dialog title="Send a callback" onClose={close}>
          <SendForm targets={targets} like={like} onSent={close} />
        </Dialog>
      )}
    </>
  )
}

interface SendFormProps extends Pick<SendButtonProps, 'targets'> {
  readonly like: SendButtonProps['like'] | undefined
  readonly onSent: () => void
}

interface Choice {
  readonly provider: string
  readonly type: string
  readonly iccid: string
  readonly version: string
  readonly fields: string
}

const same = (each: string | number) => [String(each), String(each)] as const

function SendForm({ targets, like, onSent }: SendFormProps) {
  const { route } = useLocation()
  const [choice, setChoice] = useState<Choice>(() => ({
    provider: like?.provider ?? targets[0]?.provider ?? '',
    type: '',
    iccid: like?.iccid ?? '',
    version: '',
    fields: '',
  }))
  const { provider, iccid, version, fields } = choice
  const { types = [], versions = [] } = targets.find((each) => each.provider === provider) ?? {}
  const type = types.includes(choice.type) ? choice.type : (types[0] ?? '')
  const iccids = useNewest(provider)
  const set = (name: keyof Choice) => (value: string) => setChoice({ ...choice, [name]: value })
  const send = async () => {
    const sent = await call('sendCallback', { body: bodyOf({ ...choice, type }) })
    onSent()
    route(pathOf('callbacks', sent.id))
    return sent.state === 'unsent' ? `not sent: ${sent.reason}` : `${type} is on its way`
  }
  if (targets.length === 0) return <p>No provider of this simulator sends callbacks.</p>
  return (
    <Form label="Send a callback" onSubmit={() => {}}>
      <SelectField
        label="Of the provider"
        value={provider}
        onValue={(value) => setChoice({ ...choice, provider: value, iccid: '', version: '' })}
        options={targets.map((each) => same(each.provider))}
      />
      <SelectField label="Type" value={type} onValue={set('type')} options={types.map(same)} />
      {versions.length > 1 && (
        <SelectField
          label="Version"
          value={version}
          onValue={set('version')}
          options={[['', 'that of the target'], ...versions.map(same)]}
        />
      )}
      <TextField
        label="SIM"
        hint="its ICCID; the newest where there is none"
        value={iccid}
        onValue={set('iccid')}
        options={iccids}
      />
      <AreaField
        label="Fields laid over what the provider writes"
        hint='JSON, as in {"bundle":{"remainingQuantity":0}}; null takes a field away'
        value={fields}
        onValue={set('fields')}
      />
      <ActButton type="submit" look="main" act={send}>
        Send it
      </ActButton>
    </Form>
  )
}

/** The newest SIMs of a provider, to choose from. */
function useNewest(provider: string): readonly string[] {
  const { data } = useLive(
    async () => (await call('listSims', { query: { provider, order: 'newest', limit: 20 } })).sims,
    [provider],
    () => false,
  )
  return data?.map(({ iccid }) => iccid) ?? []
}

/** @throws Error where the fields are no JSON object */
function bodyOf({ provider, type, iccid, version, fields }: Choice) {
  return defined({
    provider,
    type,
    iccid: iccid.trim() === '' ? undefined : iccid.trim(),
    version: version === '' ? undefined : Number(version),
    fields: fields.trim() === '' ? undefined : objectIn(fields),
  })
}

function objectIn(text: string): Record<string, unknown> {
  const sentence = 'the fields are to be a JSON object, as in {"bundle":{"remainingQuantity":0}}'
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch {
    throw new Error(sentence)
  }
  throw new Error(sentence)
}
