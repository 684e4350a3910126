// Where the callbacks of each provider go, and whether they may: changed and taken away here.
import { useState } from 'preact/hooks'
import type { TargetShown } from '../../../control/wire.ts'
import { defined } from '../../../state/defined.ts'
import { call } from '../../client.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { Badge } from '../../kit/badge.tsx'
import { Form, SelectField, TextField } from '../../kit/field.tsx'
import { Section } from '../../kit/page.tsx'

export interface TargetsProps {
  readonly targets: readonly TargetShown[]
  readonly onChanged: () => void
}

export function Targets({ targets, onChanged }: TargetsProps) {
  return (
    <Section title="Where they go">
      {targets.length === 0 && <p class="hint">No provider of this simulator sends callbacks.</p>}
      <div class="targets">
        {targets.map((target) => (
          <Target key={target.provider} target={target} onChanged={onChanged} />
        ))}
      </div>
    </Section>
  )
}

interface TargetProps {
  readonly target: TargetShown
  readonly onChanged: () => void
}

function Target({ target, onChanged }: TargetProps) {
  const { provider, url, version, versions, allowed, why } = target
  const [isChanging, setChanging] = useState(false)
  const remove = async () => {
    await call('removeCallbackTarget', { path: { slug: provider } })
    onChanged()
    return `${provider} sends no more callbacks; those already queued still go`
  }
  const changed = () => {
    setChanging(false)
    onChanged()
  }
  return (
    <section class="target" aria-label={`Callbacks of ${provider}`}>
      <div class="section-head">
        <h3>{provider}</h3>
        <div class="actions">
          <button type="button" class="button" onClick={() => setChanging(!isChanging)}>
            {url === undefined ? 'Say where' : 'Change'}
          </button>
          {url !== undefined && (
            <ActButton act={remove} label={`Remove the target of ${provider}`}>
              Remove
            </ActButton>
          )}
        </div>
      </div>
      {url === undefined ? (
        <p>
          <Badge tone="warn">nowhere</Badge> each is written down as unsent, and can be sent later
        </p>
      ) : (
        <p>
          <span class="mono">{url}</span>{' '}
          <Badge tone={allowed ? 'good' : 'bad'}>
            {allowed ? 'may be sent' : 'may not be sent'}
          </Badge>
          {versions.length > 1 && ` version ${version ?? versions[0]}`}
        </p>
      )}
      {why !== undefined && <p class="problem">{why}</p>}
      {isChanging && <TargetForm target={target} onChanged={changed} />}
    </section>
  )
}

function TargetForm({ target, onChanged }: TargetProps) {
  const { provider, versions } = target
  const [url, setUrl] = useState(target.url ?? '')
  const [version, setVersion] = useState(String(target.version ?? versions[0] ?? ''))
  const set = async () => {
    if (url.trim() === '') throw new Error('give the URL that is to be called')
    const body = defined({
      url: url.trim(),
      version: versions.length > 1 ? Number(version) : undefined,
    })
    const { allowed, why } = await call('setCallbackTarget', { path: { slug: provider }, body })
    onChanged()
    return allowed ? `callbacks of ${provider} go there now` : `it is set, but shut: ${why}`
  }
  return (
    <Form label={`Where callbacks of ${provider} go`} onSubmit={() => {}}>
      <TextField
        label="URL"
        type="url"
        value={url}
        onValue={setUrl}
        hint="as in http://127.0.0.1:3000/callbacks"
      />
      {versions.length > 1 && (
        <SelectField
          label="Version"
          value={version}
          onValue={setVersion}
          options={versions.map((each) => [String(each), String(each)] as const)}
        />
      )}
      <ActButton type="submit" look="main" act={set}>
        Set it
      </ActButton>
    </Form>
  )
}
