// The service of a SIM: where it stands in its life, which the provider's API moves on.
import { State } from '../../kit/badge.tsx'
import { Diagram } from '../../kit/diagram.tsx'
import { Section } from '../../kit/page.tsx'
import type { SimLife } from './sim-life.ts'

export function ServiceSection({ life: { sim, lifecycles } }: { readonly life: SimLife }) {
  const machine = lifecycles.find(
    ({ name, provider }) => name === 'service' && provider === sim.provider,
  )
  return (
    <Section title="Service">
      {machine ? (
        <Diagram of={machine} now={sim.service} label="The service" />
      ) : (
        <p>
          It is <State of={sim.service} />.
        </p>
      )}
      <p class="hint">{machine?.says ?? `What moves it on is an operation of ${sim.provider}.`}</p>
    </Section>
  )
}
