// What a gigabyte costs by country, for organisations that are billed by consumption.
import { createHash } from 'node:crypto'
import type { World } from '../../../state/world.ts'
import { countries } from '../../countries.ts'
import { CURRENCY } from '../organisation/account.ts'
import type { components } from '../spec.d.ts'
import { lookUp } from './on-sale.ts'

type PriceList = components['schemas']['PriceList']

/** The one profile there is (its name is the documentation's example). */
const PROFILE = 'Profile 1'

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** A UUID that stays the same for the same thing: no price is kept, so none can have drawn one. */
function idOf(thing: string): string {
  const [hex, version, variant] = [sha256(thing), '8', '8']
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Every country that has a bundle of 1 GB for a week, at the price of that (invented). */
export function priceList(world: World): PriceList {
  const prices = countries().flatMap(({ iso, name }) => {
    const bundle = lookUp(world, `esim_1GB_7D_${iso}_V2`)
    if (!bundle) return []
    const [country, price] = [{ iso, name }, (bundle.price / 100).toFixed(2)]
    return [
      {
        country,
        prices: [
          { id: idOf(`${PROFILE}/${iso}`), price, currency: CURRENCY, profile: PROFILE, country },
        ],
      },
    ]
  })
  return { hash: sha256(JSON.stringify(prices)), prices }
}
