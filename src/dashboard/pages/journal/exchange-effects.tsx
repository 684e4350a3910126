// What an exchange did: what happened, what was written, the callbacks it set off, and the SIMs it names.
import type { ExchangeShown } from '../../../control/wire.ts'
import { call } from '../../client.ts'
import { CallbackLink, SimLink } from '../../kit/link.tsx'
import { Section } from '../../kit/page.tsx'
import { useLive } from '../../use-live.ts'

/** SIMs that are looked up for one exchange. */
const MOST = 20

export function ExchangeEffects({ exchange }: { readonly exchange: ExchangeShown }) {
  const { effects } = exchange
  const sims =
    useLive(
      () => simsOf(exchange),
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

/** The SIMs of the world whose numbers stand in the URL or in a body. */
async function simsOf({ url, requestBody = '', replyBody = '' }: ExchangeShown): Promise<string[]> {
  const numbers = `${url}\n${requestBody}\n${replyBody}`.match(/(?<!\d)89\d{16,20}(?!\d)/g) ?? []
  const named = [...new Set(numbers)].slice(0, MOST)
  const found = await Promise.all(
    named.map(async (iccid) => {
      const { sims } = await call('listSims', { query: { search: iccid, limit: 1 } })
      return sims.some((sim) => sim.iccid === iccid) ? iccid : undefined
    }),
  )
  return found.filter((iccid) => iccid !== undefined)
}
