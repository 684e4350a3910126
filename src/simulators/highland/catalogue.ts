// Highland's default products: data, as the vendor prints them.

/** Highland's own company: it owns the default products (documented). */
export const HIGHLAND_ID = '4345d86fbf8a11f09f474c50dd6c0d86'

/** Id, market id, name with its blanks (public). */
export const defaults: readonly (readonly [id: string, market: string, name: string])[] = [
  ['842', '157', 'China-10MB/90days'],
  ['844', '160', 'Australia & Malaysia & Taiwan & Singapore-100GB/1800days'],
  ['845', '161', 'Canada -100GB/1800days'],
  ['846', '162', 'USA -50GB/30days'],
  ['851', '162', 'USA -1GB/7days'],
  ['852', '162', 'USA-5GB/30days'],
  ['847', '163', 'New Zealand -100GB/1800days'],
  ['856', '166', 'Asia Pacific 24 Countries-360MB/365days'],
  ['867', '166', 'Asia Pacific 24 Countries-10GB/60days'],
  ['871', '166', 'Asia Pacific 24 Countries -1200MB/365days'],
  ['857', '167', 'Multi-Countries & Regions_A11-2GB/365days'],
  ['858', '167', 'Multi-Countries & Regions_A11-200MB/30days'],
  ['859', '167', 'Multi-Countries & Regions_A11-1GB/180days'],
  ['868', '168', 'Global 163 Countries & Regions_2GB/365days'],
  ['869', '168', 'Global 163 Countries & Regions_1GB/180days'],
  ['870', '168', 'Global 163 Countries & Regions_200MB/30days'],
]
