// The settings of a provider: searched, and each with what it is for.
import type { StreamEvent } from '../../../control/stream-events.ts'
import type { SettingShown } from '../../../control/wire.ts'
import { call, world } from '../../client.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { ConfirmButton } from '../../kit/confirm.tsx'
import { TextField } from '../../kit/field.tsx'
import { type Query, useQuery } from '../../kit/link.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Section } from '../../kit/page.tsx'
import { useLive } from '../../use-live.ts'
import { isChosen, SettingRow } from './setting-row.tsx'

type Named = readonly [name: string, setting: SettingShown]

const concernsSettings = (event: StreamEvent) =>
  event.name === 'change' && event.data.changes.some(({ collection }) => collection === 'settings')

function found(all: readonly Named[], { q = '', changed }: Query): readonly Named[] {
  const words = q.toLowerCase().split(/\s+/)
  return all.filter(([name, setting]) => {
    if (changed !== undefined && !isChosen(setting)) return false
    const text = `${name} ${setting.says}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

export function SettingsSection({ provider }: { readonly provider: string }) {
  const live = useLive(() => world().settings(provider), [provider], concernsSettings)
  return (
    <Section title="How it behaves">
      <Loaded live={live}>
        {(settings) => <Settings provider={provider} settings={settings} onChanged={live.reload} />}
      </Loaded>
    </Section>
  )
}

interface SettingsProps {
  readonly provider: string
  readonly settings: Readonly<Record<string, SettingShown>>
  readonly onChanged: () => void
}

function Settings({ provider, settings, onChanged }: SettingsProps) {
  const [query, change] = useQuery()
  const all = Object.entries(settings)
  const chosen = all.filter(([, setting]) => isChosen(setting))
  const shown = found(all, query)
  const backAll = async () => {
    const body = Object.fromEntries(chosen.map(([name]) => [name, null]))
    await call('changeSettings', { path: { slug: provider }, body })
    onChanged()
    return `${chosen.length} settings have their default again`
  }
  return (
    <>
      <div class="form">
        <TextField
          label="Search settings"
          type="search"
          value={query.q ?? ''}
          onValue={(q) => change({ q })}
        />
        <ChangedOnly count={chosen.length} />
        {chosen.length > 1 && (
          <ConfirmButton
            question={`Bring back the defaults of ${chosen.length} settings?`}
            act={backAll}
          >
            All back to default
          </ConfirmButton>
        )}
      </div>
      {shown.length === 0 && (
        <p class="hint">
          No setting of {all.length} is found.{' '}
          <ActButton look="quiet" act={async () => change({ q: '', changed: '' })}>
            Show all
          </ActButton>
        </p>
      )}
      <ul class="settings">
        {shown.map(([name, setting]) => (
          <SettingRow key={name} of={{ provider, name, setting }} onChanged={onChanged} />
        ))}
      </ul>
    </>
  )
}

function ChangedOnly({ count }: { readonly count: number }) {
  const [query, change] = useQuery()
  return (
    <label class="tick">
      <input
        type="checkbox"
        checked={query.changed !== undefined}
        onChange={({ currentTarget }) => change({ changed: currentTarget.checked ? 'true' : '' })}
      />
      Only changed ones ({count})
    </label>
  )
}
