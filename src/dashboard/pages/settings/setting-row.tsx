// One setting: its name, what it is for, its value to be changed, and its default.
import type { SettingShown, SettingValue } from '../../../control/wire.ts'
import { call } from '../../client.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { Badge } from '../../kit/badge.tsx'
import { Marked } from '../../kit/marked.tsx'
import { say, sayProblem } from '../../said.ts'
import { type OneSetting, SettingField } from './setting-field.tsx'

export const isChosen = ({ value, default: fallback }: SettingShown): boolean =>
  JSON.stringify(value) !== JSON.stringify(fallback)

/** A value in words. */
function valueText(value: SettingValue): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (Array.isArray(value)) return value.join(', ') || 'none'
  return String(value)
}

export interface SettingRowProps {
  readonly of: OneSetting
  readonly onChanged: () => void
}

export function SettingRow({ of, onChanged }: SettingRowProps) {
  const { provider, name, setting } = of
  const set = async (value: SettingValue | null) => {
    await call('changeSettings', { path: { slug: provider }, body: { [name]: value } })
    onChanged()
  }
  const chosen = isChosen(setting)
  const change = async (value: SettingValue) => {
    try {
      await set(value)
      say(`${name} is ${valueText(value)} now`)
    } catch (error) {
      // What was chosen is not so: the row shows what is.
      onChanged()
      sayProblem(error)
    }
  }
  return (
    <li class="setting">
      <div>
        <h3 class="mono">
          {name} {chosen && <Badge tone="info">changed</Badge>}
        </h3>
        <p>
          <Marked text={setting.says} />
        </p>
        <p class="hint">default: {valueText(setting.default)}</p>
      </div>
      <div class="setting-value">
        <SettingField key={JSON.stringify(setting.value)} of={of} onValue={change} />
        {chosen && (
          <ActButton
            look="quiet"
            label={`${name}: back to default`}
            act={async () => {
              await set(null)
              return `${name} is ${valueText(setting.default)} again`
            }}
          >
            Back to default
          </ActButton>
        )}
      </div>
    </li>
  )
}
