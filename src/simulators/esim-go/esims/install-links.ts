// The links that install an eSIM on a device, where additionalFields asks for them.
import { androidInstallUrl, appleInstallUrl } from '../../../state/installation-code.ts'
import type { Sim } from '../../../state/sims.ts'
import type { Call } from '../../call.ts'

/** Which links are told. */
export interface InstallLinks {
  readonly apple: boolean
  readonly android: boolean
}

const NONE: InstallLinks = { apple: false, android: false }

/**
 * What `additionalFields` asks for. It is an open text in every version: words that mean nothing
 * are passed over (public: shops send them).
 */
export function installLinksOf(
  fields: readonly string[] | undefined,
  { passOver }: Pick<Call, 'passOver'>,
): InstallLinks {
  if (fields === undefined) return NONE
  const links = { apple: false, android: false }
  for (const word of fields.join(',').split(',')) {
    const field = word.trim()
    // The guide gives both links for `installUrl`; v2.4's document knows the other word alone.
    if (field === 'installUrl') links.android = true
    if (field === 'installUrl' || field === 'appleInstallUrl') links.apple = true
    else if (field !== '') passOver(`?additionalFields=${field}`)
  }
  return links
}

/** The links of an eSIM, as fields of its JSON. */
export function installUrls(
  sim: Sim,
  { apple, android }: InstallLinks,
): { appleInstallUrl?: string; androidInstallUrl?: string } {
  const json: ReturnType<typeof installUrls> = {}
  if (apple) json.appleInstallUrl = appleInstallUrl(sim)
  if (android) json.androidInstallUrl = androidInstallUrl(sim)
  return json
}
