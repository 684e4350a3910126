// What a gigabyte costs by country, for organisations that are billed by consumption.
import { createHash } from 'node:crypto'
import type { World } from '../../../state/world.ts'
import { countries } from '../../countries.ts'
import { CURRENCY, moneyText } from '../money.ts'
import { PROFILE_NAME } from '../records.ts'
import type { components } from '../spec.d.ts'
import { lookUp } from './on-sale.ts'

type PriceList = components['schemas']['PriceList']

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/**
 * A UUID (version 8) of a thing, always the same: no price is stored, so no id
 * can be either.
 */
function idOf(thing: string): string {
  const hex = sha256(thing)
  const third = `8${hex.slice(13, 16)}`
  const fourth = `8${hex.slice(17, 20)}`
  return [hex.slice(0, 8), hex.slice(8, 12), third, fourth, hex.slice(20, 32)].join('-')
}

/**
 * Every country that has a bundle of 1 GB for a week, at the price of that
 * (invented).
 */
export function priceList(world: World): PriceList {
  const prices = countries().flatMap(({ iso, name }) => {
    const bundle = lookUp(world, `esim_1GB_7D_${iso}_V2`)
    if (!bundle) return []
    const country = { iso, name }
    const price = {
      id: idOf(`${PROFILE_NAME}/${iso}`),
      price: moneyText(bundle.price),
      currency: CURRENCY,
      profile: PROFILE_NAME,
      country,
    }
    return [{ country, prices: [price] }]
  })
  return { hash: sha256(JSON.stringify(prices)), prices }
}
