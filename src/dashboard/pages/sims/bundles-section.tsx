// The bundles of a SIM: how much of each is used, and when it begins and ends.
import type { BundleShown, SimShown } from '../../../control/wire.ts'
import { State, type Tone } from '../../kit/badge.tsx'
import { Bar } from '../../kit/bar.tsx'
import { Section } from '../../kit/page.tsx'
import { Text } from '../../kit/text.tsx'
import { Distance, Instant } from '../../kit/time.tsx'
import { bytesShown, numberShown } from '../../shown.ts'
import { durationWords } from './event-words.ts'

export function BundlesSection({ sim: { bundles } }: { readonly sim: SimShown }) {
  return (
    <Section title="Bundles">
      {bundles.length === 0 && <p class="hint">It has none.</p>}
      <ul class="sim-bundles">
        {bundles.map((bundle) => (
          <Bundle key={bundle.id} bundle={bundle} />
        ))}
      </ul>
    </Section>
  )
}

function amountWords({ unlimited, usedBytes, initialBytes, remainingBytes = 0 }: BundleShown) {
  const used = bytesShown(usedBytes)
  if (unlimited) return `${used} used, unlimited`
  const share = initialBytes === 0 ? 100 : Math.floor((usedBytes / initialBytes) * 100)
  const left = bytesShown(remainingBytes)
  return `${used} of ${bytesShown(initialBytes)} used (${numberShown(share)} %), ${left} left`
}

function toneOf({ state, usedBytes, initialBytes, unlimited }: BundleShown): Tone {
  if (state === 'expired' || state === 'depleted') return 'neutral'
  return !unlimited && usedBytes >= initialBytes * 0.8 ? 'warn' : 'good'
}

function Bundle({ bundle }: { readonly bundle: BundleShown }) {
  const { name, state, unlimited, usedBytes, initialBytes, duration } = bundle
  return (
    <li>
      <p class="sim-bundle-name">
        <strong>
          <Text of={name} />
        </strong>{' '}
        <State of={state} />
      </p>
      {!unlimited && <Bar part={usedBytes / initialBytes} tone={toneOf(bundle)} />}
      <p>{amountWords(bundle)}</p>
      <p class="hint">
        Good for {durationWords(duration)}. <Term bundle={bundle} />
      </p>
    </li>
  )
}

/** When it begins and ends, or did. */
function Term({
  bundle: { startedAt, startsAt, endsAt, state },
}: {
  readonly bundle: BundleShown
}) {
  const begins = startedAt ?? startsAt
  return (
    <>
      {begins === undefined && state !== 'expired' && 'It begins when it is first used. '}
      {begins !== undefined && (
        <>
          {startedAt === undefined ? 'It begins ' : 'It began '}
          <Instant at={begins} /> UTC, <Distance to={begins} />.{' '}
        </>
      )}
      {endsAt !== undefined && (
        <>
          {state === 'expired' ? 'It ended ' : 'It ends '}
          <Instant at={endsAt} /> UTC, <Distance to={endsAt} />.
        </>
      )}
    </>
  )
}
