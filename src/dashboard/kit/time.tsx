// An instant of the world, and how far it is from now.
import { now } from '../clock-state.ts'
import { distanceShown, instantShown } from '../shown.ts'

/** An instant in UTC. */
export const Instant = ({ at }: { readonly at: string }) => (
  <time dateTime={at} class="instant">
    {instantShown(at)}
  </time>
)

/** How far an instant is from now; the instant itself as a hint. */
export const Distance = ({ to }: { readonly to: string }) => (
  <time dateTime={to} title={`${instantShown(to)} UTC`} class="distance">
    {now.value === '' ? instantShown(to) : distanceShown(to, now.value)}
  </time>
)
