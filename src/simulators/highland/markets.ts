// Highland's markets: what the vendor calls each, and where its products work. All of it is public.

/** When the days of a product begin to count. */
export type ValidFrom = 'use' | 'connect'

export interface Market {
  readonly name: string
  /** `market_area`, as printed. */
  readonly area: string
  /** `market_country_code`: mobile country codes (MCC), or `All`. */
  readonly code: string
  /** Its countries by the names the vendor prints, in its order. */
  readonly coverage: readonly string[]
  /** The same by ISO 3166 alpha-2, joined with `+`. */
  readonly countries: string
  readonly validFrom: ValidFrom
}

const ASIA_PACIFIC = `
  AU Australia, BD Bangladesh, KH Cambodia, CN China, HK Hong Kong, IN India, ID Indonesia,
  IL Israel, JP Japan, KZ Kazakhstan, KG Kyrgyzstan, LA Laos, MO Macao China, MY Malaysia,
  NZ New Zealand, PK Pakistan, PH Philippines, SG Singapore, KR South Korea, LK Sri Lanka,
  TW Taiwan, TH Thailand, UZ Uzbekistan, VN Vietnam
`

const A11 = `
  KG Kyrgyzstan, UZ Uzbekistan, HK Hong Kong, KZ Kazakhstan, MO Macau, NZ New Zealand,
  PK Pakistan, MY Malaysia, RU Russia, AM Armenia, AU Australia, IL Israel, TH Thailand,
  ID Indonesia, RE Reunion, KW Kuwait, IN India, PH Philippines, QA Qatar, SG Singapore,
  LK Sri Lanka, AZ Azerbaijan, BH Bahrain, TW Taiwan, TN Tunisia, GH Ghana, KH Cambodia,
  XK Kosovo, OM Oman, AE United Arab Emirates, BD Bangladesh, KR South Korea, VN Vietnam,
  EG Egypt, IQ Iraq, SA Saudi Arabia, JP Japan, LA Laos, CN China, MN Mongolia, AF Afghanistan,
  NP Nepal, NE Niger, JO Jordan, BJ Benin, IR Iran, MV Maldives
`

/** The Netherlands Antilles are no country any more: what is left of them beside Curacao. */
const GLOBAL = `
  UA Ukraine, SK Slovakia, LI Liechtenstein, PL Poland, FI Finland, KG Kyrgyzstan, RO Romania,
  LT Lithuania, KZ Kazakhstan, UZ Uzbekistan, DE Germany, NL Netherlands, CY Cyprus, GR Greece,
  GB United Kingdom, NO Norway, FR France, ES Spain, ME Montenegro, PK Pakistan, AL Albania,
  BE Belgium, CZ Czech Republic, MD Moldova, HR Croatia, HU Hungary, EE Estonia, HK Hong Kong,
  MO Macao China, AT Austria, PT Portugal, LU Luxembourg, TR Turkey, BG Bulgaria, SE Sweden,
  IT Italy, VA Vatican City, SI Slovenia, MT Malta, RS Serbia, DK Denmark, IE Ireland, IL Israel,
  CH Switzerland, BD Bangladesh, LV Latvia, NZ New Zealand, MY Malaysia, RU Russian Federation,
  AM Armenia, IS Iceland, TH Thailand, AU Australia, ID Indonesia, RE Reunion, DZ Algeria,
  KW Kuwait, US United States, LK Sri Lanka, GE Georgia, PH Philippines, TN Tunisia, BY Belarus,
  BA Bosnia and Herzegovina, IN India, QA Qatar, SG Singapore, FO Faroe Islands, TW Taiwan,
  MK Macedonia, BH Bahrain, AZ Azerbaijan, KR South Korea, GH Ghana, XK Kosovo, TJ Tajikistan,
  OM Oman, BR Brazil, AD Andorra, VN Vietnam, KH Cambodia, IM Isle of Man, GG Guernsey,
  JE Jersey, AR Argentia, JP Japan, SA Saudi Arabia, EC Ecuador, CR Costa Rica, UY Uruguay,
  CL Chile, GI Gibraltar, PE Peru, MX Mexico, CA Canada, IQ Iraq, EG Egypt, GF French Guiana,
  CN China, LA Laos, NG Nigeria, MA Morocco, MG Madagascar, AE United Arab Emirates, TZ Tanzania,
  KE Kenya, WS Samoa, ZM Zambia, UG Uganda, ZA South Africa, CD Congo Dem. Rep, GA Gabon,
  MW Malawi, TD Chad, CG Congo Republic, PY Paraguay, AF Afghanistan, NP Nepal, CO Colombia,
  BQ+SX Netherlands Antilles, GP Guadeloupe, MN Mongolia, MS Montserrat, PA Panama, JM Jamaica,
  NE Niger, MU Mauritius, SV El Salvador, BB Barbados, AG Antigua and Barbuda, DM Dominica,
  JO Jordan, AI Anguilla, KY Cayman Islands, GD Grenada, KN Saint Kitts and Nevis,
  LC Saint Lucia, VC Saint Vincent and Grenadines, VG British Virgin Islands, BJ Benin,
  TC Turks and Caicos Islands, RW Rwanda, HN Honduras, BO Bolivia, DO Dominican Republic,
  NI Nicaragua, IR Iran, GT Guatemala, BS Bahamas, MV Maldives, VE Venezuela, SN Senegal,
  CV Cape Verde, PS Palestinian Territory, SD Sudan, BZ Belize, TT Trinidad and Tobago,
  MZ Mozambique, CW Curacao, PF French Polynesia, SR Suriname, GY Guyana, BM Bermuda
`

/** A market of its own areas; `coverage` is a list of `ISO name`, with commas between. */
function market(name: string, area: string, code: string, coverage: string): Market {
  const rows = coverage.split(',').map((row) => row.trim())
  return {
    name,
    area,
    code,
    coverage: rows.map((row) => row.slice(row.indexOf(' ') + 1)),
    countries: rows.map((row) => row.slice(0, row.indexOf(' '))).join('+'),
    validFrom: 'use',
  }
}

/** A market of many countries: its area names them all, its days count from the first connect. */
function manyCountries(name: string, coverage: string): Market {
  const plain = market(name, '', 'All', coverage)
  return { ...plain, area: `(76)${plain.coverage.join(',')}`, validFrom: 'connect' }
}

/** By market id. */
export const markets: Readonly<Record<string, Market>> = {
  157: market('China', 'China(76)', '460', 'CN China'),
  160: market(
    'Australia & Malaysia & Taiwan & Singapore',
    '(76)Australia,Malaysia,Taiwan,Singapore',
    '460',
    'AU Australia, MY Malaysia, TW Taiwan, SG Singapore',
  ),
  161: market('Canada', 'Canada(76)', '460', 'CA Canada'),
  162: market('USA', 'USA(76)', '310,311', 'US USA'),
  163: market('New Zealand', 'New Zealand(76)', '460', 'NZ New Zealand'),
  166: market('Asia Pacific-24 countries', 'Asia Pacific-24 countries(76)', '460', ASIA_PACIFIC),
  167: manyCountries('Multi-Countries & Regions - A11', A11),
  168: manyCountries('Global 163 Countries & Regions', GLOBAL),
}
