// What an exchange did: what happened, what was written, the callbacks it set off, and the SIMs it names.
import type { ExchangeShown } from '../../../control/wire.ts'
import { CallbackLink, SimLink } from '../../kit/link.tsx'
import { simsNamedIn } from '../../kit/named-sims.ts'
import { Section } from '../../kit/page.tsx'
import { useLive } from '../../use-live.ts'

export function ExchangeEffects({ exchange }: { readonly exchange: ExchangeShown }) {
  const { effects } = exchange
  const sims =
    useLive(
      () => simsNamedIn(exchange.url, exchange.requestBody, exchange.replyBody),
      [exchange.id],
      () => false,
    ).data ?? []
  return (
    <Section title="What it did">
      {!effects && <p class="hint">It changed nothing.</p>}
      <dl class="facts" hidden={!effects && sims.length === 0}>
        <Counts title="Happened" of={effects?.events} />
        <Counts title="Records written" of={effects?.changes} />
        {effects && effects.callbacks.length > 0 && (
          <>
            <dt>Callbacks</dt>
            <dd class="links">
              {effects.callbacks.map((id) => (
                <CallbackLink key={id} id={id} />
              ))}
            </dd>
          </>
        )}
        {sims.length > 0 && (
          <>
            <dt>SIMs it names</dt>
            <dd class="links">
              {sims.map((iccid) => (
                <SimLink key={iccid} iccid={iccid} provider={exchange.provider} />
              ))}
            </dd>
          </>
        )}
      </dl>
    </Section>
  )
}

interface CountsProps {
  readonly title: string
  readonly of: Readonly<Record<string, number>> | undefined
}

function Counts({ title, of: counts = {} }: CountsProps) {
  const entries = Object.entries(counts)
  if (entries.length === 0) return null
  return (
    <>
      <dt>{title}</dt>
      <dd>
        {entries.map(([name, count]) => (count === 1 ? name : `${count} × ${name}`)).join(', ')}
      </dd>
    </>
  )
}
