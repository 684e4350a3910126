// The faults that happened to an exchange, and those whose turn it was and that could not.
import type { ExchangeShown } from '../../../control/wire.ts'
import { Section } from '../../kit/page.tsx'
import { pathTo } from '../../place.ts'

export function ExchangeFaults({ exchange }: { readonly exchange: ExchangeShown }) {
  const { fault, otherFaults = [], missedFaults = [] } = exchange
  const happened = fault ? [fault, ...otherFaults] : otherFaults
  if (happened.length + missedFaults.length === 0) return null
  return (
    <Section title="Faults" actions={<a href={pathTo('faults')}>All faults</a>}>
      <ul class="points">
        {happened.map(({ id, kind, when, saw, lost }) => (
          <li key={id}>
            <a class="mono" href={pathTo('journal', { fault: id })}>
              {id}
            </a>{' '}
            ({kind}, {when} the operation): the client saw {saw}
            {lost !== undefined && <>; the provider’s own reply, {lost}, did not leave</>}
          </li>
        ))}
        {missedFaults.map((each) => (
          <li key={each}>could not happen: {each}</li>
        ))}
      </ul>
    </Section>
  )
}
