// What is due next for a SIM.
import { CallbackLink } from '../../kit/link.tsx'
import { Section } from '../../kit/page.tsx'
import { Text } from '../../kit/text.tsx'
import { Distance, Instant } from '../../kit/time.tsx'
import type { SimLife } from './sim-life.ts'

export function DueSection({ life: { upcoming, sim } }: { readonly life: SimLife }) {
  const nameOf = (id: string | undefined) =>
    sim.bundles.find((bundle) => bundle.id === id)?.name ?? ''
  return (
    <Section title="Due next">
      {upcoming.length === 0 ? (
        <p class="hint">Nothing: time alone changes nothing of it.</p>
      ) : (
        <ol class="sim-due">
          {upcoming.map(({ at, says, bundle, callback }, index) => (
            <li key={index}>
              <strong>
                <Distance to={at} />
              </strong>{' '}
              {says}
              {nameOf(bundle) !== '' && (
                <>
                  : <Text of={nameOf(bundle)} />
                </>
              )}
              {callback && (
                <>
                  : <CallbackLink id={callback.id}>{callback.type}</CallbackLink>, attempt{' '}
                  {callback.attempt}
                </>
              )}{' '}
              <span class="hint">
                <Instant at={at} /> UTC
              </span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  )
}
