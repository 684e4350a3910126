// The way of an exchange through the stages, what to do next, and what it may have meant.
import type { ExplainedShown } from '../../../control/wire.ts'
import { Advice } from '../../kit/advice.tsx'
import { Badge, type Tone } from '../../kit/badge.tsx'
import { Section } from '../../kit/page.tsx'

type Outcome = ExplainedShown['steps'][number]['outcome']

const TONES: Readonly<Record<Outcome, Tone>> = {
  passed: 'good',
  refused: 'bad',
  changed: 'warn',
  skipped: 'neutral',
}

/** What to do next, and what was nearly asked for. */
export function ExchangeNext({ explained }: { readonly explained: ExplainedShown }) {
  const { next, nearMisses = [] } = explained
  const isNear = (text: string) =>
    nearMisses.some(({ method, path }) => text.startsWith(`${method} ${path} is near`))
  const steps = next.filter((each) => !isNear(each))
  return (
    <>
      {nearMisses.length > 0 && <NearMisses of={nearMisses} />}
      {steps.length > 0 && (
        <Section title="What to do next">
          <ul class="points">
            {steps.map((each) => (
              <li key={each}>
                <Advice text={each} />
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}

export const ExchangeWay = ({ explained: { steps } }: { readonly explained: ExplainedShown }) => (
  <Section title="Its way through the stages">
    <ol class="way">
      {steps.map(({ stage, outcome, says }) => (
        <li key={stage} class={outcome}>
          <span class="way-stage">{stage}</span>
          <span class="way-outcome">
            <Badge tone={TONES[outcome]}>{outcome}</Badge>
          </span>
          <span class="way-says">{says}</span>
        </li>
      ))}
    </ol>
  </Section>
)

type NearMiss = NonNullable<ExplainedShown['nearMisses']>[number]

const NearMisses = ({ of: misses }: { readonly of: readonly NearMiss[] }) => (
  <Section title="What it may have meant">
    <ul class="points">
      {misses.map(({ provider, operation, method, path, why }) => (
        <li key={`${provider} ${method} ${path}`}>
          <span class="mono">
            {method} {path}
          </span>{' '}
          ({provider} {operation}): {why}
        </li>
      ))}
    </ul>
  </Section>
)
