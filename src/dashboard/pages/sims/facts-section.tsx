// What a SIM is: its numbers, its provider, where it is.
import type { ComponentChildren } from 'preact'
import type { SimShown } from '../../../control/wire.ts'
import { State } from '../../kit/badge.tsx'
import { CopyButton } from '../../kit/copy.tsx'
import { Section } from '../../kit/page.tsx'
import { Text } from '../../kit/text.tsx'
import { Distance, Instant } from '../../kit/time.tsx'
import type { SimLife } from './sim-life.ts'

export function FactsSection({ life: { sim } }: { readonly life: SimLife }) {
  const { provider, profile, service, attached, lastNetwork } = sim
  return (
    <Section title="Facts">
      <dl class="facts">
        <Fact name="Provider">{provider}</Fact>
        <Numbered name="ICCID" value={sim.iccid} />
        <Numbered name="EID" value={sim.eid} />
        <Numbered name="IMSI" value={sim.imsi} />
        <Numbered name="MSISDN" value={sim.msisdn} />
        <Fact name="Profile">
          <State of={profile} />
        </Fact>
        <Fact name="Service">
          <State of={service} />
        </Fact>
        <Fact name="Network">{attached ? networkWords(attached) : 'on none'}</Fact>
        {!attached && lastNetwork && <Fact name="Last network">{networkWords(lastNetwork)}</Fact>}
        <When name="Came" at={sim.createdAt} />
        <When name="First installed" at={sim.firstInstalledAt} />
        <When name="First on the air" at={sim.firstAttachedAt} />
        <When name="First used" at={sim.firstUsedAt} />
        <When name="Last seen" at={sim.lastSeenAt} />
      </dl>
    </Section>
  )
}

type Network = NonNullable<SimShown['attached']>

const networkWords = ({ brandName, name, country, mcc, mnc }: Network) =>
  `${brandName || name} in ${country} (${mcc}-${mnc})`

interface FactProps {
  readonly name: string
  readonly children: ComponentChildren
}

const Fact = ({ name, children }: FactProps) => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
)

/** A number of the SIM, to be taken along. */
const Numbered = ({
  name,
  value,
}: {
  readonly name: string
  readonly value: string | undefined
}) =>
  value === undefined ? null : (
    <Fact name={name}>
      <span class="mono">
        <Text of={value} />
      </span>{' '}
      <CopyButton text={value} label={`Copy ${name}`} />
    </Fact>
  )

const When = ({ name, at }: { readonly name: string; readonly at: string | undefined }) =>
  at === undefined ? null : (
    <Fact name={name}>
      <Instant at={at} /> UTC, <Distance to={at} />
    </Fact>
  )
