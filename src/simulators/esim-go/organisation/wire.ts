// The JSON of the organisation.
import { targets } from '../../../state/callbacks.ts'
import { iso, isoDay } from '../../../state/instant.ts'
import type { World } from '../../../state/world.ts'
import { onSale } from '../catalogue/on-sale.ts'
import { bundleGroups } from '../catalogue/search.ts'
import { CURRENCY, wholeUnits } from '../money.ts'
import { SLUG } from '../records.ts'
import { settings } from '../settings.ts'
import type { components } from '../spec.d.ts'
import { accountOf, apiKey, usableCredit } from './account.ts'
import { organisationProfile } from './profile.ts'

/** The balance as the setting `balanceShown` has it, in whole units. */
export function shownBalance(world: World): number {
  const account = accountOf(world)
  const { balanceShown } = world.settings(settings)
  const credit = balanceShown === 'with-credit' ? usableCredit(world, account) : 0
  return wholeUnits(account.balance + credit)
}

/**
 * @param isDay true where the test credit expires on a day (v2.5's description), not at a time (as
 *   recorded)
 */
export function organisation(
  world: World,
  { isDay }: { isDay: boolean },
): components['schemas']['Organisation'] {
  const account = accountOf(world)
  const expiry = account.testCreditExpiresAt
  return {
    ...organisationProfile(world.identity),
    apiKey: apiKey(world) ?? '',
    taxLiable: 'No',
    callbackUrl: world.in(targets).get(SLUG)?.url ?? '',
    groups: bundleGroups(onSale(world)),
    currency: CURRENCY,
    balance: shownBalance(world),
    testCredit: wholeUnits(usableCredit(world, account)),
    testCreditExpiry: isDay ? isoDay(expiry) : iso(expiry),
    businessType: 'Travel',
    productDescription: 'Data for travellers',
  }
}
