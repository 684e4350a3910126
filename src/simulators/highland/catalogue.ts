// Highland's default products and their markets: data.

/** Highland's own company: it owns the default products (documented). */
export const HIGHLAND_ID = '4345d86fbf8a11f09f474c50dd6c0d86'

export interface Market {
  readonly area: string
  /** `market_country_code` (public). */
  readonly code: string
  /** ISO 3166 alpha-2, joined with `+`; `*` is everywhere. */
  readonly countries: string
}

/**
 * Ids and codes are public; areas are invented, and so are the countries of the last three: nobody
 * lists those of Asia Pacific and A11, and the 163 global ones are taken to be all.
 */
export const markets: Readonly<Record<string, Market>> = {
  157: { area: 'Asia', code: '460', countries: 'CN' },
  160: { area: 'Asia Pacific', code: '460', countries: 'AU+MY+TW+SG' },
  161: { area: 'North America', code: '460', countries: 'CA' },
  162: { area: 'North America', code: '310,311', countries: 'US' },
  163: { area: 'Oceania', code: '460', countries: 'NZ' },
  166: {
    area: 'Asia Pacific',
    code: '460',
    countries: 'AU+BD+BN+CN+FJ+HK+ID+IN+JP+KH+KR+LA+LK+MM+MN+MO+MY+NP+NZ+PH+SG+TH+TW+VN',
  },
  167: { area: 'Multiple', code: 'All', countries: 'FR+AT+BE+CH+DE+ES+GB+IE+IT+NL+PT' },
  168: { area: 'Global', code: 'All', countries: '*' },
}

/** Id, market id, name (public). */
export const defaults: readonly (readonly [id: string, market: string, name: string])[] = [
  ['842', '157', 'China-10MB/90days'],
  ['844', '160', 'Australia & Malaysia & Taiwan & Singapore-100GB/1800days'],
  ['845', '161', 'Canada-100GB/1800days'],
  ['846', '162', 'USA-50GB/30days'],
  ['851', '162', 'USA-1GB/7days'],
  ['852', '162', 'USA-5GB/30days'],
  ['847', '163', 'New Zealand-100GB/1800days'],
  ['856', '166', 'Asia Pacific 24 Countries-360MB/365days'],
  ['867', '166', 'Asia Pacific 24 Countries-10GB/60days'],
  ['871', '166', 'Asia Pacific 24 Countries-1200MB/365days'],
  ['857', '167', 'Multi-Countries & Regions_A11-2GB/365days'],
  ['858', '167', 'Multi-Countries & Regions_A11-200MB/30days'],
  ['859', '167', 'Multi-Countries & Regions_A11-1GB/180days'],
  ['868', '168', 'Global 163 Countries & Regions_2GB/365days'],
  ['869', '168', 'Global 163 Countries & Regions_1GB/180days'],
  ['870', '168', 'Global 163 Countries & Regions_200MB/30days'],
]
