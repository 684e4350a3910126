// How this world is reached: base URLs and credentials of each provider, to be copied.
import type { CredentialsShown, WorldShown } from '../../control/wire.ts'
import { world } from '../client.ts'
import { commandHere } from '../terminal.ts'
import { useLive } from '../use-live.ts'
import { Command, CopyButton } from './copy.tsx'
import { Loaded } from './loaded.tsx'
import { Section } from './page.tsx'

const concernsReach = ({ name }: { readonly name: string }) => name === 'world'

export function ReachSection() {
  const live = useLive(() => world().show(), [], concernsReach)
  return (
    <Section title="Where to send requests">
      <Loaded live={live}>{(shown) => <Reach of={shown} />}</Loaded>
    </Section>
  )
}

function Reach({ of: { mounts, credentials, seed } }: { readonly of: WorldShown }) {
  return (
    <>
      <p>
        Seed: <code>{seed}</code>
      </p>
      <div class="grid wide">
        {Object.entries(mounts).map(([provider, urls]) => (
          <section class="reach" key={provider} aria-label={provider}>
            <h3>{provider}</h3>
            {[...linesOf(urls, credentials[provider])].map(([label, text]) => (
              <div class="reach-line" key={`${label} ${text}`}>
                <span class="hint">{label}</span>
                <code>{text}</code>
                <CopyButton text={text} what={`${label} of ${provider}`} />
              </div>
            ))}
          </section>
        ))}
      </div>
      <p class="hint">All of it as variables of a shell:</p>
      <Command text={`eval "$(${commandHere(['env'])})"`} />
    </>
  )
}

/** What there is to copy, each with its name. */
function* linesOf(
  urls: readonly string[],
  credentials: CredentialsShown = {},
): Generator<readonly [label: string, text: string]> {
  for (const url of urls) yield ['base URL', url]
  const { apiKey, apiKeys, clientId, clientSecret, clients, tokenUrl, callbackSecret } = credentials
  for (const key of apiKeys ?? [apiKey]) if (key !== undefined) yield ['API key', key]
  const first = clientId === undefined ? [] : [{ client: clientId, secret: clientSecret ?? '' }]
  for (const { client, secret } of clients ?? first) {
    yield ['client id', client]
    yield ['client secret', secret]
  }
  if (tokenUrl !== undefined) yield ['token URL', tokenUrl]
  if (callbackSecret !== undefined) yield ['callback secret', callbackSecret]
}
