// What the name of a bundle tells: `esim_1GB_7D_GB_V2` is 1 GB for 7 days in the United Kingdom.
import { findCountry } from '../../countries.ts'
import type { CatalogueBundle } from '../records.ts'

const NAME = /^esim_(?:(\d{1,6})(MB|GB)|UL[A-Z]*)_(\d{1,4})D_([A-Z]{2})_V\d$/

/** `undefined` of a name in another form, or of a region. */
export function describedByName(
  name: string,
):
  | (Pick<CatalogueBundle, 'countries' | 'duration'> &
      Partial<Pick<CatalogueBundle, 'dataAmount' | 'unlimited'>>)
  | undefined {
  const [, amount, unit, days, iso = ''] = NAME.exec(name) ?? []
  if (!findCountry(iso)) return undefined
  const where = { countries: [iso], duration: Number(days) }
  if (amount === undefined) return { ...where, unlimited: true }
  return { ...where, dataAmount: Number(amount) * (unit === 'GB' ? 1000 : 1) }
}
