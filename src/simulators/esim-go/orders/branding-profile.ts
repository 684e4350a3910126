// Branding profiles: made in the provider's portal, so that an order can only name one.
import { Refusal } from '../../../state/refusal.ts'
import type { World } from '../../../state/world.ts'
import { settings } from '../settings.ts'
import { parseUuid } from '../uuid.ts'

/**
 * The id of the branding profile that an order names.
 * @param profileId as it was sent
 * @throws Refusal `invalid-request` where it is no UUID, or not one of the setting
 *   `brandingProfiles`; in the words that shops were seen to get (public)
 */
export function brandingProfile(world: World, profileId: string): string {
  const parsed = parseUuid(profileId)
  if (parsed.uuid === undefined)
    throw new Refusal(
      'invalid-request',
      `failed to parse profile id: ${profileId}: ${parsed.problem}`,
    )

  const { brandingProfiles } = world.settings(settings)
  const isKnown = brandingProfiles.some((line) => parseUuid(line).uuid === parsed.uuid)
  if (brandingProfiles.length > 0 && !isKnown)
    throw new Refusal('invalid-request', 'unable to find esim profile')
  return parsed.uuid
}
