// The field of a setting, as its values are: a switch, a choice, a number, a duration, lines of text.
import { useState } from 'preact/hooks'
import type { SettingShown, SettingValue } from '../../../control/wire.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { AreaField, Form, SelectField, TextField } from '../../kit/field.tsx'

/** A setting with where it is. */
export interface OneSetting {
  readonly provider: string
  readonly name: string
  readonly setting: SettingShown
}

export interface SettingFieldProps {
  readonly of: OneSetting
  readonly onValue: (value: SettingValue) => Promise<void>
}

/** The form of a setting that does not tell one: as its default is. */
function kindOf({ form, default: fallback }: SettingShown) {
  if (form) return form.kind
  if (Array.isArray(fallback)) return 'texts'
  if (typeof fallback === 'boolean') return 'flag'
  return typeof fallback === 'number' ? 'number' : 'text'
}

export function SettingField({ of, onValue }: SettingFieldProps) {
  const { name, setting } = of
  const kind = kindOf(setting)
  if (kind === 'flag')
    return (
      <label class="tick">
        <input
          type="checkbox"
          aria-label={name}
          checked={setting.value === true}
          onChange={({ currentTarget }) => void onValue(currentTarget.checked)}
        />
        {setting.value === true ? 'on' : 'off'}
      </label>
    )
  const options = setting.form?.options
  if (kind === 'choice' && options)
    return (
      <SelectField
        label={name}
        value={String(setting.value)}
        onValue={(text) => void onValue(options.find((each) => String(each) === text) ?? text)}
        options={options.map((each) => [String(each), String(each)])}
      />
    )
  return <TypedField of={of} onValue={onValue} />
}

const HINTS: Readonly<Record<string, string>> = {
  duration: 'a duration, as in PT5M, 90m or P3D',
  durations: 'a duration a line, as in PT5M',
  texts: 'one a line',
}

/** A value that is typed, and saved when it is whole. */
function TypedField({ of: { name, setting }, onValue }: SettingFieldProps) {
  const kind = kindOf(setting)
  const written = Array.isArray(setting.value) ? setting.value.join('\n') : String(setting.value)
  const [text, write] = useState(written)
  const { least, most } = setting.form ?? {}
  const hint = most === undefined ? HINTS[kind] : `a whole number from ${least} to ${most}`
  const field = { label: name, hint, value: text, onValue: write }
  const isList = kind === 'texts' || kind === 'durations'
  return (
    <Form label={name} onSubmit={() => {}}>
      {isList ? (
        <AreaField {...field} rows={3} />
      ) : (
        <TextField {...field} type={kind === 'number' ? 'number' : 'text'} />
      )}
      {text !== written && (
        <ActButton type="submit" label={`Save ${name}`} act={() => onValue(valueIn(kind, text))}>
          Save
        </ActButton>
      )}
    </Form>
  )
}

/** What a text stands for; one that is no number is left to the simulator to refuse. */
function valueIn(kind: string, text: string): SettingValue {
  if (kind === 'texts' || kind === 'durations')
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
  if (kind !== 'number') return text.trim()
  return text.trim() === '' ? text : Number(text)
}
