// The groups of bundles that the organisation may buy.
import { defined } from '../../../state/defined.ts'
import type { components } from '../spec.d.ts'
import { isSince, V25 } from '../versions.ts'

type BundleGroup = components['schemas']['BundleGroup']

/** A name that never resolves (RFC 2606): nobody's portal is meant. */
const PORTAL = 'https://portal.esimulator.example'

/** What is public of the provider's own groups, in our words. */
const descriptions: Readonly<Record<string, string>> = {
  'Standard Fixed': 'An amount of data for some days',
  'Standard Long Duration': 'A large amount of data for months',
  'Standard Unlimited Lite': 'Full speed for 1 GB a day, 512 kbps beyond',
  'Standard Unlimited Essential': 'Full speed for 1 GB a day, 1.25 Mbps beyond',
  'Standard Unlimited Plus': 'Full speed for 2 GB a day, 2 Mbps beyond',
}

/** A group by its name; v2.5 has more fields (public), whose values are invented. */
export function bundleGroup(name: string, basePath: string): BundleGroup {
  if (!isSince(V25, basePath)) return { name }
  const file = encodeURIComponent(name.toLowerCase().replaceAll(' ', '-'))
  return defined({
    name,
    priceListUrl: `${PORTAL}/price-lists/${file}.csv`,
    desc: descriptions[name],
    icon: `${PORTAL}/icons/${file}.png`,
  })
}
