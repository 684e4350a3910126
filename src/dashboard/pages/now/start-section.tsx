// Where to send requests, and what lets in: what a newcomer needs first.
import type { WorldShown } from '../../../control/wire.ts'
import { world } from '../../client.ts'
import { Command, CopyButton } from '../../kit/copy.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Section } from '../../kit/page.tsx'
import { commandHere } from '../../terminal.ts'
import { useLive } from '../../use-live.ts'

export function StartSection() {
  const live = useLive(
    () => world().show(),
    [],
    () => false,
  )
  return (
    <Section title="Where to send requests">
      <Loaded live={live}>{(shown) => <Providers of={shown} />}</Loaded>
      <p class="hint">All of it as variables of a shell:</p>
      <Command text={`eval "$(${commandHere(['env'])})"`} />
    </Section>
  )
}

/** What credentials are called in words. */
const WORDS = {
  apiKey: 'API key',
  clientId: 'client id',
  clientSecret: 'client secret',
  tokenUrl: 'token URL',
  callbackSecret: 'callback secret',
} as const

const names = Object.keys(WORDS) as readonly (keyof typeof WORDS)[]

function Providers({ of: { mounts, credentials, targets } }: { readonly of: WorldShown }) {
  return (
    <>
      {Object.entries(mounts).map(([slug, urls]) => (
        <div key={slug} class="provider">
          <h3>{slug}</h3>
          <dl class="facts">
            {urls.map((url) => (
              <Fact key={url} name="base URL" value={url} />
            ))}
            {names.map((name) => (
              <Fact key={name} name={WORDS[name]} value={credentials[slug]?.[name]} />
            ))}
            <Fact name="callbacks to" value={targets[slug]?.url} />
          </dl>
        </div>
      ))}
    </>
  )
}

function Fact({ name, value }: { readonly name: string; readonly value: string | undefined }) {
  if (value === undefined) return null
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>
        <code>{value}</code> <CopyButton text={value} what={name} />
      </dd>
    </div>
  )
}
