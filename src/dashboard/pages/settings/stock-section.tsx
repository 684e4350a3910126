// What a provider has in stock, in the words of a seed file: counted, and as JSON.
import { useState } from 'preact/hooks'
import type { Stock } from '../../../control/wire.ts'
import { world } from '../../client.ts'
import { Body } from '../../kit/body.tsx'
import { Command } from '../../kit/copy.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Section } from '../../kit/page.tsx'
import { worldName } from '../../place.ts'
import { numberShown } from '../../shown.ts'
import { useLive } from '../../use-live.ts'

const NEVER = () => false

export function StockSection({ provider }: { readonly provider: string }) {
  const [isOpen, setOpen] = useState(false)
  const toggle = (
    <button type="button" class="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
      {isOpen ? 'Hide the stock' : 'Show the stock'}
    </button>
  )
  return (
    <Section title="What it has in stock" actions={toggle}>
      {isOpen ? (
        <StockOf provider={provider} />
      ) : (
        <p class="hint">Money, catalogue, inventory, eSIMs: in the words of the seed file.</p>
      )}
    </Section>
  )
}

function StockOf({ provider }: { readonly provider: string }) {
  const live = useLive(() => world().stock(provider), [provider], NEVER)
  const ofWorld = worldName === 'default' ? '' : ` --world ${worldName}`
  return (
    <>
      <Loaded live={live}>{(shown) => <StockShown of={shown} />}</Loaded>
      <p class="hint">Change it in a terminal, in the same words:</p>
      <Command text={`npx esimulator stock set ${provider} NAME=VALUE${ofWorld}`} />
    </>
  )
}

function StockShown({ of: { stock, more = {} } }: { readonly of: Stock }) {
  const parts = Object.entries(stock)
  if (parts.length === 0) return <p class="hint">There is nothing.</p>
  return (
    <>
      <dl class="facts">
        {parts.map(([name, value]) => (
          <div class="fact" key={name}>
            <dt class="mono">{name}</dt>
            <dd>{inShort(value, more[name])}</dd>
          </div>
        ))}
      </dl>
      <Body label="The stock as JSON" text={JSON.stringify(stock)} />
    </>
  )
}

const SHORT = 200

function inShort(value: unknown, more = 0): string {
  if (Array.isArray(value)) return `${numberShown(value.length + more)} in the list`
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text
}
